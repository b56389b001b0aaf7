"""The number by which web processes notice that the catalogue has changed."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.catalogue.models import CatalogueStamp

_ONLY = 1


def take_turn(session: Session) -> CatalogueStamp:
    """Wait until no other transaction imports or publishes; return the number's row.

    Two publishers never take the same release number, and two loaders never
    load the same folder twice.
    """
    row = session.get(CatalogueStamp, _ONLY, with_for_update=True)
    if row is not None:
        return row
    try:
        # A savepoint: another writer may insert the first row at the same time.
        with session.begin_nested():
            row = CatalogueStamp(id=_ONLY, stamp=0)
            session.add(row)
    except IntegrityError:
        return session.get_one(CatalogueStamp, _ONLY, with_for_update=True)
    return row


def move_stamp(session: Session) -> None:
    """Raise the number, in the caller's transaction: it is seen at the commit."""
    row = take_turn(session)
    row.stamp = row.stamp + 1


def read_stamp(session: Session) -> int:
    """Return the number; 0 while nothing was ever imported."""
    found = session.scalar(
        select(CatalogueStamp.stamp).where(CatalogueStamp.id == _ONLY)
    )
    return found or 0
