"""A worker process: ``python -m notifications.worker``.

Handles jobs in its own process, one after the other; :mod:`notifications.pool`
starts several and replaces those that end. A worker may be killed at any
moment: what it was doing is rolled back, and its lease runs out.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import secrets
import signal
import time
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.job import Job

from app.kernel.clock import SystemClock

# Loaded now, so that the first job does not wait for it.
from notifications import jobs as _jobs
from notifications import processes, queues, runtime

logger = logging.getLogger(__name__)

MAX_JOBS = 2000
"""Jobs after which a worker makes room for a fresh one."""

_TTL_S = 20
"""How long RQ believes in a silent worker; it also bounds every wait for Redis."""
_PROBE_TIMEOUT_S = 2.0
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 1.0
_LONGEST_REST_S = 5.0
_HEALTHY_S = 10.0
"""A worker that lived this long was not stopped by a Redis that is up but full."""
_MODULE = _jobs.__name__


class EventWorker(SimpleWorker):
    """RQ's in-process worker, listening to the one queue and running the one job.

    Attributes:
        asked_to_stop: A signal asked for the end of the process.
        handled: Jobs begun by this worker.
    """

    max_connection_wait_time = _LONGEST_PAUSE_S
    log_result_lifespan = False

    def __init__(self, redis: Redis) -> None:
        super().__init__(
            [queues.events_queue(redis)],
            name=f"events-{os.getpid()}-{secrets.token_hex(4)}",
            connection=redis,
            worker_ttl=_TTL_S,
            serializer="json",
            log_job_description=False,
        )
        self.asked_to_stop = False
        self.handled = 0

    def subscribe(self) -> None:
        """Take no commands through Redis: the pool gives them, by signals."""

    def unsubscribe(self) -> None:
        """Undo nothing, as nothing was subscribed."""

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Note who asked for the end, then end after the job at hand."""
        self.asked_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]  # RQ has no types here

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run a job, or throw it away if it is not one of the relay's."""
        self.handled += 1
        if is_ours(job):
            super().execute_job(job, queue)
            return
        logger.error("a job that is not ours was thrown away")
        queue.intermediate_queue.remove(job.id)
        self.connection.delete(job.key)


def is_ours(job: Job) -> bool:
    """Whether a job is exactly of the kind that the relay makes.

    RQ runs any function that a job names, and calls any address it lists. Who
    can write to Redis must not gain that: only pairs of numbers are let in.
    """
    try:
        name, instance, args, kwargs = json.loads(job.data)
    except (ValueError, TypeError):
        return False
    extras = (
        instance,
        kwargs,
        job.webhooks,
        job._success_callback_name,  # noqa: SLF001 -- the property would import it
        job._failure_callback_name,  # noqa: SLF001
        job._stopped_callback_name,  # noqa: SLF001
    )
    return (
        name == queues.HANDLE_EVENTS
        and not any(extras)
        and isinstance(args, list)
        and len(args) == 1
        and isinstance(args[0], list)
        and all(_is_pair(pair) for pair in args[0])
    )


def _is_pair(pair: object) -> bool:
    return (
        isinstance(pair, list)
        and len(pair) == 2  # noqa: PLR2004
        and all(type(number) is int for number in pair)
    )


def work(redis_url: str, *, max_jobs: int) -> None:
    """Handle jobs until a signal asks for the end or the number is reached.

    RQ gives up when Redis goes away at certain moments; then this waits for
    Redis, quietly, and starts again with a new worker. A Redis that answers but
    takes nothing, being full, ends each worker at once: then pauses grow, and only
    the first failure is told.
    """
    handled = 0
    rest_s = 0.0
    while handled < max_jobs:
        # RQ has put its own in place, bound to a worker that may be over.
        signal.signal(signal.SIGTERM, _end)
        signal.signal(signal.SIGINT, _end)
        time.sleep(rest_s)
        _wait_for_redis(redis_url)
        client = queues.connect(redis_url, timeout_s=_PROBE_TIMEOUT_S)
        began = time.monotonic()
        worker: EventWorker | None = None
        try:
            worker = EventWorker(client)
            worker.work(max_jobs=max_jobs - handled, logging_level="CRITICAL")
        except RedisError as failure:
            has_lived = time.monotonic() - began >= _HEALTHY_S
            if has_lived or not rest_s:
                logger.warning(
                    "worker lost redis", extra={"cause": type(failure).__name__}
                )
                rest_s = _FIRST_PAUSE_S
            else:
                rest_s = min(rest_s * 2, _LONGEST_REST_S)
        finally:
            client.close()
        if worker is not None:
            handled += worker.handled
            if worker.asked_to_stop:
                return


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def _wait_for_redis(url: str) -> None:
    probe = queues.connect(url, timeout_s=_PROBE_TIMEOUT_S)
    pause_s = _FIRST_PAUSE_S
    told = False
    while True:
        try:
            probe.ping()
        except RedisError as failure:
            if not told:
                told = True
                logger.warning(
                    "worker waits for redis", extra={"cause": type(failure).__name__}
                )
            time.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
        else:
            probe.close()
            return


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a worker process."""
    parser = argparse.ArgumentParser(prog="notifications.worker", description=__doc__)
    parser.add_argument("--max-jobs", type=int, default=MAX_JOBS)
    processes.add_parent_option(parser)
    options = parser.parse_args(arguments)
    settings = processes.begin(options.parent)
    runtime.configure(
        runtime.Runtime(database=processes.open_database(settings), clock=SystemClock())
    )
    work(settings.redis_url, max_jobs=options.max_jobs)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
