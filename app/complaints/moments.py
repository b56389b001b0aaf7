"""When something was filed, told roughly enough to hide among others.

The exact time of an anonymous report, laid beside an access log, names its
writer. So only the office date and the half of the day are kept. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.kernel.clock import OFFICE_ZONE

_NOON = 12


class Half(StrEnum):
    """Which half of an office day. Values are stored."""

    MORNING = "morning"
    AFTERNOON = "afternoon"

    @property
    def zh(self) -> str:
        """What people read."""
        return "上午" if self is Half.MORNING else "下午"


@dataclass(frozen=True)
class HalfDay:
    """An office date and which half of it."""

    on: date
    half: Half

    @property
    def zh(self) -> str:
        """As people read it, e.g. 2026年3月2日上午."""
        return f"{self.on.year}年{self.on.month}月{self.on.day}日{self.half.zh}"


def half_day(moment: datetime) -> HalfDay:
    """Return the half day on which a moment falls for the offices.

    Noon is afternoon.
    """
    there = moment.astimezone(OFFICE_ZONE)
    half = Half.MORNING if there.hour < _NOON else Half.AFTERNOON
    return HalfDay(there.date(), half)
