"""Records of this room: which sealed bytes there are, whose, and what for."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, enum_text


class OwnerKind(StrEnum):
    """Who may send a file."""

    CITIZEN = "citizen"
    TICKET = "ticket"
    """Somebody unnamed, by a ticket that is good for one complaint."""
    STAFF = "staff"


class StoredFile(Base):
    """One file as rebuilt. Its bytes lie sealed in the byte store."""

    __tablename__ = "stored_files"
    __table_args__ = (
        Index("ix_stored_files_owner", "owner_kind", "owner_key"),
        Index("ix_stored_files_loose_since", "loose_since"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(32), unique=True)
    """Its name outside."""
    storage_key: Mapped[str] = mapped_column(String(64), unique=True)
    """Its name in the byte store; never shown."""
    owner_kind: Mapped[OwnerKind] = mapped_column(enum_text(OwnerKind))
    owner_key: Mapped[str] = mapped_column(String(64))
    """Id of the citizen or staff member, or keyed hash of the ticket."""
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    """Bytes of the clear content."""
    pages: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the clear content, hexadecimal."""
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What the sender called it. Not kept for unnamed senders."""
    attached_to: Mapped[str | None] = mapped_column(String(120))
    """What it belongs to, such as "case:<token>:<material>"; empty while loose."""
    loose_since: Mapped[datetime | None]
    """Since when it belongs to nothing; swept away after a while."""
    created_at: Mapped[datetime]
