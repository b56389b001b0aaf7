"""From the outbox to the queue: ``python -m notifications.relay``.

The relay leases due entries and commits; only then, outside any transaction, it
queues jobs that carry the leases. Nothing is done until a handler says so in
its own transaction, so whatever Redis forgets comes up again when the lease is
over, and while Redis is away or hangs, nothing is leased and nothing locked.

Entries are leased again only when the queue is empty: a job that merely waits
for a worker is no failed attempt.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Iterable, Sequence
from datetime import timedelta

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.queue import EnqueueData
from sqlalchemy.exc import SQLAlchemyError

from app.kernel.db import Database
from app.kernel.errors import AppError
from notifications import leases, processes, queues
from notifications.leases import Lease

logger = logging.getLogger(__name__)

PER_JOB = 50
"""Entries in one job: fifty cost RQ as much as one."""

PER_ROUND = 500
"""Entries leased at once."""

MAX_WAITING_JOBS = 20
"""With more in the queue the workers are behind; more jobs would not help them."""

LOOK_EVERY_S = 1
"""Without a ring, how often the relay looks by itself."""

_SOON_S = 0.05
_REDIS_TIMEOUT_S = 2.5
"""Longer than the wait for the bell, short enough to notice a Redis that hangs."""
_FIRST_PAUSE_S = 0.25
_LONGEST_PAUSE_S = 2.0
_HEARTBEAT_S = 10
_JOB_TIMEOUT_S = 30
_JOB_KEPT_S = 600


def jobs_for(taken: Sequence[Lease]) -> list[list[Lease]]:
    """Share leases out to jobs.

    First attempts travel together. What has failed before travels alone, so that
    an entry that kills its worker takes no other down with it twice.
    """
    first = [lease for lease in taken if lease.attempt == 1]
    again = [lease for lease in taken if lease.attempt > 1]
    return [
        *(first[start : start + PER_JOB] for start in range(0, len(first), PER_JOB)),
        *([lease] for lease in again),
    ]


class Relay:
    """Carries due entries to the queue until told to stop.

    Args:
        database: Where the outbox is.
        redis: A client with a timeout above :data:`LOOK_EVERY_S`.
        lease: How long a lease holds.
    """

    def __init__(
        self, database: Database, redis: Redis, *, lease: timedelta = leases.LEASE
    ) -> None:
        self._database = database
        self._redis = redis
        self._queue: Queue = queues.events_queue(redis)
        self._lease = lease
        self._pause_s = _FIRST_PAUSE_S
        self._away: str | None = None
        self._stopping = False

    def stop(self) -> None:
        """Ask the loop to end; it does within two and a half seconds."""
        self._stopping = True

    def run(self) -> None:
        """Work until stopped. No failure of Redis or the database ends it."""
        while not self._stopping:
            try:
                self._beat()
                if self.pump():
                    self._await_bell()
                else:
                    time.sleep(_SOON_S)
                self._is_back()
            except RedisError as failure:
                self._is_away("redis", failure)
            except (SQLAlchemyError, AppError) as failure:
                self._is_away("database", failure)

    def pump(self) -> bool:
        """Queue everything that is due.

        Returns:
            Whether to wait for the bell now; if not, workers are behind.

        Raises:
            RedisError: Redis did not take the jobs; their leases are given back.
        """
        while True:
            with self._database.reading() as session:
                due = leases.look(session)
            if not (due.fresh or due.expired):
                return True
            # Asked before leasing: while Redis is away, no attempt is spent.
            waiting = self._queue.count
            if waiting >= MAX_WAITING_JOBS or (due.expired and waiting):
                return False
            with self._database.transaction() as session:
                taken, parked = leases.take(
                    session, limit=PER_ROUND, length=self._lease
                )
            if parked:
                logger.error("outbox entries parked", extra={"entries": parked})
            if taken:
                self._hand_over(taken)
            if len(taken) + len(parked) < PER_ROUND:
                return True

    def _hand_over(self, taken: Sequence[Lease]) -> None:
        try:
            self._queue.enqueue_many(_as_jobs(jobs_for(taken)))
        except RedisError:
            with self._database.transaction() as session:
                leases.give_back(session, taken)
            raise

    def _await_bell(self) -> None:
        self._redis.blpop([queues.BELL], timeout=LOOK_EVERY_S)

    def _beat(self) -> None:
        self._redis.set(queues.HEARTBEAT, 1, ex=_HEARTBEAT_S)

    def _is_away(self, part: str, failure: Exception) -> None:
        if self._away != part:
            self._away = part
            logger.warning(
                "relay waits",
                extra={"for": part, "cause": type(failure).__name__},
            )
        time.sleep(self._pause_s)
        self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S)

    def _is_back(self) -> None:
        if self._away is not None:
            logger.warning("relay goes on", extra={"after": self._away})
            self._away = None
        self._pause_s = _FIRST_PAUSE_S


def _as_jobs(parts: Iterable[Sequence[Lease]]) -> list[EnqueueData]:
    return [
        Queue.prepare_data(
            queues.HANDLE_EVENTS,
            args=[[[lease.entry_id, lease.attempt] for lease in part]],
            timeout=_JOB_TIMEOUT_S,
            ttl=_JOB_KEPT_S,
            result_ttl=0,
            failure_ttl=_JOB_KEPT_S,
            description=f"{len(part)} events",
        )
        for part in parts
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a relay process."""
    parser = argparse.ArgumentParser(prog="notifications.relay", description=__doc__)
    processes.add_parent_option(parser)
    options = parser.parse_args(arguments)
    settings = processes.begin(options.parent)
    relay = Relay(
        processes.open_database(settings),
        queues.connect(settings.redis_url, timeout_s=_REDIS_TIMEOUT_S),
    )
    processes.on_stop(relay.stop)
    relay.run()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
