"""How notices are stored."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, JSONType, enum_text

# The table that recipients live in; the foreign key below needs it loaded.
from app.people.models import Citizen


class LinkKind(StrEnum):
    """What a notice leads to. Values are stored; never rename one."""

    CASE = "case"
    COMPLAINT = "complaint"


class Notice(Base):
    """One message to one person about one event.

    The words are not stored: a template's name and facts are, and the door that
    shows the notice puts them into words.

    Attributes:
        token: Its name outside.
        event_id: The outbox entry that caused it.
        facts: What the template needs; JSON-safe, never personal data.
        link_kind: What it leads to, with link_token; None leads nowhere.
        link_token: Token of the case or complaint; None leads to the list.
        happened_at: When the event was recorded: what the person is told.
        created_at: When the notice was written; later, if Redis was away.
    """

    __tablename__ = "notices"
    __table_args__ = (
        # At-least-once events become exactly-once notices here.
        UniqueConstraint("event_id", "citizen_id", "template"),
        Index(None, "citizen_id", "id"),
        Index("ix_notices_unread", "citizen_id", "read_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(32), unique=True)
    event_id: Mapped[int]
    citizen_id: Mapped[int] = mapped_column(ForeignKey(Citizen.id))
    template: Mapped[str] = mapped_column(String(64))
    facts: Mapped[dict[str, Any]] = mapped_column(JSONType)
    link_kind: Mapped[LinkKind | None] = mapped_column(enum_text(LinkKind))
    link_token: Mapped[str | None] = mapped_column(String(32))
    happened_at: Mapped[datetime]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
