"""Every mapped class, imported: for migrations, which must see all tables."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

import app


def import_all() -> None:
    """Import each module of the rooms that maps tables."""
    for module in walk_packages(app.__path__, "app."):
        if module.name.rpartition(".")[2] in _MAPPING:
            import_module(module.name)


_MAPPING = frozenset({"models", "outbox", "audit", "calendar", "idempotency"})
