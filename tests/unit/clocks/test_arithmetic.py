"""Counting days, against published vectors and a slow second implementation."""

from datetime import UTC, date, datetime, timedelta
from functools import cache

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.clocks import statutory
from app.clocks.arithmetic import (
    LONGEST_LIMIT,
    Due,
    Light,
    add_calendar_days,
    add_working_days,
    light,
    working_days_between,
)
from app.kernel.clock import office_date
from app.kernel.errors import Invalid


class NoticeCalendar:
    """2026 as its notice says, typed from the notice; the law alone elsewhere."""

    OFF = frozenset(
        first + timedelta(days=offset)
        for first, days in (
            (date(2026, 1, 1), 3),
            (date(2026, 2, 15), 9),
            (date(2026, 4, 4), 3),
            (date(2026, 5, 1), 5),
            (date(2026, 6, 19), 3),
            (date(2026, 9, 25), 3),
            (date(2026, 10, 1), 7),
        )
        for offset in range(days)
    )
    WORKED = frozenset(
        date(2026, month, day)
        for month, day in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))
    )

    def is_workday(self, day):
        if day.year != 2026:
            return statutory.is_workday(day)
        return day in self.WORKED or (day.weekday() < 5 and day not in self.OFF)

    def is_provisional(self, day):
        return day.year != 2026


CALENDAR = NoticeCalendar()

# domain notes §2.6: start, then the due dates after 1, 5, 10, 15, 20, 30 days.
GOLDEN = {
    "2026-02-10": "02-11 02-24 03-02 03-09 03-16 03-30",
    "2026-04-28": "04-29 05-08 05-14 05-21 05-28 06-11",
    "2026-09-18": "09-20 09-24 10-09 10-15 10-22 11-05",
    "2026-09-30": "10-08 10-13 10-20 10-27 11-03 11-17",
    "2026-12-10": "12-11 12-17 12-24 12-31",
}


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        (date.fromisoformat(start), limit, date.fromisoformat(f"2026-{due}"))
        for start, row in GOLDEN.items()
        for limit, due in zip((1, 5, 10, 15, 20, 30), row.split(), strict=False)
    ],
)
class TestGoldenVectors:
    def test_last_day(self, start, limit, due):
        assert add_working_days(start, limit, CALENDAR) == Due(due, provisional=False)

    def test_days_between_is_the_way_back(self, start, limit, due):
        assert working_days_between(start, due, CALENDAR) == limit


class TestAddWorkingDays:
    def test_a_limit_over_the_edge_of_the_known_is_provisional(self):
        due = add_working_days(date(2026, 12, 10), 20, CALENDAR)
        # Friday 2027-01-01 is 元旦; the week after it holds the days 16 to 20.
        assert due == Due(date(2027, 1, 8), provisional=True)

    def test_it_is_provisional_even_if_only_days_off_were_unknown(self):
        class OneUnknownSunday(NoticeCalendar):
            def is_provisional(self, day):
                return day == date(2026, 3, 8)

        assert add_working_days(date(2026, 3, 6), 1, OneUnknownSunday()).provisional
        assert not add_working_days(date(2026, 3, 9), 1, OneUnknownSunday()).provisional

    def test_the_start_day_may_be_no_workday(self):
        saturday = date(2026, 3, 7)
        assert add_working_days(saturday, 1, CALENDAR).on == date(2026, 3, 9)

    def test_on_the_spot_is_the_same_day(self):
        assert add_working_days(date(2026, 3, 2), 0, CALENDAR).on == date(2026, 3, 2)

    def test_on_the_spot_on_a_day_off_is_the_next_workday(self):
        assert add_working_days(date(2026, 2, 15), 0, CALENDAR).on == date(2026, 2, 24)

    @pytest.mark.parametrize("limit", [-1, LONGEST_LIMIT + 1])
    def test_refuses_a_limit_that_cannot_be(self, limit):
        with pytest.raises(Invalid):
            add_working_days(date(2026, 3, 2), limit, CALENDAR)

    def test_the_longest_limit_ends_somewhere(self):
        due = add_working_days(date(2026, 3, 2), LONGEST_LIMIT, CALENDAR)
        assert due.provisional
        assert due.on.year == 2040


class TestAddCalendarDays:
    def test_counts_weekends(self):
        assert add_calendar_days(date(2026, 3, 2), 15, CALENDAR) == Due(
            date(2026, 3, 17), provisional=False
        )

    def test_a_last_day_off_moves_to_the_next_workday(self):
        # The fifteenth day is Sunday 2026-02-15, in the Spring Festival.
        assert add_calendar_days(date(2026, 1, 31), 15, CALENDAR).on == date(
            2026, 2, 24
        )

    def test_a_saturday_worked_in_exchange_is_a_last_day(self):
        assert add_calendar_days(date(2026, 2, 23), 5, CALENDAR).on == date(2026, 2, 28)

    def test_only_the_last_days_make_it_provisional(self):
        assert not add_calendar_days(date(2026, 12, 1), 30, CALENDAR).provisional
        assert add_calendar_days(date(2026, 12, 1), 31, CALENDAR).provisional

    def test_refuses_a_negative_limit(self):
        with pytest.raises(Invalid):
            add_calendar_days(date(2026, 3, 2), -1, CALENDAR)


