"""The life of a printed code, as a table. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.kernel.errors import Invalid


class CodeState(StrEnum):
    """Where a code stands in its life."""

    PLANNED = "planned"
    """Made, perhaps printed, not yet hanging."""
    ACTIVE = "active"
    PAUSED = "paused"
    REPLACED = "replaced"
    """Another code hangs in its place and is named by it."""
    REVOKED = "revoked"
    EXPIRED = "expired"


class Act(StrEnum):
    """What is done to a code."""

    ISSUE = "issue"
    ACTIVATE = "activate"
    PAUSE = "pause"
    RESUME = "resume"
    REPLACE = "replace"
    REVOKE = "revoke"
    EXPIRE = "expire"


LIVE = frozenset({CodeState.PLANNED, CodeState.ACTIVE, CodeState.PAUSED})
"""States in which a code holds its place: the same is not issued twice."""


@dataclass(frozen=True)
class Change:
    """One row of the table: where an act leads, and whether it must be explained."""

    to: CodeState
    reason_required: bool = False


class IllegalChange(Invalid):
    """The code's state does not allow this act."""

    code = "illegal-code-change"
    zh = "这个码现在的状态不能这样操作，请刷新后再看。"


# fmt: off
LIFE: Mapping[tuple[CodeState, Act], Change] = {
    (CodeState.PLANNED, Act.ACTIVATE): Change(CodeState.ACTIVE),
    (CodeState.PLANNED, Act.REVOKE):   Change(CodeState.REVOKED, reason_required=True),
    (CodeState.ACTIVE, Act.PAUSE):     Change(CodeState.PAUSED, reason_required=True),
    (CodeState.ACTIVE, Act.REPLACE):   Change(CodeState.REPLACED, reason_required=True),
    (CodeState.ACTIVE, Act.REVOKE):    Change(CodeState.REVOKED, reason_required=True),
    (CodeState.ACTIVE, Act.EXPIRE):    Change(CodeState.EXPIRED),
    (CodeState.PAUSED, Act.RESUME):    Change(CodeState.ACTIVE),
    (CodeState.PAUSED, Act.REPLACE):   Change(CodeState.REPLACED, reason_required=True),
    (CodeState.PAUSED, Act.REVOKE):    Change(CodeState.REVOKED, reason_required=True),
    (CodeState.PAUSED, Act.EXPIRE):    Change(CodeState.EXPIRED),
}
# fmt: on


def acts_open_to(state: CodeState) -> tuple[Act, ...]:
    """Return what may be done to a code in a state, in the table's order."""
    return tuple(act for start, act in LIFE if start is state)


def step(state: CodeState, act: Act, *, reason: str = "") -> CodeState:
    """Return the state that an act leads to.

    Raises:
        IllegalChange: the table has no row for this state and act.
        Invalid: the row wants a reason and none was given.
    """
    row = LIFE.get((state, act))
    if row is None:
        raise IllegalChange(
            f"a {state} code cannot be taken through {act}",
            state=state,
            possible=[str(each) for each in acts_open_to(state)],
        )
    if row.reason_required and not reason.strip():
        raise Invalid(f"{act} needs a reason", errors={"reason": "请写明原因。"})
    return row.to
