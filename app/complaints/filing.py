"""Filing a complaint, in one's name or in nobody's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from app.cases.models import Case
from app.catalogue.current import Snapshot
from app.clocks import calendar as calendars
from app.complaints import receipts, sealing, subjects
from app.complaints.categories import Kind, book
from app.complaints.conversation import as_kept
from app.complaints.events import ComplaintFiled
from app.complaints.models import (
    Complaint,
    ComplaintFile,
    ComplaintRecusal,
)
from app.complaints.moments import HalfDay, half_day
from app.complaints.rules import rules, running, start_clock
from app.complaints.subjects import Accused, Scene
from app.complaints.workflow import MAX_TEXT, OPEN, State, Track
from app.files import service as files
from app.files.service import Owner
from app.files.tickets import TicketInvalid, ticket_owner_key
from app.kernel import audit, crypto, outbox
from app.kernel.actors import citizen_actor
from app.kernel.crypto import Keyring
from app.kernel.errors import Conflict, Gone, Invalid, NotFound
from app.kernel.references import new_code, new_token, normalise
from app.people import offices
from app.people.models import Office

MAX_FILES = 4
"""Photos that may come with a complaint."""

_MAX_NAME = 60


class AlreadyFiled(Conflict):
    """The same form was handed in before, and what is new in it was not taken."""

    code = "complaint-already-filed"
    zh = (
        "这份表已经提交过了，这次改动或新加的没有收下。要补充内容，请凭回执码查询后留言；"
        "要补充照片或另说一件事，请重新打开页面，再提交一件。"
    )


@dataclass(frozen=True, kw_only=True)
class Filing:
    """What a person brings forward, and where they stood when they did.

    Attributes:
        case_reference: As typed; empty if it is about no case in particular.
        accused_name: Whom a report is about; so ``accused_post``. Reports only.
        files: Tokens of uploaded photos, at most :data:`MAX_FILES`.
        ticket: The upload ticket that came with the form. It shows that the
            photos are the sender's, and makes a second tap harmless. Empty where
            no form was shown.
        named_citizen_id: The signed-in citizen who puts their name to it; None
            for an anonymous one. Nothing else may say who it is.
    """

    kind: Kind
    category: str
    text: str
    place_code: str | None = None
    window_code: str | None = None
    matter_code: str | None = None
    case_reference: str = ""
    accused_name: str = ""
    accused_post: str = ""
    files: tuple[str, ...] = ()
    ticket: str = ""
    named_citizen_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What the person takes away.

    Attributes:
        code: 26 signs; shown once, kept nowhere.
        number: What people at desks call it; opens nothing.
        answer_by_on: Last day to answer.
        provisional: That day rests on days not yet announced.
    """

    code: str
    number: str
    kind: Kind
    filed: HalfDay
    answer_by_on: date
    provisional: bool

    @property
    def grouped(self) -> str:
        """The code in groups of four, for the screen and for paper."""
        return receipts.grouped(self.code)


def file(
    session: Session, filing: Filing, *, snapshot: Snapshot, now: datetime
) -> Receipt:
    """File a complaint and give the receipt that leads back to it.

    Of an anonymous one neither a person nor the hour is stored, no event and no
    audit row is written: nothing in the database was there at that minute.

    Args:
        session: The door's unit of work.
        filing: What was filled in.
        snapshot: The published catalogue, for place, window and matter.
        now: The current moment; only its half day is kept of an anonymous one.

    Raises:
        Invalid: something is missing or too long; ``errors`` says what.
        AlreadyFiled: the same form came before, with other words or another scene,
            or with further photos that cannot be added any more.
        SupervisionNotSetUp: there is no office to take it in.
        NobodyToTakeItIn: nobody there may read it; nothing was stored.
        TicketInvalid: the ticket is not one of ours, or its time is over.
        Conflict: a photo belongs to something else.
    """
    _check(filing, now)
    keyring = crypto.of(session)
    code = receipts.code_for(keyring, filing.ticket)
    index = receipts.index_of(keyring, code)
    scene = subjects.scene_of(
        snapshot,
        place_code=filing.place_code,
        window_code=filing.window_code,
        matter_code=filing.matter_code,
    )
    if earlier := _with_receipt(session, index):
        _take_again(session, earlier, filing, scene, now)
        return _receipt_of(earlier, code)

    _require_own(keyring, filing.ticket, now)
    here = subjects.track_offices(session)
    case = _case_meant(session, filing)
    about = offices.find_by_code(session, scene.office_code or "")
    accused = _accused(session, filing, about, case)
    intake = subjects.intake_of(session, here, filing.kind.track, accused)
    complaint = _made(session, filing, scene, intake, accused, now=now)
    complaint.receipt_index = index
    complaint.about_office_id = about.id if about else None
    complaint.case_id = _case_kept(filing, case)
    try:
        # A savepoint: losing the race to a second tap must not cost the rest.
        with session.begin_nested():
            session.add(complaint)
    except IntegrityError:
        if earlier := _with_receipt(session, index):
            _take_again(session, earlier, filing, scene, now)
            return _receipt_of(earlier, code)
        raise
    session.add_all(
        ComplaintRecusal(complaint_id=complaint.id, staff_id=staff_id, reason=reason)
        for staff_id, reason in accused.staff.items()
    )
    _attach(session, complaint, filing.files, filing, now=now)
    if filing.named_citizen_id is not None:
        _announce(session, complaint, filing.named_citizen_id, now)
    return _receipt_of(complaint, code)


