"""Writing notices, and marking them as read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.kernel.actors import Actor
from app.kernel.errors import NotFound
from app.kernel.references import new_token
from app.notices.models import LinkKind, Notice
from app.people.permissions import Permission, require


@dataclass(frozen=True)
class Link:
    """Where a notice leads: to one case or complaint, or to the list of them."""

    kind: LinkKind
    token: str | None = None


@dataclass(frozen=True, kw_only=True)
class Message:
    """One notice to be written.

    Attributes:
        event_id: Outbox entry that calls for it.
        citizen_id: Who is told.
        template: Name of the wording.
        happened_at: When the event was recorded.
        facts: What the wording needs; JSON-safe, never personal data.
    """

    event_id: int
    citizen_id: int
    template: str
    happened_at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    link: Link | None = None


def write(session: Session, messages: Iterable[Message], *, now: datetime) -> int:
    """Write notices; those that are written already stay as they are.

    Returns:
        How many were new.
    """
    rows = [
        {
            "token": new_token(),
            "event_id": each.event_id,
            "citizen_id": each.citizen_id,
            "template": each.template,
            "facts": dict(each.facts),
            "link_kind": each.link.kind if each.link else None,
            "link_token": each.link.token if each.link else None,
            "happened_at": each.happened_at,
            "created_at": now,
        }
        for each in messages
    ]
    if not rows:
        return 0
    # Not a look-up first: two workers may hold the same event for a moment, and
    # the unique constraint is the only thing both of them see.
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if on_sqlite else postgresql.insert
    written = session.scalars(
        insert(Notice)
        .values(rows)
        .on_conflict_do_nothing(index_elements=["event_id", "citizen_id", "template"])
        .returning(Notice.id)
    ).all()
    return len(written)


def mark_read(session: Session, actor: Actor, token: str, *, now: datetime) -> Notice:
    """Mark one of the actor's notices as read. The first reading counts.

    Raises:
        NotFound: the actor has no notice of this name.
    """
    require(actor, Permission.INBOX_READ)
    notice = session.scalar(
        select(Notice).where(Notice.citizen_id == actor.id, Notice.token == token)
    )
    if notice is None:
        raise NotFound("no such notice")
    if notice.read_at is None:
        notice.read_at = now
    return notice


def mark_all_read(session: Session, actor: Actor, *, now: datetime) -> int:
    """Mark everything in the actor's inbox as read.

    Returns:
        How many notices were unread.
    """
    require(actor, Permission.INBOX_READ)
    marked = session.scalars(
        update(Notice)
        .where(Notice.citizen_id == actor.id, Notice.read_at.is_(None))
        .values(read_at=now)
        .returning(Notice.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(marked)
