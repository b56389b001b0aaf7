"""What the rest of the system hears about cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class CaseSubmitted(Event):
    """A citizen handed in an application.

    Attributes:
        applicant_id: Row id of the citizen who is told.
        office_id: The office that owes an answer.
        accept_by_on: ISO date of the last day for that answer.
    """

    TYPE: ClassVar[str] = "cases.submitted.v1"

    case_id: int
    case_token: str
    applicant_id: int
    office_id: int
    matter_code: str
    accept_by_on: str


@dataclass(frozen=True, kw_only=True)
class CaseMoved(Event):
    """A case was taken a step that the applicant is to hear of.

    One event for one act: a short cut through several steps says its last.
    Internal steps (an opinion, a proposal) make none.

    Attributes:
        applicant_id: Row id of the citizen who is told.
        office_id: The office in charge.
        action: A value of :class:`app.cases.workflow.Action`.
        state: The :class:`app.cases.workflow.State` that was reached.
        outcome: A value of :class:`app.cases.workflow.Outcome`, or empty.
        step_number: Which step of the case, counted from 1.
    """

    TYPE: ClassVar[str] = "cases.moved.v1"

    case_id: int
    case_token: str
    applicant_id: int
    office_id: int
    matter_code: str
    action: str
    state: str
    outcome: str
    step_number: int
