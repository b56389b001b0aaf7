"""The table of working days: seeded, corrected each November, read by everybody.

The table wins over every other source. A day it does not hold is answered by the
law alone and marked provisional, so a date beyond the table is never a failure.

Who may change the table is asked by the door (``Permission.CALENDAR_EDIT``): this
room lies below the one that knows permissions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from importlib.metadata import version as version_of
from threading import Lock
from types import MappingProxyType
from typing import NamedTuple

import chinese_calendar
from sqlalchemy import String, delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.clocks import statutory
from app.kernel import audit
from app.kernel.actors import SYSTEM_ACTOR, Actor
from app.kernel.clock import office_date
from app.kernel.db import Base
from app.kernel.errors import Invalid
from app.kernel.references import new_token

FIRST_YEAR = 2004
"""The first year of the package's data."""

PROVISIONAL_YEARS = 2
"""Years after the current one that the table holds, known or not: no open time
limit reaches further, and an administrator sees what will be asked."""

COMPUTED = "computed"
"""Source of a provisional day: the statutory holidays alone."""

_SATURDAY = 5
_DECEMBER = 12
_KEPT_VERSIONS = 4


class CalendarDay(Base):
    """Whether one day is worked, and who says so.

    Attributes:
        source: The notice, the package and its version, or :data:`COMPUTED`.
        provisional: No official arrangement for the day is known yet.
    """

    __tablename__ = "calendar_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_workday: Mapped[bool]
    source: Mapped[str] = mapped_column(String(120))
    provisional: Mapped[bool]


class CalendarRevision(Base):
    """A change of the table. Its token names the table's state from then on."""

    __tablename__ = "calendar_revisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(32), unique=True, default=new_token)
    source: Mapped[str] = mapped_column(String(120))
    days: Mapped[int]
    """Rows written."""
    made_at: Mapped[datetime]


@dataclass(frozen=True)
class DayRow:
    """One day of an official arrangement."""

    day: date
    is_workday: bool


@dataclass(frozen=True)
class CalendarChange:
    """What an import did to the table.

    Attributes:
        version: The table's state after the import.
        changed: Days whose answer is another one now, in order: time limits that
            run over them must be counted anew.
        confirmed: Days that were provisional and are certain now, with the same
            answer; dates that depend on them lose their mark.
    """

    version: str
    changed: tuple[date, ...]
    confirmed: tuple[date, ...]


@dataclass(frozen=True)
class WorkCalendar:
    """The table as it stood at one moment; safe to share between threads.

    Attributes:
        version: Token of the table's state, to be stored with a deadline; empty
            for a table that was never filled.
    """

    version: str
    _workdays: Mapping[date, bool] = field(repr=False)
    _provisional: frozenset[date] = field(repr=False)

    def is_workday(self, day: date) -> bool:
        """Whether the offices work on that day."""
        known = self._workdays.get(day)
        return statutory.is_workday(day) if known is None else known

    def is_provisional(self, day: date) -> bool:
        """Whether the answer for that day may still change."""
        return day not in self._workdays or day in self._provisional


_loaded: dict[str, WorkCalendar] = {}
"""Calendars by version. A version is a random token that names one content for
ever, so an entry cannot be wrong, in whatever database or transaction it was read."""
_keeping = Lock()


def load(session: Session) -> WorkCalendar:
    """Return the calendar; one short query when it has not changed."""
    token = session.scalar(
        select(CalendarRevision.token).order_by(CalendarRevision.id.desc()).limit(1)
    )
    if token is None:
        return WorkCalendar("", MappingProxyType({}), frozenset())
    if kept := _loaded.get(token):
        return kept
    rows = session.execute(
        select(CalendarDay.day, CalendarDay.is_workday, CalendarDay.provisional)
    ).all()
    calendar = WorkCalendar(
        token,
        MappingProxyType({row.day: row.is_workday for row in rows}),
        frozenset(row.day for row in rows if row.provisional),
    )
    with _keeping:
        while len(_loaded) >= _KEPT_VERSIONS:
            _loaded.pop(next(iter(_loaded)))
        _loaded[token] = calendar
    return calendar


def seed(session: Session, *, now: datetime) -> int:
    """Fill the table from the package, and computed days after its last year.

    Doing it again writes nothing; with a newer package it replaces the computed
    days of the years that package knows. Days from any other source are kept.

    Returns:
        How many days were written.
    """
    package = f"chinesecalendar {version_of('chinesecalendar')}"
    last = max(chinese_calendar.holidays).year
    until = max(last, office_date(now).year + PROVISIONAL_YEARS)
    _lock(session)
    sources = select(CalendarDay.day, CalendarDay.source)
    stored = {row.day: row.source for row in session.execute(sources)}
    rows = [
        _Row(day, _package_says(day), package, provisional=False)
        for day in _days(FIRST_YEAR, last)
        if stored.get(day, COMPUTED) == COMPUTED
    ] + [
        _Row(day, statutory.is_workday(day), COMPUTED, provisional=True)
        for day in _days(last + 1, until)
        if day not in stored
    ]
    if rows:
        _write(session, rows, actor=SYSTEM_ACTOR, action="clocks.seed", now=now)
    return len(rows)


