"""Counting scans without slowing one: a buffer, and a thread that empties it."""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from functools import lru_cache

from app.codes.scans import FLUSH_S, ScanBuffer, classify_scanner, flush
from app.kernel.db import Database

logger = logging.getLogger(__name__)

_kind = lru_cache(maxsize=1024)(classify_scanner)


class ScanCounter:
    """Adds up scans of this process and writes them once a second.

    Args:
        database: Where counts go.
        in_background: Whether a thread empties the buffer; else :meth:`flush` is
            the owner's affair.
    """

    def __init__(self, database: Database, *, in_background: bool = True) -> None:
        self._database = database
        self._in_background = in_background
        self._buffer = ScanBuffer()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()

    def add(self, code_id: int, at: datetime, user_agent: str) -> None:
        """Count one scan. Never fails, never waits for the database."""
        self._buffer.add(code_id, at, _kind(user_agent))
        if self._in_background and self._thread is None:
            self._start()

    def flush(self) -> None:
        """Write what has been counted; it is kept when that fails."""
        counts = self._buffer.take()
        if not counts:
            return
        try:
            with self._database.transaction() as session:
                flush(session, counts)
        except Exception as failure:  # noqa: BLE001 -- counting must outlive any fault
            self._buffer.put_back(counts)
            logger.warning("scans kept", extra={"cause": type(failure).__name__})

    def _start(self) -> None:
        # Started by the first scan, so that it lives in the serving process
        # and not in the one that forked it.
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="scan-counter", daemon=True
                )
                self._thread.start()

    def _run(self) -> None:
        while not self._wake.wait(FLUSH_S):
            self.flush()
