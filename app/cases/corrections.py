"""Correction notices: everything that is wrong, said once (一次性告知).

    first notice      the clerk issues it
    further notice    the clerk proposes it, only about what the applicant's own
                      supplement changed; the supervisor issues or rejects it
    supplement        the applicant changes what the notice names, and hands it in

Called by :mod:`app.cases.service` with a loaded and locked case.

Source: Administrative Licensing Law, art. 32; design.md §7.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.cases import drafts, pinned, queries, rules, sealing
from app.cases.models import (
    Case,
    CaseDefect,
    CaseNotice,
    NoticeStatus,
    PastAnswers,
)
from app.cases.rules import Defect, IncompleteApplication, LocalRules, Subject
from app.clocks import arithmetic, calendar
from app.forms import checking
from app.forms.definitions import Form
from app.kernel.actors import Actor
from app.kernel.clock import office_date
from app.kernel.errors import Forbidden


class SamePerson(Forbidden):
    """Who proposed a further notice cannot approve it."""

    code = "same-person"
    zh = "提请再次告知的人不能自己批准，请由另一位分管领导审批。"


def issue_first(
    session: Session,
    actor: Actor,
    case: Case,
    defects: Sequence[Defect],
    *,
    local: LocalRules,
    now: datetime,
) -> CaseNotice:
    """Issue the one notice that names everything."""
    notice = _listed(session, actor, case, defects, now=now)
    _issue(session, actor, case, notice, local=local, now=now)
    return notice


def propose_further(
    session: Session,
    actor: Actor,
    case: Case,
    defects: Sequence[Defect],
    *,
    now: datetime,
) -> CaseNotice:
    """List what the supplement has raised, for the supervisor.

    Raises:
        NotRaisedBySupplement: a defect is about something that the applicant
            did not change.
    """
    changed = {
        (defect.subject, defect.key)
        for notice in case.notices
        if notice.answered_at is not None
        for defect in notice.defects
        if defect.changed_at is not None
    }
    rules.check_further(defects, changed)
    return _listed(session, actor, case, defects, now=now)


def approve_further(
    session: Session, actor: Actor, case: Case, *, local: LocalRules, now: datetime
) -> CaseNotice:
    """Issue the further notice that was proposed.

    Raises:
        SamePerson: the actor proposed it.
    """
    notice = _proposed(case)
    if notice.proposed_by_id == actor.id:
        raise SamePerson("who proposed a notice cannot approve it")
    _issue(session, actor, case, notice, local=local, now=now)
    return notice


def reject_further(case: Case) -> CaseNotice:
    """Turn the proposed further notice down; the applicant never hears of it."""
    notice = _proposed(case)
    notice.status = NoticeStatus.REJECTED
    return notice


def let_lapse(case: Case) -> None:
    """Drop a proposal that the case has left behind."""
    if notice := queries.proposed_notice(case):
        notice.status = NoticeStatus.LAPSED


def hand_in(
    session: Session, case: Case, *, local: LocalRules, now: datetime
) -> CaseNotice:
    """Take the applicant's changes over as what is filed now.

    What was filed before is kept. The five working days to answer begin anew.
    Only what the applicant may change or has changed is checked: the rest was
    in order when it was filed, and townships or dates of today cannot ask for
    a change that the notice forbids.

    Raises:
        IncompleteApplication: something the notice names was not changed, or
            what was changed is not in order. ``errors`` is keyed by field or
            material key.
    """
    notice = queries.open_notice(case)
    if notice is None:  # pragma: no cover -- the workflow leads here only so
        raise AssertionError("no notice is open")
    form, guide = pinned.form_of(session, case), pinned.guide_of(session, case)
    given = queries.given_files(case)
    filed = sealing.answers_of(session, case)
    amended = sealing.amended_answers_of(session, case)
    at_issue = _at_issue(notice, form, filed, amended)
    checked = checking.check(
        form,
        drafts.with_files(form, amended, given),
        today=office_date(now),
        divisions=local.divisions,
    )
    found = rules.missing_materials(guide, given) | checked.errors
    errors = {key: said for key, said in found.items() if key in at_issue}
    for defect in notice.defects:
        if defect.changed_at is None:
            errors.setdefault(defect.key, "通知里的这一项还没有修改。")
    if errors:
        raise IncompleteApplication("the supplement is not complete", errors=errors)
    session.add(
        PastAnswers(
            case_id=case.id,
            number=notice.number,
            answers_sealed=sealing.seal_past(session, case.token, notice.number, filed),
            replaced_at=now,
        )
    )
    settled = {key: value for key, value in filed.items() if key not in at_issue}
    values = checked.values | settled
    shown = checking.visible(form, values)
    drafts.keep_filed(
        session,
        case,
        form,
        {key: value for key, value in values.items() if key in shown},
        now=now,
    )
    case.amended_sealed = None
    notice.answered_at = now
    case.received_at = now
    case.accept_by_on = rules.answer_due(office_date(now), calendar.load(session)).on
    case.supply_by_on = None
    return notice


def _at_issue(
    notice: CaseNotice,
    form: Form,
    filed: Mapping[str, Any],
    amended: Mapping[str, Any],
) -> frozenset[str]:
    """Return the keys that a supplement answers for: named, opened or changed."""
    named = {each.key for each in notice.defects}
    changed = {
        key
        for key in filed.keys() | amended.keys()
        if filed.get(key) != amended.get(key)
    }
    return rules.open_fields(form, named) | changed


def _listed(
    session: Session,
    actor: Actor,
    case: Case,
    defects: Sequence[Defect],
    *,
    now: datetime,
) -> CaseNotice:
    """Write a list of defects down as a notice that nobody has been sent yet."""
    rules.check_defects(
        defects, pinned.form_of(session, case), pinned.guide_of(session, case)
    )
    number = max((notice.number for notice in case.notices), default=0) + 1
    notice = CaseNotice(
        number=number,
        document_number=f"{case.reference}-{number:02d}",
        status=NoticeStatus.PROPOSED,
        proposed_by_id=actor.id,
        proposed_at=now,
        defects=[
            CaseDefect(
                position=position,
                subject=Subject(each.subject),
                key=each.key,
                problem_sealed=sealing.seal_problem(
                    session, case.token, number, position, each.problem.strip()
                ),
            )
            for position, each in enumerate(defects, start=1)
        ],
    )
    case.notices.append(notice)
    return notice


def _issue(
    session: Session,
    actor: Actor,
    case: Case,
    notice: CaseNotice,
    *,
    local: LocalRules,
    now: datetime,
) -> None:
    due = arithmetic.add_working_days(
        office_date(now), local.correction_days, calendar.load(session)
    )
    notice.status = NoticeStatus.ISSUED
    notice.issued_by_id = actor.id
    notice.issued_at = now
    notice.supply_by_on = due.on
    case.supply_by_on = due.on
    case.notices_issued += 1


def _proposed(case: Case) -> CaseNotice:
    notice = queries.proposed_notice(case)
    if notice is None:  # pragma: no cover -- the workflow leads here only so
        raise AssertionError("no notice is proposed")
    return notice
