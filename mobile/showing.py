"""Cases as pages show them: state in words, colour and mark, the next thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.cases.models import Case
from app.cases.workflow import (
    FINAL,
    WAITING_FOR_APPLICANT,
    Outcome,
    State,
    next_for_applicant,
)
from mobile import formats

_KINDS: Mapping[State, tuple[str, str]] = {
    State.DRAFT: ("", "edit"),
    State.RETURNED: ("warn", "alert"),
    State.CORRECTION: ("warn", "alert"),
    State.NOT_ACCEPTED: ("bad", "info"),
    State.DELIVERY: ("good", "check"),
    State.CLOSED: ("good", "check"),
    State.WITHDRAWN: ("", "info"),
    State.TERMINATED: ("", "info"),
    State.VOIDED: ("", "info"),
}
_GOING_ON = ("info", "clock")


def state_word(case: Case) -> str:
    """Return the state for a citizen, with what was decided."""
    if case.outcome is None or case.state is State.CLOSED:
        return _closed_word(case) if case.state is State.CLOSED else case.state.zh
    return f"{case.state.zh}：{case.outcome.zh}"


def _closed_word(case: Case) -> str:
    if case.outcome is None:
        return case.state.zh
    return f"{case.state.zh}（{case.outcome.zh}）"


def colour_and_mark(case: Case) -> tuple[str, str]:
    """Return the kind of chip and the picture that go with a state."""
    if case.outcome in (Outcome.REFUSED, Outcome.NOT_SUPPLIED):
        return "bad", "info"
    return _KINDS.get(case.state, _GOING_ON)


def href(case: Case) -> str:
    """Return the page of a case; a draft opens where one goes on."""
    return f"/cases/{case.token}"


def is_to_do(case: Case) -> bool:
    """Whether the applicant has to do something now."""
    waiting = case.state in WAITING_FOR_APPLICANT
    return waiting or case.state in (State.DRAFT, State.DELIVERY)


def is_over(case: Case) -> bool:
    """Whether nothing more will happen."""
    return case.state in FINAL


def row(case: Case) -> dict[str, Any]:
    """Return a case as a row of a list."""
    kind, mark = colour_and_mark(case)
    at = case.submitted_at or case.drafted_at
    when = "提交" if case.submitted_at else "开始填写"
    return {
        "name": case.matter_name,
        "href": href(case),
        "sub": f"{formats.moment(at)} {when}",
        "next": next_for_applicant(case.state, case.outcome),
        "state": state_word(case),
        "kind": kind,
        "mark": mark,
    }


def next_sentence(case: Case) -> str:
    """Return what the applicant should do, or wait for."""
    return next_for_applicant(case.state, case.outcome)
