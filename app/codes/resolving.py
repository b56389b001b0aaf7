"""From what was scanned or typed to what it opens, out of the process's memory."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.codes import reading
from app.codes.models import Code, CodeChange, CodeKind
from app.codes.workflow import CodeState
from app.kernel.db import Database
from app.kernel.errors import Unavailable

logger = logging.getLogger(__name__)

POLL_S = 1.0
"""After how many seconds a change made by another process is seen at the latest."""

CAPACITY = 100_000
"""Codes kept in memory by one process; the least recently scanned go first."""

STRANGERS = 10_000
"""Well-formed codes that do not exist, remembered until the next poll only."""

_EVICT_AT_ONCE = 1_000
"""More changes than this between two polls: forget everything instead."""

_POLL_WAIT_S = 0.25
_LONGEST_CHAIN = 20


class ResolutionStatus(StrEnum):
    """What became of an attempt to resolve a code."""

    FOUND = "found"
    MISTYPED = "mistyped"
    """Not a code: wrong length, stray signs or a wrong check character."""
    UNKNOWN = "unknown"
    """Well formed, but never issued here."""
    PLANNED = "planned"
    PAUSED = "paused"
    REPLACED = "replaced"
    REVOKED = "revoked"
    EXPIRED = "expired"


_STATUS = {
    CodeState.ACTIVE: ResolutionStatus.FOUND,
    CodeState.PLANNED: ResolutionStatus.PLANNED,
    CodeState.PAUSED: ResolutionStatus.PAUSED,
    CodeState.REPLACED: ResolutionStatus.REPLACED,
    CodeState.REVOKED: ResolutionStatus.REVOKED,
    CodeState.EXPIRED: ResolutionStatus.EXPIRED,
}


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """What a process remembers of a code.

    Attributes:
        id: Row id, for counting scans; never shown outside.
        replaced_by: The code that hangs in its place, if it was replaced.
    """

    id: int
    code: str
    kind: CodeKind
    target: str
    place_code: str | None
    window_code: str | None
    note: str
    state: CodeState
    replaced_by: str | None


@dataclass(frozen=True, slots=True)
class Resolution:
    """The answer to a scan or to something typed.

    Attributes:
        facts: The code itself; None if mistyped or unknown. What it names may
            be *opened* only when the status is FOUND; otherwise it serves to
            explain and to lead on (design §4), and to count the scan.
        replacement: The code in use that hangs in its place now, if there is one.
    """

    status: ResolutionStatus
    facts: CodeFacts | None = None
    replacement: CodeFacts | None = None

    @property
    def is_open(self) -> bool:
        """Whether the code opens what it names."""
        return self.status is ResolutionStatus.FOUND


_MISTYPED = Resolution(ResolutionStatus.MISTYPED)
_UNKNOWN = Resolution(ResolutionStatus.UNKNOWN)


class CodeBook:
    """Resolves codes for one process; safe between threads.

    A code is read from the database when it is first asked for and then kept.
    At most once in :data:`POLL_S` seconds one caller asks for changes and drops
    what changed. While the database is away, what is in memory goes on being
    served; only codes that were never asked for fail.
    """

    def __init__(
        self,
        database: Database,
        *,
        capacity: int = CAPACITY,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._capacity = capacity
        self._monotonic = monotonic
        self._memory = threading.Lock()
        self._polling = threading.Lock()
        self._known: OrderedDict[str, CodeFacts] = OrderedDict()
        self._strangers: OrderedDict[str, None] = OrderedDict()
        self._generation = 0
        self._seen_change = -1
        self._polled_at: float | None = None

    def resolve(self, typed: str) -> Resolution:
        """Return what a scanned or typed code stands for.

        A mistyped code is found by its check character, before any look-up.

        Raises:
            Unavailable: the database is away and the code is not in memory.
        """
        # A code in memory was read once; as scanned, it need not be read again.
        code = typed if typed in self._known else reading.read(typed)
        if code is None:
            return _MISTYPED
        self._poll_if_due()
        facts = self._facts(code)
        if facts is None:
            return _UNKNOWN
        return Resolution(_STATUS[facts.state], facts, self._replacement(facts))

    def _replacement(self, facts: CodeFacts) -> CodeFacts | None:
        follows: CodeFacts | None = facts
        for _ in range(_LONGEST_CHAIN):
            if follows is None or follows.replaced_by is None:
                break
            follows = self._facts(follows.replaced_by)
        if follows is None or follows is facts or follows.state is not CodeState.ACTIVE:
            return None
        return follows

    def _facts(self, code: str) -> CodeFacts | None:
        with self._memory:
            facts = self._known.get(code)
            if facts is not None:
                self._known.move_to_end(code)
                return facts
            if code in self._strangers:
                return None
            generation = self._generation
        facts = self._read(code)
        with self._memory:
            # A poll in between may have dropped what was read a moment earlier;
            # then the answer is used once and not kept.
            if generation == self._generation:
                self._keep(code, facts)
        return facts

    def _keep(self, code: str, facts: CodeFacts | None) -> None:
        if facts is None:
            self._strangers[code] = None
            if len(self._strangers) > STRANGERS:
                self._strangers.popitem(last=False)
            return
        self._known[code] = facts
        if len(self._known) > self._capacity:
            self._known.popitem(last=False)

    def _read(self, code: str) -> CodeFacts | None:
        with self._database.reading() as session:
            row = session.execute(_FACTS.where(Code.code == code)).one_or_none()
        return None if row is None else CodeFacts(*row)

    def _poll_if_due(self) -> None:
        if self._is_fresh():
            return
        # Others wait a moment for the one who polls rather than serve what may
        # be long out of date; they do not wait for a database that hangs.
        if not self._polling.acquire(timeout=_POLL_WAIT_S):
            return
        try:
            if not self._is_fresh():
                self._poll()
        finally:
            self._polling.release()

    def _is_fresh(self) -> bool:
        at = self._polled_at
        return at is not None and self._monotonic() - at < POLL_S

    def _poll(self) -> None:
        asked_at = self._monotonic()
        try:
            changed, number = self._read_changes()
        except (Unavailable, SQLAlchemyError):
            logger.warning("codes not polled", extra={"seen": self._seen_change})
            self._polled_at = self._monotonic()
            return
        with self._memory:
            if number != self._seen_change:
                self._generation += 1
            if len(changed) > _EVICT_AT_ONCE:
                self._known.clear()
            for code in changed:
                self._known.pop(code, None)
            self._strangers.clear()
            self._seen_change = number
        self._polled_at = asked_at

    def _read_changes(self) -> tuple[list[str], int]:
        """Return the codes changed since the last poll, and the number reached."""
        with self._database.reading() as session:
            number = session.scalar(select(CodeChange.number)) or 0
            if number == self._seen_change:
                return [], number
            changed = session.scalars(
                select(Code.code)
                .where(Code.change > self._seen_change, Code.change <= number)
                .limit(_EVICT_AT_ONCE + 1)
            ).all()
        return list(changed), number


_FACTS = select(
    Code.id,
    Code.code,
    Code.kind,
    Code.target,
    Code.place_code,
    Code.window_code,
    Code.note,
    Code.state,
    Code.replaced_by,
)
