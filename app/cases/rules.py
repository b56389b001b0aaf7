"""Rules of cases that need no database: dates, defects, what may be changed.

Numbers of the law are constants here with their article; numbers that an office
decides come in as :class:`LocalRules`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from app.cases.workflow import AFTER_DECISION, UNANSWERED, UNDER_EXAMINATION, State
from app.catalogue.guide import Guide, Limit, LimitUnit, MatterType
from app.clocks import arithmetic
from app.clocks.arithmetic import Calendar, Light
from app.forms.definitions import FieldType, Form
from app.kernel.errors import Invalid

ANSWER_DAYS = 5
"""Working days to accept, refuse, or say once what is missing.

Source: Administrative Licensing Law, art. 32.
"""

LICENCE_DAYS = 20
"""Working days to decide on a licence when the guide gives no limit.

Source: Administrative Licensing Law, art. 42.
"""

SERVICE_DAYS = 10
"""Working days to issue and serve what was decided.

Source: Administrative Licensing Law, art. 44; used for the other types as well.
"""

NO_CLOCK = date(9999, 12, 31)
"""Stands for the day of a clock while none of the office runs: sorts last."""

MAX_DEFECTS = 100
MAX_PROBLEM = 500
MAX_REASON = 2000
MAX_FILES_PER_MATERIAL = 20
"""Pages of one paper photographed one by one."""


class IncompleteApplication(Invalid):
    """Something that the form or the guide asks for is missing or wrong."""

    code = "incomplete-application"
    zh = "还有几项没有填好，请按提示改正后再提交。填过的内容都已保存。"


class OutsideTheNotice(Invalid):
    """The applicant changed something that the correction notice does not name."""

    code = "outside-the-notice"
    zh = "补正时只能修改通知里列出的内容。"


class NotRaisedBySupplement(Invalid):
    """A further notice names something the applicant's supplement did not touch.

    Source: Administrative Licensing Law, art. 32 (一次告知); design.md §7.
    """

    code = "not-raised-by-supplement"
    zh = "再次告知只限申请人这次补正的内容引起的新问题，其他问题应当在第一次一并告知。"


class Subject(StrEnum):
    """What a defect is about."""

    FIELD = "field"
    MATERIAL = "material"


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing that is wrong, in one field or one material.

    Attributes:
        key: Field key of the pinned form, or material key of the pinned guide.
        problem: What is wrong and how to put it right, for the applicant.
    """

    subject: Subject
    key: str
    problem: str


