"""Names of things outside: tokens, printed codes, references, secrets.

Nothing here is a database id, and nothing can be guessed from its neighbour.
"""

from __future__ import annotations

import secrets
from datetime import date

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""31 signs, a prime number of them; without 0/O, 1/I and L.

A weighted sum modulo a prime catches every single wrong sign and every swap
of neighbours (design §7, Code).
"""

_VALUE = {sign: value for value, sign in enumerate(ALPHABET)}
_BASE = len(ALPHABET)
CODE_BODY = 10
"""Signs of a printed code before its check character."""

_LOOKUP_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def new_token() -> str:
    """Return 128 random bits, safe in a URL (22 signs)."""
    return secrets.token_urlsafe(16)


def check_character(body: str) -> str:
    """Return the sign that makes the weighted sum of body and sign zero.

    Weights run 2, 3, 4 … from the sign nearest the check character leftwards;
    the check character itself weighs 1. Neighbouring weights differ by one and
    no weight is 0 modulo 31 for bodies of up to 29 signs, so that any single
    wrong sign and any swap of neighbours changes the sum.

    Raises:
        ValueError: the body holds a sign outside the alphabet or is too long.
    """
    if not 0 < len(body) < _BASE - 1:
        raise ValueError(f"{len(body)} signs")
    try:
        total = sum(
            weight * _VALUE[sign] for weight, sign in enumerate(reversed(body), 2)
        )
    except KeyError as stranger:
        raise ValueError(f"not in the alphabet: {stranger.args[0]!r}") from None
    return ALPHABET[-total % _BASE]


def with_check(body: str) -> str:
    """Return the body followed by its check character."""
    return body + check_character(body)


def normalise(typed: str) -> str:
    """Return what was typed as it is printed: upper case, no spaces or dashes."""
    return "".join(sign for sign in typed.upper() if sign.isalnum() and sign.isascii())


def is_valid(code: str) -> bool:
    """Whether a normalised code ends in the right check character."""
    if len(code) < 2 or any(sign not in _VALUE for sign in code):  # noqa: PLR2004
        return False
    return len(code) < _BASE and check_character(code[:-1]) == code[-1]


def new_code() -> str:
    """Return a fresh printed code: ten random signs and a check character."""
    return with_check("".join(secrets.choice(ALPHABET) for _ in range(CODE_BODY)))


def grouped(code: str) -> str:
    """Return a code as it is printed for people: ``AB3K-7M9P-X2Q``."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def lookup_code() -> str:
    """Return a look-up code for a case: eight signs, about 40 bits."""
    return "".join(secrets.choice(_LOOKUP_ALPHABET) for _ in range(8))


def receipt_code() -> str:
    """Return the receipt of a complaint: 26 signs, at least 128 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(26))


def case_reference(division: str, day: date, serial: int) -> str:
    """Return the display reference of a case.

    Args:
        division: Six digits of GB/T 2260, e.g. 411603.
        day: Office date of submission.
        serial: 1 to 999,999, counted per division and day.

    Returns:
        ``division + yyyymmdd + serial(6)`` and a check character; for people,
        never a key (domain §2.1).
    """
    if not 0 < serial < 1_000_000:  # noqa: PLR2004
        raise ValueError(f"serial {serial}")
    digits = f"{division}{day:%Y%m%d}{serial:06d}"
    # Digits 0 and 1 are not in the alphabet of printed codes; shift them into it.
    shifted = "".join(ALPHABET[int(digit)] for digit in digits)
    return digits + check_character(shifted)


def is_case_reference(text: str) -> bool:
    """Whether a text is a reference with the right check character."""
    digits, check = text[:-1], text[-1:]
    if len(digits) != 20 or not (digits.isascii() and digits.isdigit()):  # noqa: PLR2004
        return False
    return check_character("".join(ALPHABET[int(d)] for d in digits)) == check
