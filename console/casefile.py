"""A case as its page shows it: what the guide asks beside what was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.cases import pinned, queries, sealing, timeline, viewing
from app.cases.models import Case, CaseNotice, NoticeStatus
from app.cases.rules import SERVICE_DAYS, Subject, light_of
from app.cases.workflow import (
    AFTER_DECISION,
    FINAL,
    TRANSITIONS,
    UNANSWERED,
    WAITING_FOR_APPLICANT,
    Action,
    State,
    Transition,
)
from app.catalogue.guide import FormKind, Guide, Material
from app.clocks import calendar
from app.clocks.arithmetic import Calendar
from app.files import service as files
from app.forms import checking
from app.forms.definitions import FieldType, Form
from app.kernel.actors import Actor
from app.kernel.clock import office_date
from app.people import staff
from app.people.models import Staff
from app.people.permissions import GRANTS, Permission, is_allowed
from app.web.context import now, snapshot
from console import answers, formats, turns, words
from console.blueprints import PREFIX

_NOTICE_WORDS: Mapping[NoticeStatus, tuple[str, str]] = {
    NoticeStatus.PROPOSED: ("等分管领导批准", "warn"),
    NoticeStatus.ISSUED: ("已发给申请人", "info"),
    NoticeStatus.REJECTED: ("未获同意", "quiet"),
    NoticeStatus.LAPSED: ("已作废，未发出", "quiet"),
}

RISKY = frozenset(
    {Action.REFUSE_ACCEPTANCE, Action.REFUSE, Action.TERMINATE, Action.VOID}
)
"""Acts that end a case against the applicant."""

ASKED_TWICE = RISKY | {Action.ACCEPT, Action.GRANT}
"""Acts of the law: asked about once more, with the matter and the applicant."""

NOTICES = frozenset({Action.RETURN, Action.REQUEST_CORRECTION, Action.PROPOSE_NOTICE})
"""Acts that open the list of what is wrong."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """A file that the applicant gave.

    Attributes:
        is_new: It came with the newest supplement.
    """

    token: str
    name: str
    size: str
    pages: int
    is_image: bool
    is_new: bool
    href: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One thing asked for, and what was given for it.

    Attributes:
        key: With its subject, as a notice names it.
        tags: Word and colour of necessity and the like.
        answer: In words; empty for papers.
        missing: Nothing was given though it is required.
        problem: What the newest issued notice says of it.
        changed: The applicant changed it under that notice.
    """

    subject: Subject
    key: str
    label: str
    tags: tuple[tuple[str, str], ...] = ()
    help: str = ""
    answer: str = ""
    files: tuple[Given, ...] = ()
    missing: bool = False
    from_applicant: bool = True
    problem: str = ""
    changed: bool = False

    @property
    def name(self) -> str:
        """What forms and errors call it."""
        return f"{self.subject.value}:{self.key}"


@dataclass(frozen=True)
class Button:
    """One act that the workflow allows.

    Attributes:
        help: When to use it, in one line.
        rare: Folded away, since others are usual.
    """

    action: Action
    row: Transition
    href: str
    help: str
    primary: bool
    risky: bool
    rare: bool


@dataclass(frozen=True)
class Clock:
    """One of the case's time limits, in words."""

    name: str
    basis: str
    on: date
    left: str
    kind: str
    provisional: bool


@dataclass(frozen=True, kw_only=True)
class CaseFilePage:
    """Everything the page of a case shows."""

    case: Case
    href: str
    guide: Guide
    form: Form
    papers: tuple[Asked, ...]
    questions: tuple[tuple[str, tuple[Asked, ...]], ...]
    applicant: str
    office_place: str
    light: words.Mark
    due: str
    clocks: tuple[Clock, ...]
    notices: tuple[dict[str, Any], ...]
    entries: tuple[timeline.Entry, ...]
    buttons: tuple[Button, ...]
    waits_for: str
    assignee: str
    is_mine: bool
    can_claim: bool
    can_assign: bool
    colleagues: tuple[Staff, ...]
    is_deemed: bool
    can_reveal: bool
    revealed: bool

    @property
    def everything(self) -> list[tuple[str, tuple[Asked, ...]]]:
        """Papers and questions under their headings, as a notice can name them."""
        papers = tuple(each for each in self.papers if each.from_applicant)
        return [
            (heading, rows)
            for heading, rows in (("材料", papers), *self.questions)
            if rows
        ]

    @property
    def changed_names(self) -> frozenset[str]:
        """What the applicant has changed when answering notices."""
        return frozenset(
            f"{defect.subject.value}:{defect.key}"
            for notice in self.case.notices
            if notice.answered_at is not None
            for defect in notice.defects
            if defect.changed_at is not None
        )


