"""Which event tells whom, with which words, leading where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.cases.events import CaseMoved, CaseSubmitted
from app.complaints.events import ComplaintAnswered, ComplaintFiled, ComplaintMoved
from app.kernel.outbox import OutboxEntry
from app.notices.models import LinkKind
from app.notices.service import Link, Message


class NoPlan(LookupError):
    """An event of a type that nobody has decided on: a newer release wrote it."""


@dataclass(frozen=True)
class Plan:
    """One notice to write.

    Attributes:
        citizen_id: Who is told.
        template: Name of the words in :mod:`notifications.wording`.
        link: Where the notice leads.
    """

    citizen_id: int
    template: str
    link: Link


def _case(payload: Mapping[str, Any], template: str) -> list[Plan]:
    link = Link(LinkKind.CASE, payload["case_token"])
    return [Plan(payload["applicant_id"], template, link)]


def _case_submitted(payload: Mapping[str, Any]) -> list[Plan]:
    return _case(payload, "case-submit")


def _case_moved(payload: Mapping[str, Any]) -> list[Plan]:
    return _case(payload, f"case-{payload['action']}")


def _complaint(payload: Mapping[str, Any], template: str) -> list[Plan]:
    if payload["citizen_id"] is None:
        return []
    link = Link(LinkKind.COMPLAINT, payload["complaint_token"])
    return [Plan(payload["citizen_id"], template, link)]


def _complaint_filed(payload: Mapping[str, Any]) -> list[Plan]:
    return _complaint(payload, "complaint-received")


def _complaint_progress(payload: Mapping[str, Any]) -> list[Plan]:
    return _complaint(payload, "complaint-progress")


PLANS: Mapping[str, Callable[[Mapping[str, Any]], list[Plan]]] = {
    CaseSubmitted.TYPE: _case_submitted,
    CaseMoved.TYPE: _case_moved,
    ComplaintFiled.TYPE: _complaint_filed,
    ComplaintMoved.TYPE: _complaint_progress,
    ComplaintAnswered.TYPE: _complaint_progress,
}
"""Every event there is. A type is added here before it is recorded anywhere."""


def messages_for(entry: OutboxEntry) -> list[Message]:
    """Return the notices that an outbox entry calls for.

    Raises:
        NoPlan: its type is not in :data:`PLANS`.
    """
    planned = PLANS.get(entry.type)
    if planned is None:
        raise NoPlan(entry.type)
    return [
        Message(
            event_id=entry.id,
            citizen_id=plan.citizen_id,
            template=plan.template,
            link=plan.link,
            happened_at=entry.recorded_at,
        )
        for plan in planned(entry.payload)
    ]