class TestWorkingDaysBetween:
    def test_a_day_and_itself(self):
        assert working_days_between(date(2026, 3, 2), date(2026, 3, 2), CALENDAR) == 0

    def test_backwards_is_negative(self):
        assert working_days_between(date(2026, 3, 9), date(2026, 3, 6), CALENDAR) == -1


class TestLight:
    @pytest.mark.parametrize(
        ("today", "expected"),
        [
            # 20 days from 2026-03-02 end on 03-30; four fifths are used on 03-24.
            ("2026-03-02", Light.GREEN),
            ("2026-03-23", Light.GREEN),
            ("2026-03-24", Light.AMBER),
            ("2026-03-30", Light.AMBER),
            ("2026-03-31", Light.RED),
        ],
    )
    def test_a_limit_of_twenty_days(self, today, expected):
        due_on = date(2026, 3, 30)
        assert light(due_on, date.fromisoformat(today), 20, CALENDAR) is expected

    @pytest.mark.parametrize(
        ("today", "expected"),
        [("2026-03-04", Light.GREEN), ("2026-03-05", Light.AMBER)],
    )
    def test_one_working_day_before_the_end_of_a_short_one(self, today, expected):
        due_on = date(2026, 3, 6)
        assert light(due_on, date.fromisoformat(today), 4, CALENDAR) is expected

    def test_an_unknown_limit_still_warns_at_its_end(self):
        due_on = date(2026, 3, 6)
        assert light(due_on, date(2026, 3, 4), 0, CALENDAR) is Light.GREEN
        assert light(due_on, date(2026, 3, 5), 0, CALENDAR) is Light.AMBER

    def test_the_saturday_after_the_last_friday_is_late(self):
        assert light(date(2026, 3, 6), date(2026, 3, 7), 5, CALENDAR) is Light.RED


@cache
def package_says(day):
    return chinese_calendar.is_workday(day)


class PackageCalendar:
    """The package's years, and the law alone after them: as production sees it."""

    def is_workday(self, day):
        return package_says(day) if day.year <= 2026 else statutory.is_workday(day)

    def is_provisional(self, day):
        return day.year > 2026


# For the second implementation: typed from printed calendars, used by nothing else.
HOLIDAYS_AFTER_2026 = {
    *(date(2027, 1, 1), date(2027, 4, 5), date(2027, 5, 1), date(2027, 5, 2)),
    *(date(2027, 2, 5), date(2027, 2, 6), date(2027, 2, 7), date(2027, 2, 8)),
    *(date(2027, 6, 9), date(2027, 9, 15)),
    *(date(2027, 10, 1), date(2027, 10, 2), date(2027, 10, 3)),
    *(date(2028, 1, 1), date(2028, 4, 4), date(2028, 5, 1), date(2028, 5, 2)),
    *(date(2028, 1, 25), date(2028, 1, 26), date(2028, 1, 27), date(2028, 1, 28)),
    *(date(2028, 5, 28), date(2028, 10, 1), date(2028, 10, 2), date(2028, 10, 3)),
}


def slow_workdays_after(start):
    """List the days worked after a day, by asking every day of 200."""
    found = []
    for offset in range(1, 200):
        day = start + timedelta(days=offset)
        if day.year <= 2026:
            worked = day in chinese_calendar.workdays or (
                day.isoweekday() <= 5 and day not in chinese_calendar.holidays
            )
        else:
            worked = (
                day.strftime("%a") not in ("Sat", "Sun")
                and day not in HOLIDAYS_AFTER_2026
            )
        if worked:
            found.append(day)
    return found


class TestAgainstTheSlowImplementation:
    """400 seeded starts with 50 lengths each: 20,000 cases, the same every run."""

    @settings(max_examples=400, derandomize=True, database=None, deadline=None)
    @given(
        start=st.dates(date(2018, 1, 1), date(2027, 12, 31)),
        longest=st.integers(50, 110),
    )
    def test_equal_dates_and_marks(self, start, longest):
        fast = PackageCalendar()
        worked = slow_workdays_after(start)
        for limit in range(longest - 49, longest + 1):
            due = add_working_days(start, limit, fast)
            assert due == Due(
                worked[limit - 1], provisional=worked[limit - 1].year > 2026
            )
            assert working_days_between(start, due.on, fast) == limit


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
@pytest.mark.parametrize(
    ("moment", "due"),
    [
        # One minute before and after midnight in Shanghai, then New Year's Eve.
        (datetime(2026, 3, 2, 15, 59, tzinfo=UTC), date(2026, 3, 9)),
        (datetime(2026, 3, 2, 16, 1, tzinfo=UTC), date(2026, 3, 10)),
        (datetime(2026, 12, 31, 15, 59, tzinfo=UTC), date(2027, 1, 8)),
        (datetime(2026, 12, 31, 16, 1, tzinfo=UTC), date(2027, 1, 8)),
    ],
)
def test_the_machines_zone_does_not_matter(time_zone, zone, moment, due):
    time_zone(zone)
    assert add_working_days(office_date(moment), 5, CALENDAR).on == due
