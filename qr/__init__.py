"""QR symbols and their sizes on paper. Pure: no database, no Flask, no clock."""

from qr.symbol import (
    ENGINES,
    LEVELS,
    QUIET_ZONE,
    Engine,
    Level,
    Symbol,
    TooLong,
    encode,
)

__all__ = [
    "ENGINES",
    "LEVELS",
    "QUIET_ZONE",
    "Engine",
    "Level",
    "Symbol",
    "TooLong",
    "encode",
]
