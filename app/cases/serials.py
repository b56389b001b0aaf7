"""Serial numbers of cases: one row for a division and an office day."""

from __future__ import annotations

from datetime import date
from typing import cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.cases.models import Serial


def next_serial(session: Session, division: str, day: date) -> int:
    """Return the next serial number of a division and day, from 1.

    One statement inserts or counts up and returns, so that two submissions at
    the same moment cannot get the same number on either database. The row stays
    locked until the commit: ask for it last.
    """
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if on_sqlite else postgresql.insert
    # The table, not the mapped class: nothing in the session is touched by it.
    value = session.scalar(
        insert(_SERIALS)
        .values(division=division, day=day, value=1)
        .on_conflict_do_update(
            index_elements=["division", "day"],
            set_={"value": _SERIALS.c.value + 1},
        )
        .returning(_SERIALS.c.value)
    )
    if value is None:  # pragma: no cover -- RETURNING always answers
        raise AssertionError("an upsert that returned nothing")
    return int(value)


_SERIALS = cast(Table, Serial.__table__)
