"""The side of whoever filed: look up, write, confirm, ask for it to be done again.

Two ways lead here: the receipt, which anybody may hold, and the account of the
one who put their name to it. Both see the same, and neither sees a name of staff.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.complaints import conversation, queries, sealing
from app.complaints.categories import Kind
from app.complaints.models import Author, Complaint
from app.complaints.moments import HalfDay
from app.complaints.workflow import (
    OPEN,
    TRANSITIONS,
    Action,
    Party,
    State,
    actions_open_to,
    next_for_reporter,
    step,
)
from app.kernel.actors import Actor
from app.kernel.errors import Conflict, TooMany
from app.people.models import Office

MAX_MESSAGES = 100
"""What one reporter may write to one complaint; the door limits the pace."""

_REPORTER = frozenset({Party.REPORTER})


class ConversationClosed(Conflict):
    """The complaint is at an end; nobody reads messages to it."""

    code = "complaint-conversation-closed"
    zh = "这件反馈已经结束，不能再留言。没有解决的话，可以要求重新办理或重新提交。"


@dataclass(frozen=True)
class ByReceipt:
    """The bearer of a receipt, as typed."""

    receipt: str


@dataclass(frozen=True)
class ByAccount:
    """A signed-in citizen and one of their own, by token."""

    actor: Actor
    token: str


Reporter = ByReceipt | ByAccount
"""Who may speak for whoever filed."""


@dataclass(frozen=True, slots=True)
class SeenStep:
    """A line of the progress.

    Attributes:
        reason: Shown where the reporter is owed one; empty otherwise.
        office: Short name of the office that acted; empty for the reporter.
    """

    told: str
    reason: str
    office: str
    when: HalfDay


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """A message of the conversation.

    Attributes:
        office: Short name of the office that wrote it; empty for the reporter.
    """

    text: str
    by: Author
    is_answer: bool
    office: str
    when: HalfDay


@dataclass(frozen=True, slots=True, kw_only=True)
class ReporterView:
    """A complaint as the one who filed it sees it.

    Attributes:
        token: For the pages of the signed-in; leads nowhere with a receipt.
        next: What to do, or to wait for.
        answer_by_on: Last day to answer, while an answer is owed.
        photos: How many photos came with it.
        actions: What may be done now: confirm, reopen.
    """

    token: str
    number: str
    kind: Kind
    kind_label: str
    category: str
    state: State
    next: str
    filed: HalfDay
    answer_by_on: date | None
    provisional: bool
    place_code: str | None
    window_code: str | None
    matter_code: str | None
    text: str
    photos: int
    steps: tuple[SeenStep, ...]
    messages: tuple[SeenMessage, ...]
    actions: tuple[Action, ...]
    can_write: bool


def see(session: Session, reporter: Reporter, *, now: datetime) -> ReporterView:
    """Return the complaint as its reporter sees it.

    Raises:
        NotFound: receipt or token lead nowhere.
    """
    return _view(session, _found(session, reporter), now)


def write(
    session: Session, reporter: Reporter, text: str, *, now: datetime
) -> ReporterView:
    """Add a message of the reporter's.

    Raises:
        NotFound: receipt or token lead nowhere.
        Invalid: the message is empty or too long.
        ConversationClosed: the complaint is at an end.
        TooMany: :data:`MAX_MESSAGES` have been written.
    """
    kept = conversation.check_text(text)
    complaint = _found(session, reporter, for_change=True)
    if complaint.state not in OPEN:
        raise ConversationClosed("the complaint is at an end")
    written = [each for each in complaint.messages if each.by is Author.REPORTER]
    if len(written) >= MAX_MESSAGES:
        raise TooMany("too many messages", retry_after_s=86_400)
    conversation.add_message(session, complaint, kept, staff=None, now=now)
    return _view(session, complaint, now)


def take_step(
    session: Session,
    reporter: Reporter,
    action: Action,
    *,
    reason: str = "",
    now: datetime,
) -> ReporterView:
    """Confirm that it is solved, or have it taken up again with a reason.

    Raises:
        NotFound: receipt or token lead nowhere.
        IllegalTransition: it is not possible now, or not any more.
        Forbidden: only an office may do it.
        Invalid: the reason is missing or too long.
    """
    kept = conversation.as_kept(reason)
    complaint = _found(session, reporter, for_change=True)
    row = step(
        complaint.state,
        action,
        parties=_REPORTER,
        track=complaint.track,
        reason=kept,
        situation=conversation.situation_of(complaint, now=now),
    )
    conversation.move(session, complaint, action, row, staff=None, reason=kept, now=now)
    return _view(session, complaint, now)


def _found(
    session: Session, reporter: Reporter, *, for_change: bool = False
) -> Complaint:
    match reporter:
        case ByReceipt(receipt):
            return queries.by_receipt(session, receipt, for_change=for_change)
        case ByAccount(actor, token):
            return queries.get_own(session, actor, token, for_change=for_change)


def _view(session: Session, complaint: Complaint, now: datetime) -> ReporterView:
    offices = _short_names(session, complaint)
    return ReporterView(
        token=complaint.token,
        number=complaint.number,
        kind=complaint.kind,
        kind_label=queries.kind_label(complaint),
        category=queries.category_label(complaint),
        state=complaint.state,
        next=next_for_reporter(complaint.state),
        filed=queries.filed(complaint),
        answer_by_on=complaint.answer_by_on
        if complaint.state in OPEN - {State.REPLIED}
        else None,
        provisional=complaint.due_provisional,
        place_code=complaint.place_code,
        window_code=complaint.window_code,
        matter_code=complaint.matter_code,
        text=sealing.content_of(session, complaint)["text"],
        photos=len(complaint.files),
        steps=tuple(
            SeenStep(
                told=TRANSITIONS[each.from_state, each.action].told,
                reason=sealing.reason_of(
                    session, complaint, each.number, each.reason_sealed
                )
                if TRANSITIONS[each.from_state, each.action].reason_is_shown
                else "",
                office=offices.get(each.office_id or 0, ""),
                when=HalfDay(each.taken_on, each.taken_half),
            )
            for each in complaint.steps
        ),
        messages=tuple(
            SeenMessage(
                text=sealing.message_of(
                    session, complaint, each.number, each.text_sealed
                ),
                by=each.by,
                is_answer=each.is_answer,
                office=offices.get(each.office_id or 0, ""),
                when=HalfDay(each.written_on, each.written_half),
            )
            for each in complaint.messages
        ),
        actions=actions_open_to(
            _REPORTER,
            complaint.state,
            complaint.track,
            conversation.situation_of(complaint, now=now),
        ),
        can_write=complaint.state in OPEN,
    )


def _short_names(session: Session, complaint: Complaint) -> dict[int, str]:
    wanted = {each.office_id for each in complaint.steps}
    wanted |= {each.office_id for each in complaint.messages}
    found = session.execute(
        select(Office.id, Office.short_name).where(Office.id.in_(wanted - {None}))
    )
    return dict(found.all())
