"""Staff, as other rooms and the doors import them.

What a member of staff may do is read from the database at each request: posts and
accounts that end, end at once. :func:`sign_in` returns its refusal, to be raised
after the commit: see :mod:`app.people.staff_sign_in`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete
from sqlalchemy.orm import Session

from app.people.models import SignInFailures, StaffSession
from app.people.staff_accounts import (
    STAFF_ROLES,
    create,
    disable,
    give_post,
    list_of_office,
    offices_of,
    revoke_post,
)
from app.people.staff_rules import RULES, StaffRules
from app.people.staff_sessions import Visit, by_session, sign_out, touch, visit, work_at
from app.people.staff_sign_in import (
    Proof,
    SignInRefused,
    admit,
    delay_after,
    prove,
    sign_in,
)

_KEEP_SESSIONS = timedelta(days=30)
_KEEP_HOMES = timedelta(days=30)
"""How long it is known where somebody signed in without failure."""

__all__ = [
    "RULES",
    "STAFF_ROLES",
    "Proof",
    "SignInRefused",
    "StaffRules",
    "Visit",
    "admit",
    "by_session",
    "create",
    "delay_after",
    "disable",
    "give_post",
    "list_of_office",
    "offices_of",
    "prove",
    "revoke_post",
    "sign_in",
    "sign_out",
    "sweep",
    "touch",
    "visit",
    "work_at",
]


def sweep(session: Session, *, now: datetime) -> int:
    """Forget failures that no longer count, places of signing in, sessions long over.

    Returns:
        How many rows were deleted.
    """
    over = now - RULES.forget_after - RULES.longest_delay
    deletions = (
        delete(SignInFailures).where(
            SignInFailures.last_at < over, SignInFailures.failures > 0
        ),
        delete(SignInFailures).where(SignInFailures.last_at < now - _KEEP_HOMES),
        delete(StaffSession).where(StaffSession.expires_at < now - _KEEP_SESSIONS),
    )
    return sum(
        cast(CursorResult[Any], session.execute(each)).rowcount for each in deletions
    )
