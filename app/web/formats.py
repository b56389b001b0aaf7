"""How days, moments, money and lengths are written on pages. Pure."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from app.kernel.clock import OFFICE_ZONE

WEEKDAYS = "一二三四五六日"
_KIB = 1024


def day(value: date) -> str:
    """Return a date as ``2026年3月5日(周四)``."""
    return f"{value.year}年{value.month}月{value.day}日(周{WEEKDAYS[value.weekday()]})"


def moment(value: datetime) -> str:
    """Return a moment in office time as ``2026年3月5日(周四) 09:05``."""
    there = value.astimezone(OFFICE_ZONE)
    return f"{day(there.date())} {there:%H:%M}"


def machine(value: date | datetime) -> str:
    """Return a value for the ``datetime`` attribute of a time element."""
    if isinstance(value, datetime):
        return value.astimezone(OFFICE_ZONE).isoformat(timespec="minutes")
    return value.isoformat()


def money(value: object) -> str:
    """Return yuan as ``¥1,200.00``; what is no number stays as it was written."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return f"¥{amount:,.2f}" if amount.is_finite() else str(value)


def size(n_bytes: int) -> str:
    """Return a file's size as ``230 KB`` or ``1.4 MB``."""
    if n_bytes < _KIB * _KIB:
        return f"{max(1, round(n_bytes / _KIB))} KB"
    return f"{n_bytes / _KIB / _KIB:.1f} MB"


def iso_day(text: str) -> str:
    """Return an ISO date as :func:`day` writes it; no date stays as it was."""
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text
