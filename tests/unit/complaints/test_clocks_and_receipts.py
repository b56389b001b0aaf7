from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.clocks.arithmetic import Light
from app.complaints import receipts
from app.complaints.moments import Half, HalfDay, half_day
from app.complaints.rules import (
    NO_CLOCK,
    Clock,
    Limits,
    light_of,
    running,
    start_clock,
)
from app.complaints.workflow import OPEN, State
from app.kernel.crypto import Keyring
from app.kernel.references import ALPHABET


class Weekdays:
    def is_workday(self, day):
        return day.weekday() < 5

    def is_provisional(self, day):
        return day.year > 2026


TEN = Limits(dispatch=1, answer=10, source="test")
MONDAY = date(2026, 3, 2)


class TestClock:
    def test_counts_working_days_from_the_day_after(self):
        clock = start_clock(MONDAY, TEN, Weekdays())
        assert (clock.dispatch_by_on, clock.answer_by_on, clock.provisional) == (
            date(2026, 3, 3),
            date(2026, 3, 16),
            False,
        )

    def test_says_when_a_day_may_still_change(self):
        assert start_clock(date(2026, 12, 25), TEN, Weekdays()).provisional

    @pytest.mark.parametrize("state", State)
    def test_what_runs_is_what_is_owed(self, state):
        clock = start_clock(MONDAY, TEN, Weekdays())
        runs = running(state, clock, MONDAY, TEN, Weekdays())
        expected = {
            State.NEW: clock.dispatch_by_on,
            State.ACCEPTED: clock.dispatch_by_on,
            State.REOPENED: clock.dispatch_by_on,
            State.DISPATCHED: clock.answer_by_on,
            State.HANDLING: clock.answer_by_on,
        }.get(state, NO_CLOCK)
        assert runs.on == expected
        assert (expected == NO_CLOCK) == (state not in OPEN - {State.REPLIED})

    def test_turns_amber_at_four_fifths(self):
        clock = start_clock(MONDAY, TEN, Weekdays())
        runs = running(State.HANDLING, clock, MONDAY, TEN, Weekdays())
        assert runs.amber_on == date(2026, 3, 12)

    @pytest.mark.parametrize("start", [MONDAY, date(2026, 3, 6), date(2026, 3, 7)])
    def test_a_limit_of_one_day_is_green_until_its_last_day(self, start):
        clock = start_clock(start, TEN, Weekdays())
        runs = running(State.NEW, clock, start, TEN, Weekdays())
        assert runs.amber_on == runs.on == clock.dispatch_by_on > start
        assert light_of(runs.on, runs.amber_on, start) is Light.GREEN
        assert light_of(runs.on, runs.amber_on, runs.on) is Light.AMBER

    def test_a_limit_of_no_days_ends_the_same_day(self):
        none = Limits(dispatch=0, answer=0, source="test")
        clock = start_clock(MONDAY, none, Weekdays())
        assert running(State.NEW, clock, MONDAY, none, Weekdays()).amber_on == MONDAY
        assert clock.answer_by_on == MONDAY

    def test_a_late_answer_is_late_from_the_start(self):
        past = Clock(MONDAY - timedelta(days=9), MONDAY - timedelta(days=9), False)
        runs = running(State.HANDLING, past, MONDAY, TEN, Weekdays())
        assert light_of(runs.on, runs.amber_on, MONDAY) is Light.RED

    def test_lights_in_words_of_days(self):
        on, amber = date(2026, 3, 16), date(2026, 3, 12)
        assert light_of(on, amber, date(2026, 3, 11)) is Light.GREEN
        assert light_of(on, amber, amber) is Light.AMBER
        assert light_of(on, amber, on) is Light.AMBER
        assert light_of(on, amber, date(2026, 3, 17)) is Light.RED
        assert light_of(NO_CLOCK, NO_CLOCK, MONDAY) is None


class TestHalfDays:
    @pytest.mark.parametrize(
        ("hour", "day", "half"),
        [
            (3, 2, Half.MORNING),
            (4, 2, Half.AFTERNOON),
            (15, 2, Half.AFTERNOON),
            (16, 3, Half.MORNING),
        ],
    )
    def test_belong_to_the_offices_day(self, hour, day, half):
        moment = datetime(2026, 3, 2, hour, 59, tzinfo=UTC)
        assert half_day(moment) == HalfDay(date(2026, 3, day), half)

    def test_read_like_a_date(self):
        assert HalfDay(MONDAY, Half.AFTERNOON).zh == "2026年3月2日下午"


class TestReceipts:
    def test_are_random_without_a_form(self, keyring):
        made = {receipts.code_for(keyring, "") for _ in range(100)}
        assert len(made) == 100

    def test_are_the_same_for_the_same_form_only(self, keyring):
        first = receipts.code_for(keyring, "form-secret-1234")
        assert first == receipts.code_for(keyring, "form-secret-1234")
        assert first != receipts.code_for(keyring, "form-secret-1235")
        assert len(first) == receipts.LENGTH
        assert set(first) <= set(ALPHABET)

    @settings(deadline=None)  # a busy machine is no fault
    @given(st.text(max_size=300))
    def test_any_text_has_a_hash(self, typed):
        ring = Keyring({"k1": b"1" * 32}, current="k1", index_key=b"i" * 32)
        assert len(receipts.index_of(ring, typed)) == 64

    def test_are_read_as_people_copy_them(self, keyring):
        code = receipts.code_for(keyring, "")
        typed = f"  {receipts.grouped(code).lower().replace(' ', '-')} "
        assert receipts.index_of(keyring, typed) == receipts.index_of(keyring, code)
