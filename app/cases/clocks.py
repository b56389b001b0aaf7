"""The clock that runs against the office, kept on the case for queue and lights."""

from __future__ import annotations

from app.cases import rules
from app.cases.models import Case
from app.clocks.arithmetic import Calendar
from app.kernel.clock import office_date


def set_clock(case: Case, days: Calendar) -> None:
    """Work out anew which day the office works against in the case's state."""
    clock = rules.running_clock(
        case.state,
        received_on=case.received_at and office_date(case.received_at),
        accept_by_on=case.accept_by_on,
        accepted_on=case.accepted_at and office_date(case.accepted_at),
        decide_by_on=case.promised_due_on or case.due_on,
        decided_on=case.decided_at and office_date(case.decided_at),
        serve_by_on=case.serve_by_on,
        calendar=days,
    )
    case.queue_on, case.amber_on = clock.on, clock.amber_on
