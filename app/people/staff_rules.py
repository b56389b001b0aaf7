"""Numbers of staff sign-in and sessions. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, kw_only=True)
class StaffRules:
    """Numbers of staff sign-in. The operator may set others.

    Attributes:
        failures: Failed sign-ins of one name before it has to wait.
        address_failures: The same for one address; a hall shares one.
        first_delay: The first wait; each further failure doubles it.
        longest_delay: No wait is longer: a lock must not be a weapon.
        forget_after: Failures older than this no longer count.
        idle: A session unused for so long is over.
        lifetime: A session is over after this, used or not.
        touch_every: How often use is written down.

    Source:
        GB/T 22239-2019, 8.1.4.1 b (failure handling, end on time-out); usual
        numbers of level 3 (5 failures, 30 minutes), domain notes §5.6.
    """

    failures: int = 5
    address_failures: int = 50
    first_delay: timedelta = timedelta(seconds=30)
    longest_delay: timedelta = timedelta(hours=1)
    forget_after: timedelta = timedelta(hours=24)
    idle: timedelta = timedelta(minutes=30)
    lifetime: timedelta = timedelta(hours=12)
    touch_every: timedelta = timedelta(minutes=1)


RULES = StaffRules()
"""The usual numbers."""
