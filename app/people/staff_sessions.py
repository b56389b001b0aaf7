"""Sessions of staff: who is working, with which authority, at this request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from app.kernel import audit, crypto
from app.kernel.actors import Actor, ActorKind
from app.kernel.errors import NotFound
from app.kernel.references import new_token
from app.people.models import Staff, StaffPost, StaffSession
from app.people.staff_rules import RULES, StaffRules


@dataclass(frozen=True)
class Visit:
    """An open session at one request.

    Attributes:
        touch_due: Whether :func:`touch` has something to write.
    """

    actor: Actor
    touch_due: bool


def open_for(
    session: Session,
    member: Staff,
    office_id: int,
    *,
    now: datetime,
    rules: StaffRules = RULES,
) -> str:
    """Open a session at an office for somebody who has proven who they are."""
    raw = new_token()
    session.add(
        StaffSession(
            token_hash=_session_hash(session, raw),
            staff_id=member.id,
            office_id=office_id,
            opened_at=now,
            last_seen_at=now,
            expires_at=now + rules.lifetime,
        )
    )
    _audit(session, member, office_id, "staff.sign_in", now=now)
    return raw


def by_session(
    session: Session, raw: str, *, now: datetime, rules: StaffRules = RULES
) -> Actor | None:
    """Return who is working in this session now, or None. Changes nothing."""
    found = visit(session, raw, now=now, rules=rules)
    return found.actor if found else None


def visit(
    session: Session, raw: str, *, now: datetime, rules: StaffRules = RULES
) -> Visit | None:
    """Return an open session with the authority its owner has at this moment.

    None when the session is unknown, closed, idle or too old, when the account is
    closed, or when its owner no longer has a post at the session's office.
    Changes nothing.
    """
    rows = session.execute(
        select(
            Staff.id,
            Staff.display_name,
            StaffSession.office_id,
            StaffSession.last_seen_at,
            StaffPost.role,
        )
        .join(StaffSession, StaffSession.staff_id == Staff.id)
        .join(
            StaffPost,
            and_(
                StaffPost.staff_id == Staff.id,
                StaffPost.office_id == StaffSession.office_id,
                StaffPost.active,
            ),
        )
        .where(
            StaffSession.token_hash == _session_hash(session, raw),
            StaffSession.closed_at.is_(None),
            StaffSession.expires_at > now,
            StaffSession.last_seen_at > now - rules.idle,
            Staff.active,
        )
    ).all()
    if not rows:
        return None
    first = rows[0]
    actor = Actor(
        id=first.id,
        kind=ActorKind.STAFF,
        roles=frozenset(row.role for row in rows),
        office_id=first.office_id,
        name=first.display_name,
    )
    return Visit(actor, touch_due=first.last_seen_at <= now - rules.touch_every)


def touch(
    session: Session, raw: str, *, now: datetime, rules: StaffRules = RULES
) -> None:
    """Write down that a session is in use. A session that is over stays so."""
    session.execute(
        update(StaffSession)
        .where(
            StaffSession.token_hash == _session_hash(session, raw),
            StaffSession.closed_at.is_(None),
            StaffSession.last_seen_at <= now - rules.touch_every,
            StaffSession.last_seen_at > now - rules.idle,
        )
        .values(last_seen_at=now)
    )


def sign_out(session: Session, raw: str, *, now: datetime) -> None:
    """Close a session. An unknown or closed one does nothing."""
    row = session.scalar(
        select(StaffSession)
        .where(StaffSession.token_hash == _session_hash(session, raw))
        .with_for_update()
    )
    if row is None or row.closed_at is not None:
        return
    row.closed_at = now
    member = session.get_one(Staff, row.staff_id)
    _audit(session, member, row.office_id, "staff.sign_out", now=now)


def work_at(session: Session, raw: str, office_id: int, *, now: datetime) -> None:
    """Let a session act for another office at which its owner has a post.

    Raises:
        NotFound: there is no such session, or no post there.
    """
    row = session.scalar(
        select(StaffSession)
        .join(StaffPost, StaffPost.staff_id == StaffSession.staff_id)
        .where(
            StaffSession.token_hash == _session_hash(session, raw),
            StaffSession.closed_at.is_(None),
            StaffPost.office_id == office_id,
            StaffPost.active,
        )
        .limit(1)
    )
    if row is None:
        raise NotFound("no post at this office")
    row.office_id = office_id
    member = session.get_one(Staff, row.staff_id)
    _audit(session, member, office_id, "staff.work_at", now=now)


def _session_hash(session: Session, raw: str) -> str:
    if not raw.isascii():
        return ""  # no token of ours, and no row's hash
    return crypto.of(session).index(raw, purpose="staff_sessions.token")


def _audit(
    session: Session, member: Staff, office_id: int, action: str, *, now: datetime
) -> None:
    actor = Actor(
        member.id, ActorKind.STAFF, frozenset(), office_id, member.display_name
    )
    audit.write(session, actor, action, f"staff:{member.username}", now=now)
