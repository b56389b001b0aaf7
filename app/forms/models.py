"""Records of this room: form definitions in their versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, JSONType


class FormDefinition(Base):
    """One version of a form. Written once, never changed: cases point at it."""

    __tablename__ = "form_definitions"
    __table_args__ = (
        UniqueConstraint("key", "version"),
        UniqueConstraint("key", "digest"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of title and fields in canonical JSON, hexadecimal."""
    title: Mapped[str] = mapped_column(String(200))
    content: Mapped[dict[str, Any]] = mapped_column(JSONType)
    """What :meth:`app.forms.definitions.Form.to_json` returned."""
    created_at: Mapped[datetime]
