"""Use cases of complaints, as doors import them.

file ─▶ (receipt) ─▶ look_up, add_message, confirm_or_reopen      the reporter
queries.queue ─▶ read, open_photo, take_step, write                the desks
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.complaints import reporters
from app.complaints.desk import (
    Contact,
    Dossier,
    offices_to_dispatch_to,
    open_photo,
    read,
    reveal_reporter,
    take_step,
    write,
)
from app.complaints.filing import MAX_FILES, Filing, Receipt, file
from app.complaints.reporters import ByAccount, ByReceipt, Reporter, ReporterView
from app.complaints.workflow import Action

__all__ = [
    "MAX_FILES",
    "ByAccount",
    "ByReceipt",
    "Contact",
    "Dossier",
    "Filing",
    "Receipt",
    "Reporter",
    "ReporterView",
    "add_message",
    "confirm_or_reopen",
    "file",
    "look_up",
    "offices_to_dispatch_to",
    "open_photo",
    "read",
    "reveal_reporter",
    "see_own",
    "take_step",
    "write",
]


def look_up(session: Session, receipt: str, *, now: datetime) -> ReporterView:
    """Return the complaint that a receipt leads to, as its reporter sees it.

    Raises:
        ReceiptUnknown: it leads nowhere, whatever is wrong with it.
    """
    return reporters.see(session, ByReceipt(receipt), now=now)


def see_own(session: Session, own: ByAccount, *, now: datetime) -> ReporterView:
    """Return one of the signed-in citizen's own complaints.

    Raises:
        NotFound: there is none of theirs.
    """
    return reporters.see(session, own, now=now)


def add_message(
    session: Session, reporter: Reporter, text: str, *, now: datetime
) -> ReporterView:
    """Add a message of the reporter's; see :func:`app.complaints.reporters.write`."""
    return reporters.write(session, reporter, text, now=now)


def confirm_or_reopen(
    session: Session,
    reporter: Reporter,
    action: Action,
    *,
    reason: str = "",
    now: datetime,
) -> ReporterView:
    """Take a step of the reporter's; see :func:`app.complaints.reporters.take_step`."""
    return reporters.take_step(session, reporter, action, reason=reason, now=now)
