"""Whom a complaint is about, and who therefore must not know of it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.cases.models import Case, CaseStep
from app.catalogue.current import PlaceNeeded, Snapshot
from app.complaints.models import RecusalReason
from app.complaints.rules import rules
from app.kernel.actors import ActorKind
from app.kernel.errors import Unavailable
from app.people.models import Office, Staff


class SupervisionNotSetUp(Unavailable):
    """The offices that take complaints in are not among the offices loaded."""

    code = "supervision-not-set-up"
    zh = "反馈功能还没有准备好，请拨打12345，或稍后再试。您填的内容还在。"


@dataclass(frozen=True)
class Scene:
    """Where something happened, as far as the code that was scanned knows.

    Attributes:
        office_code: The office that answers for it; None if nobody can tell.
    """

    place_code: str | None
    window_code: str | None
    matter_code: str | None
    office_code: str | None


@dataclass(frozen=True)
class TrackOffices:
    """The two offices that take complaints in."""

    service: Office
    discipline: Office


def scene_of(
    snapshot: Snapshot,
    *,
    place_code: str | None,
    window_code: str | None,
    matter_code: str | None,
) -> Scene:
    """Return what is known of a scene; what is not known is left out.

    A page may be older than the catalogue, and a complaint is never refused for
    a code that has gone since. The window's office answers before the matter's,
    and that before the place's.
    """
    window = snapshot.windows.get(window_code) if window_code else None
    if window is not None:
        place_code = window.place_code
    place = snapshot.places.get(place_code) if place_code else None
    matter = snapshot.matters.get(matter_code) if matter_code else None
    office_code = window.office_code if window else None
    if office_code is None and matter is not None:
        try:
            office_code = snapshot.office_in_charge(
                matter.code, place.code if place else None
            )
        except PlaceNeeded:
            office_code = None
    if office_code is None and place is not None:
        office_code = place.office_code
    return Scene(
        place_code=place.code if place else None,
        window_code=window.code if window else None,
        matter_code=matter.code if matter else None,
        office_code=office_code,
    )


def track_offices(session: Session) -> TrackOffices:
    """Return the offices that take complaints in.

    Raises:
        SupervisionNotSetUp: one of them does not exist.
    """
    decided = rules()
    service = _office_called(session, decided.service_office)
    discipline = _office_called(session, decided.discipline_office)
    if service is None or discipline is None:
        raise SupervisionNotSetUp("an office of the supervision rules is missing")
    return TrackOffices(service, discipline)


def _office_called(session: Session, name: str) -> Office | None:
    called = or_(Office.short_name == name, Office.name == name)
    found = session.scalars(select(Office).where(called).limit(2)).all()
    # Two offices of one name: a wrong guess would show it to the wrong people.
    return found[0] if len(found) == 1 else None


def find_case(
    session: Session, reference: str, *, citizen_id: int | None = None
) -> Case | None:
    """Return the case with a normalised reference, a citizen's own if one is given."""
    wanted = select(Case).where(Case.reference == reference)
    if citizen_id is not None:
        wanted = wanted.where(Case.citizen_id == citizen_id)
    return session.scalar(wanted)


def recused_staff(
    session: Session, *, case: Case | None, accused_name: str
) -> dict[int, RecusalReason]:
    """Return the members of staff who must not know, by row id, with the reason.

    Whoever took a step in the case, and whoever is called like the accused: a
    name is all that a reporter knows, and hiding it from one too many does less
    harm than showing it to the one.
    """
    recused: dict[int, RecusalReason] = {}
    if case is not None:
        steps = (
            select(CaseStep.actor_id)
            .where(CaseStep.case_id == case.id, CaseStep.actor_kind == ActorKind.STAFF)
            .distinct()
        )
        recused |= dict.fromkeys(session.scalars(steps), RecusalReason.HANDLED)
    if accused_name:
        called = select(Staff.id).where(Staff.display_name == accused_name)
        recused |= dict.fromkeys(session.scalars(called), RecusalReason.NAMED)
    return recused