def load(
    session: Session,
    actor: Actor,
    case: Case,
    *,
    unmasked: Mapping[str, Any] | None = None,
    applicant: str = "",
) -> CaseFilePage:
    """Gather a loaded case for its page.

    Args:
        session: The door's unit of work.
        actor: Who looks.
        case: With steps, files and notices.
        unmasked: Answers in full, after an audited look; masked ones otherwise.
        applicant: The name in full, likewise.
    """
    form, guide = pinned.form_of(session, case), pinned.guide_of(session, case)
    shown = (
        dict(unmasked)
        if unmasked is not None
        else viewing.answers_for(session, actor, case, form)
    )
    days = calendar.load(session)
    marks = _marks(session, case)
    given = _files(session, case)
    place = snapshot().places.get(case.place_code or "")
    assignee = session.get(Staff, case.assignee_id) if case.assignee_id else None
    light = light_of(case.queue_on, case.amber_on, office_date(now()))
    may_take = is_allowed(actor, Permission.CASE_REVEAL) and case.is_open
    may_assign = case.is_open and (
        case.assignee_id == actor.id or actor.has(*_SUPERVISORS)
    )
    return CaseFilePage(
        case=case,
        href=f"{PREFIX}/cases/{case.token}",
        guide=guide,
        form=form,
        papers=_papers(guide, form, given, marks),
        questions=_questions(form, shown, marks),
        applicant=applicant or viewing.shown_applicant(session, case),
        office_place=place.shown if place else "",
        light=words.LIGHTS[light],
        due=formats.left(case.queue_on, office_date(now()), days) if light else "",
        clocks=_clocks(case, days),
        notices=tuple(
            _notice(session, case, each, form, guide) for each in _newest_first(case)
        ),
        entries=timeline.entries(session, actor, case),
        buttons=_buttons(actor, case),
        waits_for=turns.waits_for(case.state, queries.situation_of(case, now=now())),
        assignee=assignee.display_name if assignee else "",
        is_mine=case.assignee_id == actor.id,
        can_claim=may_take and case.assignee_id is None,
        can_assign=may_assign,
        colleagues=_colleagues(session, case) if may_assign else (),
        is_deemed=case.state in UNANSWERED
        and queries.situation_of(case, now=now()).answer_overdue,
        can_reveal=is_allowed(actor, Permission.CASE_REVEAL),
        revealed=unmasked is not None,
    )


_SUPERVISORS = TRANSITIONS[State.SUBMITTED, Action.VOID].by


def _colleagues(session: Session, case: Case) -> tuple[Staff, ...]:
    found = {
        each.id: each
        for role in sorted(GRANTS[Permission.CASE_REVEAL])
        for each in staff.list_of_office(session, case.office_id, role)
    }
    return tuple(each for each in found.values() if each.id != case.assignee_id)


def _marks(session: Session, case: Case) -> dict[str, tuple[str, bool]]:
    """Return what the newest issued notice says, and what was changed since."""
    issued = [n for n in case.notices if n.status is NoticeStatus.ISSUED]
    if not issued:
        return {}
    newest = issued[-1]
    return {
        f"{each.subject.value}:{each.key}": (
            sealing.problem_of(session, case, newest.number, each),
            each.changed_at is not None,
        )
        for each in newest.defects
    }


def _files(session: Session, case: Case) -> dict[str, tuple[Given, ...]]:
    found = {}
    new = _newly_filed(case)
    for key, tokens in queries.filed_files(case).items():
        rows = []
        for number, token in enumerate(tokens, start=1):
            stored = files.get(session, token)
            is_image = stored.media_type.startswith("image/")
            kind = "照片" if is_image else "PDF 文件"
            rows.append(
                Given(
                    token=token,
                    name=files.name_of(session, stored) or f"{kind} {number}",
                    size=formats.size(stored.size),
                    pages=stored.pages,
                    is_image=is_image,
                    is_new=token in new,
                    href=f"{PREFIX}/cases/{case.token}/files/{token}",
                )
            )
        found[key] = tuple(rows)
    return found


def _newly_filed(case: Case) -> frozenset[str]:
    """Return the tokens of the files that were handed in with the newest supplement."""
    answered = [each.answered_at for each in case.notices if each.answered_at]
    if not answered:
        return frozenset()
    since = max(answered)
    return frozenset(
        each.file_token
        for each in case.files
        if each.filed_at is not None and each.filed_at >= since
    )


def _papers(
    guide: Guide,
    form: Form,
    given: Mapping[str, tuple[Given, ...]],
    marks: Mapping[str, tuple[str, bool]],
) -> tuple[Asked, ...]:
    rows = []
    for each in guide.materials:
        problem, changed = marks.get(f"material:{each.key}", ("", False))
        rows.append(
            Asked(
                subject=Subject.MATERIAL,
                key=each.key,
                label=each.name,
                tags=((each.necessity.zh, "brand" if each.must_be_uploaded else ""),),
                help=_about(each),
                files=given.get(each.key, ()),
                missing=each.must_be_uploaded and each.key not in given,
                from_applicant=each.from_applicant,
                problem=problem,
                changed=changed,
            )
        )
    for field in form.fields:
        if field.type is FieldType.FILE:
            problem, changed = marks.get(f"field:{field.key}", ("", False))
            rows.append(
                Asked(
                    subject=Subject.FIELD,
                    key=field.key,
                    label=field.label,
                    tags=(("必要" if field.required else "非必要", ""),),
                    help=field.help,
                    files=given.get(field.key, ()),
                    missing=field.required and field.key not in given,
                    problem=problem,
                    changed=changed,
                )
            )
    return tuple(rows)