@dataclass(frozen=True, kw_only=True)
class LocalRules:
    """What an operator decides about cases.

    Attributes:
        division: Six digits of GB/T 2260, the start of every reference.
        divisions: Code to name of the townships an address is chosen from.
        decision_days: Working days promised for a matter whose guide is silent
            and that no law gives a limit; None promises nothing.
        correction_days: Working days to supply what a notice names.
    """

    division: str
    divisions: Mapping[str, str] = field(default_factory=dict)
    decision_days: int | None = LICENCE_DAYS
    correction_days: int = 15


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The last days to decide.

    Attributes:
        due_on: By law or by the guide's statutory limit; None when neither says.
        promised_due_on: As promised; what counts as late. None when nothing is.
        provisional: One of them rests on days not yet announced.
    """

    due_on: date | None
    promised_due_on: date | None
    provisional: bool


@dataclass(frozen=True, slots=True)
class RunningClock:
    """The day an office works against now, and when its light turns amber."""

    on: date = NO_CLOCK
    amber_on: date = NO_CLOCK


def answer_due(received_on: date, calendar: Calendar) -> arithmetic.Due:
    """Return the last day to accept, refuse or notify.

    Source:
        Administrative Licensing Law, art. 32: within five days of receipt,
        working days by art. 82.
    """
    return arithmetic.add_working_days(received_on, ANSWER_DAYS, calendar)


def deadlines(
    guide: Guide, accepted_on: date, calendar: Calendar, *, local: LocalRules
) -> Deadlines:
    """Return the last days to decide a case that was accepted on a day.

    A limit without a unit counts working days. A licence whose guide gives no
    statutory limit has the law's; other matters have none. Where nothing is
    promised and nothing is law, the installation's own limit is the promise.

    Args:
        guide: The guide under which the case was filed.
        accepted_on: Office date of acceptance; not counted.
        calendar: Says which days are worked.
        local: The installation's own limit.

    Source:
        Administrative Licensing Law, art. 42 (20 days) and 82 (working days).
    """
    statutory = guide.statutory_limit
    if not _says_a_number(statutory):
        statutory = None
        if guide.type is MatterType.LICENCE:
            statutory = Limit(LICENCE_DAYS, LimitUnit.WORKDAY, "")
    promised = guide.promised_limit if _says_a_number(guide.promised_limit) else None
    if statutory is None and promised is None and local.decision_days is not None:
        promised = Limit(local.decision_days, LimitUnit.WORKDAY, "")
    due = _end_of(statutory, accepted_on, calendar)
    kept = _end_of(promised, accepted_on, calendar)
    return Deadlines(
        due_on=due.on if due else None,
        promised_due_on=kept.on if kept else None,
        provisional=any(each.provisional for each in (due, kept) if each),
    )


def resumed(
    due_on: date, suspended_on: date, resumed_on: date, calendar: Calendar
) -> arithmetic.Due:
    """Return the last day of a limit that stood still for a while.

    The working days that were left when it stopped are counted from the day it
    runs again; a last day that is not worked stands for the next that is. A
    limit that was over already stays over, and one that did not stand still for
    a day stays as it was.

    Source:
        Administrative Licensing Law, art. 45: time for hearings, tests,
        inspections and expert opinions is not counted. Civil Code, art. 203: a
        last day on a holiday moves to the day after it.
    """
    last = arithmetic.add_working_days(due_on, 0, calendar).on
    left = arithmetic.working_days_between(suspended_on, last, calendar)
    if left < 0 or resumed_on <= suspended_on:
        return arithmetic.Due(due_on, provisional=False)
    return arithmetic.add_working_days(resumed_on, left, calendar)


def running_clock(
    state: State,
    *,
    received_on: date | None,
    accept_by_on: date | None,
    accepted_on: date | None,
    decide_by_on: date | None,
    decided_on: date | None,
    serve_by_on: date | None,
    calendar: Calendar,
) -> RunningClock:
    """Return the clock that runs against the office in a state.

    None runs while the applicant is asked to supply something, during a special
    procedure, and at an end.
    """
    if state in UNANSWERED:
        start, end = received_on, accept_by_on
    elif state in UNDER_EXAMINATION:
        start, end = accepted_on, decide_by_on
    elif state in AFTER_DECISION:
        start, end = decided_on, serve_by_on
    else:
        start = end = None
    if start is None or end is None:
        return RunningClock()
    return RunningClock(end, _amber_from(start, end, calendar))


def light_of(queue_on: date, amber_on: date, today: date) -> Light | None:
    """Return what :func:`app.clocks.arithmetic.light` says, from stored days."""
    if queue_on == NO_CLOCK:
        return None
    if today > queue_on:
        return Light.RED
    return Light.AMBER if today >= amber_on else Light.GREEN


def check_defects(defects: Sequence[Defect], form: Form, guide: Guide) -> None:
    """Refuse a list of defects that could not be put right.

    Raises:
        Invalid: it is too long, names something twice, names what the pinned
            form or guide does not ask of the applicant, or says no problem.
            ``errors`` is keyed ``field:key`` or ``material:key``.
    """
    if len(defects) > MAX_DEFECTS:
        raise Invalid("too many defects", errors={"defects": "一次最多列出100项。"})
    errors: dict[str, str] = {}
    seen: set[tuple[Subject, str]] = set()
    for each in defects:
        name = f"{each.subject}:{each.key}"
        if (each.subject, each.key) in seen:
            errors[name] = "这一项列了两次，请合并成一条。"
        elif not _is_asked(each, form, guide):
            errors[name] = "申请时的表格和办事指南没有要求这一项，不能列入补正。"
        elif not each.problem.strip():
            errors[name] = "请写清楚哪里不对、应当怎样改。"
        elif len(each.problem) > MAX_PROBLEM:
            errors[name] = f"最多{MAX_PROBLEM}个字。"
        seen.add((each.subject, each.key))
    if errors:
        raise Invalid("the list of defects is not in order", errors=errors)


def check_further(
    defects: Iterable[Defect], changed: Collection[tuple[Subject, str]]
) -> None:
    """Refuse a further notice about anything the supplement did not change.

    Args:
        defects: What the further notice would name.
        changed: What the applicant changed when answering earlier notices.

    Raises:
        NotRaisedBySupplement: a defect was there before and was not named.
    """
    strangers = [each for each in defects if (each.subject, each.key) not in changed]
    if strangers:
        raise NotRaisedBySupplement(
            "a further notice is for defects that the supplement raised",
            errors={
                f"{each.subject}:{each.key}": "申请人补正时没有改过这一项。"
                for each in strangers
            },
        )


def missing_materials(guide: Guide, given: Collection[str]) -> dict[str, str]:
    """Return a sentence for each required material that was not given.

    Materials that may follow later, that credit waives or that are optional are
    never missing at submission; nor are those the office makes itself.
    """
    return {
        each.key: f"请上传“{each.name}”。"
        for each in guide.materials
        if each.must_be_uploaded and each.key not in given
    }


def file_slots(form: Form, guide: Guide) -> frozenset[str]:
    """Return the keys under which files may be given."""
    return frozenset(each.key for each in guide.materials if each.from_applicant) | {
        each.key for each in form.fields if each.type is FieldType.FILE
    }


def _is_asked(defect: Defect, form: Form, guide: Guide) -> bool:
    if defect.subject is Subject.FIELD:
        return form.field(defect.key) is not None
    material = guide.material(defect.key)
    return material is not None and material.from_applicant


def _says_a_number(limit: Limit | None) -> bool:
    return limit is not None and limit.amount is not None


def _end_of(
    limit: Limit | None, accepted_on: date, calendar: Calendar
) -> arithmetic.Due | None:
    if limit is None or limit.amount is None:
        return None
    if limit.unit is LimitUnit.DAY:
        return arithmetic.add_calendar_days(accepted_on, limit.amount, calendar)
    return arithmetic.add_working_days(accepted_on, limit.amount, calendar)


def _amber_from(start: date, end: date, calendar: Calendar) -> date:
    """Return the first day whose light is not green; the light only darkens."""
    limit = arithmetic.working_days_between(start, end, calendar)
    days = [start + timedelta(days=n) for n in range(max((end - start).days, 0) + 1)]
    first = bisect_left(
        days,
        True,
        key=lambda day: arithmetic.light(end, day, limit, calendar) is not Light.GREEN,
    )
    return days[first] if first < len(days) else end


def open_fields(form: Form, named: Collection[str]) -> frozenset[str]:
    """Return the fields an applicant may change when a notice names some.

    The named ones, and those that are asked or not depending on a named one:
    a corrected answer may raise the question that follows it.
    """
    keys = set(named)
    for each in form.fields:
        if each.show_if is not None and each.show_if.key in keys:
            keys.add(each.key)
    return frozenset(keys)