def _require_own(keyring: Keyring, ticket: str, now: datetime) -> None:
    """Let no ticket but ours make a receipt: others might be guessed.

    Without any, the receipt is random and a second tap files a second time.
    """
    if not ticket:
        return
    try:
        ticket_owner_key(keyring, ticket, now=now)
    except TicketInvalid as refused:
        told = (
            "页面打开太久了，请再提交一次；有照片的，请重新上传。您写的内容请先留好。"
        )
        raise TicketInvalid(str(refused), zh=told) from refused


def _check(filing: Filing, now: datetime) -> None:
    book().on(half_day(now).on).require(filing.kind, filing.category)
    errors: dict[str, str] = {}
    text = as_kept(filing.text)
    if not text:
        errors["text"] = "请写下您要反映的内容。"
    elif len(text) > MAX_TEXT:
        errors["text"] = f"最多 {MAX_TEXT} 字，现在是 {len(text)} 字。"
    if len(filing.files) > MAX_FILES:
        errors["files"] = f"最多 {MAX_FILES} 张照片。"
    for field in ("accused_name", "accused_post", "case_reference"):
        if len(getattr(filing, field)) > _MAX_NAME:
            errors[field] = f"最多 {_MAX_NAME} 字。"
    if errors:
        raise Invalid("the complaint is not complete", errors=errors)


def _made(
    session: Session,
    filing: Filing,
    scene: Scene,
    intake: Office,
    accused: Accused,
    *,
    now: datetime,
) -> Complaint:
    keyring, moment = crypto.of(session), half_day(now)
    limits = rules().limits[filing.kind]
    calendar = calendars.load(session)
    clock = start_clock(moment.on, limits, calendar)
    runs = running(State.NEW, clock, moment.on, limits, calendar)
    sealed = filing.kind.track is Track.SEALED
    citizen_id = filing.named_citizen_id
    complaint = Complaint(
        number=new_code(),
        token=new_token(),
        track=filing.kind.track,
        kind=filing.kind,
        category=filing.category,
        category_version=book().on(moment.on).version,
        citizen_id=None if sealed else citizen_id,
        owner_index=None
        if citizen_id is None
        else sealing.owner_index(keyring, citizen_id),
        filed_on=moment.on,
        filed_half=moment.half,
        filed_at=None if citizen_id is None else now,
        place_code=scene.place_code,
        window_code=scene.window_code,
        matter_code=scene.matter_code,
        state=State.NEW,
        intake_office_id=intake.id,
        office_id=intake.id,
        subject_office_id=accused.office_id,
        case_office_id=accused.case_office_id,
        subject_staff_id=accused.only_one_named,
        clock_started_on=moment.on,
        dispatch_by_on=clock.dispatch_by_on,
        answer_by_on=clock.answer_by_on,
        due_provisional=clock.provisional,
        queue_on=runs.on,
        amber_on=runs.amber_on,
        steps=[],
        messages=[],
        files=[],
    )
    complaint.content_sealed = sealing.seal_content(
        session, complaint, _content(filing)
    )
    if sealed and citizen_id is not None:
        complaint.identity_sealed = sealing.seal_identity(
            session, complaint, citizen_id
        )
    return complaint


def _content(filing: Filing) -> dict[str, str]:
    content = {"text": as_kept(filing.text)}
    for field in ("case_reference", "accused_name", "accused_post"):
        if value := getattr(filing, field).strip():
            content[field] = value
    return content


