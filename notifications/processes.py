"""How a process of this door begins and ends."""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType

from app import logs
from app.installation import claim_sqlite
from app.kernel.crypto import Keyring
from app.kernel.db import Database
from app.settings import Mode, Settings, SettingsError

_PR_SET_PDEATHSIG = 1


def add_parent_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--parent``, by which a process learns with whom it ends."""
    parser.add_argument(
        "--parent",
        type=int,
        metavar="PID",
        help="end when this process, which must be the parent, ends",
    )


def begin(parent: int | None) -> Settings:
    """Tie the process to its parent, set up its log, and read the settings.

    Exits with one clear line, not with a trace, when a setting is wrong, or in
    production the database's file must not be opened from here.
    """
    if parent is not None:
        end_with(parent)
    logs.configure()
    try:
        settings = Settings.from_env()
        if settings.mode is Mode.PRODUCTION:
            claim_sqlite(settings.database_url)
    except SettingsError as wrong:
        raise SystemExit(f"settings: {wrong}") from None
    if not settings.redis_url:
        raise SystemExit("settings: REDIS_URL is not set")
    return settings


def open_database(settings: Settings) -> Database:
    """Return the database of this installation. Opens no connection yet."""
    keyring = Keyring(
        settings.data_keys,
        current=settings.data_key_current,
        index_key=settings.index_key,
    )
    return Database.connect(settings.database_url, keyring)


def end_with(parent: int, *, by: signal.Signals = signal.SIGTERM) -> None:
    """Have the kernel end this process when its parent is gone, even by SIGKILL.

    A worker without its pool would go on for ever, with nobody to stop it. Only
    Linux can do it; elsewhere the pool ends its children, unless it is killed.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, by.value)
    if os.getppid() != parent:
        # It ended before the kernel was asked.
        raise SystemExit("the parent process is gone")


def on_stop(act: Callable[[], None]) -> None:
    """Call a function on SIGTERM and on SIGINT; it must only note the wish."""

    def _noted(_number: int, _frame: FrameType | None) -> None:
        act()

    signal.signal(signal.SIGTERM, _noted)
    signal.signal(signal.SIGINT, _noted)
