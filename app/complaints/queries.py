"""Finding complaints. Every query starts from what the asker may know of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    false,
    func,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import Session, aliased, selectinload

from app.cases.models import CaseStep
from app.clocks.arithmetic import Light
from app.complaints import receipts, sealing
from app.complaints.categories import Kind, book
from app.complaints.models import Complaint, ComplaintRecusal
from app.complaints.moments import HalfDay
from app.complaints.rules import NO_CLOCK, light_of
from app.complaints.workflow import OPEN, Party, State, Track
from app.kernel import crypto
from app.kernel.actors import Actor, ActorKind, Role
from app.kernel.clock import office_date
from app.kernel.errors import Forbidden, NotFound
from app.people.models import Office
from app.people.permissions import Permission, require
from app.people.recusal import not_recused

MAX_PAGE = 100

_ADVERSE = tuple(kind for kind in Kind if kind.is_adverse)


class ReceiptUnknown(NotFound):
    """No complaint has this receipt; what is wrong with it is not said."""

    code = "receipt-unknown"
    zh = "没有查到。请核对回执码是否完整、有没有写错。"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilters:
    """Which complaints are wanted; the default is every open one.

    Attributes:
        closed: Those at an end instead of the open ones.
        light: Only those whose running clock shows this light.
        mine: Only those that the actor's office is in charge of now.
    """

    state: State | None = None
    kind: Kind | None = None
    track: Track | None = None
    light: Light | None = None
    mine: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """A complaint as a line of the queue: nothing of what was written.

    Attributes:
        category: In words, as it was called when it was filed.
        due_on: The day that counts now; None when nothing is owed.
        is_named: Whether somebody put their name to it.
        office: Short name of the office in charge.
    """

    token: str
    number: str
    track: Track
    kind: Kind
    kind_label: str
    category: str
    place_code: str | None
    window_code: str | None
    matter_code: str | None
    state: State
    light: Light | None
    due_on: date | None
    provisional: bool
    filed: HalfDay
    is_named: bool
    office: str
    version: int


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A stretch of the queue, and where it goes on; None at the end."""

    rows: tuple[QueueRow, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class OwnRow:
    """A complaint as a line of a person's own list."""

    token: str
    number: str
    kind_label: str
    category: str
    state: State
    filed: HalfDay
    answer_by_on: date


@dataclass(frozen=True, slots=True)
class OwnPage:
    """A stretch of somebody's own complaints, newest first."""

    rows: tuple[OwnRow, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How the desk stands. Counts nothing that its owner must not know of."""

    by_state: dict[State, int]
    by_light: dict[Light, int]


def visible_to(actor: Actor) -> Select[Complaint]:
    """Select the complaints a member of staff may know of.

    Those their office takes in or is in charge of; sealed ones only as an
    inspector (a handler of the office that takes sealed ones in); never one that
    they are recused from.

    Raises:
        Forbidden: no role of the actor reads complaints.
    """
    require(actor, Permission.COMPLAINT_READ)
    if not actor.is_staff or actor.office_id is None:
        raise Forbidden("complaints are read at a desk")
    in_reach = or_(
        and_(
            Complaint.track == Track.SERVICE,
            or_(
                Complaint.intake_office_id == actor.office_id,
                Complaint.office_id == actor.office_id,
            ),
        ),
        and_(
            Complaint.track == Track.SEALED,
            Complaint.intake_office_id == actor.office_id,
            true() if actor.has(Role.HANDLER) else false(),
        ),
    )
    return select(Complaint).where(
        in_reach,
        *(
            not_recused(
                actor,
                subject_office_id=office,
                subject_staff_id=Complaint.subject_staff_id,
                handled_by_actor=_concerns(actor),
            )
            for office in (Complaint.subject_office_id, Complaint.case_office_id)
        ),
    )


def _concerns(actor: Actor) -> ColumnElement[bool]:
    """Whether the actor handled the case that a complaint accuses, or is meant."""
    listed = exists().where(
        ComplaintRecusal.complaint_id == Complaint.id,
        ComplaintRecusal.staff_id == actor.id,
    )
    handled = and_(
        Complaint.kind.in_(_ADVERSE),
        exists().where(
            CaseStep.case_id == Complaint.case_id,
            CaseStep.actor_kind == ActorKind.STAFF,
            CaseStep.actor_id == actor.id,
        ),
    )
    return or_(listed, handled)


def parties_of(actor: Actor, complaint: Complaint) -> frozenset[Party]:
    """Return in what capacities a member of staff acts on a visible complaint."""
    parties = set()
    if actor.office_id == complaint.intake_office_id:
        parties.add(Party.INTAKE)
    if actor.office_id == complaint.office_id:
        parties.add(Party.OFFICE)
    return frozenset(parties)


def get(
    session: Session, actor: Actor, token: str, *, for_change: bool = False
) -> Complaint:
    """Return a visible complaint with steps, messages and files.

    Args:
        session: The door's unit of work.
        actor: A member of staff.
        token: Its token.
        for_change: Lock it until the transaction ends.

    Raises:
        NotFound: there is none that the actor may know of.
    """
    wanted = visible_to(actor).where(Complaint.token == token)
    complaint = _loaded(session, wanted, for_change=for_change)
    if complaint is None:
        raise NotFound("no such complaint")
    return complaint


def by_receipt(session: Session, typed: str, *, for_change: bool = False) -> Complaint:
    """Return the complaint that a receipt leads to.

    Raises:
        ReceiptUnknown: it leads nowhere; malformed or wrong, the same answer
            after the same work.
    """
    index = receipts.index_of(crypto.of(session), typed)
    wanted = select(Complaint).where(Complaint.receipt_index == index)
    complaint = _loaded(session, wanted, for_change=for_change)
    if complaint is None:
        raise ReceiptUnknown("no such receipt")
    return complaint


def get_own(
    session: Session, actor: Actor, token: str, *, for_change: bool = False
) -> Complaint:
    """Return a complaint that the signed-in citizen filed under their name.

    Raises:
        NotFound: there is none of theirs.
    """
    wanted = _owned_by(session, actor).where(Complaint.token == token)
    complaint = _loaded(session, wanted, for_change=for_change)
    if complaint is None:
        raise NotFound("no such complaint")
    return complaint


def _loaded(
    session: Session, wanted: Select[Complaint], *, for_change: bool
) -> Complaint | None:
    wanted = wanted.options(
        selectinload(Complaint.steps),
        selectinload(Complaint.messages),
        selectinload(Complaint.files),
    )
    if for_change:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return session.scalar(wanted)


def _owned_by(session: Session, actor: Actor) -> Select[Complaint]:
    require(actor, Permission.INBOX_READ)
    index = sealing.owner_index(crypto.of(session), actor.id)
    return select(Complaint).where(Complaint.owner_index == index)


def list_own(
    session: Session, actor: Actor, *, cursor: str | None = None, limit: int = 20
) -> OwnPage:
    """Return what a citizen filed under their name, on both tracks, newest first.

    Args:
        session: The door's unit of work.
        actor: The citizen.
        cursor: ``next_cursor`` of the page before; an unknown one starts anew.
        limit: 1 to 100.
    """
    limit = max(1, min(limit, MAX_PAGE))
    wanted = _owned_by(session, actor)
    if cursor:
        last = session.scalar(wanted.where(Complaint.token == cursor))
        if last is not None:
            wanted = wanted.where(Complaint.id < last.id)
    found = session.scalars(wanted.order_by(Complaint.id.desc()).limit(limit + 1)).all()
    here = found[:limit]
    return OwnPage(
        tuple(
            OwnRow(
                token=each.token,
                number=each.number,
                kind_label=kind_label(each),
                category=category_label(each),
                state=each.state,
                filed=filed(each),
                answer_by_on=each.answer_by_on,
            )
            for each in here
        ),
        here[-1].token if len(found) > limit else None,
    )


def queue(
    session: Session,
    actor: Actor,
    filters: QueueFilters | None = None,
    cursor: str | None = None,
    *,
    now: datetime,
    limit: int = 20,
) -> QueuePage:
    """Return a stretch of the desk's queue, the most urgent first.

    Complaints at an end come newest first. Who is recused from one finds neither
    the line nor a gap.

    Args:
        session: The door's unit of work.
        actor: A member of staff.
        filters: Which ones; all open ones when it is left out.
        cursor: ``next_cursor`` of the page before; an unknown one starts anew.
        now: The current moment, for the lights.
        limit: 1 to 100.
    """
    limit, today = max(1, min(limit, MAX_PAGE)), office_date(now)
    filters = filters or QueueFilters()
    wanted = _filtered(actor, filters, today)
    last = (
        session.scalar(visible_to(actor).where(Complaint.token == cursor))
        if cursor
        else None
    )
    if filters.closed:
        wanted = wanted.order_by(Complaint.id.desc())
        if last is not None:
            wanted = wanted.where(Complaint.id < last.id)
    else:
        wanted = wanted.order_by(Complaint.queue_on, Complaint.id)
        if last is not None:
            here = tuple_(Complaint.queue_on, Complaint.id)
            wanted = wanted.where(here > tuple_(last.queue_on, last.id))
    office = aliased(Office)
    found = session.execute(
        wanted.join(office, office.id == Complaint.office_id)
        .add_columns(office.short_name)
        .limit(limit + 1)
    ).all()
    page = found[:limit]
    return QueuePage(
        tuple(_queue_row(complaint, name, today) for complaint, name in page),
        page[-1][0].token if len(found) > limit else None,
    )


def counts(session: Session, actor: Actor, *, now: datetime) -> Counts:
    """Count the desk's open complaints by state and by light."""
    today = office_date(now)
    mine = _filtered(actor, QueueFilters(), today).subquery()
    by_state = session.execute(
        select(mine.c.state, func.count()).group_by(mine.c.state)
    )
    on, amber = mine.c.queue_on, mine.c.amber_on
    runs = and_(on >= today, on < NO_CLOCK)
    red, yellow, green = session.execute(
        select(
            func.count().filter(on < today),
            func.count().filter(runs, amber <= today),
            func.count().filter(runs, amber > today),
        )
    ).one()
    return Counts(
        by_state={State(state): number for state, number in by_state},
        by_light={Light.RED: red, Light.AMBER: yellow, Light.GREEN: green},
    )


def _filtered(actor: Actor, filters: QueueFilters, today: date) -> Select[Complaint]:
    wanted = visible_to(actor)
    if filters.state is not None:
        wanted = wanted.where(Complaint.state == filters.state)
    elif filters.closed:
        wanted = wanted.where(Complaint.state.not_in(OPEN))
    else:
        wanted = wanted.where(Complaint.state.in_(OPEN))
    if filters.kind is not None:
        wanted = wanted.where(Complaint.kind == filters.kind)
    if filters.track is not None:
        wanted = wanted.where(Complaint.track == filters.track)
    if filters.mine:
        wanted = wanted.where(Complaint.office_id == actor.office_id)
    if filters.light is not None:
        wanted = wanted.where(_shows(filters.light, today))
    return wanted


def _shows(light: Light, today: date) -> ColumnElement[bool]:
    runs = and_(Complaint.queue_on >= today, Complaint.queue_on < NO_CLOCK)
    return {
        Light.RED: Complaint.queue_on < today,
        Light.AMBER: and_(runs, Complaint.amber_on <= today),
        Light.GREEN: and_(runs, Complaint.amber_on > today),
    }[light]


def _queue_row(complaint: Complaint, office: str, today: date) -> QueueRow:
    runs = complaint.queue_on != NO_CLOCK
    return QueueRow(
        token=complaint.token,
        number=complaint.number,
        track=complaint.track,
        kind=complaint.kind,
        kind_label=kind_label(complaint),
        category=category_label(complaint),
        place_code=complaint.place_code,
        window_code=complaint.window_code,
        matter_code=complaint.matter_code,
        state=complaint.state,
        light=light_of(complaint.queue_on, complaint.amber_on, today),
        due_on=complaint.queue_on if runs else None,
        provisional=complaint.due_provisional,
        filed=filed(complaint),
        is_named=not complaint.is_anonymous,
        office=office,
        version=complaint.version,
    )


def filed(complaint: Complaint) -> HalfDay:
    """Return the half day on which a complaint was filed."""
    return HalfDay(complaint.filed_on, complaint.filed_half)


def kind_label(complaint: Complaint) -> str:
    """Return what a complaint's kind was called when it was filed."""
    return book().numbered(complaint.category_version).of(complaint.kind).label


def category_label(complaint: Complaint) -> str:
    """Return what a complaint's category was called when it was filed."""
    version = book().numbered(complaint.category_version)
    category = version.find(complaint.kind, complaint.category)
    return category.label if category else complaint.category
