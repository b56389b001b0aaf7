"""The number by which web processes notice that the catalogue has changed."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.catalogue.models import CatalogueStamp

_ONLY = 1


def move_stamp(session: Session) -> None:
    """Raise the number, in the caller's transaction: it is seen at the commit.

    On PostgreSQL this also makes publishers wait for one another, so that two
    of them never take the same release number.
    """
    row = session.get(CatalogueStamp, _ONLY, with_for_update=True)
    if row is None:
        try:
            # A savepoint: another writer may insert the first row at the same time.
            with session.begin_nested():
                session.add(CatalogueStamp(id=_ONLY, stamp=1))
        except IntegrityError:
            row = session.get_one(CatalogueStamp, _ONLY, with_for_update=True)
    if row is not None:
        row.stamp = row.stamp + 1


def read_stamp(session: Session) -> int:
    """Return the number; 0 while nothing was ever imported."""
    found = session.scalar(
        select(CatalogueStamp.stamp).where(CatalogueStamp.id == _ONLY)
    )
    return found or 0
