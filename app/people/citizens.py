"""Citizens, as other rooms and the doors import them.

A verified mobile number is the person's key; an openid is a credential bound to
it. :func:`sign_in_by_code` and :func:`rotate_session` return their refusals, to be
raised after the commit: see :mod:`app.people.phone_codes`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select
from sqlalchemy.orm import Session

from app.people.citizen_sessions import (
    Rotation,
    SessionFacts,
    SessionRefused,
    by_family,
    by_session,
    close_session,
    family_of,
    open_session,
    rotate_session,
    session_facts,
)
from app.people.models import Channel, Citizen, CitizenSession, PhoneCode
from app.people.phone_codes import (
    CodeRefused,
    IssuedCode,
    SignInRules,
    send_code,
    sign_in_by_code,
)
from app.people.profiles import (
    Profile,
    ProfileChange,
    id_number_index,
    profile,
    update_profile,
)
from app.people.registry import get, of_phone
from app.people.wechat_identities import bind_openid, by_openid, openids_of

__all__ = [
    "Channel",
    "Citizen",
    "CodeRefused",
    "IssuedCode",
    "Profile",
    "ProfileChange",
    "Rotation",
    "SessionFacts",
    "SessionRefused",
    "SignInRules",
    "bind_openid",
    "by_family",
    "by_openid",
    "by_session",
    "close_session",
    "family_of",
    "get",
    "id_number_index",
    "of_phone",
    "open_session",
    "openids_of",
    "profile",
    "rotate_session",
    "send_code",
    "session_facts",
    "sign_in_by_code",
    "sweep",
    "update_profile",
]

_KEEP_CODES = timedelta(days=2)
_KEEP_SESSIONS = timedelta(days=30)


def sweep(session: Session, *, now: datetime) -> int:
    """Forget codes of the day before yesterday and sessions long over.

    Returns:
        How many rows were deleted.
    """
    codes = delete(PhoneCode).where(PhoneCode.sent_at < now - _KEEP_CODES)
    # Whole families only: an old link without its successor would look unused.
    over = (
        select(CitizenSession.family)
        .group_by(CitizenSession.family)
        .having(func.max(CitizenSession.expires_at) < now - _KEEP_SESSIONS)
    )
    sessions = delete(CitizenSession).where(CitizenSession.family.in_(over))
    return sum(
        cast(CursorResult[Any], session.execute(each)).rowcount
        for each in (codes, sessions)
    )
