"""What the demonstration prints: plain lines, and a code to scan."""

from __future__ import annotations

import sys
import time
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from qr.symbol import QUIET_ZONE, encode

_HALVES = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}
"""Two modules above each other in one character, light on a dark terminal."""


def use_utf8() -> None:
    """Print Chinese whatever the locale says; it is often unset in containers."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace", line_buffering=True)


def say(text: str = "") -> None:
    """Print a line."""
    print(text, flush=True)


def complain(zh: str, en: str) -> None:
    """Print why something cannot go on."""
    print(f"✗ {zh}\n  {en}", file=sys.stderr, flush=True)


@contextmanager
def step(zh: str, en: str) -> Iterator[None]:
    """Announce a piece of work, and say how long it took."""
    say(f"· {zh}  {en} …")
    began = time.monotonic()
    yield
    say(f"✓ {zh}（{time.monotonic() - began:.1f} s）")


def symbol_lines(text: str) -> list[str]:
    """Draw a QR code with its quiet zone, for a terminal of any colour.

    Light modules are drawn and dark ones left out, which reads rightly where
    letters are light on dark; the quiet zone keeps it readable the other way
    about for the scanners that accept inverted codes.
    """
    symbol = encode(text, "M")
    side = symbol.full_width
    blank = bytes(side)
    margin = bytes(QUIET_ZONE)
    rows = [blank] * QUIET_ZONE
    rows += [margin + row + margin for row in symbol.rows]
    rows += [blank] * (QUIET_ZONE + side % 2)
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return [
        "".join(_HALVES[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in pairs
    ]


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Set rows in columns; a Chinese character is two cells wide."""
    widths = [max(map(_cells, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            text + " " * (width - _cells(text))
            for text, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
