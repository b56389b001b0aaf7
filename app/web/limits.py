"""How often a caller may do a thing; holding while Redis is away.

Counters live in Redis, so that all web processes share them. When Redis does not
answer, each process counts for itself until it is back: the limit is then
loosened by the number of processes, never lifted.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Mapping
from datetime import datetime
from typing import cast

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from app.kernel.clock import Clock, office_date
from app.kernel.crypto import Keyring
from app.kernel.errors import TooMany

logger = logging.getLogger(__name__)

RULES: Mapping[str, tuple[str, ...]] = {
    # rule: (per address, per further key, for everybody together)
    "sign-in-code": ("30/hour", "5/hour", "5000/day"),
    "sign-in": ("60/10minutes", "10/10minutes"),
    "staff-sign-in": ("60/10minutes", "20/10minutes"),
    "refresh": ("120/10minutes", "60/10minutes"),
    "look-up": ("20/10minutes", "10/10minutes", "2000/10minutes"),
    "upload": ("240/10minutes", "60/10minutes"),
    "complaint": ("20/hour", "10/hour"),
    "message": ("60/hour", "20/hour"),
    "write": ("1200/10minutes", "300/10minutes"),
}
"""Generous per address, since a village may share one; tight per person. The third
bounds what many addresses together can cost: money for messages, tries at receipts.

Source: reliability design T4, T9, T31; the numbers are the operator's and may
be loosened with the setting RATE_LIMIT_FACTOR.
"""

_BREAK_S = 5.0


class RateLimits:
    """Counts uses of rules by key.

    Args:
        redis_url: Where to share counters; empty counts in this process.
        keyring: Keys are hashed with it and the day, so that Redis holds no
            address or number, and yesterday's hashes cannot be joined to today's.
        factor: Multiplies every allowance; tests and benches raise it.
        telephone: Whom to call meanwhile.
    """

    def __init__(
        self,
        redis_url: str,
        keyring: Keyring,
        clock: Clock,
        *,
        factor: int = 1,
        telephone: str = "",
    ) -> None:
        self._keyring = keyring
        self._telephone = telephone
        self._clock = clock
        self._items = {
            rule: tuple(_times(parse(text), factor) for text in texts)
            for rule, texts in RULES.items()
        }
        self._local = FixedWindowRateLimiter(MemoryStorage())
        self._shared: FixedWindowRateLimiter | None = None
        self._away_until = 0.0
        if redis_url:
            self._shared = FixedWindowRateLimiter(_redis(redis_url))

    def hit(self, rule: str, address: str, *keys: str) -> None:
        """Count one use by an address and by each further key.

        Raises:
            TooMany: an allowance is used up; says when to try again.
        """
        per_address, per_key, *for_all = self._items[rule]
        now = self._clock.now()
        uses = [(per_address, address), *((per_key, key) for key in keys)]
        uses += [(item, "everybody") for item in for_all]
        for item, key in uses:
            wait = self._wait(item, rule, self._hidden(key, now))
            if wait:
                raise TooMany(
                    f"rule {rule}", retry_after_s=wait, zh=self._sentence(wait)
                )

    def _hidden(self, key: str, now: datetime) -> str:
        purpose = f"limit:{office_date(now):%Y%m%d}"
        return self._keyring.index(key, purpose=purpose)[:32]

    def _wait(self, item: RateLimitItem, rule: str, key: str) -> int:
        """Count a use; return 0, or the seconds until there is room again."""
        if self._shared and time.monotonic() >= self._away_until:
            try:
                return _counted(self._shared, item, rule, key)
            except Exception as failure:  # noqa: BLE001 -- any way Redis can fail
                self._away_until = time.monotonic() + _BREAK_S
                logger.warning(
                    "rate limits count locally", extra={"cause": type(failure).__name__}
                )
        return _counted(self._local, item, rule, key)

    def _sentence(self, wait_s: int) -> str:
        minutes = max(1, -(-wait_s // 60))
        call = f"急事请打{self._telephone}。" if self._telephone else ""
        return f"操作太频繁了，请{minutes}分钟以后再试。{call}"


def _counted(
    limiter: FixedWindowRateLimiter, item: RateLimitItem, rule: str, key: str
) -> int:
    if limiter.hit(item, rule, key):
        return 0
    resets_at = limiter.get_window_stats(item, rule, key).reset_time
    return max(1, min(math.ceil(resets_at - time.time()), item.get_expiry()))


def _times(item: RateLimitItem, factor: int) -> RateLimitItem:
    return type(item)(item.amount * factor, item.multiples, item.namespace)


def _redis(url: str) -> Storage:
    storage = storage_from_string(
        url.replace("unix://", "redis+unix://"),
        socket_timeout=0.2,
        socket_connect_timeout=0.2,
    )
    return cast(Storage, storage)
