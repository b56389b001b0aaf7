"""How often a caller may do a thing; holding while Redis is away.

Counters live in Redis, so that all web processes share them. When Redis does not
answer, each process counts for itself until it is back: the limit is then
loosened by the number of processes, never lifted.
"""

from __future__ import annotations

import logging
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

RULES: Mapping[str, tuple[str, str]] = {
    # rule: (per address, per further key)
    "sign-in-code": ("30/hour", "5/hour"),
    "sign-in": ("60/10minutes", "10/10minutes"),
    "staff-sign-in": ("60/10minutes", "20/10minutes"),
    "refresh": ("120/10minutes", "60/10minutes"),
    "look-up": ("20/10minutes", "10/10minutes"),
    "upload": ("240/10minutes", "60/10minutes"),
    "complaint": ("20/hour", "10/hour"),
    "message": ("60/hour", "20/hour"),
    "write": ("1200/10minutes", "300/10minutes"),
}
"""Generous per address, since a village may share one; tight per person.

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
    """

    def __init__(
        self, redis_url: str, keyring: Keyring, clock: Clock, *, factor: int = 1
    ) -> None:
        self._keyring = keyring
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
        per_address, per_key = self._items[rule]
        now = self._clock.now()
        for item, key in [(per_address, address), *((per_key, key) for key in keys)]:
            if not self._allowed(item, rule, self._hidden(key, now)):
                wait = item.get_expiry()
                raise TooMany(f"rule {rule}", retry_after_s=wait, zh=_sentence(wait))

    def _hidden(self, key: str, now: datetime) -> str:
        purpose = f"limit:{office_date(now):%Y%m%d}"
        return self._keyring.index(key, purpose=purpose)[:32]

    def _allowed(self, item: RateLimitItem, rule: str, key: str) -> bool:
        if self._shared and time.monotonic() >= self._away_until:
            try:
                return self._shared.hit(item, rule, key)
            except Exception as failure:  # noqa: BLE001 -- any way Redis can fail
                self._away_until = time.monotonic() + _BREAK_S
                logger.warning(
                    "rate limits count locally", extra={"cause": type(failure).__name__}
                )
        return self._local.hit(item, rule, key)


def _times(item: RateLimitItem, factor: int) -> RateLimitItem:
    return type(item)(item.amount * factor, item.multiples, item.namespace)


def _redis(url: str) -> Storage:
    storage = storage_from_string(
        url.replace("unix://", "redis+unix://"),
        socket_timeout=0.2,
        socket_connect_timeout=0.2,
    )
    return cast(Storage, storage)


def _sentence(wait_s: int) -> str:
    minutes = max(1, -(-wait_s // 60))
    return f"操作太频繁了，请{minutes}分钟以后再试。急事请打12345。"
