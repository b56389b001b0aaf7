"""Access tokens of the mini-program: they say who is asking, not what they may do."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt

from app.kernel.errors import Unauthenticated

ALGORITHM = "HS256"
AUDIENCE = "miniprogram"
_REQUIRED = ["exp", "iat", "sub", "aud", "iss", "jti", "sid"]


@dataclass(frozen=True)
class Claims:
    """What a token says.

    Attributes:
        citizen: Public token of the citizen.
        session: Id of the refresh row it was issued under; closing that row
            ends the token at the next request.
    """

    citizen: str
    session: str


def issue(
    claims: Claims, *, key: str, issuer: str, lifetime_s: int, now: datetime
) -> str:
    """Return a signed access token."""
    return jwt.encode(
        {
            "sub": claims.citizen,
            "sid": claims.session,
            "aud": AUDIENCE,
            "iss": issuer,
            "iat": now,
            "exp": now + timedelta(seconds=lifetime_s),
            "jti": secrets.token_urlsafe(16),
        },
        key,
        algorithm=ALGORITHM,
    )


def read(token: str, *, key: str, issuer: str, now: datetime) -> Claims:
    """Check a token and return what it says.

    Times are compared with the clock given, not with the machine's.

    Raises:
        Unauthenticated: it is not ours, not for us, or over.
    """
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=issuer,
            options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False},
        )
    except jwt.InvalidTokenError as fault:
        raise Unauthenticated(f"token refused: {type(fault).__name__}") from None
    issued, ends = claims["iat"], claims["exp"]
    if type(issued) is not int or type(ends) is not int:
        raise Unauthenticated("token refused: times are not whole numbers")
    if not issued - 60 <= now.timestamp() < ends:
        raise Unauthenticated("token refused: not in force")
    sub, sid = claims["sub"], claims["sid"]
    if not isinstance(sub, str) or not isinstance(sid, str):
        raise Unauthenticated("token refused: malformed")
    return Claims(citizen=sub, session=sid)
