"""Facts that other parts of the system must hear about, exactly as committed.

A use case records an event in the same transaction as the change it reports.
A relay carries it to a worker afterwards, at least once; an entry is done only
when its handler has committed. Nothing else causes a side effect, so an event
and its change cannot disagree.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import Index, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.db import Base, JSONType, enum_text

_RECORDED = "outbox.recorded"


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened, named in the past tense.

    Subclasses carry identifiers and dates as JSON-safe values, never names,
    phone numbers or other personal data: outbox rows outlive their subjects.
    """

    TYPE: ClassVar[str]


class EntryState(StrEnum):
    """How far an entry has got."""

    PENDING = "pending"
    LEASED = "leased"
    DONE = "done"
    PARKED = "parked"


class OutboxEntry(Base):
    """A recorded event and how far it has got.

    Attributes:
        due_at: Not before this moment (database clock).
        lease_until: While leased, when another relay may take it (database clock).
        attempt: Fencing number, raised by each lease; a handler may finish the
            entry only while its own number is still this one.
        last_error: Class name of the last failure; never a message with data.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index(None, "state", "due_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]] = mapped_column(JSONType)
    recorded_at: Mapped[datetime]
    state: Mapped[EntryState] = mapped_column(
        enum_text(EntryState), default=EntryState.PENDING
    )
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    attempt: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(String(200), default="")


def record(session: Session, event: Event, *, now: datetime) -> None:
    """Add an event to the caller's transaction."""
    session.add(
        OutboxEntry(type=event.TYPE, payload=asdict(event), recorded_at=now, due_at=now)
    )
    session.info[_RECORDED] = True


def was_recorded(session: Session) -> bool:
    """Whether this session has recorded an event: the door then rings the bell."""
    return bool(session.info.get(_RECORDED))


def forget_done(session: Session, *, before: datetime) -> int:
    """Delete entries that were done before a moment; parked ones stay.

    The newest entry stays whatever its age: SQLite would give its id once more,
    and notices are told apart by the ids of their events.

    Returns:
        How many were deleted.
    """
    gone = session.scalars(
        delete(OutboxEntry)
        .where(
            OutboxEntry.state == EntryState.DONE,
            OutboxEntry.done_at < before,
            OutboxEntry.id < select(func.max(OutboxEntry.id)).scalar_subquery(),
        )
        .returning(OutboxEntry.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(gone)
