"""The one typeface of printed sheets, and what it can write."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from itertools import repeat
from pathlib import Path

from fontTools.ttLib import TTFont
from pylopdf_fonts_zh_cn import sans_path

FOLDER = Path(sans_path()).parent
"""Where typst finds the typeface; nothing of the machine's own fonts is used."""

_INVISIBLE = frozenset({"Cf", "Zs", "Zl", "Zp", "Cc"})
"""Categories that leave no mark on paper, so need no glyph."""


_PART = re.compile(r"(?<=[0-9A-Za-z])(?=[^\x00-\x7f])|(?<=[^\x00-\x7f])(?=[0-9A-Za-z])")
_PART_EM = 0.25


@cache
def _advances() -> dict[int, float]:
    """Return the width of each character in ems: the whole repertoire."""
    with TTFont(sans_path(), lazy=True) as font:
        em = font["head"].unitsPerEm
        widths = font["hmtx"].metrics
        return {
            point: widths[name][0] / em for point, name in font.getBestCmap().items()
        }


def missing_characters(text: str) -> str:
    """Return the characters of a text that the typeface cannot write, once each.

    Rare names of villages and people use characters outside every free font.
    Whoever prints says which they are instead of printing an empty box.
    """
    known = _advances()
    return "".join(
        dict.fromkeys(
            sign
            for sign in text
            if ord(sign) not in known and unicodedata.category(sign) not in _INVISIBLE
        )
    )


@lru_cache(maxsize=4096)
def width_em(text: str) -> float:
    """Return how wide a text is on one line, in ems.

    The typesetter parts Chinese from Latin by a quarter of an em.
    """
    letters = sum(map(_advances().get, map(ord, text), repeat(1.0)))
    return letters + _PART_EM * len(_PART.findall(text))