def _about(material: Material) -> str:
    kind = "" if material.form_kind is FormKind.UNKNOWN else material.form_kind.zh
    copies = f"{material.copies}份" if material.copies else ""
    source = f"来源：{material.obtainable_by}" if material.obtainable_by else ""
    form = " ".join(part for part in (kind, copies) if part)
    return "；".join(part for part in (form, source, material.note) if part)


def _questions(
    form: Form, shown: Mapping[str, Any], marks: Mapping[str, tuple[str, bool]]
) -> tuple[tuple[str, tuple[Asked, ...]], ...]:
    visible = checking.visible(form, shown)
    divisions = snapshot().divisions()
    out = []
    for heading, fields in form.groups():
        rows = []
        for each in fields:
            if each.key not in visible or each.type is FieldType.FILE:
                continue
            problem, changed = marks.get(f"field:{each.key}", ("", False))
            answer = answers.said(each, shown.get(each.key), divisions)
            rows.append(
                Asked(
                    subject=Subject.FIELD,
                    key=each.key,
                    label=each.label,
                    help="" if each.required else "可以不填",
                    answer=answer,
                    missing=each.required and not answer,
                    problem=problem,
                    changed=changed,
                )
            )
        if rows:
            out.append((heading or "申请表", tuple(rows)))
    return tuple(out)


def _clocks(case: Case, days: Calendar) -> tuple[Clock, ...]:
    """Return the time limits of a case, in the order in which they run."""
    today = office_date(now())
    decided = case.decided_at is not None
    limits = (
        ("告知是否受理", "行政许可法第32条，5个工作日", case.accept_by_on,
         case.state not in UNANSWERED, False),
        ("申请人补正", "补正通知写明的日期", case.supply_by_on,
         case.state not in WAITING_FOR_APPLICANT, False),
        ("承诺办结", "指南或本区承诺的时限", case.promised_due_on, decided,
         case.due_provisional),
        ("法定办结", "法律或指南的法定时限", case.due_on, decided,
         case.due_provisional),
        ("送达决定", f"行政许可法第44条，{SERVICE_DAYS}个工作日", case.serve_by_on,
         case.state not in AFTER_DECISION, False),
    )  # fmt: skip
    return tuple(
        _clock(name, basis, on, today, days, over=over or case.state in FINAL,
               stopped=case.suspended_on is not None, provisional=provisional)
        for name, basis, on, over, provisional in limits
        if on is not None
    )  # fmt: skip


def _clock(
    name: str,
    basis: str,
    on: date,
    today: date,
    days: Calendar,
    *,
    over: bool,
    stopped: bool,
    provisional: bool,
) -> Clock:
    if over:
        left, kind = "已过此环节", "quiet"
    elif stopped:
        left, kind = "特别程序中，暂停计时", "warn"
    else:
        left, kind = formats.left(on, today, days), "bad" if on < today else "info"
    return Clock(name, basis, on, left, kind, provisional)


def _newest_first(case: Case) -> list[CaseNotice]:
    return sorted(case.notices, key=lambda each: -each.number)


def _notice(
    session: Session, case: Case, notice: CaseNotice, form: Form, guide: Guide
) -> dict[str, Any]:
    word, kind = _NOTICE_WORDS[notice.status]
    return {
        "number": notice.number,
        "document": notice.document_number,
        "word": word,
        "kind": kind,
        "issued_at": notice.issued_at,
        "proposed_at": notice.proposed_at,
        "supply_by_on": notice.supply_by_on,
        "answered_at": notice.answered_at,
        "defects": [
            {
                "label": label_of(form, guide, each.subject, each.key),
                "problem": sealing.problem_of(session, case, notice.number, each),
                "changed": each.changed_at is not None,
            }
            for each in notice.defects
        ],
    }


def label_of(form: Form, guide: Guide, subject: Subject, key: str) -> str:
    """Return what people read for a field or a material."""
    if subject is Subject.MATERIAL:
        material = guide.material(key)
        return f"材料：{material.name}" if material else key
    field = form.field(key)
    return field.label if field else key


def _buttons(actor: Actor, case: Case) -> tuple[Button, ...]:
    allowed = queries.actions_for(actor, case, now=now())
    out: list[Button] = []
    for action in allowed:
        row = TRANSITIONS[case.state, action]
        out.append(
            Button(
                action=action,
                row=row,
                href=f"{PREFIX}/cases/{case.token}/correction/{action.value}"
                if action in NOTICES
                else "",
                help=turns.HELP[action],
                primary=not out and action not in turns.RARE,
                risky=action in RISKY,
                rare=action in turns.RARE,
            )
        )
    return tuple(out)
