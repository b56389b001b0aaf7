"""Writes that a phone may repeat: the same key gets the same answer.

    with transaction() as session:
        if earlier := begin(session, owner=…, key=…, route=…, body=…, now=…):
            return earlier
        answer = use_case(session, …)
        finish(session, owner=…, key=…, status=201, body=answer)

Key and work are in one transaction: after a kill between commit and answer the
retry finds the answer, after a kill before the commit it finds nothing and works.
Two at once meet at the unique key; the later waits and gets the earlier's answer.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel import crypto
from app.kernel.db import Base
from app.kernel.errors import Conflict, Invalid

MAX_KEY = 64
_MIN_KEY = 8


class IdempotencyMismatch(Invalid):
    """The key was used before, for another request."""

    code = "idempotency-mismatch"
    zh = "这次提交和上一次用了同一个编号，但内容不同。请刷新页面后再试。"


class KeyMalformed(Invalid):
    """The key is not 8 to 64 printable ASCII signs."""

    code = "idempotency-key-malformed"
    zh = "提交编号不正确，请刷新页面后再试。"


class StillRunning(Conflict):
    """The first request with this key has not been answered yet."""

    code = "still-running"
    zh = "上一次提交还在处理，请稍等再看结果。"


class IdempotencyKey(Base):
    """A key that a caller used, and what it was answered.

    Attributes:
        owner: Kind and id of the caller, such as ``citizen:7``, or a keyed hash.
        route: Method and route template, so that a key belongs to one operation.
        body_hash: Keyed hash of the body: bodies hold personal data.
        status: HTTP status of the answer; None until it is known.
        answer_sealed: The answer's JSON, sealed: it may hold a secret.
    """

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("owner", "key"), Index(None, "created_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(MAX_KEY))
    route: Mapped[str] = mapped_column(String(120))
    body_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    answer_sealed: Mapped[bytes | None]
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered: status and JSON body."""

    status: int
    body: Any


def begin(
    session: Session, *, owner: str, key: str, route: str, body: bytes, now: datetime
) -> Answer | None:
    """Claim a key for this transaction, or return what it was answered before.

    Args:
        session: The door's unit of work; the claim lives and dies with it.
        owner: Kind and id of the caller, such as ``citizen:7``.
        key: The header ``Idempotency-Key``.
        route: Method and route template, such as ``POST /cases``.
        body: The request's body as it came.
        now: The current moment.

    Raises:
        KeyMalformed: the key is too short, too long or not printable.
        IdempotencyMismatch: the key was used for another route or body.
        StillRunning: the claim of an earlier request was never finished.
    """
    if not (_MIN_KEY <= len(key) <= MAX_KEY and key.isascii() and key.isprintable()):
        raise KeyMalformed("an idempotency key has 8 to 64 printable signs")
    body_hash = crypto.of(session).index(
        hashlib.sha256(body).hexdigest(), purpose="idempotency_keys.body"
    )
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if on_sqlite else postgresql.insert
    claimed = session.scalar(
        insert(IdempotencyKey)
        .values(owner=owner, key=key, route=route, body_hash=body_hash, created_at=now)
        .on_conflict_do_nothing(index_elements=["owner", "key"])
        .returning(IdempotencyKey.id)
    )
    if claimed is not None:
        return None
    earlier = session.scalars(
        select(IdempotencyKey)
        .where(IdempotencyKey.owner == owner, IdempotencyKey.key == key)
        .execution_options(populate_existing=True)
    ).one()
    if (earlier.route, earlier.body_hash) != (route, body_hash):
        raise IdempotencyMismatch("the key was used for another request")
    if earlier.status is None or earlier.answer_sealed is None:
        raise StillRunning("the first request with this key is not finished")
    text = crypto.of(session).open_text(
        earlier.answer_sealed, context=_place(owner, key)
    )
    return Answer(earlier.status, json.loads(text))


def finish(session: Session, *, owner: str, key: str, status: int, body: Any) -> None:
    """Keep the answer under a key that :func:`begin` claimed.

    Args:
        session: The transaction in which the key was claimed.
        owner: As given to :func:`begin`.
        key: As given to :func:`begin`.
        status: HTTP status of the answer.
        body: JSON-safe body of the answer.
    """
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.owner == owner, IdempotencyKey.key == key)
        .values(
            status=status,
            answer_sealed=crypto.of(session).seal(text, context=_place(owner, key)),
        )
        .execution_options(synchronize_session=False)
    )


def forget(session: Session, *, before: datetime) -> int:
    """Delete keys claimed before a moment; phones no longer repeat those.

    Returns:
        How many were deleted.
    """
    gone = session.scalars(
        delete(IdempotencyKey)
        .where(IdempotencyKey.created_at < before)
        .returning(IdempotencyKey.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(gone)


def _place(owner: str, key: str) -> str:
    return f"idempotency_keys:{owner}/{key}:answer"
