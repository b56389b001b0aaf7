"""Whom a complaint is about, and who therefore must not know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import or_, select, union
from sqlalchemy.orm import Session

from app.cases.models import Case, CaseStep
from app.catalogue.current import PlaceNeeded, Snapshot
from app.complaints.models import RecusalReason
from app.complaints.rules import rules
from app.complaints.workflow import Track
from app.kernel.actors import ActorKind, Role
from app.kernel.errors import Conflict, Unavailable
from app.people.models import Office, Staff, StaffPost

_READERS = {
    Track.SERVICE: (Role.HANDLER, Role.SUPERVISOR),
    Track.SEALED: (Role.HANDLER,),
}
"""Who reads what their office takes in, as in the query of the desk."""


class SupervisionNotSetUp(Unavailable):
    """The offices that take complaints in are not among the offices loaded."""

    code = "supervision-not-set-up"
    zh = "反馈功能还没有准备好，请拨打12345，或稍后再试。您填的内容还在。"


class NobodyToTakeItIn(Conflict):
    """Whoever could take it in here is complained of, or must keep away."""

    code = "complaint-nobody-to-take-it-in"
    zh = "这里没有与此事无关的人员可以受理，所以没有收下。请向上一级机关反映。"


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


@dataclass(frozen=True)
class Accused:
    """Whom a complaint is said against; empty where it accuses nobody.

    Attributes:
        office_id: The office of the scene.
        case_office_id: The office of the case.
        staff: Members of staff who must not know, with the reason.
    """

    office_id: int | None = None
    case_office_id: int | None = None
    staff: Mapping[int, RecusalReason] = field(default_factory=dict)

    @property
    def offices(self) -> frozenset[int]:
        """The offices, by row id."""
        both = (self.office_id, self.case_office_id)
        return frozenset(each for each in both if each is not None)

    @property
    def only_one_named(self) -> int | None:
        """The one who is called like the accused, if there is just one."""
        named = [i for i, why in self.staff.items() if why is RecusalReason.NAMED]
        return named[0] if len(named) == 1 else None


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


def intake_of(
    session: Session, here: TrackOffices, track: Track, accused: Accused
) -> Office:
    """Return the office that takes it in: one where somebody may read it.

    What is said against the office that takes complaints in, or against all who
    read them there, goes past it to the inspectors.

    Raises:
        NobodyToTakeItIn: nobody may read it there either. It is then not taken in
            at all, and the person is told the next way up.

    Source:
        检举控告工作规则 arts. 15-16 (what concerns the body itself goes to the next
        level up and is not entered in its platform), domain notes §4.4.
    """
    in_turn = (here.service, here.discipline)
    for office in in_turn if track is Track.SERVICE else (here.discipline,):
        if _may_take_in(session, office, track, accused):
            return office
    up = rules().next_way_up[track]
    told = (
        "这里没有与此事无关的人员可以受理，所以没有收下，您写的内容也没有保存。"
        f"请向{up.body}反映，可以拨打{up.telephone}。"
    )
    raise NobodyToTakeItIn("nobody here may read it", zh=told)


def _may_take_in(
    session: Session, office: Office, track: Track, accused: Accused
) -> bool:
    readers = set(
        session.scalars(
            select(StaffPost.staff_id)
            .join(Staff, Staff.id == StaffPost.staff_id)
            .where(
                StaffPost.office_id == office.id,
                StaffPost.role.in_(_READERS[track]),
                StaffPost.active,
                Staff.active,
            )
        )
    )
    partial = set(
        session.scalars(
            union(
                select(StaffPost.staff_id).where(
                    StaffPost.office_id.in_(accused.offices)
                ),
                select(Staff.id).where(Staff.office_id.in_(accused.offices)),
            )
        )
    )
    if readers - partial - accused.staff.keys():
        return True
    # An office without people yet will have some; a report does not wait for them.
    is_empty = not readers and track is Track.SERVICE
    return is_empty and office.id not in accused.offices


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
