"""How large type may be so that a text stays in its box. Pure arithmetic.

Measuring inside the typesetter would be exact, and costs as much as setting the
whole page. Chinese type is as wide as it is high, so counting does nearly as well:
the estimates here err on the small side, and the tests hold them against the
typesetter's own measurements for the whole catalogue.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.printing import fonts

_UNBROKEN = 12
"""Signs of a Latin run after which it may be broken, at worst."""

_LONG_RUN = re.compile(rf"[!-~]{{{_UNBROKEN}}}")

_LATIN_RUN = re.compile(r"[!-~]+")
_LATIN_EM = 0.62
_LEAST_ROOM = 0.5
_MOST_LINES = 24
_SMALLEST = 2.0
_STEP = 0.97
_HEAVIER = 0.985
_HEAVIEST = 1.02
"""Letters may be drawn slightly heavier, so wider, than the typeface has them."""

_FEWER_LINES = 0.82
"""Fewer lines are preferred if the type is at least so large in comparison."""


@dataclass(frozen=True)
class Box:
    """Room for text on a sheet, and the sizes it may take.

    Attributes:
        width: Points.
        height: Points.
        largest: Points of type, if the text is short.
        line: Height of a line in ems, leading included.
        between: Extra space between two entries, in ems.
        indent: What a marker takes from the width, in ems.
    """

    width: float
    height: float
    largest: float
    line: float = 1.4
    between: float = 0.0
    indent: float = 0.0


def breakable(text: str) -> str:
    """Return a text whose long runs of Latin signs may be broken anywhere."""
    return _LONG_RUN.sub("\\g<0>\u200b", text)


def clip(text: str, most_em: float) -> str:
    """Return a text no wider than so many ems, with … if something was left out."""
    text = " ".join(text.split())
    if fonts.width_em(text) <= most_em:
        return text
    kept = len(text)
    while kept and fonts.width_em(text[:kept] + "…") > most_em:
        kept -= 1
    return text[:kept].rstrip("，、；：（ ") + "…"


def type_size(entries: str | Sequence[str], box: Box) -> float:
    """Return the largest type in which all entries stay in a box, in points.

    Args:
        entries: Paragraphs below one another; a single text is one paragraph.
        box: The room there is.
    """
    texts = [entries] if isinstance(entries, str) else entries
    measured = [(fonts.width_em(text), _slack_em(text)) for text in texts]
    gaps = box.between * (len(texts) - 1)
    size = box.largest
    while size > _SMALLEST:
        room = box.width * _HEAVIER / size - box.indent
        lines = sum(_lines(width, slack, room) for width, slack in measured)
        if (lines * box.line + gaps) * size <= box.height:
            break
        size *= _STEP
    return round(size, 2)


def balanced(text: str, box: Box) -> tuple[float, float]:
    """Return type size in points and line length in ems, for a headline.

    Lines of like length look better than a full one and a rest; the fewest
    lines are taken that still give large type.
    """
    whole, slack = fonts.width_em(text), _slack_em(text)
    choices = []
    for lines in range(1, _MOST_LINES):
        # A line may end early where punctuation must not begin the next one.
        ems = whole * _HEAVIEST if lines == 1 else whole / lines + slack + 0.2
        size = min(box.largest, box.width / ems, box.height / (lines * box.line))
        choices.append((size, ems))
    best = max(size for size, _ in choices)
    return next(
        (round(size, 2), round(ems, 3))
        for size, ems in choices
        if size >= best * _FEWER_LINES
    )


def _slack_em(text: str) -> float:
    """Return how much of a line may stay empty at its end, in ems."""
    longest = max((len(run) for run in _LATIN_RUN.findall(text)), default=0)
    return max(1.0, min(longest, _UNBROKEN) * _LATIN_EM)


def _lines(width: float, slack: float, room: float) -> int:
    if width <= room:
        return 1
    return math.ceil(width / max(room - slack, _LEAST_ROOM))
