"""Questions about codes. The first line of each says who may see what."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, false, func, select
from sqlalchemy.orm import Session

from app.codes.models import Code, CodeEvent, CodeKind, ScanCount, ScannerKind
from app.codes.workflow import CodeState
from app.kernel.actors import Actor, ActorKind
from app.kernel.errors import NotFound
from app.people.permissions import Permission, require

PAGE = 50


@dataclass(frozen=True)
class CodePage:
    """A page of codes, newest first.

    Attributes:
        next_cursor: Pass it as ``after`` for the page that follows; None at the end.
    """

    codes: tuple[Code, ...]
    next_cursor: str | None


@dataclass(frozen=True)
class ScanTotals:
    """Scans of one code since a moment.

    Attributes:
        people: Through WeChat, Alipay and browsers.
        bots: Crawlers and link previews, counted apart.
    """

    people: int = 0
    bots: int = 0


def visible_to(actor: Actor) -> Select[Code]:
    """Select the codes an actor may see: those of their office.

    Raises:
        Forbidden: the actor may see none.
    """
    require(actor, Permission.CODE_READ)
    query = select(Code)
    if actor.kind is ActorKind.SYSTEM:
        return query
    if actor.office_id is None:
        return query.where(false())
    return query.where(Code.office_id == actor.office_id)


def get(session: Session, actor: Actor, code: str) -> Code:
    """Return a code of the actor's office.

    Raises:
        NotFound: there is none.
    """
    found = session.scalar(visible_to(actor).where(Code.code == code))
    if found is None:
        raise NotFound(f"no code {code}")
    return found


def list_codes(
    session: Session,
    actor: Actor,
    *,
    kind: CodeKind | None = None,
    state: CodeState | None = None,
    target: str | None = None,
    place_code: str | None = None,
    window_code: str | None = None,
    after: str | None = None,
    limit: int = PAGE,
) -> CodePage:
    """Return codes of the actor's office, newest first.

    Args:
        session: Where to read.
        actor: Who asks.
        kind: Only this kind.
        state: Only those in this state.
        target: Only those that open this.
        place_code: Only those at this place.
        window_code: Only those at this window.
        after: The last code of the page before; see ``next_cursor``.
        limit: Codes on a page.
    """
    query = visible_to(actor)
    for column, wanted in (
        (Code.kind, kind),
        (Code.state, state),
        (Code.target, target),
        (Code.place_code, place_code),
        (Code.window_code, window_code),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if after is not None:
        mark = select(Code.id).where(Code.code == after).scalar_subquery()
        query = query.where(Code.id < mark)
    codes = session.scalars(query.order_by(Code.id.desc()).limit(limit + 1)).all()
    return CodePage(
        codes=tuple(codes[:limit]),
        next_cursor=codes[limit - 1].code if len(codes) > limit else None,
    )


def history(session: Session, actor: Actor, code: str) -> tuple[CodeEvent, ...]:
    """Return what was done to a code of the actor's office, oldest first.

    Raises:
        NotFound: there is no such code.
    """
    found = get(session, actor, code)
    return tuple(
        session.scalars(
            select(CodeEvent)
            .where(CodeEvent.code_id == found.id)
            .order_by(CodeEvent.id)
        )
    )


def counts(
    session: Session, code_ids: Collection[int], since: datetime
) -> dict[int, ScanTotals]:
    """Return the scans of codes since the beginning of an hour.

    Args:
        session: Where to read.
        code_ids: Row ids of codes that the caller has been shown.
        since: Hours that began at or after this moment count.

    Returns:
        Totals by row id; codes that were not scanned have zeros.
    """
    people = func.sum(ScanCount.scans).filter(ScanCount.scanner != ScannerKind.BOT)
    bots = func.sum(ScanCount.scans).filter(ScanCount.scanner == ScannerKind.BOT)
    rows = session.execute(
        select(ScanCount.code_id, people, bots)
        .where(ScanCount.code_id.in_(code_ids), ScanCount.hour >= since)
        .group_by(ScanCount.code_id)
    )
    found = {id_: ScanTotals(p or 0, b or 0) for id_, p, b in rows}
    return {id_: found.get(id_, ScanTotals()) for id_ in code_ids}