def import_days(
    session: Session,
    rows: Iterable[DayRow],
    *,
    source: str,
    now: datetime,
    actor: Actor = SYSTEM_ACTOR,
) -> CalendarChange:
    """Take over days of an official arrangement; they are certain from now on.

    Args:
        session: The caller's transaction.
        rows: Days with their answer; :func:`year_of_notice` makes a whole year.
        source: Name and number of the notice, 1 to 120 signs.
        now: The current moment.
        actor: Who imports, for the audit.

    Raises:
        Invalid: there is no row or no source, or two rows contradict each other.
    """
    said = _without_contradiction(rows)
    if not source.strip():
        raise Invalid("no source given", errors={"source": "请填写来源文件。"})
    _lock(session)
    before = load(session)
    version = _write(
        session,
        [_Row(day, said[day], source, provisional=False) for day in sorted(said)],
        actor=actor,
        action="clocks.import_days",
        now=now,
    )
    changed = {day for day, answer in said.items() if before.is_workday(day) != answer}
    confirmed = {day for day in said.keys() - changed if before.is_provisional(day)}
    return CalendarChange(version, tuple(sorted(changed)), tuple(sorted(confirmed)))


def year_of_notice(
    year: int, *, off: Collection[date], worked: Collection[date]
) -> list[DayRow]:
    """Write out the yearly notice, which names only the days that are special.

    Args:
        year: The year that the notice arranges; every day of it gets a row.
        off: Days off, weekends among them or not. A notice may begin in the last
            days of the year before; those get a row too.
        worked: Saturdays and Sundays worked in exchange.

    Raises:
        Invalid: a day is in both lists or in another year, or a day worked in
            exchange is no weekend.
    """
    off, worked = set(off), set(worked)
    if both := off & worked:
        raise Invalid("days both off and worked", days=_texts(both))
    named = off | worked
    if strangers := {day for day in named if not _belongs_to(day, year)}:
        raise Invalid("days of another year", days=_texts(strangers))
    if weekdays := {day for day in worked if day.weekday() < _SATURDAY}:
        raise Invalid("nothing to exchange on a weekday", days=_texts(weekdays))
    days = sorted(set(_days(year, year)) | named)
    return [
        DayRow(day, day in worked or (day.weekday() < _SATURDAY and day not in off))
        for day in days
    ]


class _Row(NamedTuple):
    day: date
    is_workday: bool
    source: str
    provisional: bool


def _write(
    session: Session, rows: list[_Row], *, actor: Actor, action: str, now: datetime
) -> str:
    """Put rows in the place of those there are; return the table's new version."""
    session.execute(
        delete(CalendarDay).where(CalendarDay.day.in_([row.day for row in rows]))
    )
    session.execute(insert(CalendarDay), [row._asdict() for row in rows])
    revision = CalendarRevision(
        token=new_token(), source=rows[-1].source, days=len(rows), made_at=now
    )
    session.add(revision)
    audit.write(
        session,
        actor,
        action,
        f"calendar:{revision.token}",
        now=now,
        source=revision.source,
        days=revision.days,
    )
    # A calendar loaded later in this transaction must be the new one.
    session.flush()
    return revision.token


def _lock(session: Session) -> None:
    """Let one change follow the other.

    Revisions must get their numbers in the order of their commits, or readers
    would keep the older of two versions. SQLite has one writer anyway.
    """
    session.execute(
        select(CalendarRevision.id)
        .order_by(CalendarRevision.id.desc())
        .limit(1)
        .with_for_update()
    )


def _without_contradiction(rows: Iterable[DayRow]) -> dict[date, bool]:
    said: dict[date, bool] = {}
    for row in rows:
        if said.setdefault(row.day, row.is_workday) != row.is_workday:
            raise Invalid("two rows contradict each other", day=row.day.isoformat())
    if not said:
        raise Invalid("no days given")
    return said


def _belongs_to(day: date, year: int) -> bool:
    last_december = (year - 1, _DECEMBER)
    return day.year == year or (day.year, day.month) == last_december


def _texts(days: Collection[date]) -> list[str]:
    return [day.isoformat() for day in sorted(days)]


def _days(first_year: int, last_year: int) -> Iterator[date]:
    day = date(first_year, 1, 1)
    while day.year <= last_year:
        yield day
        day += timedelta(days=1)


def _package_says(day: date) -> bool:
    """Ask the package's tables; its own function searches them anew each day."""
    if day in chinese_calendar.workdays:
        return True
    return day.weekday() < _SATURDAY and day not in chinese_calendar.holidays
