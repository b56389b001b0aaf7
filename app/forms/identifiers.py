"""Numbers that carry their own proof: identity, credit code, mobile phone.

Each ``…_error`` takes what was typed and returns one plain Chinese sentence, or
None when nothing is wrong. Each ``clean_…`` returns the canonical writing.
python-stdnum is not used: it refuses correct identity numbers whose region code
was not yet in force in the year of birth, and credit codes that begin with a
letter (domain page, trap 6 and §5.2).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_ID_LENGTH = 18
_FIRST_YEAR = 1800
"""No living or recorded holder was born earlier; a smaller year is a slip."""

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_LENGTH = 18
_CREDIT_MODULUS = 31

_USUAL_REGIONS = re.compile(
    "1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9[0-9]|[A-Z]{2}"
)
_OLD_RESIDENT = re.compile(r"[A-Z]{3}[0-9]{4}([0-9]{2})([0-9]{2})([0-9]{2})[0-9]{2}")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_SEPARATORS = re.compile(r"[\s\-‐-―−·.]+")


def half_width(text: str) -> str:
    """Return the text with full-width signs turned into the ordinary ones."""
    return unicodedata.normalize("NFKC", text)


def clean_number(text: str) -> str:
    """Return a typed identifier in canonical writing: no gaps, upper case."""
    return _SEPARATORS.sub("", half_width(text)).upper()


def clean_mobile(text: str) -> str:
    """Return a typed mobile number without gaps and without the country code."""
    digits = clean_number(text)
    for prefix in ("+86", "0086", "86"):
        if digits.startswith(prefix) and len(digits) - len(prefix) == 11:  # noqa: PLR2004 - digits of a mobile number
            return digits[len(prefix) :]
    return digits


def id_number_error(text: str, today: date) -> str | None:
    """Say what is wrong with a citizen identity number.

    Checked are length, signs, the date of birth (it exists and is not after
    ``today``) and the check digit. The region is not: see
    :func:`has_usual_region`. Residence permits of Hong Kong, Macao and Taiwan
    residents (81, 82, 83) and permanent residence cards of foreigners (9…) are
    built alike and pass. The older permanent residence card, three letters and
    twelve digits, is checked by form and date only.

    Args:
        text: As typed; gaps, full-width signs and a small x are forgiven.
        today: Office day; a birth on that day is possible.

    Source:
        GB 11643-1999 (ISO 7064 MOD 11-2); domain page §5.1.
    """
    number = clean_number(text)
    if old := _OLD_RESIDENT.fullmatch(number):
        # Two digits of the year leave the century open; 2000 was a leap year.
        known = _exists(2000, int(old[2]), int(old[3]))
        return None if known else "证件号码里的出生日期不存在，请核对。"
    return (
        _id_shape_fault(number)
        or _id_birth_fault(number, today)
        or _id_check_fault(number)
    )


def has_usual_region(number: str) -> bool:
    """Whether an identity number begins like those usually issued.

    Advisory: regions have been renamed and merged for decades, so a stranger is
    worth a second look and never a refusal.
    """
    return _USUAL_REGIONS.match(number) is not None


def credit_code_error(text: str) -> str | None:
    """Say what is wrong with a unified social credit code.

    The first sign may be a letter (A, N, Y are registering authorities); it is
    never 0. Letters I, O, S, V and Z do not exist in these codes.

    Source:
        GB 32100-2015 (weights 3^i mod 31); domain page §5.2.
    """
    code = clean_number(text)
    if re.fullmatch(r"[0-9]{15}", code):
        return "15 位的是老注册号，请填营业执照上 18 位的统一社会信用代码。"
    if len(code) != _CREDIT_LENGTH:
        return f"统一社会信用代码是 18 位，您填了 {len(code)} 位，请核对。"
    if any(sign in "IOSVZ" for sign in code):
        return (
            "统一社会信用代码里没有字母 I、O、S、V、Z，"
            "请看看是不是数字 1、0、5、2，或字母 U。"
        )
    if any(sign not in _CREDIT_ALPHABET for sign in code) or code[0] == "0":
        return "统一社会信用代码只有数字和大写字母，请对照营业执照核对。"
    total = sum(
        _CREDIT_ALPHABET.index(sign) * pow(3, place, _CREDIT_MODULUS)
        for place, sign in enumerate(code[:-1])
    )
    if _CREDIT_ALPHABET[-total % _CREDIT_MODULUS] != code[-1]:
        return "统一社会信用代码不对，可能有一位看错了，请对照营业执照核对。"
    return None


def mobile_error(text: str) -> str | None:
    """Say what is wrong with a mobile number of the mainland.

    Source:
        Domain page §5.3.
    """
    number = clean_mobile(text)
    if _MOBILE.fullmatch(number):
        return None
    if number.startswith("0") or not number.startswith("1"):
        return "请填手机号码，以 1 开头，一共 11 位。"
    if len(number) != 11:  # noqa: PLR2004 - digits of a mobile number
        return f"手机号码是 11 位，您填了 {len(number)} 位，请核对。"
    return "手机号码不对，请核对。"


def _id_shape_fault(number: str) -> str | None:
    if re.fullmatch(r"[0-9]{15}", number):
        return "15 位的老身份证号码已经停用，请填身份证上的 18 位号码。"
    if len(number) != _ID_LENGTH:
        return f"身份证号码是 18 位，您填了 {len(number)} 位，请核对。"
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return "身份证号码只有数字，最后一位可以是 X，请核对。"
    return None


def _id_birth_fault(number: str, today: date) -> str | None:
    year, month, day = int(number[6:10]), int(number[10:12]), int(number[12:14])
    if not _exists(year, month, day) or year < _FIRST_YEAR:
        return "身份证号码里的出生日期不存在，请核对第 7 到第 14 位。"
    if date(year, month, day) > today:
        return "身份证号码里的出生日期还没有到，请核对第 7 到第 14 位。"
    return None


def _id_check_fault(number: str) -> str | None:
    total = sum(
        weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, number, strict=False)
    )
    if _ID_CHECKS[total % len(_ID_CHECKS)] == number[-1]:
        return None
    return "身份证号码不对，可能有一位看错或写反了，请对照身份证核对。"


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
