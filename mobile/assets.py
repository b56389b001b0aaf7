"""Style sheets, pictures and the script: ready bytes, named by their content.

An address carries the content's hash, so that a browser may keep it for a year
and still never shows an old sheet with a new page.
"""

from __future__ import annotations

import gzip
import hashlib
import http
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from flask import Response, request

from app.kernel.errors import NotFound
from mobile.blueprints import open_pages

FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FOR_A_YEAR = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, max-age=300"


@dataclass(frozen=True)
class Asset:
    """One file, as sent."""

    content: bytes
    compressed: bytes
    media_type: str
    digest: str


@cache
def assets() -> dict[str, Asset]:
    """Read the folder once per process."""
    return {
        path.name: _asset(path)
        for path in sorted(FOLDER.iterdir())
        if path.suffix in _TYPES
    }


def _asset(path: Path) -> Asset:
    content = path.read_bytes()
    return Asset(
        content=content,
        compressed=gzip.compress(content, 9, mtime=0),
        media_type=_TYPES[path.suffix],
        digest=hashlib.sha256(content).hexdigest()[:12],
    )


@cache
def address(name: str) -> str:
    """Return where a file is served, with its hash."""
    return f"/static/{name}?{urlencode({'v': assets()[name].digest})}"


@open_pages.get("/static/<name>")
def static(name: str) -> Response:
    """Send a file; for a year when it is asked for by its hash."""
    asset = assets().get(name)
    if asset is None:
        raise NotFound("no such asset")
    etag = f'"{asset.digest}"'
    if request.headers.get("If-None-Match") == etag:
        response = Response(status=http.HTTPStatus.NOT_MODIFIED)
    else:
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        response = Response(
            asset.compressed if packed else asset.content,
            content_type=asset.media_type,
        )
        if packed:
            response.headers["Content-Encoding"] = "gzip"
    known = request.args.get("v") == asset.digest
    response.headers["Cache-Control"] = _FOR_A_YEAR if known else _ASK_AGAIN
    response.headers["ETag"] = etag
    response.headers["Vary"] = "Accept-Encoding"
    return response


@cache
def build() -> str:
    """Return a digest of everything a page is drawn from, beside its facts."""
    digest = hashlib.sha256()
    for pattern in ("static/*", "templates/**/*.html", "*.py"):
        for path in sorted(FOLDER.parent.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
