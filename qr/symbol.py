"""Turning text into a matrix of dark and light modules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import qrcode
import zxingcpp
from qrcode import constants
from qrcode.exceptions import DataOverflowError

Level = Literal["L", "M", "Q", "H"]
"""Share of the symbol that may be damaged: L 7 %, M 15 %, Q 25 %, H 30 %."""

Engine = Literal["qrcode", "zxing"]
"""Which library encodes: ``qrcode`` is the reference, ``zxing`` the quicker one."""

LEVELS: tuple[Level, ...] = get_args(Level)
ENGINES: tuple[Engine, ...] = get_args(Engine)

QUIET_ZONE = 4
"""Light modules to leave free on every side (ISO/IEC 18004:2015, 6.3.8)."""

_REFERENCE_LEVELS: dict[Level, int] = {
    "L": constants.ERROR_CORRECT_L,
    "M": constants.ERROR_CORRECT_M,
    "Q": constants.ERROR_CORRECT_Q,
    "H": constants.ERROR_CORRECT_H,
}


class TooLong(ValueError):
    """The text does not fit into the largest symbol at this level."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """An encoded QR symbol, without its quiet zone.

    Attributes:
        rows: Modules from top to bottom, left to right; 1 is dark, 0 is light.
        level: The error-correction level asked for.
    """

    rows: tuple[bytes, ...]
    level: Level

    @property
    def width(self) -> int:
        """Modules on a side, quiet zone not counted."""
        return len(self.rows)

    @property
    def version(self) -> int:
        """1 to 40; a symbol is ``17 + 4 * version`` modules wide."""
        return (self.width - 17) // 4

    @property
    def full_width(self) -> int:
        """Modules on a side together with the quiet zone."""
        return self.width + 2 * QUIET_ZONE


def encode(text: str, level: Level = "Q", *, engine: Engine = "qrcode") -> Symbol:
    """Encode text in the smallest symbol the engine finds for it.

    The engines may choose different masks: their symbols of one text are equal
    in what they say, not module by module. Compare by decoding.

    Args:
        text: What a scanner will read back; at least one character.
        level: How much damage the symbol survives. Posters want Q or more.
        engine: ``qrcode`` (reference) or ``zxing``, some fifteen times as quick.

    Raises:
        TooLong: the text fits no symbol at this level.
        ValueError: the text is empty, or level or engine are unknown.
    """
    if not text:
        raise ValueError("nothing to encode")
    if level not in LEVELS:
        raise ValueError(f"no such level: {level!r}")
    if engine not in ENGINES:
        raise ValueError(f"no such engine: {engine!r}")
    return Symbol(rows=_ENCODERS[engine](text, level), level=level)


def _by_qrcode(text: str, level: Level) -> tuple[bytes, ...]:
    code = qrcode.QRCode(error_correction=_REFERENCE_LEVELS[level], border=0)
    # Runs of ten and more go into a denser mode where they can; the printed code
    # at the end of an address is one, and may save a version.
    code.add_data(text, optimize=10)
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError) as overflow:
        # The library says "too long" in two ways, by the length of the overflow.
        raise TooLong(f"{len(text)} characters at level {level}") from overflow
    return tuple(bytes(map(bool, row)) for row in code.modules)


def _by_zxing(text: str, level: Level) -> tuple[bytes, ...]:
    try:
        barcode = zxingcpp.create_barcode(
            text, zxingcpp.BarcodeFormat.QRCode, ec_level=level
        )
    except ValueError as overflow:
        raise TooLong(f"{len(text)} characters at level {level}") from overflow
    # Any: the library's stubs leave out that an image is a buffer.
    image: Any = barcode.to_image(scale=1, add_quiet_zones=False)
    width = image.shape[0]
    # The image is luminance: 0 is dark.
    modules = bytes(image).translate(_DARK)
    return tuple(modules[at : at + width] for at in range(0, width * width, width))


_DARK = bytes([1]) + bytes(255)

_ENCODERS: dict[Engine, Callable[[str, Level], tuple[bytes, ...]]] = {
    "qrcode": _by_qrcode,
    "zxing": _by_zxing,
}
