"""Reading cases. Every query starts from what the actor may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, selectinload

from app.cases import sealing, timeline, viewing
from app.cases.models import Case, CaseFile, CaseNotice, NoticeStatus
from app.cases.rules import NO_CLOCK, light_of
from app.cases.workflow import (
    FINAL,
    WAITING_FOR_APPLICANT,
    Action,
    Situation,
    State,
    actions_open_to,
    next_for_applicant,
)
from app.clocks.arithmetic import Light
from app.kernel.actors import Actor, ActorKind
from app.kernel.clock import office_date
from app.kernel.errors import Invalid, NotFound
from app.kernel.references import is_case_reference, normalise
from app.people.models import Staff
from app.people.permissions import Permission, require

MAX_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilters:
    """Which cases of the office are wanted; the default is every open one.

    Attributes:
        state: Only this state; it may be a final one.
        light: Only cases whose running clock shows this light.
        reference: Start of a reference, as typed.
        mine: Only cases assigned to the actor.
        closed: The cases at an end instead of the open ones.
    """

    state: State | None = None
    light: Light | None = None
    reference: str = ""
    mine: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """A case as a line of the queue.

    Attributes:
        applicant: Who applies; a person's name is masked.
        due_on: The day the office works against; None when no clock runs.
        assignee: Display name of the member of staff who took it.
    """

    token: str
    reference: str
    matter_name: str
    state: State
    light: Light | None
    due_on: date | None
    provisional: bool
    submitted_at: datetime | None
    applicant: str
    assignee: str
    notices_issued: int
    version: int


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A stretch of the queue, and where it goes on; None at the end."""

    rows: tuple[QueueRow, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class OwnPage:
    """A stretch of somebody's own cases, newest first."""

    cases: tuple[Case, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class TrackedStep:
    """A step as a stranger with the look-up code may see it."""

    told: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """How a case stands, without anything about a person.

    Attributes:
        due_on: Last day to decide, as promised or by law.
        next: What the applicant should do, or wait for.
    """

    reference: str
    matter_name: str
    state: State
    outcome: str
    submitted_at: datetime | None
    accept_by_on: date | None
    due_on: date | None
    provisional: bool
    supply_by_on: date | None
    steps: tuple[TrackedStep, ...]
    next: str


def visible_to(actor: Actor) -> Select[Case]:
    """Select the cases an actor may know about.

    Citizens see their own; staff those of their office that were handed in, if
    their role reads cases at all; the system those that were handed in.

    Raises:
        Forbidden: no role of the actor reads cases.
    """
    if actor.kind is ActorKind.SYSTEM:
        return select(Case).where(Case.state != State.DRAFT)
    require(actor, Permission.CASE_READ)
    if actor.is_citizen:
        return select(Case).where(Case.citizen_id == actor.id)
    return select(Case).where(
        Case.office_id == actor.office_id, Case.state != State.DRAFT
    )


def named(actor: Actor, name: str) -> Select[Case]:
    """Select the visible case with this token or reference."""
    typed = normalise(name)
    if is_case_reference(typed):
        return visible_to(actor).where(Case.reference == typed)
    return visible_to(actor).where(Case.token == name)


def get(session: Session, actor: Actor, name: str) -> Case:
    """Return a case with steps, files and notices.

    A case that exists but is not for the actor is reported as missing, so a
    guessed name tells nothing.

    Args:
        session: The door's unit of work.
        actor: Who asks.
        name: Token or reference.

    Raises:
        NotFound: there is no such case for this actor.
    """
    case = session.scalar(named(actor, name).options(*_WHOLE))
    if case is None:
        raise NotFound("no such case")
    return case


def get_for_change(session: Session, actor: Actor, name: str) -> Case:
    """Return a case as :func:`get` does, locked until the transaction ends.

    Raises:
        NotFound: there is no such case for this actor.
    """
    case = session.scalar(
        named(actor, name)
        .options(*_WHOLE)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if case is None:
        raise NotFound("no such case")
    return case


_WHOLE = (
    selectinload(Case.steps),
    selectinload(Case.files),
    selectinload(Case.notices).selectinload(CaseNotice.defects),
)


def situation_of(case: Case, *, now: datetime) -> Situation:
    """Return the facts of a loaded case on which the workflow depends."""
    today = office_date(now)
    return Situation(
        outcome=case.outcome,
        notices_issued=case.notices_issued,
        notice_proposed=proposed_notice(case) is not None,
        answer_overdue=case.accept_by_on is not None and today > case.accept_by_on,
        supply_overdue=case.supply_by_on is not None and today > case.supply_by_on,
    )


def actions_for(actor: Actor, case: Case, *, now: datetime) -> tuple[Action, ...]:
    """Return what an actor may do with a loaded case now: its buttons."""
    return actions_open_to(actor.roles, case.state, situation_of(case, now=now))


def proposed_notice(case: Case) -> CaseNotice | None:
    """Return the further notice that waits for the supervisor, if any."""
    return next((n for n in case.notices if n.status is NoticeStatus.PROPOSED), None)


def open_notice(case: Case) -> CaseNotice | None:
    """Return the notice that the applicant has to answer now, if any."""
    if case.state not in WAITING_FOR_APPLICANT:
        return None
    issued = [n for n in case.notices if n.status is NoticeStatus.ISSUED]
    return issued[-1] if issued else None


def given_files(case: Case) -> dict[str, tuple[str, ...]]:
    """Return the tokens of the files that stand, by material or field key.

    For the applicant: under an open notice they stand as they are being changed.
    """
    return _by_key(each for each in case.files if each.removed_at is None)


def filed_files(case: Case) -> dict[str, tuple[str, ...]]:
    """Return the tokens of the files as handed in, by material or field key.

    For staff: what the applicant adds or takes away under a notice counts when
    the supplement is handed in, and not before.
    """
    unanswered = {each.number for each in case.notices if each.answered_at is None}
    return _by_key(
        each
        for each in case.files
        if each.filed_at is not None
        and (each.removed_at is None or each.removed_under in unanswered)
    )


def _by_key(files: Iterable[CaseFile]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for each in files:
        found[each.material_key] = (
            *found.get(each.material_key, ()),
            each.file_token,
        )
    return found


def find_file(session: Session, actor: Actor, token: str) -> tuple[Case, CaseFile]:
    """Return the visible case that a stored file belongs to, and its place there.

    For all but the applicant there are only files that were handed in.

    Raises:
        NotFound: no case that the actor may know of has this file.
    """
    visible = visible_to(actor).join(CaseFile, CaseFile.case_id == Case.id)
    if not actor.is_citizen:
        visible = visible.where(CaseFile.filed_at.is_not(None))
    row = session.execute(
        visible.add_columns(CaseFile).where(CaseFile.file_token == token)
    ).first()
    if row is None:
        raise NotFound("no such file")
    case, file = row
    return case, file


def list_own(
    session: Session, actor: Actor, *, cursor: str | None = None, limit: int = 20
) -> OwnPage:
    """Return an applicant's own cases and drafts, newest first.

    Args:
        session: The door's unit of work.
        actor: The applicant.
        cursor: ``next_cursor`` of the page before; None for the first.
        limit: 1 to 100.

    Raises:
        Invalid: the cursor is not one of theirs.
    """
    limit = _limited(limit)
    wanted = visible_to(actor).order_by(Case.id.desc()).limit(limit + 1)
    if cursor:
        wanted = wanted.where(Case.id < _id_of(session, actor, cursor))
    found = tuple(session.scalars(wanted))
    here = found[:limit]
    return OwnPage(here, here[-1].token if len(found) > limit else None)


def queue(
    session: Session,
    actor: Actor,
    filters: QueueFilters | None = None,
    cursor: str | None = None,
    *,
    now: datetime,
    limit: int = 20,
) -> QueuePage:
    """Return a stretch of the office's queue, the most urgent first.

    Cases at an end come newest first.

    Args:
        session: The door's unit of work.
        actor: A member of staff.
        filters: Which cases; all open ones when it is left out.
        cursor: ``next_cursor`` of the page before; None for the first.
        now: The current moment, for the lights.
        limit: 1 to 100.

    Raises:
        Invalid: the cursor is malformed or not of this office.
    """
    limit, today = _limited(limit), office_date(now)
    filters = filters or QueueFilters()
    newest_first = filters.closed or filters.state in FINAL
    wanted = _filtered(actor, filters, today)
    if cursor:
        wanted = wanted.where(_after(session, actor, cursor, newest_first=newest_first))
    keys = (Case.queue_on, Case.id)
    found = session.execute(
        wanted.outerjoin(Staff, Staff.id == Case.assignee_id)
        .add_columns(Staff.display_name)
        .order_by(*(key.desc() if newest_first else key for key in keys))
        .limit(limit + 1)
    ).all()
    here = found[:limit]
    more = len(found) > limit
    return QueuePage(
        tuple(_queue_row(session, case, assignee, today) for case, assignee in here),
        _cursor_of(here[-1][0]) if more else None,
    )


def queue_lights(
    session: Session, actor: Actor, *, now: datetime
) -> dict[Light | None, int]:
    """Count the office's open cases by light; None counts those without a clock."""
    today = office_date(now)
    open_ones = _filtered(actor, QueueFilters(), today).subquery()
    on, amber = open_ones.c.queue_on, open_ones.c.amber_on
    counted = session.execute(
        select(
            func.count().filter(on < today),
            func.count().filter(on >= today, on < NO_CLOCK, amber <= today),
            func.count().filter(on >= today, on < NO_CLOCK, amber > today),
            func.count().filter(on == NO_CLOCK),
        ).select_from(open_ones)
    ).one()
    return dict(zip((Light.RED, Light.AMBER, Light.GREEN, None), counted, strict=True))


def by_lookup(session: Session, reference: str, lookup_code: str) -> Tracking:
    """Return how a case stands, for whoever has reference and look-up code.

    Both errors look the same and cost the same. The door limits how often one
    address may ask.

    Raises:
        NotFound: there is no such case, or the code is not its own.
    """
    number, code = normalise(reference), normalise(lookup_code)
    case = session.scalar(
        select(Case).where(Case.reference == number).options(selectinload(Case.steps))
    )
    kept = case.lookup_hash if case else None
    right = sealing.is_lookup_code(session, number, code, kept or _NO_HASH)
    if case is None or not right:
        raise NotFound("no case with this reference and look-up code")
    return Tracking(
        reference=number,
        matter_name=case.matter_name,
        state=case.state,
        outcome=case.outcome.zh if case.outcome else "",
        submitted_at=case.submitted_at,
        accept_by_on=case.accept_by_on,
        due_on=case.promised_due_on or case.due_on,
        provisional=case.due_provisional,
        supply_by_on=case.supply_by_on,
        steps=tuple(
            TrackedStep(row.told, step.taken_at)
            for step, row in timeline.public_steps(case)
        ),
        next=next_for_applicant(case.state, case.outcome),
    )


_NO_HASH = "0" * 64
"""Compared with when there is no case, so that both ways do the same work."""


def _filtered(actor: Actor, filters: QueueFilters, today: date) -> Select[Case]:
    wanted = visible_to(actor)
    if typed := normalise(filters.reference):
        # "~" sorts after every sign of a reference, as the column is compared sign
        # by sign on every database: a range, so that an index helps on each.
        wanted = wanted.where(Case.reference >= typed, Case.reference < typed + "~")
    elif filters.state is not None:
        wanted = wanted.where(Case.state == filters.state)
    else:
        wanted = wanted.where(Case.is_open.is_(not filters.closed))
    if filters.mine:
        wanted = wanted.where(Case.assignee_id == actor.id)
    if filters.light is Light.RED:
        wanted = wanted.where(Case.queue_on < today)
    elif filters.light is Light.AMBER:
        wanted = wanted.where(
            Case.queue_on >= today, Case.queue_on < NO_CLOCK, Case.amber_on <= today
        )
    elif filters.light is Light.GREEN:
        wanted = wanted.where(
            Case.queue_on >= today, Case.queue_on < NO_CLOCK, Case.amber_on > today
        )
    return wanted


def _after(
    session: Session, actor: Actor, cursor: str, *, newest_first: bool
) -> ColumnElement[bool]:
    """Select what stands after the row that a cursor names."""
    digits, _, token = cursor.partition(".")
    try:
        on = datetime.strptime(digits, _CURSOR_DAY).replace(tzinfo=UTC).date()
    except ValueError:
        raise _bad_cursor() from None
    last = _id_of(session, actor, token)
    if newest_first:
        return or_(Case.queue_on < on, and_(Case.queue_on == on, Case.id < last))
    return or_(Case.queue_on > on, and_(Case.queue_on == on, Case.id > last))


_CURSOR_DAY = "%Y%m%d"


def _cursor_of(case: Case) -> str:
    return f"{case.queue_on.strftime(_CURSOR_DAY)}.{case.token}"


def _id_of(session: Session, actor: Actor, token: str) -> int:
    """Return the row id behind the token of a cursor."""
    found = session.scalar(
        visible_to(actor).with_only_columns(Case.id).where(Case.token == token)
    )
    if found is None:
        raise _bad_cursor()
    return int(found)


def _bad_cursor() -> Invalid:
    return Invalid(
        "the cursor is not one of ours", zh="翻页链接已经失效，请从第一页看起。"
    )


def _limited(limit: int) -> int:
    return min(max(limit, 1), MAX_PAGE)


def _queue_row(
    session: Session, case: Case, assignee: str | None, today: date
) -> QueueRow:
    return QueueRow(
        token=case.token,
        reference=case.reference or "",
        matter_name=case.matter_name,
        state=case.state,
        light=light_of(case.queue_on, case.amber_on, today),
        due_on=None if case.queue_on == NO_CLOCK else case.queue_on,
        provisional=case.due_provisional,
        submitted_at=case.submitted_at,
        applicant=viewing.shown_applicant(session, case),
        assignee=assignee or "",
        notices_issued=case.notices_issued,
        version=case.version,
    )
