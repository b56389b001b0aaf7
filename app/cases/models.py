"""How cases are stored.

    Case ─┬─ CaseStep          what was done, by whom, when
          ├─ CaseFile          which stored file was given for which material
          ├─ CaseNotice ─ CaseDefect   what is to be corrected
          └─ PastAnswers       what was filed before a supplement replaced it

Whatever a person wrote about a person is sealed: answers, the applicant's name,
reasons, and what is said to be wrong.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.rules import NO_CLOCK, Subject
from app.cases.workflow import Action, Outcome, State
from app.catalogue.models import GuideRevision
from app.files.models import StoredFile
from app.forms.models import FormDefinition
from app.kernel.actors import ActorKind, Role
from app.kernel.db import Base, enum_text
from app.kernel.references import new_token
from app.people.models import Citizen, Office, Staff

_TOKEN = 32
"""Room for a token of :func:`app.kernel.references.new_token` (22 signs)."""
_HASH = 64
"""Hexadecimal signs of a keyed hash."""
_CODE = 80
_REFERENCE = String(24).with_variant(String(24, collation="C"), "postgresql")
"""Sorted by its signs alone, so that an index finds the start of a reference."""


class CaseSource(StrEnum):
    """Which event created a case (申报来源); set once, never typed by anybody.

    Source: domain facts, trap 12.
    """

    SCAN = "scan"
    PAGE = "page"
    MINIPROGRAM = "miniprogram"
    COUNTER = "counter"

    @property
    def zh(self) -> str:
        """What people read for the source."""
        return _SOURCE_NAMES[self]


_SOURCE_NAMES = {
    CaseSource.SCAN: "扫码",
    CaseSource.PAGE: "手机网页",
    CaseSource.MINIPROGRAM: "微信小程序",
    CaseSource.COUNTER: "窗口",
}


class NoticeStatus(StrEnum):
    """What became of a correction notice."""

    PROPOSED = "proposed"
    ISSUED = "issued"
    REJECTED = "rejected"
    LAPSED = "lapsed"
    """The case went on before the supervisor had decided."""


class Case(Base):
    """One application for one matter.

    Attributes:
        token: The case's name for machines; part of every sealing context.
        reference: Its number for people; None while it is a draft.
        matter_name: As the pinned guide calls the matter.
        guide_revision_id: The guide under which it was filed; so ``form_id``
            and ``release_number``.
        office_id: The office in charge; nobody else knows of the case.
        answers_sealed: What was filed (while a draft: what was typed so far),
            one JSON object.
        amended_sealed: What the applicant is changing under a notice; becomes
            ``answers_sealed`` when it is handed in.
        applicant_sealed: The applicant's name, for lists.
        is_organisation: That name is an organisation's, and no secret.
        received_at: When the office last received something it owes an answer
            to: the submission, or the supplement.
        accept_by_on: Last day to accept, notify or refuse (art. 32).
        due_on: Last day to decide, by law or by the guide's statutory limit.
        promised_due_on: Last day to decide as promised; counts for "late".
        due_provisional: A date above rests on days not yet announced.
        supply_by_on: Last day for the applicant to supply what is missing.
        serve_by_on: Last day to serve the decision (art. 44).
        queue_on: The day the office works against now; NO_CLOCK when none runs.
        amber_on: From this day on the light of ``queue_on`` is amber.
        suspended_on: Since when a special procedure stops the clock.
        notices_issued: Correction notices the applicant has received; counted.
        is_open: Submitted and not at an end.
        lookup_hash: Keyed hash of the look-up code; the code itself is not kept.
        changed_by_kind: Who changed the case last, for the colleague who comes
            second; so ``changed_by_id`` and ``changed_at``.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index(None, "office_id", "is_open", "queue_on", "id"),
        Index(None, "office_id", "state", "queue_on", "id"),
        Index(None, "citizen_id", "id"),
        Index(None, "state", "accept_by_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(_TOKEN), unique=True, default=new_token)
    reference: Mapped[str | None] = mapped_column(_REFERENCE, unique=True)
    citizen_id: Mapped[int] = mapped_column(ForeignKey(Citizen.id))
    matter_code: Mapped[str] = mapped_column(String(_CODE))
    matter_name: Mapped[str] = mapped_column(String(300))
    guide_revision_id: Mapped[int] = mapped_column(ForeignKey(GuideRevision.id))
    form_id: Mapped[int] = mapped_column(ForeignKey(FormDefinition.id))
    release_number: Mapped[int]
    office_id: Mapped[int] = mapped_column(ForeignKey(Office.id))
    place_code: Mapped[str | None] = mapped_column(String(_CODE))
    source: Mapped[CaseSource] = mapped_column(enum_text(CaseSource))
    state: Mapped[State] = mapped_column(enum_text(State))
    outcome: Mapped[Outcome | None] = mapped_column(enum_text(Outcome))
    is_open: Mapped[bool] = mapped_column(default=False)

    answers_sealed: Mapped[bytes]
    amended_sealed: Mapped[bytes | None]
    applicant_sealed: Mapped[bytes | None]
    is_organisation: Mapped[bool] = mapped_column(default=False)
    lookup_hash: Mapped[str | None] = mapped_column(String(_HASH))

    drafted_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    accept_by_on: Mapped[date | None]
    due_on: Mapped[date | None]
    promised_due_on: Mapped[date | None]
    due_provisional: Mapped[bool] = mapped_column(default=False)
    supply_by_on: Mapped[date | None]
    serve_by_on: Mapped[date | None]
    suspended_on: Mapped[date | None]
    queue_on: Mapped[date] = mapped_column(default=NO_CLOCK)
    amber_on: Mapped[date] = mapped_column(default=NO_CLOCK)

    notices_issued: Mapped[int] = mapped_column(default=0)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey(Staff.id))
    changed_by_kind: Mapped[ActorKind] = mapped_column(enum_text(ActorKind))
    changed_by_id: Mapped[int]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    # Loading is decided where the query is written, never by touching a name.
    steps: Mapped[list[CaseStep]] = relationship(
        back_populates="case", lazy="raise", order_by="CaseStep.number"
    )
    files: Mapped[list[CaseFile]] = relationship(
        back_populates="case", lazy="raise", order_by="CaseFile.id"
    )
    notices: Mapped[list[CaseNotice]] = relationship(
        back_populates="case", lazy="raise", order_by="CaseNotice.number"
    )

    __mapper_args__ = {"version_id_col": version}


