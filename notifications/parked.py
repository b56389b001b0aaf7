"""Events that no handler could finish: ``python -m notifications.parked``.

Lists them; with ``--release`` lets them be tried again, after their cause was
mended. Nobody else is kept waiting by them meanwhile.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.outbox import EntryState, OutboxEntry
from notifications import leases, processes


def parked(session: Session) -> list[OutboxEntry]:
    """Return what is parked, oldest first."""
    return list(
        session.scalars(
            select(OutboxEntry)
            .where(OutboxEntry.state == EntryState.PARKED)
            .order_by(OutboxEntry.id)
        )
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """List what is parked, or release it.

    Returns:
        0 when nothing is parked any more, 1 otherwise.
    """
    parser = argparse.ArgumentParser(prog="notifications.parked", description=__doc__)
    parser.add_argument(
        "--release", nargs="*", type=int, metavar="ID", help="these; all without ids"
    )
    options = parser.parse_args(arguments)
    database = processes.open_database(processes.begin(None))
    with database.transaction() as session:
        found = parked(session)
        if options.release is not None:
            ids = options.release or [entry.id for entry in found]
            print(f"released {leases.release_parked(session, ids)}")
            # What is left is what the list below shows.
            session.flush()
            found = parked(session)
        for entry in found:
            print(
                f"{entry.id}\t{entry.type}\t{entry.recorded_at:%Y-%m-%d %H:%M:%S}Z"
                f"\t{entry.last_error}"
            )
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
