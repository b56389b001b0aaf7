"""Pages for staff at a desk: cases, complaints, posters, matters."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the console under /console."""
