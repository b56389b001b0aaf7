"""Answers made once per published release and served from memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import cast

from flask import Response, request

from app.web.context import snapshot

ROOM_BYTES = 24 * 1024 * 1024
"""Room for kept answers per release and process; the oldest make way for new ones."""

_Entry = tuple[bytes, str]


class _Kept(dict[object, _Entry]):
    """Kept answers, in the order in which they were made."""

    size = 0

    def keep(self, key: object, entry: _Entry) -> None:
        """Keep an answer, dropping the oldest ones if there is no room."""
        self[key] = entry
        self.size += len(entry[0])
        while self.size > ROOM_BYTES and len(self) > 1:
            oldest = self.pop(next(iter(self)), None)
            self.size -= len(oldest[0]) if oldest else 0


def ready(
    kind: str,
    key: object,
    build: Callable[[], bytes],
    *,
    mimetype: str = "application/json",
    keep: bool = True,
) -> Response:
    """Answer with bytes that hold until the next release, and 304 when known.

    Args:
        kind: Which answer, e.g. ``matter``; with the key it names the bytes.
        key: Hashable; only successful answers are kept.
        build: Makes the bytes; may raise any AppError.
        mimetype: Of the bytes.
        keep: False for answers that say something of the person who asked, such
            as their position or their words.
    """
    cache = snapshot().cache
    kept = cast("_Kept | None", cache.get("ready"))
    if kept is None:
        kept = cache.setdefault("ready", _Kept())
    entry = kept.get((kind, key)) if keep else None
    if entry is None:
        body = build()
        entry = (body, f'"{hashlib.sha256(body).hexdigest()[:24]}"')
        if keep:
            kept.keep((kind, key), entry)
    body, etag = entry
    known = request.environ.get("HTTP_IF_NONE_MATCH")
    if known and (etag in known or known.strip() == "*"):
        response = Response(status=304)
        response.headers.remove("Content-Type")
    else:
        response = Response(body, mimetype=mimetype)
    response.headers.extend(
        (("ETag", etag), ("Cache-Control", "public, no-cache" if keep else "no-store"))
    )
    return response
