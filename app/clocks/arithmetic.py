"""Counting days as the law counts them. Pure: values in, values out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from app.kernel.errors import Invalid

LONGEST_LIMIT = 3660
"""Days; a longer limit is a typing error, and would be counted one by one."""

AMBER_DAYS = 1
"""Working days left at which a warning shows.

Source: usual electronic supervision practice (warning at one working day or at
four fifths of the limit); domain notes §2.7.
"""
_AMBER_USED = (4, 5)
_ONE_DAY = timedelta(days=1)


class Calendar(Protocol):
    """What the arithmetic asks of a calendar. Answers for every date there is."""

    def is_workday(self, day: date) -> bool:
        """Whether the offices work on that day."""

    def is_provisional(self, day: date) -> bool:
        """Whether the answer for that day may still change."""


class Light(StrEnum):
    """How a time limit stands: the lights of electronic supervision."""

    GREEN = "green"
    """正常"""
    AMBER = "amber"
    """预警"""
    RED = "red"
    """超期"""


@dataclass(frozen=True)
class Due:
    """The last day of a time limit.

    Attributes:
        on: Acting on this day is still in time.
        provisional: A day that was counted may turn out to be a holiday or a
            workday, when the State Council publishes that year's arrangement.
    """

    on: date
    provisional: bool


def add_working_days(start: date, limit: int, calendar: Calendar) -> Due:
    """Return the last day of a limit that runs in working days.

    The start day is not counted. A limit of 0 means on the spot: the start day
    itself, or the next working day if the start day is none.

    Args:
        start: Office date (Asia/Shanghai) of the act that starts the limit.
        limit: Working days, 0 to :data:`LONGEST_LIMIT`.
        calendar: Says which days are worked.

    Raises:
        Invalid: the limit is negative or longer than any limit there is.

    Source:
        Administrative Licensing Law, art. 82 (working days, without statutory
        holidays); Civil Code, art. 201 (the first day is not counted).
    """
    _refuse_odd(limit)
    if limit == 0:
        return _moved_to_workday(start, calendar)
    day, provisional = start, False
    while limit:
        day += _ONE_DAY
        provisional = provisional or calendar.is_provisional(day)
        if calendar.is_workday(day):
            limit -= 1
    return Due(day, provisional)


def add_calendar_days(start: date, limit: int, calendar: Calendar) -> Due:
    """Return the last day of a limit that runs in calendar days.

    The start day is not counted; a last day that is not worked moves to the next
    working day.

    Args:
        start: Office date (Asia/Shanghai) of the act that starts the limit.
        limit: Calendar days, 0 to :data:`LONGEST_LIMIT`.
        calendar: Says which days are worked.

    Raises:
        Invalid: the limit is negative or longer than any limit there is.

    Source:
        Civil Code, art. 201 (the first day is not counted) and art. 203 (a last
        day on a statutory holiday moves to the day after it).
    """
    _refuse_odd(limit)
    return _moved_to_workday(start + limit * _ONE_DAY, calendar)


def working_days_between(earlier: date, later: date, calendar: Calendar) -> int:
    """Return how many working days lie after one day, up to and with another.

    Negative when the second day comes first: then the days from it (not counted)
    to the first (counted). So ``working_days_between(s, d, c) == n`` wherever
    ``add_working_days(s, n, c).on == d`` and n is 1 or more.
    """
    if later < earlier:
        return -working_days_between(later, earlier, calendar)
    span = (later - earlier).days
    return sum(
        calendar.is_workday(earlier + offset * _ONE_DAY)
        for offset in range(1, span + 1)
    )


def light(due_on: date, today: date, limit: int, calendar: Calendar) -> Light:
    """Return how a time limit stands today.

    Red the day after the last day, working day or not. Amber when at most
    :data:`AMBER_DAYS` working day is left after today, or four fifths of the limit
    are used. Green otherwise.

    Args:
        due_on: Last day that is in time.
        today: Office date (Asia/Shanghai).
        limit: The whole limit in working days; 0 or less knows no fifths.
        calendar: Says which days are worked.
    """
    if today > due_on:
        return Light.RED
    left = working_days_between(today, due_on, calendar)
    if left <= AMBER_DAYS:
        return Light.AMBER
    part, whole = _AMBER_USED
    nearly_used = limit > 0 and (limit - left) * whole >= limit * part
    return Light.AMBER if nearly_used else Light.GREEN


def _refuse_odd(limit: int) -> None:
    if not 0 <= limit <= LONGEST_LIMIT:
        raise Invalid("a time limit of that length is not possible", limit=limit)


def _moved_to_workday(day: date, calendar: Calendar) -> Due:
    provisional = calendar.is_provisional(day)
    while not calendar.is_workday(day):
        day += _ONE_DAY
        provisional = provisional or calendar.is_provisional(day)
    return Due(day, provisional)
