"""Sessions of citizens: chains of links, each good for one exchange.

A stolen session closes its whole chain, and that must survive the refusal. So
:func:`rotate_session` *returns* its refusal, and the door raises it after its
commit, as with a wrong code (:mod:`app.people.phone_codes`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, select, update
from sqlalchemy.orm import Session

from app.kernel import crypto
from app.kernel.actors import Actor, citizen_actor
from app.kernel.errors import Unauthenticated
from app.kernel.references import new_token
from app.people import registry
from app.people.models import Channel, Citizen, CitizenSession


class SessionRefused(Unauthenticated):
    """The session cannot be renewed; its owner signs in again.

    Returned by :func:`rotate_session`, not raised, so that a closed family stays
    closed.
    """

    code = "session-refused"
    zh = "登录已过期，请重新登录。您填的内容还在。"


@dataclass(frozen=True)
class Rotation:
    """A session renewed.

    Attributes:
        raw: The new token; the old one is dead.
        actor: Whose session it is.
        citizen_token: The citizen's name outside.
    """

    raw: str
    actor: Actor
    citizen_token: str


@dataclass(frozen=True, kw_only=True)
class SessionFacts:
    """What an open session says of itself, for its owner's eyes."""

    actor: Actor
    citizen_token: str
    expires_at: datetime


def open_session(
    session: Session,
    citizen: Citizen,
    channel: Channel,
    *,
    now: datetime,
    lifetime: timedelta,
) -> str:
    """Open a session for a citizen who has just proven who they are.

    Returns:
        The raw token, ``family.secret``: for the cookie or the phone's store. Only
        its keyed hash is kept here.
    """
    family = new_token()
    link, raw = _new_link(
        session, family, citizen.id, channel, now=now, until=now + lifetime
    )
    session.add(link)
    registry.write_audit(
        session, citizen, "citizens.open_session", now=now, channel=channel
    )
    return raw


def family_of(raw: str) -> str:
    """Return the family of a raw token: what an access token may carry as its sid."""
    return raw.partition(".")[0]


def by_session(
    session: Session, raw: str, channel: Channel, *, now: datetime
) -> Actor | None:
    """Return whose open session this is, or None. Changes nothing."""
    facts = session_facts(session, raw, channel, now=now)
    return facts.actor if facts else None


def session_facts(
    session: Session, raw: str, channel: Channel, *, now: datetime
) -> SessionFacts | None:
    """Return what an open session says of itself, or None. Changes nothing."""
    row = session.execute(
        select(CitizenSession.citizen_id, CitizenSession.expires_at, Citizen.token)
        .join(Citizen, Citizen.id == CitizenSession.citizen_id)
        .where(
            CitizenSession.token_hash == _session_hash(session, raw),
            CitizenSession.channel == channel,
            *_is_open(now),
        )
    ).one_or_none()
    if row is None:
        return None
    return SessionFacts(
        actor=citizen_actor(row.citizen_id),
        citizen_token=row.token,
        expires_at=row.expires_at,
    )


def by_family(session: Session, family: str, *, now: datetime) -> Actor | None:
    """Return whose open session an access token belongs to, or None.

    Closing the family, by signing out or by the reuse of a rotated token, ends its
    access tokens at their next request. Changes nothing.
    """
    citizen_id = session.scalar(
        select(CitizenSession.citizen_id)
        .where(CitizenSession.family == family, CitizenSession.channel == Channel.API)
        .where(*_is_open(now))
    )
    return None if citizen_id is None else citizen_actor(citizen_id)


def rotate_session(
    session: Session,
    raw: str,
    channel: Channel,
    *,
    now: datetime,
    lifetime: timedelta,
) -> Rotation | SessionRefused:
    """Exchange a session's token for a new one; each token is good for one exchange.

    A token that was exchanged before is in two hands: the whole family is closed,
    and both hands sign in again.

    Returns:
        The new session, or the refusal: raise it after the commit.

    Source:
        OAuth 2.0 Security Best Current Practice (RFC 9700), §4.14.2.
    """
    old = session.scalar(
        select(CitizenSession)
        .where(
            CitizenSession.token_hash == _session_hash(session, raw),
            CitizenSession.channel == channel,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if old is None:
        return SessionRefused("no such session")
    citizen = session.get_one(Citizen, old.citizen_id)
    if old.rotated_to is not None:
        if _close_family(session, old.family, now=now):
            registry.write_audit(session, citizen, "citizens.session_reused", now=now)
        return SessionRefused("the token was exchanged before")
    if old.closed_at is not None or now >= old.expires_at:
        return SessionRefused("the session is over")
    link, new_raw = _new_link(
        session, old.family, citizen.id, channel, now=now, until=now + lifetime
    )
    session.add(link)
    # The old link points at the new one by its id.
    session.flush()
    old.rotated_to = link.id
    return Rotation(new_raw, citizen_actor(citizen.id), citizen.token)


def close_session(session: Session, raw: str, *, now: datetime) -> None:
    """Sign out: close the token's whole family. An unknown token does nothing."""
    found = session.execute(
        select(CitizenSession.family, CitizenSession.citizen_id).where(
            CitizenSession.token_hash == _session_hash(session, raw)
        )
    ).one_or_none()
    if found and _close_family(session, found.family, now=now):
        citizen = session.get_one(Citizen, found.citizen_id)
        registry.write_audit(session, citizen, "citizens.close_session", now=now)


def _new_link(
    session: Session,
    family: str,
    citizen_id: int,
    channel: Channel,
    *,
    now: datetime,
    until: datetime,
) -> tuple[CitizenSession, str]:
    raw = f"{family}.{new_token()}"
    link = CitizenSession(
        token_hash=_session_hash(session, raw),
        family=family,
        citizen_id=citizen_id,
        channel=channel,
        opened_at=now,
        expires_at=until,
    )
    return link, raw


def _is_open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        CitizenSession.closed_at.is_(None),
        CitizenSession.rotated_to.is_(None),
        CitizenSession.expires_at > now,
    )


def _close_family(session: Session, family: str, *, now: datetime) -> bool:
    """Close what is still open of a family; return whether anything was."""
    closed = session.execute(
        update(CitizenSession)
        .where(CitizenSession.family == family, CitizenSession.closed_at.is_(None))
        .values(closed_at=now)
    )
    return cast(CursorResult[Any], closed).rowcount > 0


def _session_hash(session: Session, raw: str) -> str:
    if not raw.isascii():
        return ""  # no token of ours, and no row's hash
    return crypto.of(session).index(raw, purpose="citizen_sessions.token")
