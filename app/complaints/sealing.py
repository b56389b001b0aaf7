"""What of a complaint is kept under seal, and how it is opened again.

Sealed reports have contexts of their own, so that no value of one track opens
as one of the other, and a key of their own can be given to them later.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast

from sqlalchemy.orm import Session

from app.complaints.models import Complaint
from app.complaints.workflow import Track
from app.kernel import crypto
from app.kernel.crypto import Keyring

_TABLES = {Track.SERVICE: "complaints", Track.SEALED: "sealed-reports"}


def seal_content(
    session: Session, complaint: Complaint, content: Mapping[str, str]
) -> bytes:
    """Seal what was written at filing for ``complaints.content_sealed``."""
    text = json.dumps(content, ensure_ascii=False)
    return crypto.of(session).seal(text, context=_context(complaint, "content"))


def content_of(session: Session, complaint: Complaint) -> dict[str, str]:
    """Return what was written at filing."""
    text = crypto.of(session).open_text(
        complaint.content_sealed, context=_context(complaint, "content")
    )
    return cast("dict[str, str]", json.loads(text))


def seal_identity(session: Session, complaint: Complaint, citizen_id: int) -> bytes:
    """Seal who filed a report for ``complaints.identity_sealed``."""
    context = _context(complaint, "identity")
    return crypto.of(session).seal(str(citizen_id), context=context)


def citizen_to_tell(session: Session, complaint: Complaint) -> int | None:
    """Return the row id of the person to tell, for events; None if anonymous."""
    if complaint.identity_sealed is None:
        return complaint.citizen_id
    context = _context(complaint, "identity")
    return int(crypto.of(session).open_text(complaint.identity_sealed, context=context))


def seal_message(
    session: Session, complaint: Complaint, number: int, text: str
) -> bytes:
    """Seal a message for ``complaint_messages.text_sealed``."""
    context = _context(complaint, f"message-{number}")
    return crypto.of(session).seal(text, context=context)


def message_of(
    session: Session, complaint: Complaint, number: int, sealed: bytes
) -> str:
    """Return what a message says."""
    context = _context(complaint, f"message-{number}")
    return crypto.of(session).open_text(sealed, context=context)


def seal_reason(
    session: Session, complaint: Complaint, number: int, text: str
) -> bytes | None:
    """Seal the reason of a step for ``complaint_steps.reason_sealed``."""
    if not text.strip():
        return None
    context = _context(complaint, f"reason-{number}")
    return crypto.of(session).seal(text, context=context)


def reason_of(
    session: Session, complaint: Complaint, number: int, sealed: bytes | None
) -> str:
    """Return the reason of a step; empty if it has none."""
    if sealed is None:
        return ""
    context = _context(complaint, f"reason-{number}")
    return crypto.of(session).open_text(sealed, context=context)


def owner_index(keyring: Keyring, citizen_id: int) -> str:
    """Return the keyed hash under which a person's own are found."""
    return keyring.index(str(citizen_id), purpose="complaint-owner")


def _context(complaint: Complaint, column: str) -> str:
    return f"{_TABLES[complaint.track]}:{complaint.token}:{column}"
