"""The bell that wakes the relay after a commit."""

from __future__ import annotations

import logging
import time

from redis.exceptions import RedisError

from notifications.queues import BELL, connect

logger = logging.getLogger(__name__)

RING_TIMEOUT_S = 0.05
"""Longest that one request may wait for Redis to take a ring."""

SILENCE_S = 3.0
"""After a failed ring, how long nobody tries again: a person waits at most once."""


class Bell:
    """Wakes the relay. Losing a ring loses nothing, the relay also looks by itself.

    Safe for threads: two that fail at once only both set the same silence.
    """

    def __init__(self, redis_url: str) -> None:
        self._redis = connect(redis_url, timeout_s=RING_TIMEOUT_S)
        self._silent_until = 0.0

    def ring(self) -> None:
        """Say that the outbox has something new. Never raises."""
        if time.monotonic() < self._silent_until:
            return
        try:
            with self._redis.pipeline(transaction=False) as pipe:
                # One entry says all there is to say; an absent relay piles up none.
                pipe.lpush(BELL, 1)
                pipe.ltrim(BELL, 0, 0)
                pipe.execute()
        except (RedisError, OSError) as failure:
            self._silent_until = time.monotonic() + SILENCE_S
            logger.warning("bell not heard", extra={"cause": type(failure).__name__})


class SilentBell:
    """The bell of an installation without Redis, and of tests."""

    def ring(self) -> None:
        """Do nothing: whoever looks into the outbox finds the event."""
