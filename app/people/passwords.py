"""Passwords of staff: what makes one good, and how it is kept."""

from __future__ import annotations

import string
from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 8
LONGEST = 128
KINDS = 3
"""Of four kinds of signs: small and capital letters, digits, others.

Source: GB/T 22239-2019, 8.1.4.1 a (complexity); usual numbers for level 3.
"""

_HASHER = PasswordHasher(
    time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID
)
"""Argon2id, 19 MiB, two passes: about 25 ms, so that guessing costs more than
signing in. Source: OWASP Password Storage Cheat Sheet, minimum for Argon2id."""


def fault(password: str, *, username: str) -> str | None:
    """Return what is wrong with a new password, in words; None if nothing is."""
    if len(password) < SHORTEST:
        return f"密码至少 {SHORTEST} 位。"
    if len(password) > LONGEST:
        return f"密码最多 {LONGEST} 位。"
    if not password.isprintable():
        return "密码里有键盘上没有的字符，请换一个。"
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
    known = "".join(kinds)
    used = sum(any(sign in kind for sign in password) for kind in kinds)
    used += any(sign not in known for sign in password)
    if used < KINDS:
        return f"密码要有大写字母、小写字母、数字、符号中的至少 {KINDS} 种。"
    if username and username.lower() in password.lower():
        return "密码里不能有用户名。"
    return None


def hashed(password: str) -> str:
    """Return a password's salted slow hash, with its parameters inside."""
    return _HASHER.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Whether a password is the one behind a hash.

    Takes the same time for no hash, so that nobody learns which accounts exist.
    """
    # Half a character, as JSON can carry, is in no password and has no bytes.
    usable = len(password) <= LONGEST and password.isprintable()
    try:
        _HASHER.verify(stored or _nobodys(), password if usable else "")
    except (VerificationError, InvalidHashError):
        return False
    return usable and stored is not None


def is_outdated(stored: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody")
