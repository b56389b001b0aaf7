"""The table of working days: seeding, the yearly notice, and what readers see."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.clocks import calendar
from app.clocks.arithmetic import Due, add_working_days
from app.clocks.calendar import (
    COMPUTED,
    CalendarDay,
    CalendarRevision,
    DayRow,
    import_days,
    load,
    seed,
    year_of_notice,
)
from app.kernel.audit import AuditEntry
from app.kernel.db import Base, Database
from app.kernel.errors import Invalid
from app.models import import_all
from tests.conftest import NOW

NOTICE = "国办发明电〔2026〕1号（测试）"


@pytest.fixture
def seeded(session):
    seed(session, now=NOW)
    return session


def notice_of_2027():
    """A notice as it might be: a long Spring Festival and two days in exchange."""
    spring = [date(2027, 2, 5) + timedelta(days=offset) for offset in range(8)]
    return year_of_notice(
        2027,
        off=[date(2027, 1, 1), *spring],
        worked=[date(2027, 1, 31), date(2027, 2, 20)],
    )


class TestSeed:
    def test_fills_the_known_years_and_two_computed_ones(self, seeded):
        days = seeded.execute(
            select(
                CalendarDay.provisional,
                func.min(CalendarDay.day),
                func.max(CalendarDay.day),
                func.count(),
            )
            .group_by(CalendarDay.provisional)
            .order_by(CalendarDay.provisional)
        ).all()
        assert [tuple(row) for row in days] == [
            (False, date(2004, 1, 1), date(2026, 12, 31), 8401),
            (True, date(2027, 1, 1), date(2028, 12, 31), 731),
        ]

    def test_knows_the_days_worked_in_exchange(self, seeded):
        known = load(seeded)
        assert known.is_workday(date(2026, 2, 28))
        assert not known.is_workday(date(2026, 10, 7))
        assert not known.is_provisional(date(2026, 12, 31))
        assert known.is_provisional(date(2027, 1, 4))

    def test_again_writes_nothing(self, seeded):
        before = load(seeded).version
        assert seed(seeded, now=NOW) == 0
        assert load(seeded).version == before

    def test_a_year_later_adds_a_year(self, seeded):
        assert seed(seeded, now=datetime(2027, 1, 1, tzinfo=UTC)) == 365
        assert load(seeded).is_provisional(date(2029, 5, 4))

    def test_keeps_what_a_notice_said(self, seeded):
        import_days(seeded, notice_of_2027(), source=NOTICE, now=NOW)
        seed(seeded, now=datetime(2027, 1, 1, tzinfo=UTC))
        assert load(seeded).is_workday(date(2027, 2, 20))
        assert not load(seeded).is_provisional(date(2027, 2, 20))

    def test_replaces_computed_days_that_the_package_knows_by_now(self, session):
        session.add(
            CalendarDay(
                day=date(2026, 2, 28),
                is_workday=False,
                source=COMPUTED,
                provisional=True,
            )
        )
        seed(session, now=NOW)
        assert load(session).is_workday(date(2026, 2, 28))


class TestLoad:
    def test_an_empty_table_answers_by_the_law(self, session):
        known = load(session)
        assert known.version == ""
        assert add_working_days(date(2026, 9, 30), 1, known) == Due(
            date(2026, 10, 5), provisional=True
        )

    def test_a_day_beyond_the_table_is_provisional(self, seeded):
        known = load(seeded)
        assert not known.is_workday(date(2035, 10, 2))
        assert known.is_workday(date(2035, 10, 8))
        assert known.is_provisional(date(2035, 10, 8))

    def test_a_case_accepted_in_december_gets_a_date(self, seeded):
        due = add_working_days(date(2026, 12, 10), 20, load(seeded))
        assert due == Due(date(2027, 1, 8), provisional=True)

    def test_an_unchanged_table_is_not_read_again(self, seeded):
        assert load(seeded) is load(seeded)

    def test_only_a_few_versions_are_kept(self, seeded):
        for day in range(1, 9):
            import_days(
                seeded, [DayRow(date(2027, 3, day), True)], source=NOTICE, now=NOW
            )
            load(seeded)
        assert len(calendar._loaded) <= 4


class TestImportDays:
    def test_the_days_are_certain_and_the_changed_ones_are_named(self, seeded):
        change = import_days(seeded, notice_of_2027(), source=NOTICE, now=NOW)

        known = load(seeded)
        assert known.version == change.version
        assert not known.is_provisional(date(2027, 12, 31))
        assert date(2027, 2, 20) in change.changed
        assert date(2027, 2, 9) in change.changed
        # Off by the law already, and off by the notice: certain now, not changed.
        assert date(2027, 2, 6) in change.confirmed
        # Off by the law, not named in the notice, so worked if it is a weekday.
        assert date(2027, 6, 9) in change.changed
        assert len(change.changed) + len(change.confirmed) == 365

    def test_the_same_import_again_changes_nothing(self, seeded):
        import_days(seeded, notice_of_2027(), source=NOTICE, now=NOW)
        again = import_days(seeded, notice_of_2027(), source=NOTICE, now=NOW)
        assert (again.changed, again.confirmed) == ((), ())

    def test_one_local_holiday(self, seeded):
        day = date(2026, 3, 6)
        change = import_days(seeded, [DayRow(day, False)], source="区政府通知", now=NOW)
        assert change.changed == (day,)
        assert add_working_days(date(2026, 3, 5), 1, load(seeded)) == Due(
            date(2026, 3, 9), provisional=False
        )

    def test_a_calendar_in_hand_does_not_change(self, seeded):
        before = load(seeded)
        day = date(2026, 3, 6)
        import_days(seeded, [DayRow(day, False)], source="区政府通知", now=NOW)
        assert before.is_workday(day)

    def test_it_is_on_record(self, seeded):
        change = import_days(seeded, notice_of_2027(), source=NOTICE, now=NOW)
        revision = seeded.scalars(
            select(CalendarRevision).order_by(CalendarRevision.id.desc())
        ).first()
        assert (revision.token, revision.source, revision.days) == (
            change.version,
            NOTICE,
            365,
        )
        entry = seeded.scalars(
            select(AuditEntry).order_by(AuditEntry.id.desc())
        ).first()
        assert entry.action == "clocks.import_days"
        assert entry.subject == f"calendar:{change.version}"

    @pytest.mark.parametrize(
        "rows",
        [
            [],
            [DayRow(date(2027, 1, 1), True), DayRow(date(2027, 1, 1), False)],
        ],
    )
    def test_refuses_nothing_and_contradictions(self, seeded, rows):
        with pytest.raises(Invalid):
            import_days(seeded, rows, source=NOTICE, now=NOW)

    def test_refuses_an_import_without_source(self, seeded):
        with pytest.raises(Invalid) as refusal:
            import_days(seeded, notice_of_2027(), source=" ", now=NOW)
        assert "source" in refusal.value.errors


class TestYearOfNotice:
    def test_the_notice_of_2026_gives_the_year_of_the_package(self, seeded):
        off = [
            date(2026, month, first) + timedelta(days=offset)
            for month, first, days in (
                (1, 1, 3),
                (2, 15, 9),
                (4, 4, 3),
                (5, 1, 5),
                (6, 19, 3),
                (9, 25, 3),
                (10, 1, 7),
            )
            for offset in range(days)
        ]
        worked = [
            date(2026, month, day)
            for month, day in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))
        ]
        rows = year_of_notice(2026, off=off, worked=worked)
        change = import_days(seeded, rows, source=NOTICE, now=NOW)
        assert len(rows) == 365
        assert change.changed == ()

    def test_it_may_begin_in_the_december_before(self):
        rows = year_of_notice(
            2027, off=[date(2026, 12, 31), date(2027, 1, 1)], worked=[]
        )
        assert len(rows) == 366
        assert rows[0] == DayRow(date(2026, 12, 31), False)

    @pytest.mark.parametrize(
        ("off", "worked"),
        [
            ([date(2027, 1, 2)], [date(2027, 1, 2)]),
            ([date(2028, 1, 1)], []),
            ([date(2026, 11, 30)], []),
            ([], [date(2027, 1, 4)]),
        ],
        ids=["both", "next year", "november", "worked weekday"],
    )
    def test_refuses_what_no_notice_says(self, off, worked):
        with pytest.raises(Invalid):
            year_of_notice(2027, off=off, worked=worked)


def test_of_two_imports_at_once_neither_is_forgotten(empty_database_url, keyring):
    """A reader between the two commits must not keep the older table for ever."""
    import_all()
    shared = Database.connect(empty_database_url, keyring)
    Base.metadata.create_all(shared.engine)
    days = [date(2026, 3, 5), date(2026, 3, 6)]

    def add(session, day):
        import_days(session, [DayRow(day, False)], source="区政府通知", now=NOW)

    def add_in_a_transaction_of_its_own(day):
        with shared.transaction() as session:
            add(session, day)

    with shared.transaction() as session:
        seed(session, now=NOW)
    with ThreadPoolExecutor(1) as thread:
        with shared.transaction() as session:
            add(session, days[0])
            second = thread.submit(add_in_a_transaction_of_its_own, days[1])
            if wait([second], timeout=1).done:
                with shared.reading() as reader:
                    load(reader)
        second.result()
    with shared.reading() as reader:
        assert not any(load(reader).is_workday(day) for day in days)
    shared.engine.dispose()