def _case_meant(session: Session, filing: Filing) -> Case | None:
    """Return the case that a reference leads to: the named person's own, or any.

    An unnamed person is never told whether there is one: the answer must not
    tell strangers which references exist.
    """
    typed = normalise(filing.case_reference)
    if not typed:
        return None
    citizen_id = filing.named_citizen_id
    case = subjects.find_case(session, typed, citizen_id=citizen_id)
    if case is None and citizen_id is not None:
        raise Invalid(
            "not a case of this person",
            errors={"case_reference": "您名下没有这个办件编号，请核对，或者不填。"},
        )
    return case


def _case_kept(filing: Filing, case: Case | None) -> int | None:
    """Return the case to store: it would say who an unnamed person is.

    Nor must a sealed report be found through the applicant of a case.
    """
    tells = filing.named_citizen_id is None or filing.kind.track is Track.SEALED
    return None if case is None or tells else case.id


def _accused(
    session: Session, filing: Filing, about: Office | None, case: Case | None
) -> Accused:
    if not filing.kind.is_adverse:
        return Accused()
    return Accused(
        office_id=about.id if about else None,
        case_office_id=case.office_id if case else None,
        staff=subjects.recused_staff(
            session, case=case, accused_name=filing.accused_name.strip()
        ),
    )


def _attach(
    session: Session,
    complaint: Complaint,
    tokens: Iterable[str],
    filing: Filing,
    *,
    first: int = 0,
    now: datetime,
) -> None:
    wanted = list(dict.fromkeys(tokens))
    if not wanted:
        return
    if filing.ticket:
        owner = Owner.ticket(crypto.of(session), filing.ticket, now=now)
    elif filing.named_citizen_id is not None:
        owner = Owner.citizen(filing.named_citizen_id)
    else:
        raise _photo_missing()
    for position, token in enumerate(wanted, first):
        try:
            files.attach(session, token, owner, to=f"complaint:{complaint.token}")
        except NotFound:
            raise _photo_missing() from None
        session.add(
            ComplaintFile(
                complaint_id=complaint.id, position=position, file_token=token
            )
        )


def _photo_missing() -> Invalid:
    return Invalid(
        "a photo is not the sender's",
        errors={"files": "有一张照片没有传上来，请删掉后重新上传。"},
    )


def _announce(
    session: Session, complaint: Complaint, citizen_id: int, now: datetime
) -> None:
    token = None if complaint.is_sealed else complaint.token
    outbox.record(
        session,
        ComplaintFiled(citizen_id=citizen_id, complaint_token=token),
        now=now,
    )
    if token is not None:
        audit.write(
            session,
            citizen_actor(citizen_id),
            "complaints.file",
            f"complaint:{token}",
            now=now,
        )


def _with_receipt(session: Session, index: str) -> Complaint | None:
    return session.scalar(
        select(Complaint)
        .where(Complaint.receipt_index == index)
        .options(selectinload(Complaint.files))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _take_again(
    session: Session, earlier: Complaint, filing: Filing, scene: Scene, now: datetime
) -> None:
    """Take the same form once more: nothing but further photos can be new in it.

    Photos that are missing this time are not taken away: the page that the first
    tap came from may not know of them any more.

    Raises:
        AlreadyFiled: something else is new, or no further photo can be added.
    """
    kept = {each.file_token for each in earlier.files}
    further = set(filing.files) - kept
    if not _is_same(session, earlier, filing, scene):
        raise AlreadyFiled("this form was handed in before with other words")
    if not further:
        return
    if earlier.state not in OPEN or len(kept | further) > MAX_FILES:
        raise AlreadyFiled("no further photo can be added")
    tokens = [token for token in filing.files if token in further]
    try:
        _attach(session, earlier, tokens, filing, first=len(kept), now=now)
    except Gone as too_late:
        raise AlreadyFiled("the ticket for photos is over") from too_late


def _is_same(
    session: Session, earlier: Complaint, filing: Filing, scene: Scene
) -> bool:
    citizen_id = filing.named_citizen_id
    owner = (
        None
        if citizen_id is None
        else sealing.owner_index(crypto.of(session), citizen_id)
    )
    then = (earlier.place_code, earlier.window_code, earlier.matter_code)
    return (
        (earlier.kind, earlier.category, earlier.owner_index)
        == (filing.kind, filing.category, owner)
        and then == (scene.place_code, scene.window_code, scene.matter_code)
        and sealing.content_of(session, earlier) == _content(filing)
    )


def _receipt_of(complaint: Complaint, code: str) -> Receipt:
    return Receipt(
        code=code,
        number=complaint.number,
        kind=complaint.kind,
        filed=HalfDay(complaint.filed_on, complaint.filed_half),
        answer_by_on=complaint.answer_by_on,
        provisional=complaint.due_provisional,
    )
