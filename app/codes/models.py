"""Records of this room: codes, what was done to them, how often they are scanned."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.codes.workflow import Act, CodeState
from app.kernel.actors import ActorKind
from app.kernel.db import Base, enum_text

_CODE = 16
"""Room for a printed code (11 signs)."""
_OPAQUE = 64
"""Room for the code of a matter, office, place or window: catalogue's business."""


class CodeKind(StrEnum):
    """What a code opens. More kinds need no migration."""

    MATTER = "matter"
    DEPARTMENT = "department"
    PLACE = "place"
    WINDOW = "window"
    SUPERVISION = "supervision"
    """The second code of a poster: complaints that know place, window, matter."""


class ScannerKind(StrEnum):
    """What a scan came through, as far as it says so itself."""

    WECHAT = "wechat"
    ALIPAY = "alipay"
    BROWSER = "browser"
    BOT = "bot"
    """Crawlers, link previews, scripts: counted apart, no person looked."""


class Code(Base):
    """A printed code: what it opens and where it hangs.

    Attributes:
        code: Ten random signs and a check character, as printed, without dashes.
        target: What it opens, opaque here: the code of a matter, office, place
            or window; for supervision the matter's code, or empty for the place.
        note: Where exactly it hangs, in free words.
        live_key: Digest of what makes two codes the same, while this one holds
            its place; None afterwards. Races to issue the same end here.
        replaced_by: The code that hangs in its place now.
        office_id: The office that issued it and looks after it.
        change: Number of the latest change to this code; see CodeChange.
    """

    __tablename__ = "codes"
    __table_args__ = (
        CheckConstraint(
            "(state = 'replaced') OR (replaced_by IS NULL)", name="replaced_by"
        ),
        Index(None, "kind", "target"),
        Index(None, "place_code"),
        Index(None, "office_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(_CODE), unique=True)
    kind: Mapped[CodeKind] = mapped_column(enum_text(CodeKind))
    target: Mapped[str] = mapped_column(String(_OPAQUE))
    place_code: Mapped[str | None] = mapped_column(String(_OPAQUE))
    window_code: Mapped[str | None] = mapped_column(String(_OPAQUE))
    note: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[CodeState] = mapped_column(enum_text(CodeState))
    live_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    replaced_by: Mapped[str | None] = mapped_column(ForeignKey("codes.code"))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    change: Mapped[int] = mapped_column(index=True)


class CodeEvent(Base):
    """One act in the life of a code: who, when, why."""

    __tablename__ = "code_events"
    __table_args__ = (Index(None, "code_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code_id: Mapped[int] = mapped_column(ForeignKey("codes.id"))
    act: Mapped[Act] = mapped_column(enum_text(Act))
    state: Mapped[CodeState] = mapped_column(enum_text(CodeState))
    """The state that the act led to."""
    actor_kind: Mapped[ActorKind] = mapped_column(enum_text(ActorKind))
    actor_id: Mapped[int]
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(400), default="")


class CodeChange(Base):
    """One row: the number of the latest change to any code.

    Raised in the transaction of every change and held locked until its end. So
    numbers become visible in their own order, and a process that has seen
    number n has missed nothing up to n. The highest id of an event table would
    not do: on PostgreSQL a lower id may be committed after a higher one.
    """

    __tablename__ = "code_changes"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]


class ScanCount(Base):
    """How often a code was scanned in an hour, by kind of scanner. No identity."""

    __tablename__ = "scan_counts"
    __table_args__ = (CheckConstraint("scans > 0", name="scans"),)

    code_id: Mapped[int] = mapped_column(ForeignKey("codes.id"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    """The beginning of the hour, UTC."""
    scanner: Mapped[ScannerKind] = mapped_column(
        enum_text(ScannerKind), primary_key=True
    )
    scans: Mapped[int]
