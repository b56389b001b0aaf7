"""Mobile numbers: one spelling for each, so that one number is one person. Pure."""

from __future__ import annotations

import re
import unicodedata

from app.kernel.errors import Invalid

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_PREFIX = re.compile(r"^(?:\+|00)86(?=1[3-9])")
_LONGEST = 40
_BETWEEN = re.compile(r"[\s().\-‐‑–—]+")


def normalise_mobile(typed: str) -> str:
    """Return a mainland mobile number as its eleven digits.

    Spaces, dashes, full-width digits and a leading +86 or 0086 are taken as meant.

    Raises:
        Invalid: it is no such number; ``errors["phone"]`` says so.

    Source:
        Numbering of the three carriers, 1[3-9] and nine digits; domain notes §5.3.
    """
    # A whole page pasted into the field is not searched for a number.
    text = unicodedata.normalize("NFKC", typed[:_LONGEST])
    digits = _PREFIX.sub("", _BETWEEN.sub("", text), count=1)
    if not _MOBILE.fullmatch(digits):
        raise Invalid(
            "not a mobile number",
            errors={"phone": "请填写 11 位手机号码，例如 13812345678。"},
        )
    return digits
