"""Reading the inbox."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.kernel.actors import Actor
from app.notices.models import Notice
from app.people.permissions import Permission, require

PAGE_SIZE = 20
"""Notices on one page of the inbox."""

MAX_PAGE_SIZE = 100
"""The most a client may ask for at once."""


@dataclass(frozen=True)
class InboxPage:
    """A page of the inbox, newest first.

    Attributes:
        next_cursor: Ask with it for what comes after; None at the end.
        unread: How many notices of the whole inbox are unread.
    """

    notices: list[Notice]
    next_cursor: str | None
    unread: int


def visible_to(actor: Actor) -> Select[Notice]:
    """Return the actor's own notices; there is no way to see another's."""
    require(actor, Permission.INBOX_READ)
    return select(Notice).where(Notice.citizen_id == actor.id)


def inbox(
    session: Session,
    actor: Actor,
    *,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
) -> InboxPage:
    """Return a page of the actor's inbox.

    Args:
        session: An open session.
        actor: Whose inbox.
        cursor: ``next_cursor`` of the page before; an unknown one, or somebody
            else's, starts from the top.
        limit: Notices on the page, cut to 1 … :data:`MAX_PAGE_SIZE`.
    """
    wanted = visible_to(actor).order_by(Notice.id.desc())
    if cursor is not None:
        last = session.scalar(
            select(Notice.id).where(
                Notice.citizen_id == actor.id, Notice.token == cursor
            )
        )
        if last is not None:
            wanted = wanted.where(Notice.id < last)
    size = max(1, min(limit, MAX_PAGE_SIZE))
    found = list(session.scalars(wanted.limit(size + 1)))
    page = found[:size]
    return InboxPage(
        notices=page,
        next_cursor=page[-1].token if len(found) > size else None,
        unread=unread_count(session, actor),
    )


def unread_count(session: Session, actor: Actor) -> int:
    """Return how many notices the actor has not read."""
    require(actor, Permission.INBOX_READ)
    return (
        session.scalar(
            select(func.count())
            .select_from(Notice)
            .where(Notice.citizen_id == actor.id, Notice.read_at.is_(None))
        )
        or 0
    )
