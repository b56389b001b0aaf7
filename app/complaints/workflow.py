"""The way of a complaint, as a table.

    new ─▶ accepted ─▶ dispatched ─▶ handling ─▶ replied ─▶ closed
     └▶ rejected  ▲──objection──┘ └──────▲─redo─────┘ │        │
                  └────────────────── reopened ◀──────┴────────┘

The table is the specification: code, buttons, tests and docs read the same rows.
Source of the states: domain facts §4.2 (12345 and 39046 table 10); a sealed
report has no dispatch at all (§4.3), it stays with the inspectors.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.kernel.errors import Forbidden, Invalid


class Track(StrEnum):
    """Which of two worlds a complaint lives in. Values are stored."""

    SERVICE = "service"
    """For the service-management office and the departments."""
    SEALED = "sealed"
    """For the discipline inspectors, and nobody else."""


class State(StrEnum):
    """Where a complaint stands. Values are stored; never rename one."""

    NEW = "new"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DISPATCHED = "dispatched"
    HANDLING = "handling"
    REPLIED = "replied"
    CLOSED = "closed"
    REOPENED = "reopened"

    @property
    def zh(self) -> str:
        """What people read for the state."""
        return _STATE_NAMES[self]


class Action(StrEnum):
    """What somebody does to a complaint. Values are stored; never rename one."""

    ACCEPT = "accept"
    REJECT = "reject"
    DISPATCH = "dispatch"
    OBJECT = "object"
    START = "start"
    REPLY = "reply"
    RETURN = "return"
    CLOSE = "close"
    CONFIRM = "confirm"
    REOPEN = "reopen"


class Party(StrEnum):
    """In what capacity somebody acts; one person may act in two."""

    REPORTER = "reporter"
    """Who filed it."""
    INTAKE = "intake"
    """The office that takes complaints in, sends them on and closes them."""
    OFFICE = "office"
    """The office in charge at the moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One row of the table.

    Attributes:
        to: The state that is reached.
        by: Who may do it.
        label: The button.
        told: The line in the reporter's progress, in the past.
        reason: What the reason must say; empty when none is asked for. A reason
            for the reporter is shown to them, see ``reason_is_shown``.
        reason_is_shown: The reporter reads the reason too.
        names_office: The step says which office it goes to.
        is_answer: The step carries an answer to the reporter.
        is_quiet: A step between offices: in the progress, but no notice of it.
        tracks: On which tracks the row exists.
    """

    to: State
    by: frozenset[Party]
    label: str
    told: str
    reason: str = ""
    reason_is_shown: bool = False
    names_office: bool = False
    is_answer: bool = False
    is_quiet: bool = False
    tracks: frozenset[Track] = frozenset(Track)


class IllegalTransition(Invalid):
    """The complaint is in a state from which this step is not possible."""

    code = "complaint-illegal-transition"
    zh = "现在的状态不能这样操作，请看过最新进展再办。"


class ReopenedTooOften(IllegalTransition):
    """It has been taken up again as often as the rules allow."""

    code = "complaint-reopened-too-often"
    zh = "这件反馈已经重新办理过，不能再次重办。您可以拨打12345继续反映。"


class ReopenedTooLate(IllegalTransition):
    """The time in which it could be taken up again is over."""

    code = "complaint-reopened-too-late"
    zh = "已经超过可以要求重新办理的时间。需要的话，请重新提交一件反馈。"


_REPORTER = frozenset({Party.REPORTER})
_INTAKE = frozenset({Party.INTAKE})
_OFFICE = frozenset({Party.OFFICE})
_SERVICE = frozenset({Track.SERVICE})

_S = State
_A = Action
_WHY_REJECTED = "写明不予受理的原因，并告诉对方应该向哪里反映。"
_WHY_OBJECTED = "写明不属于本单位职责的理由，建议转给哪个单位。"
_WHY_MOVED = "写明转办的要求；被投诉的单位看不到原文。"
_WHY_REDONE = "写明退回重办的原因和要求。"
_WHY_REOPENED = "请说说哪里没有解决。"

_DISPATCH = Transition(
    to=_S.DISPATCHED, by=_INTAKE, label="转办", told="已转有关单位办理",
    reason=_WHY_MOVED, names_office=True, tracks=_SERVICE,
)  # fmt: skip
_START = Transition(to=_S.HANDLING, by=_INTAKE, label="本单位直接办理", told="正在办理")
_REPLY = Transition(
    to=_S.REPLIED, by=_OFFICE, label="答复", told="已答复", is_answer=True
)
_REOPEN = Transition(
    to=_S.REOPENED, by=_REPORTER, label="没有解决，要求重新办理",
    told="您要求重新办理", reason=_WHY_REOPENED, reason_is_shown=True,
)  # fmt: skip

# fmt: off
TRANSITIONS: Mapping[tuple[State, Action], Transition] = {
    (_S.NEW, _A.ACCEPT): Transition(to=_S.ACCEPTED, by=_INTAKE, label="受理", told="已受理"),
    (_S.NEW, _A.REJECT): Transition(to=_S.REJECTED, by=_INTAKE, label="不予受理", told="不予受理", reason=_WHY_REJECTED, reason_is_shown=True),

    (_S.ACCEPTED, _A.DISPATCH): _DISPATCH,
    (_S.ACCEPTED, _A.START): _START,
    (_S.ACCEPTED, _A.REPLY): _REPLY,

    (_S.DISPATCHED, _A.START): Transition(to=_S.HANDLING, by=_OFFICE, label="签收办理", told="正在办理", tracks=_SERVICE),
    (_S.DISPATCHED, _A.OBJECT): Transition(to=_S.ACCEPTED, by=_OFFICE, label="退单", told="正在确定承办单位", reason=_WHY_OBJECTED, is_quiet=True, tracks=_SERVICE),
    (_S.DISPATCHED, _A.DISPATCH): _DISPATCH,

    (_S.HANDLING, _A.REPLY): _REPLY,
    (_S.HANDLING, _A.DISPATCH): _DISPATCH,

    (_S.REPLIED, _A.CLOSE): Transition(to=_S.CLOSED, by=_INTAKE, label="办结", told="已办结"),
    (_S.REPLIED, _A.RETURN): Transition(to=_S.HANDLING, by=_INTAKE, label="退回重办", told="正在重新办理", reason=_WHY_REDONE),
    (_S.REPLIED, _A.CONFIRM): Transition(to=_S.CLOSED, by=_REPORTER, label="已经解决，办结", told="您确认已解决，已办结"),
    (_S.REPLIED, _A.REOPEN): _REOPEN,

    (_S.CLOSED, _A.REOPEN): _REOPEN,

    (_S.REOPENED, _A.DISPATCH): _DISPATCH,
    (_S.REOPENED, _A.START): _START,
    (_S.REOPENED, _A.REPLY): _REPLY,
}
# fmt: on

AWAITING_DISPATCH = frozenset({State.NEW, State.ACCEPTED, State.REOPENED})
"""States in which the intake owes a decision who handles it."""

AWAITING_ANSWER = frozenset({State.DISPATCHED, State.HANDLING})
"""States in which the office in charge owes an answer."""

OPEN = AWAITING_DISPATCH | AWAITING_ANSWER | {State.REPLIED}
"""States in which somebody at a desk still has something to do."""

MAX_TEXT = 2000
"""Characters of a complaint, an answer, a message or a reason."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What else decides whether it may be taken up again.

    Attributes:
        reopened: How often that happened before.
        days_since_answer: Calendar days since the last answer.
        most_reopenings: How often the rules allow it.
        reopen_days: Calendar days within which the rules allow it.
    """

    reopened: int = 0
    days_since_answer: int = 0
    most_reopenings: int = 2
    reopen_days: int = 30

    def refusal(self, action: Action) -> type[IllegalTransition] | None:
        """Return why a step is closed although the table has it, or None."""
        if action is not Action.REOPEN:
            return None
        if self.reopened >= self.most_reopenings:
            return ReopenedTooOften
        return ReopenedTooLate if self.days_since_answer > self.reopen_days else None


FRESH = Situation()


def actions_open_to(
    parties: Collection[Party],
    state: State,
    track: Track,
    situation: Situation = FRESH,
) -> tuple[Action, ...]:
    """Return what somebody acting in these capacities may do, in table order."""
    return tuple(
        action
        for (start, action), row in TRANSITIONS.items()
        if start is state
        and track in row.tracks
        and not row.by.isdisjoint(parties)
        and situation.refusal(action) is None
    )


def step(
    state: State,
    action: Action,
    *,
    parties: Collection[Party],
    track: Track,
    reason: str = "",
    answer: str = "",
    has_office: bool = False,
    situation: Situation = FRESH,
) -> Transition:
    """Return the row that an action takes.

    Args:
        state: Where the complaint stands.
        action: What is to be done.
        parties: In what capacities the actor acts.
        track: The complaint's.
        reason: As written, 1 to :data:`MAX_TEXT` characters where one is asked.
        answer: As written, the same where the row is an answer.
        has_office: Whether the step says which office it goes to.
        situation: What else is known.

    Raises:
        IllegalTransition: the table has no row for this state, action and track,
            or the situation closes it.
        Forbidden: it has one, for others.
        Invalid: reason, answer or office are missing or too long.
    """
    row = TRANSITIONS.get((state, action))
    if row is None or track not in row.tracks:
        raise IllegalTransition(
            f"a {state} complaint cannot be taken through {action}",
            state=state.value,
            possible=[
                each.value for each in actions_open_to(parties, state, track, situation)
            ],
        )
    if row.by.isdisjoint(parties):
        raise Forbidden(f"{'/'.join(sorted(parties))} may not {action} a complaint")
    if refused := situation.refusal(action):
        raise refused("it may not be taken up again")
    errors: dict[str, str] = {}
    if row.reason:
        errors |= _asked("reason", reason, row.reason)
    if row.is_answer:
        errors |= _asked("answer", answer, "请写明答复的内容。")
    if row.names_office and not has_office:
        errors["office"] = "请选择承办单位。"
    if errors:
        raise Invalid(f"{action} needs more", errors=errors)
    return row


def _asked(field: str, text: str, hint: str) -> dict[str, str]:
    if not text.strip():
        return {field: hint}
    if len(text) > MAX_TEXT:
        return {field: f"最多 {MAX_TEXT} 字，现在是 {len(text)} 字。"}
    return {}


_STATE_NAMES: Mapping[State, str] = {
    State.NEW: "已收到",
    State.ACCEPTED: "已受理",
    State.REJECTED: "不予受理",
    State.DISPATCHED: "已转办",
    State.HANDLING: "办理中",
    State.REPLIED: "已答复",
    State.CLOSED: "已办结",
    State.REOPENED: "重新办理",
}


def next_for_reporter(state: State) -> str:
    """Return what the person who filed it should do, or wait for."""
    return _NEXT[state]


_NEXT: Mapping[State, str] = {
    State.NEW: "请等候。工作人员会决定是否受理、由谁办理。",
    State.ACCEPTED: "正在安排承办单位，请等候。",
    State.REJECTED: "请看不予受理的原因。仍需要帮助，可以拨打12345。",
    State.DISPATCHED: "承办单位收到后会开始办理，请等候答复。",
    State.HANDLING: "正在办理，请等候答复。想补充情况，可以在下面留言。",
    State.REPLIED: "请看答复。已经解决就点“已经解决”，没有解决可以要求重新办理。",
    State.CLOSED: "已经办结。",
    State.REOPENED: "会重新安排办理，请等候答复。",
}


def diagram() -> str:
    """Return the table as a Mermaid state diagram."""
    names = {
        Party.REPORTER: "反映人",
        Party.INTAKE: "受理单位",
        Party.OFFICE: "承办单位",
    }
    lines = ["stateDiagram-v2", f"    [*] --> {State.NEW}"]
    lines += [f'    state "{each.zh}" as {each}' for each in State]
    for (start, action), row in TRANSITIONS.items():
        by = "、".join(names[party] for party in Party if party in row.by)
        lines.append(f"    {start} --> {row.to}: {row.label} {action}（{by}）")
    lines += [f"    {State.REJECTED} --> [*]", f"    {State.CLOSED} --> [*]"]
    return "\n".join(lines) + "\n"
