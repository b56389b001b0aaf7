"""Handing an application in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session, selectinload

from app.cases import drafts, queries, rules, sealing, serials, workflow
from app.cases.changes import touch
from app.cases.clocks import set_clock
from app.cases.events import CaseSubmitted
from app.cases.models import Case, CaseStep
from app.cases.rules import IncompleteApplication, LocalRules
from app.cases.workflow import Action
from app.catalogue.current import PublishedMatter, Snapshot
from app.clocks import calendar
from app.forms import checking
from app.forms.definitions import Form
from app.kernel import audit, outbox
from app.kernel.actors import Actor, Role
from app.kernel.clock import office_date
from app.kernel.errors import Gone, NotFound
from app.kernel.references import case_reference
from app.people.permissions import Permission, require


class MatterWithdrawn(Gone):
    """The matter is no longer published; applications are not taken."""

    code = "matter-withdrawn"
    zh = "这个事项已经停办，不能提交。您填的内容还在草稿里，可以拨打咨询电话。"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the applicant is given when an application is handed in.

    Attributes:
        lookup_code: For tracking without signing in. Shown here only; empty if
            the keys were changed since, and it can no longer be derived.
        accept_by_on: Last day on which the office answers.
    """

    token: str
    reference: str
    lookup_code: str
    submitted_at: datetime
    accept_by_on: date


def submit(
    session: Session,
    actor: Actor,
    name: str,
    *,
    snapshot: Snapshot,
    local: LocalRules,
    now: datetime,
) -> Receipt:
    """Hand a draft in, or return the receipt of the one that was handed in.

    The answers are checked against the form that is published now, which is
    then pinned with guide and release. Case, step, event and audit are one
    transaction; a second tap waits for the first and gets the same receipt.

    Args:
        session: The door's unit of work.
        actor: The applicant.
        name: Token of the draft.
        snapshot: The published catalogue.
        local: What the operator decided.
        now: The current moment.

    Raises:
        NotFound: the actor has no such draft.
        MatterWithdrawn: the matter is no longer published.
        IncompleteApplication: ``errors`` says for each field or material what
            is missing or wrong.
    """
    require(actor, Permission.CASE_APPLY)
    case = session.scalar(
        queries.named(actor, name)
        .options(selectinload(Case.files))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if case is None:
        raise NotFound("no such draft")
    if case.submitted_at is None:
        matter = snapshot.matters.get(case.matter_code)
        if matter is None:
            raise MatterWithdrawn("the matter is not published")
        drafts.bring_up_to_date(session, case, matter, snapshot)
        values = _checked(session, case, matter, local, now=now)
        _file(session, actor, case, matter.form, values, local=local, now=now)
    return _receipt(session, case)


def receipt(session: Session, actor: Actor, name: str) -> Receipt:
    """Return the receipt of a case that the applicant has handed in, once more.

    Raises:
        NotFound: the actor has no such case, or it is still a draft.
    """
    require(actor, Permission.CASE_APPLY)
    case = session.scalar(queries.named(actor, name))
    if case is None:
        raise NotFound("no such case")
    return _receipt(session, case)


def _checked(
    session: Session,
    case: Case,
    matter: PublishedMatter,
    local: LocalRules,
    *,
    now: datetime,
) -> dict[str, Any]:
    """Read the answers as the form means them, or say everything that is wrong."""
    given = queries.given_files(case)
    typed = sealing.answers_of(session, case)
    checked = checking.check(
        matter.form,
        drafts.with_files(matter.form, typed, given),
        today=office_date(now),
        divisions=local.divisions,
    )
    errors = rules.missing_materials(matter.guide, given) | checked.errors
    if errors:
        raise IncompleteApplication("the application is not complete", errors=errors)
    return checked.values


def _file(
    session: Session,
    actor: Actor,
    case: Case,
    form: Form,
    values: Mapping[str, Any],
    *,
    local: LocalRules,
    now: datetime,
) -> None:
    (move,) = workflow.step(case.state, Action.SUBMIT, roles=actor.roles)
    today, days = office_date(now), calendar.load(session)
    due = rules.answer_due(today, days)
    session.add(
        CaseStep(
            case_id=case.id,
            number=1,
            action=move.action,
            from_state=move.start,
            to_state=move.row.to,
            actor_kind=actor.kind,
            actor_id=actor.id,
            role=Role.CITIZEN,
            announced=True,
            taken_at=now,
        )
    )
    outbox.record(
        session,
        CaseSubmitted(
            case_id=case.id,
            case_token=case.token,
            applicant_id=case.citizen_id,
            office_id=case.office_id,
            matter_code=case.matter_code,
            accept_by_on=due.on.isoformat(),
        ),
        now=now,
    )
    audit.write(session, actor, "cases.submit", f"case:{case.token}", now=now)
    # All but the case itself goes first: the day's serial row, which every other
    # submission waits for, is then locked for one update and the commit only.
    session.flush()
    serial = serials.next_serial(session, local.division, today)
    case.reference = case_reference(local.division, today, serial)
    code = sealing.lookup_code(session, case.token)
    case.lookup_hash = sealing.lookup_hash(session, case.reference, code)
    drafts.keep_filed(session, case, form, values, now=now)
    case.state, case.is_open = move.row.to, True
    case.submitted_at = case.received_at = now
    case.accept_by_on, case.due_provisional = due.on, due.provisional
    set_clock(case, days)
    touch(case, actor, now=now)


def _receipt(session: Session, case: Case) -> Receipt:
    """Return the receipt of a case that was handed in: each time the same."""
    if case.reference is None or case.submitted_at is None or case.lookup_hash is None:
        raise NotFound("the draft has not been handed in")
    code = sealing.lookup_code(session, case.token)
    right = sealing.is_lookup_code(session, case.reference, code, case.lookup_hash)
    return Receipt(
        token=case.token,
        reference=case.reference,
        lookup_code=code if right else "",
        submitted_at=case.submitted_at,
        accept_by_on=case.accept_by_on or office_date(case.submitted_at),
    )
