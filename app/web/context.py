"""What a view may ask of the request it serves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Protocol, cast

from flask import Flask, current_app, request
from sqlalchemy.orm import Session

from app.cases.service import LocalRules
from app.catalogue.current import Snapshot, SnapshotHolder
from app.codes.resolving import CodeBook
from app.files.store import ByteStore
from app.kernel import outbox
from app.kernel.clock import Clock
from app.kernel.crypto import Keyring
from app.kernel.db import Database
from app.settings import Settings
from app.web.limits import RateLimits
from app.web.scans import ScanCounter

_KEY = "runtime"


class Bell(Protocol):
    """Wakes the relay; losing a ring loses nothing."""

    def ring(self) -> None:
        """Say that the outbox has something new."""


class Gateway(Protocol):
    """A client of WeChat's login, real or fake by its base address."""

    def openid_for(self, code: str) -> str:
        """Exchange a login code for an openid, once."""


class SmsSender(Protocol):
    """Carries a short text to a phone."""

    def send_code(self, phone: str, code: str) -> None:
        """Send a sign-in code."""


@dataclass(frozen=True)
class Runtime:
    """The long-lived objects of one web process."""

    settings: Settings
    database: Database
    clock: Clock
    keyring: Keyring
    snapshots: SnapshotHolder
    codebook: CodeBook
    scans: ScanCounter
    store: ByteStore
    limits: RateLimits
    bell: Bell
    wechat: Gateway
    sms: SmsSender


def init_app(app: Flask, runtime: Runtime) -> None:
    """Attach the runtime to the application."""
    app.extensions[_KEY] = runtime


def runtime() -> Runtime:
    """Return the runtime of the current application."""
    return cast(Runtime, current_app.extensions[_KEY])


@contextmanager
def transaction() -> Iterator[Session]:
    """Open the unit of work for this request; ring the bell after the commit."""
    here = runtime()
    with here.database.transaction() as session:
        yield session
    if outbox.was_recorded(session):
        here.bell.ring()


def reading() -> AbstractContextManager[Session]:
    """Open a view of the database that changes nothing."""
    return runtime().database.reading()


def now() -> datetime:
    """Return the current moment."""
    return runtime().clock.now()


def settings() -> Settings:
    """Return the settings of this installation."""
    return runtime().settings


def snapshot() -> Snapshot:
    """Return the published catalogue as it stands."""
    return runtime().snapshots.get()


def local_rules() -> LocalRules:
    """Return what the operator decided about cases, with today's divisions."""
    here = settings()
    return LocalRules(
        division=here.division,
        divisions=snapshot().divisions(),
        decision_days=here.decision_limit_days,
        correction_days=here.correction_days,
    )


def check_limit(rule: str, *keys: str) -> None:
    """Count one use of a rule for the caller's address and for each key given.

    Raises:
        TooMany: one of them is used up.
    """
    runtime().limits.hit(rule, f"address:{_household(request.remote_addr)}", *keys)


def _household(address: str | None) -> str:
    """Return whom an address stands for: of IPv6, the /64 that one line is given."""
    try:
        found = ip_address(address or "-")
    except ValueError:
        return "-"
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, 64), strict=False))
    return str(found)
