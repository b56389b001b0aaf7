"""What the rest of the system hears about complaints: that something moved, no more.

An event names the person to tell, if there is one. Of a sealed report it does not
even say which: the notice then leads to the person's list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class ComplaintFiled(Event):
    """A person filed a complaint under their name.

    Attributes:
        citizen_id: Row id of the person to tell.
        complaint_token: Which one; None for a sealed report.
    """

    TYPE: ClassVar[str] = "complaints.filed.v1"

    citizen_id: int
    complaint_token: str | None


@dataclass(frozen=True, kw_only=True)
class ComplaintMoved(Event):
    """An office took a step with a complaint.

    Attributes:
        citizen_id: Who filed it under their name; None for an anonymous one, of
            which nobody is ever told.
        complaint_token: Which one; None for a sealed report.
        state: The :class:`app.complaints.workflow.State` that was reached.
    """

    TYPE: ClassVar[str] = "complaints.moved.v1"

    citizen_id: int | None
    complaint_token: str | None
    state: str


@dataclass(frozen=True, kw_only=True)
class ComplaintAnswered(Event):
    """An office answered, or asked something back.

    Attributes:
        citizen_id: As in :class:`ComplaintMoved`.
        complaint_token: Which one; None for a sealed report.
    """

    TYPE: ClassVar[str] = "complaints.answered.v1"

    citizen_id: int | None
    complaint_token: str | None
