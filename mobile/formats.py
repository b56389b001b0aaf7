"""How days, moments, money and lengths are written for citizens. Pure."""

from __future__ import annotations

from app.web.formats import day, iso_day, machine, moment, money, size

__all__ = [
    "day",
    "grouped",
    "iso_day",
    "machine",
    "moment",
    "money",
    "size",
    "title_size",
]


def grouped(code: str, *, every: int = 4) -> str:
    """Return a code in groups that can be read aloud and compared."""
    return " ".join(code[start : start + every] for start in range(0, len(code), every))


def title_size(name: str) -> str:
    """Return the class of a heading, so that the longest names still fit."""
    return "long" if len(name) > 24 else ""  # noqa: PLR2004 -- three lines at 390 px
