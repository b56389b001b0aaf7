"""The rooms: rules, records and use cases; nothing of HTTP, Redis or HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> Flask:
    """Build the web application from the environment."""
    # Imported here: the package must not pull the whole house into a worker.
    from app.factory import build

    return build()
