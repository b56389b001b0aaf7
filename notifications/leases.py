"""Whose turn an outbox entry is: leases, by the database's clock.

    pending ──lease──▶ leased ──finish──▶ done
       ▲                 │ │
       └──fail, give back┘ └─(lease over)─▶ leased again, by the next relay
                                └─(8 attempts)─▶ parked

A lease has a number, the attempt. Whoever handles an entry may finish it only
while the number is still theirs, in the transaction that holds its effects. So
a job that comes twice, late or never changes nothing, and a handler that was
paused for an hour cannot overwrite what another has done since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, update
from sqlalchemy.orm import Session

from app.kernel.outbox import EntryState, OutboxEntry

LEASE = timedelta(seconds=8)
"""How long a relay's word holds. After a sender's death this much passes, at most,
before another tries; handling fifty entries takes some hundredths of a second."""

MAX_ATTEMPTS = 8
"""After so many an entry is parked for a person to look at."""

_PAUSES = tuple(timedelta(seconds=s) for s in (2, 10, 60, 300, 900, 1800, 3600))
"""Between a failure and the next attempt; some two hours in all."""

WORN_OUT = "no handler came to an end in 8 attempts"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to handle one entry, once."""

    entry_id: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Due:
    """What waits.

    Attributes:
        fresh: Entries nobody has taken yet, or whose pause is over.
        expired: Entries that somebody took and did not finish in time.
    """

    fresh: bool
    expired: bool


def database_now(session: Session) -> datetime:
    """Return the time of the database: two hosts may differ, it cannot.

    On SQLite that is the clock of the one machine there is.
    """
    if session.get_bind().dialect.name == "sqlite":
        text = session.scalar(select(func.strftime("%Y-%m-%d %H:%M:%f", "now")))
        return datetime.fromisoformat(str(text)).replace(tzinfo=UTC)
    moment = session.scalar(select(func.clock_timestamp()))
    if not isinstance(moment, datetime):
        raise TypeError(f"the database says {moment!r} is the time")
    return moment.astimezone(UTC)


def _is_fresh(now: datetime) -> ColumnElement[bool]:
    return and_(OutboxEntry.state == EntryState.PENDING, OutboxEntry.due_at <= now)


def _is_expired(now: datetime) -> ColumnElement[bool]:
    return and_(
        OutboxEntry.state == EntryState.LEASED,
        or_(
            OutboxEntry.lease_until <= now,
            # Longer than any lease: the machine's clock was set back meanwhile.
            OutboxEntry.lease_until > now + 2 * LEASE,
        ),
    )


def look(session: Session) -> Due:
    """Say whether there is anything to lease, without locking anything."""
    now = database_now(session)

    def exists(condition: ColumnElement[bool]) -> bool:
        found = select(literal(1)).select_from(OutboxEntry).where(condition).limit(1)
        return session.scalar(found) is not None

    return Due(fresh=exists(_is_fresh(now)), expired=exists(_is_expired(now)))


def take(
    session: Session, *, limit: int, length: timedelta = LEASE
) -> tuple[list[Lease], list[int]]:
    """Lease due entries, oldest first; park those that have been tried too often.

    Any number of relays may do it at once: on PostgreSQL each skips what another
    holds, on SQLite they take turns. The caller commits before it queues anything.

    Returns:
        The leases, and the ids of what was parked.
    """
    now = database_now(session)
    found = session.execute(
        select(OutboxEntry.id, OutboxEntry.attempt)
        .where(or_(_is_fresh(now), _is_expired(now)))
        .order_by(OutboxEntry.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    worn = [entry_id for entry_id, attempt in found if attempt >= MAX_ATTEMPTS]
    leases = [
        Lease(entry_id, attempt + 1)
        for entry_id, attempt in found
        if attempt < MAX_ATTEMPTS
    ]
    if worn:
        session.execute(
            update(OutboxEntry)
            .where(OutboxEntry.id.in_(worn))
            .values(state=EntryState.PARKED, lease_until=None, last_error=WORN_OUT)
            .execution_options(synchronize_session=False)
        )
    if leases:
        session.execute(
            update(OutboxEntry)
            .where(OutboxEntry.id.in_([lease.entry_id for lease in leases]))
            .values(
                state=EntryState.LEASED,
                lease_until=now + length,
                attempt=OutboxEntry.attempt + 1,
            )
            .execution_options(synchronize_session=False)
        )
    return leases, worn


def give_back(session: Session, leases: Sequence[Lease]) -> None:
    """Undo leases whose jobs could not be queued; they count as no attempt.

    A job that was queued after all, its answer lost, finds the entry not leased
    and does nothing.
    """
    for lease in leases:
        session.execute(
            update(OutboxEntry)
            .where(
                OutboxEntry.id == lease.entry_id,
                OutboxEntry.attempt == lease.attempt,
                OutboxEntry.state == EntryState.LEASED,
            )
            .values(
                state=EntryState.PENDING,
                lease_until=None,
                attempt=OutboxEntry.attempt - 1,
            )
            .execution_options(synchronize_session=False)
        )


def claim(session: Session, leases: Sequence[Lease]) -> list[OutboxEntry]:
    """Return the entries that are still the caller's to handle, oldest first.

    They stay locked until the caller's transaction ends; what another handler
    holds at this moment is left to it.
    """
    numbers = {lease.entry_id: lease.attempt for lease in leases}
    found = session.scalars(
        select(OutboxEntry)
        .where(OutboxEntry.id.in_(numbers), OutboxEntry.state == EntryState.LEASED)
        .order_by(OutboxEntry.id)
        .with_for_update(skip_locked=True)
    )
    return [entry for entry in found if entry.attempt == numbers[entry.id]]


def finish(session: Session, entries: Sequence[OutboxEntry]) -> None:
    """Mark claimed entries as done, in the transaction that holds their effects."""
    done_at = database_now(session)
    for entry in entries:
        entry.state = EntryState.DONE
        entry.lease_until = None
        entry.done_at = done_at
        entry.last_error = ""


def fail(session: Session, lease: Lease, reason: str) -> None:
    """Put an entry off after its handler failed, or park it after the last attempt.

    Args:
        session: A transaction of its own; the handler's was rolled back.
        lease: Whose handling failed. A lease that is over changes nothing.
        reason: Class name of the failure; never a message, which may hold data.
    """
    for entry in claim(session, [lease]):
        entry.lease_until = None
        entry.last_error = reason
        if entry.attempt >= MAX_ATTEMPTS:
            entry.state = EntryState.PARKED
        else:
            entry.state = EntryState.PENDING
            entry.due_at = database_now(session) + _PAUSES[entry.attempt - 1]


def release_parked(session: Session, entry_ids: Sequence[int]) -> int:
    """Let parked entries be tried again from the start, after the cause was mended.

    Returns:
        How many there were.
    """
    now = database_now(session)
    parked = session.scalars(
        select(OutboxEntry)
        .where(OutboxEntry.id.in_(entry_ids), OutboxEntry.state == EntryState.PARKED)
        .with_for_update(skip_locked=True)
    ).all()
    for entry in parked:
        entry.state = EntryState.PENDING
        entry.due_at = now
        entry.attempt = 0
    return len(parked)
