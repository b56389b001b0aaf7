"""Addresses of the console's own files, with their hash."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from console.blueprints import PREFIX

FOLDER = Path(__file__).parent / "static"


@cache
def address(name: str) -> str:
    """Return where a file is served; a changed file has another address."""
    digest = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]
    return f"{PREFIX}/static/{name}?v={digest}"
