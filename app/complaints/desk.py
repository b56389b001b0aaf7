"""The side of the offices: read, write, take a step.

Whoever opens a complaint leaves a row in the audit, in the transaction that gives
them its words: doors open these use cases in a writing transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.clocks.arithmetic import Light
from app.complaints import conversation, queries, sealing
from app.complaints.models import Author, Complaint
from app.complaints.moments import HalfDay
from app.complaints.rules import NO_CLOCK, light_of, rules
from app.complaints.workflow import (
    OPEN,
    TRANSITIONS,
    Action,
    Party,
    State,
    Track,
    actions_open_to,
    step,
)
from app.files import service as files
from app.files.models import StoredFile
from app.kernel import audit
from app.kernel.actors import Actor
from app.kernel.clock import office_date
from app.kernel.errors import Conflict, Invalid, NotFound
from app.people import citizens, offices
from app.people.models import Office, Staff
from app.people.permissions import Permission, require


@dataclass(frozen=True, slots=True)
class DeskStep:
    """A step as a desk sees it.

    Attributes:
        staff: Display name of who took it; empty for the reporter.
        to_office: Short name of the office it was sent to; empty if none.
        at: The moment; None for an anonymous reporter.
    """

    action: Action
    label: str
    by: Author
    staff: str
    office: str
    to_office: str
    reason: str
    when: HalfDay
    at: datetime | None


@dataclass(frozen=True, slots=True)
class DeskMessage:
    """A message as a desk sees it."""

    text: str
    by: Author
    is_answer: bool
    staff: str
    office: str
    when: HalfDay
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A complaint as an office that may know of it sees it.

    Attributes:
        is_named: Somebody put their name to it; who, is asked for separately.
        case_reference: As the reporter wrote it, or of the linked case.
        accused_name: Whom a report is about; so ``accused_post``.
        due_on: The day that counts now; None when nothing is owed.
        photos: Stored files, by their tokens.
        parties: In what capacities the reader may act.
        actions: What the reader may do now: the buttons.
    """

    token: str
    number: str
    track: Track
    kind_label: str
    category: str
    state: State
    light: Light | None
    due_on: date | None
    dispatch_by_on: date
    answer_by_on: date
    provisional: bool
    filed: HalfDay
    filed_at: datetime | None
    is_named: bool
    place_code: str | None
    window_code: str | None
    matter_code: str | None
    case_reference: str
    text: str
    accused_name: str
    accused_post: str
    intake_office: str
    office: str
    about_office: str
    reopened: int
    photos: tuple[str, ...]
    steps: tuple[DeskStep, ...]
    messages: tuple[DeskMessage, ...]
    parties: frozenset[Party]
    actions: tuple[Action, ...]
    can_write: bool
    version: int


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach whoever put their name to a complaint."""

    name: str = field(repr=False)
    phone: str = field(repr=False)


class NotToTheAccused(Invalid):
    """A complaint was about to be sent to the office it is about."""

    code = "complaint-not-to-the-accused"
    zh = "不能转给被投诉的单位办理。"


def read(session: Session, actor: Actor, token: str, *, now: datetime) -> Dossier:
    """Open a complaint; the opening is audited, on both tracks.

    Args:
        session: A writing transaction.
        actor: A member of staff.
        token: Its token.
        now: The current moment.

    Raises:
        NotFound: there is none that the actor may know of.
    """
    require(actor, Permission.COMPLAINT_READ)
    complaint = queries.get(session, actor, token)
    _note_opening(session, actor, complaint, "complaints.read", now)
    return _dossier(session, actor, complaint, now)


def open_photo(
    session: Session, actor: Actor, token: str, file_token: str, *, now: datetime
) -> StoredFile:
    """Return the record of a photo that came with a complaint; audited as read.

    Its bytes are for the door to unseal when the transaction is over: neither the
    store nor the keys may hold up whoever else wants to write.

    Raises:
        NotFound: the actor may not know of the complaint, or it has no such photo.
    """
    require(actor, Permission.COMPLAINT_READ)
    complaint = queries.get(session, actor, token)
    if file_token not in {each.file_token for each in complaint.files}:
        raise NotFound("no such photo")
    _note_opening(session, actor, complaint, "complaints.read-photo", now)
    return files.get(session, file_token)


def take_step(
    session: Session,
    actor: Actor,
    token: str,
    action: Action,
    *,
    seen_version: int,
    reason: str = "",
    answer: str = "",
    to_office_code: str | None = None,
    now: datetime,
) -> Dossier:
    """Take a complaint along a row of the workflow.

    Args:
        session: A writing transaction.
        actor: A member of staff.
        token: Its token.
        action: What is to be done.
        seen_version: The version the actor had before them.
        reason: Where the row asks for one.
        answer: The answer to the reporter, for a reply.
        to_office_code: The office it goes to, for a dispatch.
        now: The current moment.

    Raises:
        NotFound: there is none that the actor may know of.
        Conflict: somebody changed it since.
        IllegalTransition, Forbidden, Invalid: as the workflow says.
        NotToTheAccused: it would go to the office complained of.
    """
    require(actor, Permission.COMPLAINT_HANDLE)
    complaint = queries.get(session, actor, token, for_change=True)
    if complaint.version != seen_version:
        raise Conflict("the complaint has moved on", version=complaint.version)
    to_office = _destination(session, complaint, to_office_code)
    row = step(
        complaint.state,
        action,
        parties=queries.parties_of(actor, complaint),
        track=complaint.track,
        reason=conversation.as_kept(reason),
        answer=conversation.as_kept(answer),
        has_office=to_office is not None,
    )
    to_office_id = to_office.id if to_office and row.names_office else None
    conversation.move(
        session,
        complaint,
        action,
        row,
        staff=actor,
        reason=conversation.as_kept(reason) if row.reason else "",
        to_office_id=to_office_id,
        now=now,
    )
    if row.is_answer:
        conversation.add_message(
            session,
            complaint,
            conversation.as_kept(answer),
            staff=actor,
            is_answer=True,
            now=now,
        )
    if not row.is_quiet:
        conversation.tell_reporter(session, complaint, answered=row.is_answer, now=now)
    audit.write(
        session,
        actor,
        f"complaints.{action}",
        _subject(complaint),
        now=now,
        state=complaint.state.value,
    )
    # The buttons and the version that follow are part of the answer.
    session.flush()
    return _dossier(session, actor, complaint, now)


def write(
    session: Session, actor: Actor, token: str, text: str, *, now: datetime
) -> Dossier:
    """Ask the reporter something, or tell them; it moves neither state nor clock.

    Raises:
        NotFound: there is none that the actor may know of.
        Invalid: the message is empty or too long.
        Conflict: the complaint is at an end.
    """
    require(actor, Permission.COMPLAINT_HANDLE)
    kept = conversation.check_text(text)
    complaint = queries.get(session, actor, token, for_change=True)
    if complaint.state not in OPEN:
        raise Conflict(
            "the complaint is at an end", zh="这件反馈已经结束，不能再留言。"
        )
    conversation.add_message(session, complaint, kept, staff=actor, now=now)
    conversation.tell_reporter(session, complaint, answered=True, now=now)
    audit.write(session, actor, "complaints.write", _subject(complaint), now=now)
    return _dossier(session, actor, complaint, now)


def reveal_reporter(
    session: Session, actor: Actor, token: str, *, now: datetime
) -> Contact:
    """Return name and telephone of whoever put their name to a complaint; audited.

    For calling back. Never of a sealed report, whoever asks.

    Raises:
        NotFound: there is no such complaint for the actor, nobody put their name
            to it, or it is sealed.
    """
    require(actor, Permission.COMPLAINT_HANDLE)
    complaint = queries.get(session, actor, token)
    if complaint.citizen_id is None:
        raise NotFound("nobody is named", zh="这件反馈是匿名的，没有联系方式。")
    audit.write(session, actor, "complaints.reveal", _subject(complaint), now=now)
    known = citizens.profile(session, complaint.citizen_id)
    return Contact(name=known.name, phone=known.phone)


def offices_to_dispatch_to(session: Session, actor: Actor, token: str) -> list[Office]:
    """Return the offices that a complaint can be sent to, by name.

    Never the accused one, never one that has it already, and not the inspectors,
    who are no department among others.

    Raises:
        NotFound: there is none that the actor may know of.
    """
    complaint = queries.get(session, actor, token)
    return [each for each in offices.list_all(session) if _may_go_to(complaint, each)]


def _may_go_to(complaint: Complaint, office: Office) -> bool:
    """Whether a complaint can be sent to an office; offered and checked alike."""
    kept_out = {
        *complaint.accused_offices,
        complaint.intake_office_id,
        complaint.office_id,
    }
    inspectors = rules().discipline_office
    return office.id not in kept_out and inspectors not in (
        office.short_name,
        office.name,
    )


def _destination(
    session: Session, complaint: Complaint, code: str | None
) -> Office | None:
    if not code:
        return None
    office = offices.find_by_code(session, code)
    if office is not None and office.id in complaint.accused_offices:
        raise NotToTheAccused(
            "the office is complained of",
            errors={"office": "不能转给被投诉的单位办理。"},
        )
    if office is None or not _may_go_to(complaint, office):
        raise Invalid("no office to send it to", errors={"office": "请选择承办单位。"})
    return office


def _note_opening(
    session: Session, actor: Actor, complaint: Complaint, action: str, now: datetime
) -> None:
    track = complaint.track.value
    audit.write(session, actor, action, _subject(complaint), now=now, track=track)


def _subject(complaint: Complaint) -> str:
    return f"complaint:{complaint.token}"


def _dossier(
    session: Session, actor: Actor, complaint: Complaint, now: datetime
) -> Dossier:
    content = sealing.content_of(session, complaint)
    names = _office_names(session, complaint)
    staff = _staff_names(session, complaint)
    parties = queries.parties_of(actor, complaint)
    runs = complaint.queue_on != NO_CLOCK
    return Dossier(
        token=complaint.token,
        number=complaint.number,
        track=complaint.track,
        kind_label=queries.kind_label(complaint),
        category=queries.category_label(complaint),
        state=complaint.state,
        light=light_of(complaint.queue_on, complaint.amber_on, office_date(now)),
        due_on=complaint.queue_on if runs else None,
        dispatch_by_on=complaint.dispatch_by_on,
        answer_by_on=complaint.answer_by_on,
        provisional=complaint.due_provisional,
        filed=queries.filed(complaint),
        filed_at=complaint.filed_at,
        is_named=not complaint.is_anonymous,
        place_code=complaint.place_code,
        window_code=complaint.window_code,
        matter_code=complaint.matter_code,
        case_reference=_case_reference(session, complaint)
        or content.get("case_reference", ""),
        text=content["text"],
        accused_name=content.get("accused_name", ""),
        accused_post=content.get("accused_post", ""),
        intake_office=names.get(complaint.intake_office_id, ""),
        office=names.get(complaint.office_id, ""),
        about_office=names.get(complaint.about_office_id or 0, ""),
        reopened=complaint.reopened,
        photos=tuple(each.file_token for each in complaint.files),
        steps=tuple(
            DeskStep(
                action=each.action,
                label=TRANSITIONS[each.from_state, each.action].label,
                by=each.by,
                staff=staff.get(each.staff_id or 0, ""),
                office=names.get(each.office_id or 0, ""),
                to_office=names.get(each.to_office_id or 0, ""),
                reason=sealing.reason_of(
                    session, complaint, each.number, each.reason_sealed
                ),
                when=HalfDay(each.taken_on, each.taken_half),
                at=each.taken_at,
            )
            for each in complaint.steps
        ),
        messages=tuple(
            DeskMessage(
                text=sealing.message_of(
                    session, complaint, each.number, each.text_sealed
                ),
                by=each.by,
                is_answer=each.is_answer,
                staff=staff.get(each.staff_id or 0, ""),
                office=names.get(each.office_id or 0, ""),
                when=HalfDay(each.written_on, each.written_half),
                at=each.written_at,
            )
            for each in complaint.messages
        ),
        parties=parties,
        actions=actions_open_to(parties, complaint.state, complaint.track),
        can_write=complaint.state in OPEN,
        version=complaint.version,
    )


def _case_reference(session: Session, complaint: Complaint) -> str:
    if complaint.case_id is None:
        return ""
    case = session.get(Case, complaint.case_id)
    return (case.reference or "") if case else ""


def _office_names(session: Session, complaint: Complaint) -> dict[int, str]:
    wanted = {
        complaint.intake_office_id,
        complaint.office_id,
        complaint.about_office_id,
        *(each.office_id for each in complaint.steps),
        *(each.to_office_id for each in complaint.steps),
        *(each.office_id for each in complaint.messages),
    }
    found = session.execute(
        select(Office.id, Office.short_name).where(Office.id.in_(wanted - {None}))
    )
    return dict(found.all())


def _staff_names(session: Session, complaint: Complaint) -> dict[int, str]:
    wanted = {each.staff_id for each in complaint.steps}
    wanted |= {each.staff_id for each in complaint.messages}
    found = session.execute(
        select(Staff.id, Staff.display_name).where(Staff.id.in_(wanted - {None}))
    )
    return dict(found.all())
