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


_PLAIN: Mapping[State, str] = {
    State.SUBMITTED: "已收到，等受理",
    State.RETURNED: "要您修改",
    State.CORRECTION: "要您修改",
    State.ACCEPTANCE_CHECK: "已收到，等受理",
    State.SUSPENDED: "暂停计时",
    State.CERTIFICATE: "通过了，正在制证",
}
"""What a citizen reads where the desk's word for a state is an official one."""

_PLAIN_OUTCOMES: Mapping[tuple[State, Outcome], str] = {
    (State.DECIDED, Outcome.GRANTED): "通过了",
    (State.DECIDED, Outcome.REFUSED): "没有通过",
    (State.DELIVERY, Outcome.GRANTED): "通过了，请领取",
    (State.DELIVERY, Outcome.REFUSED): "没有通过，请领取决定书",
}


def plain_word(state: State, outcome: str) -> str:
    """Return a state for a citizen: plain words first, then the decision's own.

    Args:
        state: Where the case stands.
        outcome: How it came out, as the decision says it; empty while it has not.
    """
    decided = next((each for each in Outcome if each.zh == outcome), None)
    if decided is None or state is State.CERTIFICATE:
        return _PLAIN.get(state, state.zh)
    return f"{_PLAIN_OUTCOMES.get((state, decided), state.zh)}（{outcome}）"


def state_word(case: Case, *, to_change: int = 0) -> str:
    """Return how a case stands, for a citizen.

    Args:
        case: The case.
        to_change: How many things the open notice names; 0 while nobody counted.
    """
    if to_change and case.state in WAITING_FOR_APPLICANT:
        return f"要您改 {to_change} 处"
    return plain_word(case.state, case.outcome.zh if case.outcome else "")


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
