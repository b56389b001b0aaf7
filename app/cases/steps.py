"""Taking a case along the workflow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases import corrections, pinned, queries, rules, sealing, workflow
from app.cases.changes import refuse_stale, touch
from app.cases.clocks import set_clock
from app.cases.events import CaseMoved
from app.cases.models import Case, CaseStep
from app.cases.rules import MAX_REASON, Defect, LocalRules
from app.cases.workflow import FINAL, Action, IllegalTransition, Move
from app.clocks import arithmetic, calendar
from app.kernel import audit, outbox
from app.kernel.actors import Actor, ActorKind, Role
from app.kernel.clock import office_date
from app.kernel.errors import Forbidden, Invalid
from app.people.permissions import Permission, require


class HandledByYourself(Forbidden):
    """Who had a part in a case cannot void it: that takes a second person."""

    code = "handled-by-yourself"
    zh = "经办过本办件的人不能作废，请由另一位分管领导办理。"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Act:
    """One act on a case, handed from effect to effect."""

    session: Session
    actor: Actor
    case: Case
    defects: Sequence[Defect]
    local: LocalRules
    days: calendar.WorkCalendar
    answer_overdue: bool
    now: datetime


def take_step(
    session: Session,
    actor: Actor,
    name: str,
    action: Action,
    *,
    seen_version: int,
    reason: str = "",
    defects: Sequence[Defect] = (),
    local: LocalRules,
    now: datetime,
) -> Case:
    """Take a case one act along the workflow, and record every step of it.

    Drafts are handed in by :func:`app.cases.filing.submit` instead.

    Args:
        session: The door's unit of work.
        actor: Who acts: applicant, staff, or the system.
        name: Token or reference.
        action: What is to be done.
        seen_version: The version that the actor was shown.
        reason: Written for the applicant, or for the file with internal steps.
        defects: For notices: everything that is wrong, in the notice's order.
        local: What the operator decided.
        now: The current moment.

    Returns:
        The case, with steps, files and notices, locked until the commit.

    Raises:
        NotFound: there is no such case for this actor.
        ChangedMeanwhile: somebody was faster; says who and when.
        IllegalTransition, Forbidden, Invalid: see
            :func:`app.cases.workflow.step`; the notices' own errors are in
            :mod:`app.cases.rules` and :mod:`app.cases.corrections`.
    """
    require(actor, Permission.CASE_PROCESS)
    case = queries.get_for_change(session, actor, name)
    refuse_stale(session, actor, case, seen_version)
    reason = reason.strip()
    if len(reason) > MAX_REASON:
        raise Invalid("the reason is too long", errors={"reason": "最多2000个字。"})
    situation = queries.situation_of(case, now=now)
    if action is Action.SUBMIT:
        raise IllegalTransition("drafts are handed in by submit", state=case.state)
    moves = workflow.step(
        case.state,
        action,
        roles=actor.roles,
        situation=situation,
        reason=reason,
        has_defects=bool(defects),
    )
    act = _Act(
        session=session,
        actor=actor,
        case=case,
        defects=defects,
        local=local,
        days=calendar.load(session),
        answer_overdue=situation.answer_overdue,
        now=now,
    )
    # Short cuts pass through steps whose effect is only to move; the action's own
    # effect belongs to the last.
    effect = _EFFECTS.get(action)
    notice_number = effect(act) if effect else None
    _move(act, moves, reason=reason, notice_number=notice_number)
    return case


def _move(
    act: _Act, moves: Sequence[Move], *, reason: str, notice_number: int | None
) -> None:
    """Record the steps, and everything that follows from the state reached."""
    case, last = act.case, moves[-1]
    for move in moves:
        here = move is last
        case.steps.append(
            CaseStep(
                number=(number := len(case.steps) + 1),
                action=move.action,
                from_state=move.start,
                to_state=move.row.to,
                actor_kind=act.actor.kind,
                actor_id=act.actor.id,
                role=_role(act.actor, move),
                office_id=act.actor.office_id,
                reason_sealed=sealing.seal_reason(
                    act.session, case.token, number, reason if here else ""
                ),
                notice_number=notice_number if here else None,
                announced=here and not move.row.internal,
                taken_at=act.now,
            )
        )
    case.state = last.row.to
    if last.row.outcome is not None:
        case.outcome = last.row.outcome
    if case.state in FINAL:
        case.is_open, case.closed_at = False, act.now
    set_clock(case, act.days)
    touch(case, act.actor, now=act.now)
    if not last.row.internal:
        outbox.record(act.session, _event(case, last), now=act.now)
    audit.write(
        act.session,
        act.actor,
        f"cases.{last.action}",
        f"case:{case.token}",
        now=act.now,
        state=case.state.value,
        steps=len(moves),
    )
    # The door answers with the new version.
    act.session.flush()


def _event(case: Case, last: Move) -> CaseMoved:
    return CaseMoved(
        case_id=case.id,
        case_token=case.token,
        applicant_id=case.citizen_id,
        office_id=case.office_id,
        matter_code=case.matter_code,
        action=last.action.value,
        state=case.state.value,
        outcome=case.outcome.value if case.outcome else "",
        step_number=len(case.steps),
    )


def _role(actor: Actor, move: Move) -> Role:
    """Return the role under which a step is taken; the table's first that is held."""
    return next(role for role in Role if role in move.row.by and role in actor.roles)


