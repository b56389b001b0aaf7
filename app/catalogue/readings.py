"""How Chinese names sound, and how text is made comparable. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

_KEPT = re.compile(r"[^0-9a-z\u3400-\u9fff]+")


def plain(text: str) -> str:
    """Return text without width, case, spaces and punctuation."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return _KEPT.sub("", folded)


def words(text: str) -> tuple[str, ...]:
    """Return the parts of a text between spaces and punctuation, each plain."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return tuple(each for each in _KEPT.split(folded) if each)


@lru_cache(maxsize=32_768)
def syllables(text: str) -> tuple[str, ...]:
    """Return the pinyin of a text, a syllable each; letters and digits stay.

    Read in phrases: 重 in 重庆 and 重大, 行 in 银行 and 行政, 长 in 长期 and 校长
    sound differently, and one reading for all would miss half of them.
    """
    return tuple(lazy_pinyin(plain(text), style=Style.NORMAL, errors="default"))
