"""Which citizen is which, by number; how their rows are sealed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.kernel import audit, crypto
from app.kernel.actors import citizen_actor
from app.kernel.errors import NotFound
from app.kernel.references import new_token
from app.people.models import Citizen
from app.people.phones import normalise_mobile


def get(session: Session, citizen_id: int) -> Citizen:
    """Return a citizen.

    Raises:
        NotFound: there is none with this id.
    """
    citizen = session.get(Citizen, citizen_id)
    if citizen is None:
        raise NotFound("no such citizen")
    return citizen


def of_phone(session: Session, phone: str, *, now: datetime) -> Citizen:
    """Return the citizen of a verified number, made now if there was none.

    Only for numbers that were just proven, by a code or by WeChat. Two calls at
    once make one citizen.

    Raises:
        Invalid: the phone number is none.
    """
    phone = normalise_mobile(phone)
    index = phone_index(session, phone)
    if known := _by_phone_index(session, index):
        return known
    token = new_token()
    citizen = Citizen(
        token=token,
        phone_sealed=crypto.of(session).seal(phone, context=_context(token, "phone")),
        phone_index=index,
        created_at=now,
    )
    try:
        # A savepoint: losing the race to another device must not cost the rest.
        with session.begin_nested():
            session.add(citizen)
    except IntegrityError:
        if winner := _by_phone_index(session, index):
            return winner
        raise
    return citizen


def phone_index(session: Session, phone: str) -> str:
    """Return the blind index of a normalised number."""
    return crypto.of(session).index(phone, purpose="citizens.phone")


def sealed(session: Session, citizen: Citizen, column: str, text: str) -> bytes | None:
    """Return a text sealed for a column of a citizen's row; None for no text."""
    if not text:
        return None
    return crypto.of(session).seal(text, context=_context(citizen.token, column))


def opened(
    session: Session, citizen: Citizen, column: str, sealed: bytes | None
) -> str:
    """Return what is sealed in a column of a citizen's row; empty for nothing."""
    if sealed is None:
        return ""
    context = _context(citizen.token, column)
    return crypto.of(session).open_text(sealed, context=context)


def write_audit(
    session: Session,
    citizen: Citizen,
    action: str,
    *,
    now: datetime,
    **facts: str | bool,
) -> None:
    """Note an act of a citizen, by their outside name."""
    audit.write(
        session,
        citizen_actor(citizen.id),
        action,
        f"citizen:{citizen.token}",
        now=now,
        **facts,
    )


def _by_phone_index(session: Session, index: str) -> Citizen | None:
    return session.scalar(select(Citizen).where(Citizen.phone_index == index))


def _context(token: str, column: str) -> str:
    return f"citizens:{token}:{column}"
