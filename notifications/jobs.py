"""What the workers run. A job carries leases, and may come twice, late or never."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from app.kernel.errors import Unavailable
from app.notices import service as notices
from notifications import leases, plans
from notifications.leases import Lease
from notifications.runtime import runtime

logger = logging.getLogger(__name__)

_DATABASE_AWAY = (Unavailable, OperationalError, InterfaceError)
"""Nobody's fault: the lease runs out and another attempt follows."""


def handle_events(pairs: Sequence[tuple[int, int]]) -> None:
    """Handle outbox entries: RQ's entry point.

    Args:
        pairs: Entry ids with the attempt under which each was leased.
    """
    batch = [Lease(entry_id, attempt) for entry_id, attempt in pairs]
    try:
        _handle(batch)
    except _DATABASE_AWAY as failure:
        logger.warning(
            "worker lost the database", extra={"cause": type(failure).__name__}
        )
        raise
    except Exception as failure:  # noqa: BLE001 -- one bad event must not cost the rest
        if len(batch) == 1:
            _put_off(batch[0], failure)
            return
        for lease in batch:
            _handle_alone(lease)


def _handle_alone(lease: Lease) -> None:
    try:
        _handle([lease])
    except _DATABASE_AWAY:
        raise
    except Exception as failure:  # noqa: BLE001 -- as above
        _put_off(lease, failure)


def _handle(batch: Sequence[Lease]) -> None:
    here = runtime()
    with here.database.transaction() as session:
        tell(session, batch, now=here.clock.now())


def tell(session: Session, batch: Sequence[Lease], *, now: datetime) -> int:
    """Write the notices that leased entries call for, and finish the entries.

    Both are one transaction: whoever comes second finds nothing to claim.

    Returns:
        How many notices were written.
    """
    entries = leases.claim(session, batch)
    messages = [message for entry in entries for message in plans.messages_for(entry)]
    written = notices.write(session, messages, now=now)
    leases.finish(session, entries)
    return written


def _put_off(lease: Lease, failure: Exception) -> None:
    # The place, not the message: a message may quote what a person wrote.
    place = traceback.extract_tb(failure.__traceback__)[-1]
    logger.error(
        "event not handled",
        extra={
            "entry_id": lease.entry_id,
            "attempt": lease.attempt,
            "cause": type(failure).__name__,
            "where": f"{Path(place.filename).name}:{place.lineno}",
        },
    )
    with runtime().database.transaction() as session:
        leases.fail(session, lease, type(failure).__name__)
