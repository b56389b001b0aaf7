"""The offices of the district: found by code or name, saved by the importer."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.errors import Invalid, NotFound
from app.people.models import NameBasis, Office, OfficeKind


@dataclass(frozen=True, kw_only=True)
class OfficeFacts:
    """What is known of an office.

    Attributes:
        code: Stable name; 1 to 40 signs, never reused for another office.
        parent_code: The office above it, saved before; None for the top.
        telephone: A number that was read for this very office, or None.
        name_basis: Whether the name was read or is only what is usual.
    """

    code: str
    name: str
    short_name: str
    kind: OfficeKind
    parent_code: str | None = None
    telephone: str | None = None
    name_basis: NameBasis = NameBasis.TYPICAL


def find_by_code(session: Session, code: str) -> Office | None:
    """Return the office with this code, or None."""
    return session.scalar(select(Office).where(Office.code == code))


def get_by_code(session: Session, code: str) -> Office:
    """Return the office with this code.

    Raises:
        NotFound: there is none.
    """
    office = find_by_code(session, code)
    if office is None:
        raise NotFound("no such office", office=code)
    return office


def find_by_id(session: Session, office_id: int) -> Office | None:
    """Return the office with this row id, or None."""
    return session.get(Office, office_id)


def list_all(session: Session) -> list[Office]:
    """Return every office, by code."""
    return list(session.scalars(select(Office).order_by(Office.code)))


def by_name(session: Session) -> dict[str, Office]:
    """Return the offices by full name and by short name.

    A full name wins over another office's equal short name; a short name that
    two offices share leads to neither.
    """
    found = list_all(session)
    shared: dict[str, list[Office]] = {}
    for office in found:
        shared.setdefault(office.short_name, []).append(office)
    short = {name: each[0] for name, each in shared.items() if len(each) == 1}
    return short | {office.name: office for office in found}


def save(session: Session, facts: OfficeFacts) -> Office:
    """Add an office, or bring the one with this code up to date.

    Raises:
        Invalid: the parent is unknown, or the office would be above itself.
    """
    office = find_by_code(session, facts.code)
    parent = _parent_of(session, facts)
    if office is None:
        office = Office(code=facts.code)
        session.add(office)
    elif parent is not None:
        _refuse_circle(session, office, parent)
    office.name = facts.name
    office.short_name = facts.short_name
    office.kind = facts.kind
    office.parent_id = parent.id if parent else None
    office.telephone = facts.telephone
    office.name_basis = facts.name_basis
    # The next office, and the records of other rooms, refer to this id.
    session.flush()
    return office


def _parent_of(session: Session, facts: OfficeFacts) -> Office | None:
    if facts.parent_code is None:
        return None
    parent = find_by_code(session, facts.parent_code)
    if parent is None:
        raise Invalid("the parent office is unknown", office=facts.parent_code)
    return parent


def _refuse_circle(session: Session, office: Office, parent: Office) -> None:
    above: Office | None = parent
    while above is not None:
        if above.id == office.id:
            raise Invalid("an office cannot be above itself", office=office.code)
        above = session.get(Office, above.parent_id) if above.parent_id else None
