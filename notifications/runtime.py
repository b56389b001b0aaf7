"""The long-lived objects of a worker process."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.clock import Clock
from app.kernel.db import Database


@dataclass(frozen=True)
class Runtime:
    """What jobs may use."""

    database: Database
    clock: Clock


_current: Runtime | None = None


def configure(new: Runtime | None) -> None:
    """Set the runtime; a worker does it once, before its first job."""
    global _current  # noqa: PLW0603 -- RQ calls jobs by name, with JSON only
    _current = new


def runtime() -> Runtime:
    """Return the runtime, or fail loudly in a worker that was started wrongly."""
    if _current is None:
        raise RuntimeError("notifications.runtime.configure() was not called")
    return _current
