"""Opening a file that a stranger sent, and building a clean one from it.

The work is done in a short-lived child process (:mod:`app.files.child`) with
limits on memory, processor time and wall time, no environment and no code of
ours. What comes back is made from pixels (JPEG, PNG) or stripped of everything
but its pages (PDF): no metadata, no comments, no scripts, nothing appended.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.files.kinds import (
    MAX_PAGES,
    MAX_PIXELS,
    MAX_WEBP_PIXELS,
    FileBroken,
    FileEncrypted,
    FileKind,
    FileTooComplex,
    sniff,
)
from app.kernel.errors import Invalid, Unavailable

WALL_S = 12.0
"""Wall time after which the child is killed, in seconds.

The fence against bombs is :data:`CPU_S`; this one is wide enough that an honest
photo is not refused because the machine is busy.
"""

CPU_S = {True: 2, False: 5}
"""Processor time of the child, in seconds: for a PDF, for an image."""

MEMORY_BYTES = {True: 256 * 1024 * 1024, False: 512 * 1024 * 1024}
"""Address space of the child, in bytes: for a PDF, for an image."""

AT_ONCE = 2
"""How many files one process of ours rebuilds at the same time."""

MAX_WAITING = 2
"""How many more wait for their turn; each holds a thread of the web server."""

SLOT_WAIT_S = 10.0
"""How long a file waits for its turn, in seconds."""

_CHILD = Path(__file__).with_name("child.py")
_places = threading.BoundedSemaphore(AT_ONCE + MAX_WAITING)
_slots = threading.BoundedSemaphore(AT_ONCE)
_REFUSALS: dict[str, type[Invalid]] = {
    "broken": FileBroken,
    "encrypted": FileEncrypted,
    "too-complex": FileTooComplex,
}
_OUTPUTS = frozenset({FileKind.JPEG, FileKind.PNG, FileKind.PDF})


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A clean file.

    Attributes:
        content: Its bytes; nothing of the upload but pixels or pages.
        media_type: What it is, and what it is served as.
        pages: 1 for an image.
    """

    content: bytes
    media_type: str
    pages: int


def rebuild(raw: bytes) -> Rebuilt:
    """Build a clean file from an upload.

    Returns:
        JPEG or PNG for images, upright, at most 4096 pixels a side; PDF for PDF.

    Raises:
        FileTooLarge: more than 10 MiB.
        FileKindNotAllowed: not JPEG, PNG, WebP, HEIC or PDF.
        FileBroken: it does not open.
        FileEncrypted: a PDF with a password.
        FileTooComplex: too many pixels or pages, or opening it took more memory
            or time than is given.
        Unavailable: too many files are being rebuilt at the moment.
    """
    kind = sniff(raw)
    with _turn():
        head, content = _work(raw, kind)
    if refused := head.get("error"):
        raise _REFUSALS.get(str(refused), FileBroken)(f"{kind}: {head.get('why')}")
    rebuilt = Rebuilt(content, str(head["media_type"]), int(str(head["pages"])))
    # The child read hostile bytes: its word alone is not enough.
    if rebuilt.media_type not in _OUTPUTS or sniff(content) != rebuilt.media_type:
        raise FileBroken("the rebuilt file is not what it should be")
    return rebuilt


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for a slot, unless enough others wait already.

    Raises:
        Unavailable: they do, or none became free in time.
    """
    if not _places.acquire(blocking=False):
        raise Unavailable("too many files wait to be rebuilt")
    try:
        if not _slots.acquire(timeout=SLOT_WAIT_S):
            raise Unavailable("too many files are being rebuilt")
        try:
            yield
        finally:
            _slots.release()
    finally:
        _places.release()


def _work(raw: bytes, kind: FileKind) -> tuple[dict[str, object], bytes]:
    """Run the child; return the head of its answer and the content."""
    is_document = kind is FileKind.PDF
    order = {
        "kind": kind.value,
        "memory_bytes": MEMORY_BYTES[is_document],
        "cpu_s": CPU_S[is_document],
        "max_pixels": MAX_WEBP_PIXELS if kind is FileKind.WEBP else MAX_PIXELS,
        "max_pages": MAX_PAGES,
    }
    try:
        # -I: no environment, no user site, no current folder on the path.
        done = subprocess.run(  # noqa: S603 - our own interpreter and file
            [sys.executable, "-I", str(_CHILD), json.dumps(order)],
            input=raw,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            timeout=WALL_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"error": "too-complex", "why": "time"}, b""
    line, _, content = done.stdout.partition(b"\n")
    try:
        head = json.loads(line)
    except ValueError:
        head = None
    if done.returncode != 0 or not isinstance(head, dict):
        # Killed at a limit, or crashed in a decoder before it could answer.
        return {"error": "too-complex", "why": f"ended with {done.returncode}"}, b""
    return head, content
