"""Fixtures shared by every kind of test.

One schema per run; one transaction per test, rolled back at its end. Code
under test commits as it does in production: its commits only release
savepoints inside that transaction.
"""

import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.orm import sessionmaker

from app.kernel import crypto
from app.kernel.actors import Actor, ActorKind, Role, citizen_actor
from app.kernel.db import Base, Database, make_engine
from app.models import import_all
from app.settings import Mode, Settings

# The same examples each time: a failure comes back, and so does a success.
hypothesis.settings.register_profile(
    "house", derandomize=True, database=None, deadline=None
)
hypothesis.settings.load_profile("house")

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)  # Monday, 09:30 in Shanghai

ON_POSTGRES = "TEST_DATABASE_URL" in os.environ  # noqa: TID251 -- the harness's own


def pytest_collection_modifyitems(config, items):
    """Leave out what the engine of this half of the run cannot show."""
    wanted = [
        item for item in items if ON_POSTGRES or not item.get_closest_marker("postgres")
    ]
    if len(wanted) != len(items):
        config.hook.pytest_deselected(
            items=[item for item in items if item not in wanted]
        )
        items[:] = wanted


class FixedClock:
    """A clock that a test moves by hand."""

    def __init__(self, at):
        self.at = at

    def now(self):
        return self.at

    def advance(self, **delta):
        self.at += timedelta(**delta)


@pytest.fixture(scope="session")
def keyring():
    return crypto.Keyring({"k1": b"1" * 32}, current="k1", index_key=b"i" * 32)


@pytest.fixture(scope="session")
def database_url():
    return os.environ.get("TEST_DATABASE_URL", "sqlite://")  # noqa: TID251 -- the harness's own


@pytest.fixture(scope="session")
def engine(database_url):
    """Open TEST_DATABASE_URL, or SQLite in memory when it is not set."""
    import_all()
    engine = make_engine(database_url)
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def database(engine, keyring):
    """A database whose commits vanish when the test ends."""
    with engine.connect() as connection:
        outer = connection.begin()
        database = Database(engine, keyring)
        database.sessions = database.readers = sessionmaker(
            connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        yield database
        outer.rollback()


@pytest.fixture
def session(database):
    with database.transaction() as session:
        yield session


@pytest.fixture(scope="session")
def fresh_database(database_url, tmp_path_factory):
    """Make empty databases beside the one of this run; they go with it."""
    made = []

    def make():
        if not ON_POSTGRES:
            return f"sqlite:///{tmp_path_factory.mktemp('database')}/fresh.db"
        name = f"fresh_{secrets.token_hex(4)}"
        _administer(database_url, f"create database {name}")
        made.append(name)
        return (
            make_url(database_url)
            .set(database=name)
            .render_as_string(hide_password=False)
        )

    yield make
    for name in made:
        _administer(database_url, f"drop database {name} with (force)")


def _administer(url, statement):
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.fixture
def empty_database_url(fresh_database):
    return fresh_database()


@pytest.fixture
def clock():
    return FixedClock(NOW)


@pytest.fixture(scope="session")
def settings(tmp_path_factory):
    return make_settings(var_dir=tmp_path_factory.mktemp("var"))


def make_settings(**said):
    return Settings(
        **{
            "mode": Mode.TEST,
            "database_url": "sqlite://",
            "redis_url": "",
            "secret_key": "s" * 40,
            "jwt_key": "j" * 40,
            "data_keys": {"k1": b"1" * 32},
            "data_key_current": "k1",
            "index_key": b"i" * 32,
            "public_url": "http://localhost",
            "var_dir": Path("var"),
        }
        | said
    )


@pytest.fixture
def citizen():
    return citizen_actor(7)


@pytest.fixture
def clerk():
    return Actor(70, ActorKind.STAFF, frozenset({Role.CLERK}), office_id=3, name="张三")
