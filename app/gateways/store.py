"""The byte store as a folder: one file per key, whole or not there at all."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from app.files.store import BytesMissing
from app.kernel.errors import Unavailable
from app.kernel.references import new_token

logger = logging.getLogger(__name__)

_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
_UNFINISHED = ".unfinished"


class FolderStore:
    """Keeps bytes in a folder only this user can read.

    A write goes to a temporary name, is flushed to the disk, renamed, and the
    folder flushed too: after a power cut the key is there whole or not at all.

    Args:
        path: The folder; it is made when it does not exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, key: str, content: bytes, *, at: datetime | None = None) -> None:
        """Keep bytes under a key; the same key again replaces them.

        A moment given becomes the time of change of the file and its folders,
        which copies and backups keep. The disk's own note of it cannot be set.

        Raises:
            Unavailable: the disk is full or does not answer as it should.
        """
        target = self._place(key)
        try:
            self._put(target, content, at)
        except OSError as failure:
            logger.exception("the byte store cannot write")
            raise Unavailable("the byte store cannot write") from failure

    def _put(self, target: Path, content: bytes, at: datetime | None) -> None:
        shelf = target.parent
        if not shelf.exists():
            shelf.mkdir(mode=0o700, exist_ok=True)
            _flush_folder(self._path)
        draft = shelf / f"{new_token()}{_UNFINISHED}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(content)
                out.flush()
                if at is not None:
                    os.utime(out.fileno(), (at.timestamp(), at.timestamp()))
                os.fsync(out.fileno())
            draft.rename(target)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        if at is not None:
            for folder in (shelf, self._path):
                os.utime(folder, (at.timestamp(), at.timestamp()))
        _flush_folder(shelf)

    def get(self, key: str) -> bytes:
        """Return the bytes of a key.

        Raises:
            BytesMissing: there are none.
        """
        try:
            return self._place(key).read_bytes()
        except FileNotFoundError:
            raise BytesMissing(key) from None

    def delete(self, key: str) -> None:
        """Forget a key."""
        self._place(key).unlink(missing_ok=True)

    def entries(self) -> Iterator[tuple[str, datetime]]:
        """Return every key with the moment it was put.

        What a crash left unfinished is listed too, by its temporary name
        without the ending, so that a sweep finds and deletes it.
        """
        for each in self._path.glob("*/*"):
            try:
                put_at = datetime.fromtimestamp(each.stat().st_mtime, UTC)
            except FileNotFoundError:
                continue  # deleted since the folder was read
            yield each.name, put_at

    def _place(self, key: str) -> Path:
        """Return where a key lies.

        Raises:
            BytesMissing: it is no key, so nothing lies there.
        """
        if not _KEY.fullmatch(key.removesuffix(_UNFINISHED)):
            raise BytesMissing("not a key")
        return self._path / key[:2] / key


def _flush_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
