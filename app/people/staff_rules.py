"""Numbers of staff sign-in and sessions. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, kw_only=True)
class StaffRules:
    """Numbers of staff sign-in. The operator may set others.

    Attributes:
        failures: Failed sign-ins with one name from one address before that name
            has to wait there.
        address_failures: The same for one address and all names; a hall shares one.
        name_failures: The same for one name and all addresses: more than one
            address can make of it, so that nobody locks out a name from afar.
        first_delay: The first wait; each further failure doubles it.
        longest_delay: No wait is longer.
        longest_name_delay: The same for a name at every address: a lock must not
            be a weapon. Where they signed in last, its owner need not wait at all.
        forget_after: In this time as many failures are forgotten as are allowed.
        idle: A session unused for so long is over.
        lifetime: A session is over after this, used or not.
        touch_every: How often use is written down.

    Source:
        GB/T 22239-2019, 8.1.4.1 b (failure handling, end on time-out); usual
        numbers of level 3 (5 failures, 30 minutes), domain notes §5.6.
    """

    failures: int = 5
    address_failures: int = 50
    name_failures: int = 100
    first_delay: timedelta = timedelta(seconds=30)
    longest_delay: timedelta = timedelta(hours=1)
    longest_name_delay: timedelta = timedelta(minutes=1)
    forget_after: timedelta = timedelta(hours=24)
    idle: timedelta = timedelta(minutes=30)
    lifetime: timedelta = timedelta(hours=12)
    touch_every: timedelta = timedelta(minutes=1)


RULES = StaffRules()
"""The usual numbers."""
