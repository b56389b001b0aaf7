"""Where sealed bytes lie. The rooms know only this protocol.

Implemented by :class:`app.gateways.store.FolderStore`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol


class BytesMissing(LookupError):
    """The store holds nothing under this key."""


class ByteStore(Protocol):
    """Keeps sealed bytes under random keys."""

    def put(self, key: str, content: bytes, *, at: datetime | None = None) -> None:
        """Keep bytes so that they survive a power cut. Keys are never reused.

        Args:
            key: A random name.
            content: Sealed bytes.
            at: When :meth:`entries` shall say they were put; now when left out.

        Raises:
            Unavailable: the store cannot take them at the moment.
        """

    def get(self, key: str) -> bytes:
        """Return the bytes.

        Raises:
            BytesMissing: there are none.
        """

    def delete(self, key: str) -> None:
        """Forget the bytes; nothing happens when there are none."""

    def entries(self) -> Iterator[tuple[str, datetime]]:
        """Return every key with the moment (UTC) it was put."""
