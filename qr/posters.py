"""How large a symbol must be on paper. Pure facts; nothing is drawn here.

The numbers were measured on damaged prints (docs: decode rates) or follow from
how far away a person stands; none is a matter of taste.
"""

from __future__ import annotations

from typing import Final

from qr.symbol import Level, Symbol

POSTER_LEVEL: Final[Level] = "Q"
"""Level of printed codes.

At equal printed width a short text at Q beats the same text at H: fewer, larger
modules survive blur better, and Q still reads with a tenth of it covered.
Source: decode rates measured for this project.
"""

MIN_MODULE_MM = 0.5
"""Below this a blurred print of a sticker is read too seldom, whatever the level."""

MIN_POSTER_CODE_MM = 60.0
"""Least width of the main code on a poster, its quiet zone not counted."""

_MODULES_AT_TEN = 25
_DISTANCE_PER_WIDTH = 10


def module_mm(symbol: Symbol, printed_mm: float) -> float:
    """Return the width of a module, in millimetres.

    Args:
        symbol: The symbol as encoded.
        printed_mm: Width of the symbol on paper, quiet zone *not* counted.

    Raises:
        ValueError: the width is not positive.
    """
    if not printed_mm > 0:
        raise ValueError(f"printed {printed_mm} mm wide")
    return printed_mm / symbol.width


def full_mm(symbol: Symbol, printed_mm: float) -> float:
    """Return the width together with the quiet zone, in millimetres."""
    return module_mm(symbol, printed_mm) * symbol.full_width


def reading_distance_mm(symbol: Symbol, printed_mm: float) -> float:
    """Return from how far away a phone reads a symbol, in millimetres.

    The trade's rule of thumb: ten times the width, for a symbol of 25 modules;
    less in proportion as the modules get finer.
    """
    return module_mm(symbol, printed_mm) * _MODULES_AT_TEN * _DISTANCE_PER_WIDTH


def printed_mm_for(symbol: Symbol, distance_mm: float) -> float:
    """Return the width a symbol needs to be read from a distance, in millimetres.

    Never so small that a module falls under :data:`MIN_MODULE_MM`.

    Raises:
        ValueError: the distance is not positive.
    """
    if not distance_mm > 0:
        raise ValueError(f"read from {distance_mm} mm")
    module = distance_mm / (_MODULES_AT_TEN * _DISTANCE_PER_WIDTH)
    return max(module, MIN_MODULE_MM) * symbol.width


def is_printable(symbol: Symbol, printed_mm: float) -> bool:
    """Whether the modules are wide enough to survive printing and handling."""
    return module_mm(symbol, printed_mm) >= MIN_MODULE_MM
