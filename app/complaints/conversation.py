"""What both sides share: writing a message, taking a step, telling the other."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.clocks import calendar as calendars
from app.complaints import sealing
from app.complaints.events import ComplaintAnswered, ComplaintMoved
from app.complaints.models import Author, Complaint, ComplaintMessage, ComplaintStep
from app.complaints.moments import half_day
from app.complaints.rules import Clock, rules, running, start_clock
from app.complaints.workflow import (
    MAX_TEXT,
    Action,
    Situation,
    State,
    Transition,
)
from app.kernel import outbox
from app.kernel.actors import Actor
from app.kernel.clock import office_date
from app.kernel.errors import Invalid


def situation_of(complaint: Complaint, *, now: datetime) -> Situation:
    """Return what decides whether a complaint may be taken up again."""
    decided = rules()
    answered = complaint.answered_on
    return Situation(
        reopened=complaint.reopened,
        days_since_answer=(office_date(now) - answered).days if answered else 0,
        most_reopenings=decided.most_reopenings,
        reopen_days=decided.reopen_days,
    )


def as_kept(text: str) -> str:
    """Return a text with the line ends that people count, and none around it.

    Browsers send each line end of a form as two characters.
    """
    return text.replace("\r\n", "\n").strip()


def check_text(text: str) -> str:
    """Return a message as it is kept.

    Raises:
        Invalid: it is empty, or longer than :data:`MAX_TEXT`.
    """
    kept = as_kept(text)
    if not kept:
        raise Invalid("an empty message", errors={"text": "请写下要说的内容。"})
    if len(kept) > MAX_TEXT:
        told = f"最多 {MAX_TEXT} 字，现在是 {len(kept)} 字。"
        raise Invalid("a long message", errors={"text": told})
    return kept


def add_message(
    session: Session,
    complaint: Complaint,
    text: str,
    *,
    staff: Actor | None,
    is_answer: bool = False,
    now: datetime,
) -> ComplaintMessage:
    """Add what one side wrote to a loaded complaint. It moves no clock.

    Args:
        session: The caller's transaction.
        complaint: Loaded for change, with its messages.
        text: Checked.
        staff: Who wrote it; None for the reporter.
        is_answer: It is the answer of the step being taken.
        now: The current moment; only its half day is kept of an anonymous one.
    """
    moment = half_day(now)
    number = len(complaint.messages) + 1
    message = ComplaintMessage(
        complaint_id=complaint.id,
        number=number,
        by=Author.OFFICE if staff else Author.REPORTER,
        is_answer=is_answer,
        staff_id=staff.id if staff else None,
        office_id=staff.office_id if staff else None,
        text_sealed=sealing.seal_message(session, complaint, number, text),
        written_on=moment.on,
        written_half=moment.half,
        written_at=_exact(complaint, staff, now),
    )
    complaint.messages.append(message)
    return message


def move(
    session: Session,
    complaint: Complaint,
    action: Action,
    row: Transition,
    *,
    staff: Actor | None,
    reason: str,
    to_office_id: int | None = None,
    now: datetime,
) -> None:
    """Take a loaded complaint along a row of the table, and write it down.

    Only a reopening starts the clocks again; nothing else that is said or done
    gives an office more time.
    """
    moment = half_day(now)
    number = len(complaint.steps) + 1
    complaint.steps.append(
        ComplaintStep(
            complaint_id=complaint.id,
            number=number,
            action=action,
            from_state=complaint.state,
            to_state=row.to,
            by=Author.OFFICE if staff else Author.REPORTER,
            staff_id=staff.id if staff else None,
            office_id=staff.office_id if staff else None,
            to_office_id=to_office_id,
            reason_sealed=sealing.seal_reason(session, complaint, number, reason),
            taken_on=moment.on,
            taken_half=moment.half,
            taken_at=_exact(complaint, staff, now),
        )
    )
    complaint.state = row.to
    limits = rules().limits[complaint.kind]
    calendar = calendars.load(session)
    if action is Action.REOPEN:
        complaint.reopened += 1
        complaint.clock_started_on = moment.on
        clock = start_clock(moment.on, limits, calendar)
        complaint.dispatch_by_on = clock.dispatch_by_on
        complaint.answer_by_on = clock.answer_by_on
        complaint.due_provisional = clock.provisional
    if row.is_answer:
        complaint.answered_on = moment.on
    if row.to in (State.ACCEPTED, State.REOPENED):
        complaint.office_id = complaint.intake_office_id
    elif to_office_id is not None:
        complaint.office_id = to_office_id
    runs = running(
        row.to,
        Clock(
            complaint.dispatch_by_on,
            complaint.answer_by_on,
            complaint.due_provisional,
        ),
        complaint.clock_started_on,
        limits,
        calendar,
    )
    complaint.queue_on, complaint.amber_on = runs.on, runs.amber_on


def tell_reporter(
    session: Session, complaint: Complaint, *, answered: bool, now: datetime
) -> None:
    """Record that there is news, for the one who put their name to it.

    Of an anonymous one nobody can be told. The event of a sealed report does
    not say which report it is.
    """
    citizen_id = sealing.citizen_to_tell(session, complaint)
    if citizen_id is None and complaint.is_sealed:
        return
    token = None if complaint.is_sealed else complaint.token
    event: outbox.Event
    if answered:
        event = ComplaintAnswered(citizen_id=citizen_id, complaint_token=token)
    else:
        event = ComplaintMoved(
            citizen_id=citizen_id,
            complaint_token=token,
            state="" if complaint.is_sealed else complaint.state.value,
        )
    outbox.record(session, event, now=now)


def _exact(complaint: Complaint, staff: Actor | None, now: datetime) -> datetime | None:
    return None if staff is None and complaint.is_anonymous else now
