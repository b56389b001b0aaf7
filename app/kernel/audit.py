"""Who did what, when: written in the transaction of the act itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.actors import Actor, ActorKind
from app.kernel.db import Base, JSONType, enum_text


class AuditEntry(Base):
    """One act, as it will be shown to an auditor.

    Attributes:
        action: ``room.act``, e.g. ``cases.reveal``.
        subject: ``kind:token`` of what was acted on; never personal data.
        facts: JSON-safe details; never personal data.
        chained: Hash over this row and the one before, set later by the sealer.
    """

    __tablename__ = "audit"
    __table_args__ = (Index(None, "subject", "id"), Index(None, "actor_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_kind: Mapped[ActorKind] = mapped_column(enum_text(ActorKind))
    actor_id: Mapped[int]
    office_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(120))
    facts: Mapped[dict[str, Any]] = mapped_column(JSONType)
    chained: Mapped[str | None] = mapped_column(String(64))


def write(
    session: Session,
    actor: Actor,
    action: str,
    subject: str,
    *,
    now: datetime,
    **facts: str | int | bool | None,
) -> None:
    """Add an entry to the caller's transaction."""
    session.add(
        AuditEntry(
            at=now,
            actor_kind=actor.kind,
            actor_id=actor.id,
            office_id=actor.office_id,
            action=action,
            subject=subject,
            facts=facts,
        )
    )
