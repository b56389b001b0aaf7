"""The history of a case in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import sealing
from app.cases.models import Case, CaseStep
from app.cases.workflow import (
    ROLE_NAMES,
    TRANSITIONS,
    Action,
    State,
    Transition,
    next_for_applicant,
)
from app.kernel.actors import Actor, ActorKind
from app.people.models import Office, Staff

APPLICANT = "申请人"
SYSTEM = "系统"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the history.

    Attributes:
        told: What happened, in the past.
        who: "申请人", "系统", or the office; never a person's name.
        staff_name: Display name and role of the colleague; empty for citizens.
        reason: The reason or opinion as written; empty when none was.
        notice_number: The correction notice that came with the step, if any.
        internal: Only shown to staff.
        next: What the applicant should do, or wait for. Of the last line it is
            what holds now.
    """

    number: int
    at: datetime
    action: Action
    state: State
    told: str
    who: str
    staff_name: str
    reason: str
    notice_number: int | None
    internal: bool
    next: str


def entries(session: Session, actor: Actor, case: Case) -> tuple[Entry, ...]:
    """Return the history of a loaded case, oldest first, as the actor may read it.

    An applicant reads offices, not clerks, and no internal steps.
    """
    offices = _names_of_offices(session, case)
    colleagues = _names_of_staff(session, case) if actor.is_staff else {}
    lines = []
    for step in case.steps:
        row = row_of(step)
        if row.internal and not actor.is_staff:
            continue
        lines.append(
            Entry(
                number=step.number,
                at=step.taken_at,
                action=step.action,
                state=step.to_state,
                told=row.told,
                who=_who(step, offices),
                staff_name=_staff_name(step, colleagues),
                reason=sealing.reason_of(session, case, step),
                notice_number=step.notice_number,
                internal=row.internal,
                next=next_for_applicant(step.to_state, row.outcome or case.outcome),
            )
        )
    return tuple(lines)


def public_steps(case: Case) -> Iterator[tuple[CaseStep, Transition]]:
    """Go through the steps that the applicant is told of."""
    for step in case.steps:
        row = row_of(step)
        if not row.internal:
            yield step, row


def row_of(step: CaseStep) -> Transition:
    """Return the row of the workflow that a step followed."""
    return TRANSITIONS[step.from_state, step.action]


def _who(step: CaseStep, offices: dict[int, str]) -> str:
    if step.actor_kind is ActorKind.CITIZEN:
        return APPLICANT
    if step.actor_kind is ActorKind.SYSTEM or step.office_id is None:
        return SYSTEM
    return offices.get(step.office_id, "")


def _staff_name(step: CaseStep, names: dict[int, str]) -> str:
    if step.actor_kind is not ActorKind.STAFF or step.actor_id not in names:
        return ""
    return f"{names[step.actor_id]}（{ROLE_NAMES[step.role]}）"


def _names_of_offices(session: Session, case: Case) -> dict[int, str]:
    ids = {step.office_id for step in case.steps if step.office_id is not None}
    if not ids:
        return {}
    rows = session.execute(select(Office.id, Office.name).where(Office.id.in_(ids)))
    return {row.id: row.name for row in rows}


def _names_of_staff(session: Session, case: Case) -> dict[int, str]:
    ids = {s.actor_id for s in case.steps if s.actor_kind is ActorKind.STAFF}
    if not ids:
        return {}
    rows = session.execute(
        select(Staff.id, Staff.display_name).where(Staff.id.in_(ids))
    )
    return {row.id: row.display_name for row in rows}
