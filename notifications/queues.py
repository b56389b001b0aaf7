"""The queue, how jobs travel on it, and how we talk to Redis.

Redis may vanish, hang, be flushed or be full at any moment. Every connection
therefore has a short timeout and no hidden retries: the loops that use them
decide what to do, and nothing that waits for Redis holds a database lock.
"""

from __future__ import annotations

from enum import StrEnum

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

BELL = "mashangban:bell"
"""List of at most one entry: somebody has recorded an event."""

HEARTBEAT = "mashangban:relay"
"""Key that the relay renews; gone some seconds after the last relay."""

HANDLE_EVENTS = "notifications.jobs.handle_events"
"""The one function a worker runs. A job that names another is thrown away."""


class QueueName(StrEnum):
    """One queue per promise about time, not per kind of work.

    A worker process listens to one of them only: with two, RQ loses jobs for
    good when a worker is killed (reliability notes §0.1).
    """

    EVENTS = "events"


def connect(url: str, *, timeout_s: float) -> Redis:
    """Return a client. Opens no connection yet.

    Args:
        url: ``redis://``, ``rediss://`` or ``unix://`` address.
        timeout_s: Seconds for connecting, and for each answer.
    """
    client: Redis = Redis.from_url(
        url,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        retry=Retry(NoBackoff(), 0),
    )
    return client


def events_queue(redis: Redis) -> Queue:
    """Open the queue of events.

    Arguments travel as JSON, not as pickles: who can write to Redis must not
    be able to run code in the worker.
    """
    return Queue(QueueName.EVENTS.value, connection=redis, serializer=JSONSerializer)
