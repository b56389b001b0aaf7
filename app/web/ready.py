"""Answers made once per published release and served from memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import cast

from flask import Response, request

from app.web.context import snapshot

_MOST = 4000
"""Answers kept per release and process; further ones are made anew each time."""

_Entry = tuple[bytes, str]


def ready(
    kind: str,
    key: object,
    build: Callable[[], bytes],
    *,
    mimetype: str = "application/json",
    max_age_s: int = 0,
) -> Response:
    """Answer with bytes that hold until the next release, and 304 when known.

    Args:
        kind: Which answer, e.g. ``matter``; with the key it names the bytes.
        key: Hashable; only successful answers are kept.
        build: Makes the bytes; may raise any AppError.
        mimetype: Of the bytes.
        max_age_s: How long a phone may use them without asking.
    """
    cache = snapshot().cache
    entry = cast("_Entry | None", cache.get((kind, key)))
    if entry is None:
        body = build()
        entry = (body, f'"{hashlib.sha256(body).hexdigest()[:24]}"')
        if len(cache) < _MOST:
            cache[kind, key] = entry
    body, etag = entry
    known = request.environ.get("HTTP_IF_NONE_MATCH")
    if known and (etag in known or known.strip() == "*"):
        response = Response(status=304)
        response.headers.remove("Content-Type")
    else:
        response = Response(body, mimetype=mimetype)
    headers = response.headers
    headers.set("ETag", etag)
    headers.set(
        "Cache-Control",
        f"public, max-age={max_age_s}" if max_age_s else "public, no-cache",
    )
    return response
