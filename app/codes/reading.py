"""What a person typed, read as a printed code. Pure; looks nothing up."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from app.kernel import references

LENGTH = references.CODE_BODY + 1
"""Signs of a printed code, check character included."""

_MOST_TYPED = 64
"""Longer input is no code; it is refused before it is looked at."""

_LOOKALIKES: Mapping[str, str] = {
    "0": "DQ",
    "O": "DQ",
    "1": "7JT",
    "I": "7JT",
    "L": "7JT",
}
"""Signs that are never printed, and the printed signs they may be misread from."""

_SEPARATORS = frozenset("-_.·•~/\\|,、，。")


def read(typed: str) -> str | None:
    """Return the printed code that was typed, or None if it was mistyped.

    Case, full-width forms, spaces, dashes and dots do not matter. One sign that
    is never printed (0, O, 1, I, L) is read as the printed sign it resembles if
    exactly one of them agrees with the check character; with two or more such
    signs the check character could no longer tell, so the code is refused. A
    sign of the alphabet is never exchanged for another.

    Args:
        typed: What came in, of any length.
    """
    if len(typed) > _MOST_TYPED:
        return None
    signs = [
        sign
        for sign in unicodedata.normalize("NFKC", typed).upper()
        if not _is_separator(sign)
    ]
    if len(signs) != LENGTH:
        return None
    strangers = [at for at, sign in enumerate(signs) if sign not in references.ALPHABET]
    if not strangers:
        code = "".join(signs)
        return code if references.is_valid(code) else None
    if len(strangers) > 1:
        return None
    return _without_stranger(signs, strangers[0])


def _is_separator(sign: str) -> bool:
    return (
        sign.isspace()
        or sign in _SEPARATORS
        or unicodedata.category(sign) in {"Pd", "Cf"}
    )


def _without_stranger(signs: list[str], at: int) -> str | None:
    candidates = [
        candidate
        for guess in _LOOKALIKES.get(signs[at], "")
        if references.is_valid(
            candidate := "".join([*signs[:at], guess, *signs[at + 1 :]])
        )
    ]
    return candidates[0] if len(candidates) == 1 else None
