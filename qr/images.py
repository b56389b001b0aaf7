"""Symbols as files: one vector path, or pixels."""

from __future__ import annotations

import io
import re

from PIL import Image

from qr.symbol import QUIET_ZONE, Symbol

_DARK_RUN = re.compile(b"\x01+")
_BOXES = tuple(f"h{run}v1h{-run}z" for run in range(178))
"""The rest of a subpath for each length of a run, up to the widest symbol."""

_PIXELS = bytes([255, 0]) + bytes(254)
"""Translates a module to luminance: light 0 to white, dark 1 to black."""

MAX_SCALE = 64
"""Pixels a module; more than any printer needs, and 33 MB for the largest symbol."""


def path(symbol: Symbol) -> str:
    """Return the dark modules as one SVG path, in modules, quiet zone not counted.

    One closed subpath a run of dark modules. One filled path, not many
    shapes: a renderer then adds up the coverage of neighbours and leaves no
    hairlines between them.
    """
    return "".join(
        [
            f"M{start} {y}{_BOXES[end - start]}"
            for y, row in enumerate(symbol.rows)
            for start, end in map(re.Match.span, _DARK_RUN.finditer(row))
        ]
    )


def svg(symbol: Symbol, *, module_mm: float = 1.0) -> str:
    """Return a stand-alone SVG document, quiet zone and white ground included.

    Args:
        symbol: What to draw.
        module_mm: Width of one module on paper, in millimetres.

    Raises:
        ValueError: the module is not wider than nothing.
    """
    if not module_mm > 0:
        raise ValueError(f"module of {module_mm} mm")
    full = symbol.full_width
    size = f"{full * module_mm:.3f}mm"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" '
        f'viewBox="{-QUIET_ZONE} {-QUIET_ZONE} {full} {full}" '
        'shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M{-QUIET_ZONE} {-QUIET_ZONE}h{full}v{full}h{-full}z"/>'
        f'<path fill="#000" d="{path(symbol)}"/></svg>'
    )


def png(symbol: Symbol, *, scale: int = 10) -> bytes:
    """Return a black and white PNG file, quiet zone included.

    Args:
        symbol: What to draw.
        scale: Pixels on a side of each module, 1 to :data:`MAX_SCALE`.

    Raises:
        ValueError: the scale is out of range.
    """
    if not 1 <= scale <= MAX_SCALE:
        raise ValueError(f"scale {scale}")
    modules = Image.frombytes(
        "L", (symbol.width, symbol.width), b"".join(symbol.rows).translate(_PIXELS)
    )
    page = Image.new("L", (symbol.full_width, symbol.full_width), 255)
    page.paste(modules, (QUIET_ZONE, QUIET_ZONE))
    pixels = symbol.full_width * scale
    written = io.BytesIO()
    page.resize((pixels, pixels), Image.Resampling.NEAREST).convert("1").save(
        written, "PNG", optimize=True
    )
    return written.getvalue()
