"""What the law alone says of a year, against published years and the moon."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from app.clocks import statutory

NAMES = {
    "Spring Festival": "春节",
    "Dragon Boat Festival": "端午",
    "Mid-autumn Festival": "中秋",
}


def test_thirteen_days_unless_two_fall_together():
    counts = {year: len(statutory.holidays(year)) for year in range(2026, 2041)}
    # 中秋 falls into 国庆 in three of these years.
    shared = {2028: 12, 2031: 12, 2039: 12}
    assert counts == {year: shared.get(year, 13) for year in counts}


@pytest.mark.parametrize("year", range(2025, 2027))
def test_the_published_years_are_off_on_every_statutory_day(year):
    for day in statutory.holidays(year):
        assert chinese_calendar.is_holiday(day), day


@pytest.mark.parametrize("year", range(2004, 2041))
def test_qingming_is_the_day_of_the_solar_term(year):
    april = chinese_calendar.get_solar_terms(date(year, 4, 1), date(year, 4, 10))
    day = next(day for day, name in april if name == "清明")
    assert day in statutory.holidays(year)


@pytest.mark.parametrize("year", range(2026, 2041))
def test_festivals_fall_at_their_moon(year):
    """A mistyped date would be days away from the new, first-quarter or full moon."""
    new_year, dragon_boat, mid_autumn = (
        date(year, *each) for each in statutory._LUNAR[year]
    )
    known_new_moon, month = date(2026, 2, 17), 29.530588
    for day, lunar_day in ((new_year, 1), (dragon_boat, 5), (mid_autumn, 15)):
        age = ((day - known_new_moon).days - (lunar_day - 1)) % month
        assert min(age, month - age) < 1.5, day
    assert date(year, 1, 20) < new_year < date(year, 2, 21)
    # 端午 and 中秋 are 3 months and 10 days apart, 4 with a leap month between.
    assert round((mid_autumn - dragon_boat - timedelta(days=10)).days / month) in (3, 4)


def test_years_outside_the_table_keep_the_fixed_days():
    assert not statutory.is_workday(date(2060, 10, 1))
    assert statutory.is_workday(date(2060, 3, 1))
    assert len(statutory.holidays(2060)) == 7
