"""The working days of a year whose arrangement is not published yet.

Each November the State Council says which days of the next year are off and which
weekends are worked in exchange. Until then the best answer is: Monday to Friday,
without the statutory holidays themselves. Every such answer is provisional.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

_SATURDAY = 5

# fmt: off
_LUNAR: dict[int, tuple[tuple[int, int], tuple[int, int], tuple[int, int]]] = {
    # year: 正月初一,   端午,     中秋
    2026: ((2, 17), (6, 19), (9, 25)),
    2027: ((2,  6), (6,  9), (9, 15)),
    2028: ((1, 26), (5, 28), (10, 3)),
    2029: ((2, 13), (6, 16), (9, 22)),
    2030: ((2,  3), (6,  5), (9, 12)),
    2031: ((1, 23), (6, 24), (10, 1)),
    2032: ((2, 11), (6, 12), (9, 19)),
    2033: ((1, 31), (6,  1), (9,  8)),
    2034: ((2, 19), (6, 20), (9, 27)),
    2035: ((2,  8), (6, 10), (9, 16)),
    2036: ((1, 28), (5, 30), (10, 4)),
    2037: ((2, 15), (6, 18), (9, 24)),
    2038: ((2,  4), (6,  7), (9, 13)),
    2039: ((1, 24), (5, 27), (10, 2)),
    2040: ((2, 12), (6, 14), (9, 20)),
}
# fmt: on
"""Festivals that follow the moon.

Source: the traditional calendar (GB/T 33661); two independent programs agree on
every row. A year outside the table keeps the holidays with fixed dates only.
"""


@lru_cache(maxsize=64)
def holidays(year: int) -> frozenset[date]:
    """Return the statutory holidays of a year, weekends among them included.

    元旦 1 day, 春节 4 (the eve to the third), 清明 1, 劳动节 2, 端午 1, 中秋 1,
    国庆 3: thirteen days, fewer where two fall together.

    Source:
        全国年节及纪念日放假办法, art. 2, as amended by State Council order 795
        (in force from 2025).
    """
    days = {
        date(year, 1, 1),
        date(year, 4, _qingming(year)),
        date(year, 5, 1),
        date(year, 5, 2),
        date(year, 10, 1),
        date(year, 10, 2),
        date(year, 10, 3),
    }
    if lunar := _LUNAR.get(year):
        new_year, dragon_boat, mid_autumn = (date(year, *each) for each in lunar)
        days |= {new_year + timedelta(days=offset) for offset in (-1, 0, 1, 2)}
        days |= {dragon_boat, mid_autumn}
    return frozenset(days)


def is_workday(day: date) -> bool:
    """Whether a day is worked as far as the law alone can tell."""
    return day.weekday() < _SATURDAY and day not in holidays(day.year)


def _qingming(year: int) -> int:
    """Return the day of April on which 清明 falls.

    The usual approximation by the length of the solar year; exact for 2000 to
    2099, a day off at worst elsewhere.
    """
    short = year % 100
    return int(short * 0.2422 + 4.81) - short // 4