class CaseStep(Base):
    """One step of a case: the history that an applicant can read.

    Attributes:
        number: Counts from 1 within the case.
        role: The role under which the actor took it.
        office_id: The office the actor acted for; None for the applicant.
        notice_number: The correction notice that came with it.
        announced: An event was recorded for it: the applicant is owed a notice.
    """

    __tablename__ = "case_steps"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    number: Mapped[int]
    action: Mapped[Action] = mapped_column(enum_text(Action))
    from_state: Mapped[State] = mapped_column(enum_text(State))
    to_state: Mapped[State] = mapped_column(enum_text(State))
    actor_kind: Mapped[ActorKind] = mapped_column(enum_text(ActorKind))
    actor_id: Mapped[int]
    role: Mapped[Role] = mapped_column(enum_text(Role))
    office_id: Mapped[int | None]
    reason_sealed: Mapped[bytes | None]
    notice_number: Mapped[int | None]
    announced: Mapped[bool]
    taken_at: Mapped[datetime]

    case: Mapped[Case] = relationship(back_populates="steps", lazy="raise")


class CaseFile(Base):
    """A stored file given for a material.

    What was handed in is never deleted: taking it away under a notice sets
    ``removed_at``.

    Attributes:
        filed_at: When it was handed in; until then it may vanish without trace.
        removed_under: Number of the notice under which it was taken away.
    """

    __tablename__ = "case_files"
    __table_args__ = (UniqueConstraint("case_id", "file_token"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    material_key: Mapped[str] = mapped_column(String(_CODE))
    file_token: Mapped[str] = mapped_column(ForeignKey(StoredFile.token), index=True)
    added_at: Mapped[datetime]
    filed_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    removed_under: Mapped[int | None]

    case: Mapped[Case] = relationship(back_populates="files", lazy="raise")


class CaseNotice(Base):
    """A correction notice: everything that is wrong, said once.

    Source: Administrative Licensing Law, art. 32.

    Attributes:
        number: Counts from 1 within the case.
        document_number: As printed on the notice: reference and number.
        proposed_by_id: The clerk who listed the defects.
        issued_by_id: Who issued it: the clerk, or for a further notice the
            supervisor who approved it.
        supply_by_on: Last day to supply what it names.
        answered_at: When the applicant handed in the supplement.
    """

    __tablename__ = "case_notices_of_correction"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    number: Mapped[int]
    document_number: Mapped[str] = mapped_column(String(40), unique=True)
    status: Mapped[NoticeStatus] = mapped_column(enum_text(NoticeStatus))
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey(Staff.id))
    proposed_at: Mapped[datetime]
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey(Staff.id))
    issued_at: Mapped[datetime | None]
    supply_by_on: Mapped[date | None]
    answered_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship(back_populates="notices", lazy="raise")
    defects: Mapped[list[CaseDefect]] = relationship(
        back_populates="notice", lazy="raise", order_by="CaseDefect.position"
    )


class CaseDefect(Base):
    """One thing that is wrong, in one field or one material.

    Attributes:
        key: Field key of the pinned form, or material key of the pinned guide.
        changed_at: When the applicant last changed it under this notice.
    """

    __tablename__ = "case_defects"
    __table_args__ = (UniqueConstraint("notice_id", "subject", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("case_notices_of_correction.id"))
    position: Mapped[int]
    subject: Mapped[Subject] = mapped_column(enum_text(Subject))
    key: Mapped[str] = mapped_column(String(_CODE))
    problem_sealed: Mapped[bytes]
    changed_at: Mapped[datetime | None]

    notice: Mapped[CaseNotice] = relationship(back_populates="defects", lazy="raise")


class PastAnswers(Base):
    """Answers as they were filed, before a supplement replaced them."""

    __tablename__ = "case_past_answers"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    number: Mapped[int]
    answers_sealed: Mapped[bytes]
    replaced_at: Mapped[datetime]


class Serial(Base):
    """The last serial number given to a case of a division on an office day."""

    __tablename__ = "serials"

    division: Mapped[str] = mapped_column(String(12), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    value: Mapped[int]
