"""Counting scans: gathered in memory, added to the database in batches.

A count keeps code, hour and kind of scanner, and nothing that points to a
person. A process that dies loses at most what it gathered since the last flush,
about a second of anonymous counts; never anything else.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.codes.models import ScanCount, ScannerKind

FLUSH_S = 1.0
"""How often a process should flush its buffer."""

_ROWS_AT_ONCE = 500

# fmt: off
_BOT_MARKS = (
    "spider", "crawl", "slurp", "scrapy", "headless", "phantomjs", "linkpreview",
    "uripreview", "externalhit", "whatsapp", "curl/", "wget/", "python", "httpx",
    "aiohttp", "go-http-client", "java/", "okhttp", "libwww", "axios", "node-fetch",
    "uptime", "nmap", "zgrab", "masscan",
)
# fmt: on
"""What crawlers, previews and scripts say of themselves, in lower case."""

_BOT_WORD = re.compile(r"(?<!cu)bot(\b|[/;_-])")
"""Bots that say so; Cubot is a make of telephone."""

_READ = 512
"""Signs of what a client says of itself that are looked at."""

_HOUR_S = 3600


class ScanKey(NamedTuple):
    """What scans are counted by."""

    code_id: int
    hour: datetime
    scanner: ScannerKind


def classify_scanner(user_agent: str) -> ScannerKind:
    """Return what a scan came through, from what the client says of itself.

    Bots are looked for first: some crawlers also carry the name of the
    application they work for. A client that says nothing is a bot.
    """
    said = user_agent[:_READ].strip().lower()
    if not said or any(mark in said for mark in _BOT_MARKS):
        return ScannerKind.BOT
    if "bot" in said and _BOT_WORD.search(said):
        return ScannerKind.BOT
    if "micromessenger" in said:
        return ScannerKind.WECHAT
    if "alipayclient" in said or "aliapp(ap" in said:
        return ScannerKind.ALIPAY
    return ScannerKind.BROWSER


class ScanBuffer:
    """Scans of one process that the database does not have yet. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Keyed by plain numbers and a word: a moment takes long to hash.
        self._counts: Counter[tuple[int, int, str]] = Counter()

    def add(self, code_id: int, at: datetime, scanner: ScannerKind) -> None:
        """Count one scan. Never fails and never waits for the database.

        Args:
            code_id: Row id of the code, from its resolution.
            at: The moment of the scan, aware; only its hour is kept.
            scanner: What it came through.
        """
        key = (code_id, int(at.timestamp()) // _HOUR_S, scanner.value)
        with self._lock:
            self._counts[key] += 1

    def take(self) -> Mapping[ScanKey, int]:
        """Take everything out of the buffer, to be written with :func:`flush`."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        return {
            ScanKey(
                code_id, datetime.fromtimestamp(hour * _HOUR_S, UTC), ScannerKind(word)
            ): scans
            for (code_id, hour, word), scans in counts.items()
        }

    def put_back(self, counts: Mapping[ScanKey, int]) -> None:
        """Return what was taken and could not be committed; it is written later."""
        with self._lock:
            for key, scans in counts.items():
                hour = int(key.hour.timestamp()) // _HOUR_S
                self._counts[key.code_id, hour, key.scanner.value] += scans

    def __len__(self) -> int:
        """Return how many scans wait to be written."""
        with self._lock:
            return self._counts.total()


def flush(session: Session, counts: Mapping[ScanKey, int]) -> None:
    """Add counted scans to the database's, inserting what is not there yet.

    One statement adds to whatever is there at that moment, so flushes of
    several processes add up. Rows are written in the order of their keys: two
    flushes then lock the same rows in the same order and cannot deadlock.
    """
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    rows = [
        {"code_id": key.code_id, "hour": key.hour, "scanner": key.scanner, "scans": n}
        for key, n in sorted(counts.items())
        if n > 0
    ]
    for at in range(0, len(rows), _ROWS_AT_ONCE):
        insert = dialect.insert(ScanCount).values(rows[at : at + _ROWS_AT_ONCE])
        session.execute(
            insert.on_conflict_do_update(
                index_elements=[ScanCount.code_id, ScanCount.hour, ScanCount.scanner],
                set_={"scans": ScanCount.scans + insert.excluded.scans},
            )
        )
