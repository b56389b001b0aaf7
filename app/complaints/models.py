"""How complaints are stored.

    Complaint ─┬─ ComplaintStep      what was done, by which side, when
               ├─ ComplaintMessage   what the two sides wrote to each other
               ├─ ComplaintFile      which photos came with it
               └─ ComplaintRecusal   members of staff who must not know of it

Whatever anybody wrote is sealed. Of an anonymous person no row holds an id, an
address, a device, a session or an hour: there is no column that could.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.models import Case
from app.complaints.categories import Kind
from app.complaints.moments import Half
from app.complaints.rules import NO_CLOCK
from app.complaints.workflow import Action, State, Track
from app.kernel.db import Base, enum_text
from app.kernel.references import new_token
from app.people.models import Citizen, Office, Staff

_TOKEN = 32
_HASH = 64
_CODE = 80


class Author(StrEnum):
    """Which side wrote a message or took a step. Values are stored."""

    REPORTER = "reporter"
    OFFICE = "office"


class Complaint(Base):
    """One thing that somebody brought forward.

    Attributes:
        token: Its name for machines; part of every sealing context.
        number: Its name for people at desks; opens nothing.
        receipt_index: Keyed hash of the receipt; the receipt itself is not kept.
        category_version: Version of the list that ``category`` is from.
        citizen_id: Who filed it under their name, on the service track only.
        owner_index: Keyed hash of the same, on both tracks: finds a person's own
            without naming them in a sealed report.
        identity_sealed: Who filed a sealed report under their name.
        filed_on: Office date; with ``filed_half`` all that is kept of the time
            when it is anonymous, ``filed_at`` being None then.
        intake_office_id: The office that takes it in, sends it on and closes it.
        office_id: The office in charge at the moment.
        subject_office_id: The office complained of: none of its people see it.
            None where nobody is accused.
        case_office_id: The office of the case that it accuses, complained of in
            the same way; kept of an anonymous one too, whose case is not.
        subject_staff_id: The person complained of, if it is clear who that is.
        about_office_id: The office it concerns, accused or not.
        case_id: The person's own case that it is about; never of an anonymous
            one, whose case would say who they are.
        clock_started_on: From when the limits count: filing, or reopening.
        queue_on: The day that counts now; NO_CLOCK when nothing is owed.
        answered_on: Office date of the last answer.
    """

    __tablename__ = "complaints"
    __table_args__ = (
        Index(None, "intake_office_id", "state", "queue_on", "id"),
        Index(None, "office_id", "state", "queue_on", "id"),
        Index(None, "owner_index", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(_TOKEN), unique=True, default=new_token)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    receipt_index: Mapped[str] = mapped_column(String(_HASH), unique=True)
    track: Mapped[Track] = mapped_column(enum_text(Track))
    kind: Mapped[Kind] = mapped_column(enum_text(Kind))
    category: Mapped[str] = mapped_column(String(40))
    category_version: Mapped[int]
    content_sealed: Mapped[bytes]

    citizen_id: Mapped[int | None] = mapped_column(ForeignKey(Citizen.id))
    owner_index: Mapped[str | None] = mapped_column(String(_HASH))
    identity_sealed: Mapped[bytes | None]
    filed_on: Mapped[date]
    filed_half: Mapped[Half] = mapped_column(enum_text(Half))
    filed_at: Mapped[datetime | None]

    place_code: Mapped[str | None] = mapped_column(String(_CODE))
    window_code: Mapped[str | None] = mapped_column(String(_CODE))
    matter_code: Mapped[str | None] = mapped_column(String(_CODE))
    case_id: Mapped[int | None] = mapped_column(ForeignKey(Case.id), index=True)

    state: Mapped[State] = mapped_column(enum_text(State))
    intake_office_id: Mapped[int] = mapped_column(ForeignKey(Office.id))
    office_id: Mapped[int] = mapped_column(ForeignKey(Office.id))
    about_office_id: Mapped[int | None] = mapped_column(ForeignKey(Office.id))
    subject_office_id: Mapped[int | None] = mapped_column(ForeignKey(Office.id))
    case_office_id: Mapped[int | None] = mapped_column(ForeignKey(Office.id))
    subject_staff_id: Mapped[int | None] = mapped_column(ForeignKey(Staff.id))

    clock_started_on: Mapped[date]
    dispatch_by_on: Mapped[date]
    answer_by_on: Mapped[date]
    due_provisional: Mapped[bool] = mapped_column(default=False)
    queue_on: Mapped[date] = mapped_column(default=NO_CLOCK)
    amber_on: Mapped[date] = mapped_column(default=NO_CLOCK)
    answered_on: Mapped[date | None]
    reopened: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column()

    steps: Mapped[list[ComplaintStep]] = relationship(
        lazy="raise", order_by="ComplaintStep.number"
    )
    messages: Mapped[list[ComplaintMessage]] = relationship(
        lazy="raise", order_by="ComplaintMessage.number"
    )
    files: Mapped[list[ComplaintFile]] = relationship(
        lazy="raise", order_by="ComplaintFile.position"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody knows who filed it."""
        return self.owner_index is None

    @property
    def is_sealed(self) -> bool:
        """Whether it is for the inspectors only."""
        return self.track is Track.SEALED

    @property
    def accused_offices(self) -> frozenset[int]:
        """The offices complained of, by row id."""
        named = (self.subject_office_id, self.case_office_id)
        return frozenset(each for each in named if each is not None)


