"""The database: one engine, two ways to open it, one writer at a time on SQLite."""

from __future__ import annotations

import fcntl
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import pysqlite3
from sqlalchemy import JSON, DateTime, Enum, MetaData, create_engine, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect, Engine, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import StaticPool
from sqlalchemy.types import TypeDecorator

from app.kernel import crypto
from app.kernel.errors import Unavailable

POOL_WAIT_S = 5.0
"""How long a unit of work waits for a connection before it is refused with 503."""

WRITER_WAIT_S = 5.0
"""How long a write waits for its turn on SQLite before it is refused with 503."""

JSONType = JSON().with_variant(JSONB(), "postgresql")
"""JSON on every database; on PostgreSQL the indexed, comparable kind."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC on every database.

    SQLite keeps no offset, so naive values come back from it; and a naive
    value going in is a bug in the caller, refused rather than guessed at.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """Normalise to UTC on the way in."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """Restore the offset that SQLite drops."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def enum_text(kind: type[StrEnum]) -> Enum:
    """Store a StrEnum by value, as text: adding a member needs no migration."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


class Base(DeclarativeBase):
    """Base of every mapped class."""

    # Named constraints, so that a migration can drop what another created.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime}


class _Turn:
    """One writer at a time, between threads and between processes.

    SQLite's own busy handler sleeps up to 100 ms and is unfair: one of two
    writers starved for over a second (toolchain measurements). The file lock is
    taken before BEGIN IMMEDIATE and freed after the commit.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._inner = threading.Lock()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait for the turn, at most :data:`WRITER_WAIT_S`; then hold it."""
        deadline = time.monotonic() + WRITER_WAIT_S
        if not self._inner.acquire(timeout=WRITER_WAIT_S):
            raise Unavailable("the database is busy")
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                _lock(handle, deadline)
                yield
            finally:
                os.close(handle)  # closing frees the lock
        finally:
            self._inner.release()


def _lock(handle: int, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Unavailable("the database is busy") from None
            time.sleep(random.uniform(0.0002, 0.001))
        else:
            return


def _prepare_sqlite(engine: Engine) -> None:
    """Durable WAL, and transactions that begin when we say so."""

    @event.listens_for(engine, "connect")
    def _connected(raw: Any, _record: Any) -> None:
        # pysqlite would open transactions too late; take over from it.
        raw.isolation_level = None
        cursor = raw.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",  # NORMAL acknowledges before the disk has it
            "foreign_keys=ON",
            f"busy_timeout={int(WRITER_WAIT_S * 1000)}",
            "secure_delete=ON",
            "cache_size=-20000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _began(connection: Any) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")


class Database:
    """Owns the engine and hands out units of work."""

    def __init__(self, engine: Engine, keyring: crypto.Keyring) -> None:
        self.engine = engine
        self.keyring = keyring
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._turn = _turn_for(engine) if self.is_sqlite else None
        writing = (
            engine.execution_options(sqlite_begin="IMMEDIATE")
            if self.is_sqlite
            else engine
        )
        # Mapped objects outlive the commit: the door serialises them after it.
        self.sessions: Callable[[], Session] = sessionmaker(
            writing, expire_on_commit=False
        )
        # SQLite's transactions see one state anyway; nothing is read only there.
        reading = (
            engine
            if self.is_sqlite
            else engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        )
        self.readers: Callable[[], Session] = sessionmaker(
            reading, expire_on_commit=False
        )

    @classmethod
    def connect(cls, url: str, keyring: crypto.Keyring) -> Database:
        """Create the engine for a URL. Opens no connection yet."""
        return cls(make_engine(url), keyring)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Run a block as one unit of work: commit at the end, or nothing.

        Doors (an endpoint, a job, a command) open it. Rooms receive the
        session and never commit.

        Raises:
            Unavailable: another writer held the database for too long.
        """
        with (
            self._turn.held() if self._turn else nullcontext(),
            self.sessions() as session,
        ):
            crypto.attach(session, self.keyring)
            with _busy_is_unavailable(), session.begin():
                yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a consistent view for reading; nothing it changes is kept.

        All its queries see the database as it was at the first of them.

        Raises:
            Unavailable: the database is busy.
        """
        with self.readers() as session:
            crypto.attach(session, self.keyring)
            with _busy_is_unavailable():
                yield session


@contextmanager
def _busy_is_unavailable() -> Iterator[None]:
    try:
        yield
    except PoolExhausted as failure:
        raise Unavailable("no connection became free") from failure
    except OperationalError as failure:
        text = str(failure.orig)
        if "locked" in text or "full" in text or failure.connection_invalidated:
            raise Unavailable("the database is busy") from failure
        raise


def make_engine(url: str) -> Engine:
    """Create an engine: SQLite through its bundled library, or PostgreSQL.

    pysqlite3 carries a SQLite without the WAL-reset defect of 3.7.0-3.51.2.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(
            url,
            pool_pre_ping=True,
            pool_size=8,
            max_overflow=8,
            pool_timeout=POOL_WAIT_S,
            hide_parameters=True,
        )
    in_memory = parsed.database in (None, "", ":memory:")
    engine = create_engine(
        url,
        module=pysqlite3.dbapi2,
        hide_parameters=True,  # a failed statement must not carry data to a log
        connect_args={"check_same_thread": False},
        **({"poolclass": StaticPool} if in_memory else {"pool_timeout": POOL_WAIT_S}),
    )
    _prepare_sqlite(engine)
    return engine


def _turn_for(engine: Engine) -> _Turn | None:
    path = engine.url.database
    return _Turn(Path(f"{path}.writer")) if path and path != ":memory:" else None
