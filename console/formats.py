"""How days, moments, money and lengths are written for staff. Pure."""

from __future__ import annotations

from datetime import date, datetime

from app.clocks.arithmetic import Calendar, working_days_between
from app.kernel.clock import OFFICE_ZONE
from app.web.formats import WEEKDAYS, day, iso_day, machine, moment, money, size

__all__ = [
    "day",
    "iso_day",
    "left",
    "machine",
    "moment",
    "money",
    "short_day",
    "short_moment",
    "size",
]


def short_day(value: date) -> str:
    """Return a date as ``3月5日 周四``, for narrow columns."""
    return f"{value.month}月{value.day}日 周{WEEKDAYS[value.weekday()]}"


def short_moment(value: datetime) -> str:
    """Return a moment in office time as ``3月5日 09:05``."""
    there = value.astimezone(OFFICE_ZONE)
    return f"{there.month}月{there.day}日 {there:%H:%M}"


def left(on: date, today: date, calendar: Calendar) -> str:
    """Return how far off a last day is, in working days and words."""
    if on == today:
        return "今天到期"
    days = working_days_between(today, on, calendar)
    if on > today:
        return f"还有{days}个工作日" if days else "最近的工作日前到期"
    return f"已超{-days}个工作日" if days else "刚刚超期"