class ComplaintStep(Base):
    """One step of a complaint.

    Attributes:
        number: Counts from 1 within the complaint.
        by: Which side took it.
        staff_id: Which member of staff; None for the reporter.
        office_id: For which office they acted.
        to_office_id: The office it was sent to.
        taken_at: The moment; None for an anonymous reporter, of whom
            ``taken_on`` and ``taken_half`` are all that is kept.
    """

    __tablename__ = "complaint_steps"
    __table_args__ = (UniqueConstraint("complaint_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"))
    number: Mapped[int]
    action: Mapped[Action] = mapped_column(enum_text(Action))
    from_state: Mapped[State] = mapped_column(enum_text(State))
    to_state: Mapped[State] = mapped_column(enum_text(State))
    by: Mapped[Author] = mapped_column(enum_text(Author))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey(Staff.id))
    office_id: Mapped[int | None] = mapped_column(ForeignKey(Office.id))
    to_office_id: Mapped[int | None] = mapped_column(ForeignKey(Office.id))
    reason_sealed: Mapped[bytes | None]
    taken_on: Mapped[date]
    taken_half: Mapped[Half] = mapped_column(enum_text(Half))
    taken_at: Mapped[datetime | None]


class ComplaintMessage(Base):
    """What one side wrote to the other.

    Attributes:
        number: Counts from 1 within the complaint.
        is_answer: It answers the complaint, in the step that says so.
        staff_id: Which member of staff wrote it; the reporter sees the office.
        written_at: As ``taken_at`` of :class:`ComplaintStep`.
    """

    __tablename__ = "complaint_messages"
    __table_args__ = (UniqueConstraint("complaint_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"))
    number: Mapped[int]
    by: Mapped[Author] = mapped_column(enum_text(Author))
    is_answer: Mapped[bool] = mapped_column(default=False)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey(Staff.id))
    office_id: Mapped[int | None] = mapped_column(ForeignKey(Office.id))
    text_sealed: Mapped[bytes]
    written_on: Mapped[date]
    written_half: Mapped[Half] = mapped_column(enum_text(Half))
    written_at: Mapped[datetime | None]


class ComplaintFile(Base):
    """A stored file that came with a complaint."""

    __tablename__ = "complaint_files"
    __table_args__ = (UniqueConstraint("complaint_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"))
    position: Mapped[int]
    file_token: Mapped[str] = mapped_column(String(_TOKEN), unique=True)


class RecusalReason(StrEnum):
    """Why somebody must not know of a complaint. Values are stored."""

    HANDLED = "handled"
    """They took a step in the case that it is about."""
    NAMED = "named"
    """The report names somebody who is called like them."""


class ComplaintRecusal(Base):
    """A member of staff who must not know of a complaint."""

    __tablename__ = "complaint_recusals"
    __table_args__ = (UniqueConstraint("complaint_id", "staff_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id))
    reason: Mapped[RecusalReason] = mapped_column(enum_text(RecusalReason))
