"""Is the process alive, and can it serve?"""

from __future__ import annotations

import http
import time
from collections.abc import Callable
from typing import Any

import redis
from flask import Flask
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from app.catalogue.current import Snapshot
from app.kernel.db import Database
from app.web.context import runtime

_VITAL = ("database", "catalogue", "files")
"""Parts without which nobody can be served. Redis is not one of them: cases are
filed while it is away, and notices follow when it is back."""


def _database(database: Database) -> None:
    with database.engine.connect() as connection:
        connection.execute(text("select version_num from alembic_version"))


def _redis(url: str) -> None:
    client = redis.Redis.from_url(url, socket_timeout=0.3, socket_connect_timeout=0.3)
    try:
        client.ping()
    finally:
        client.close()


def _checked(check: Callable[[], Any]) -> dict[str, str | int]:
    began = time.perf_counter()
    try:
        check()
    except Exception as failure:  # noqa: BLE001 -- every way to be down is an answer
        return {"state": "down", "cause": type(failure).__name__}
    return {"state": "up", "ms": int((time.perf_counter() - began) * 1000)}


def init_app(app: Flask) -> None:
    """Add the two addresses that a supervisor polls."""

    @app.get("/healthz")
    def alive() -> ResponseReturnValue:
        """Answer that this process runs."""
        return {"state": "up"}

    @app.get("/readyz")
    def ready() -> ResponseReturnValue:
        """Say which part is up and which is down."""
        here = runtime()
        parts = {
            "database": _checked(lambda: _database(here.database)),
            "catalogue": _checked(lambda: _published(here.snapshots.get())),
            "files": _checked(lambda: next(here.store.entries(), None)),
        }
        if here.settings.redis_url:
            parts["redis"] = _checked(lambda: _redis(here.settings.redis_url))
        down = [name for name, part in parts.items() if part["state"] == "down"]
        state = "down" if set(down) & set(_VITAL) else "degraded" if down else "up"
        status = (
            http.HTTPStatus.SERVICE_UNAVAILABLE
            if state == "down"
            else http.HTTPStatus.OK
        )
        return {"state": state, "down": down, "parts": parts}, status


def _published(snapshot: Snapshot) -> None:
    if not snapshot.matters:
        raise LookupError("no release is published")