def _issue_first(act: _Act) -> int:
    notice = corrections.issue_first(
        act.session, act.actor, act.case, act.defects, local=act.local, now=act.now
    )
    return notice.number


def _propose_further(act: _Act) -> int:
    notice = corrections.propose_further(
        act.session, act.actor, act.case, act.defects, now=act.now
    )
    return notice.number


def _approve_further(act: _Act) -> int:
    notice = corrections.approve_further(
        act.session, act.actor, act.case, local=act.local, now=act.now
    )
    return notice.number


def _reject_further(act: _Act) -> int:
    return corrections.reject_further(act.case).number


def _supplement(act: _Act) -> int:
    notice = corrections.hand_in(act.session, act.case, local=act.local, now=act.now)
    return notice.number


def _accept(act: _Act) -> None:
    """Accept; after five days without an answer it counts from receipt (art. 32)."""
    case = act.case
    corrections.let_lapse(case)
    case.accepted_at = case.received_at if act.answer_overdue else act.now
    if case.accepted_at is None:  # pragma: no cover -- submitted cases were received
        raise AssertionError("a case that was never received")
    found = rules.deadlines(
        pinned.guide_of(act.session, case),
        office_date(case.accepted_at),
        act.days,
        local=act.local,
    )
    case.due_on = found.due_on
    case.promised_due_on = found.promised_due_on
    case.due_provisional = found.provisional


def _refuse_acceptance(act: _Act) -> None:
    corrections.let_lapse(act.case)


def _suspend(act: _Act) -> None:
    act.case.suspended_on = office_date(act.now)


def _resume(act: _Act) -> None:
    case, today = act.case, office_date(act.now)
    since = case.suspended_on or today
    for name in ("due_on", "promised_due_on"):
        before = getattr(case, name)
        if before is not None:
            due = rules.resumed(before, since, today, act.days)
            setattr(case, name, due.on)
            case.due_provisional = case.due_provisional or due.provisional
    case.suspended_on = None


def _decide(act: _Act) -> None:
    case = act.case
    case.decided_at = act.now
    case.serve_by_on = arithmetic.add_working_days(
        office_date(act.now), rules.SERVICE_DAYS, act.days
    ).on


def _void(act: _Act) -> None:
    handled = {
        step.actor_id for step in act.case.steps if step.actor_kind is ActorKind.STAFF
    }
    if act.actor.id in handled:
        raise HandledByYourself("whoever handled a case cannot void it")


_EFFECTS: Mapping[Action, Callable[[_Act], int | None]] = {
    Action.RETURN: _issue_first,
    Action.REQUEST_CORRECTION: _issue_first,
    Action.PROPOSE_NOTICE: _propose_further,
    Action.APPROVE_NOTICE: _approve_further,
    Action.REJECT_NOTICE: _reject_further,
    Action.SUPPLEMENT: _supplement,
    Action.ACCEPT: _accept,
    Action.DEEM_ACCEPTED: _accept,
    Action.REFUSE_ACCEPTANCE: _refuse_acceptance,
    Action.SUSPEND: _suspend,
    Action.RESUME: _resume,
    Action.GRANT: _decide,
    Action.REFUSE: _decide,
    Action.VOID: _void,
}
"""What an action does besides moving; returns the number of its notice, if any."""
