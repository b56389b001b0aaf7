"""Real processes on a real database file and a real Redis.

Nothing here is rolled back: each test gets a database of its own.
"""

import base64
import os
import sys
from contextlib import contextmanager

import pytest
from redis.exceptions import RedisError
from sqlalchemy import text

from app.kernel.db import Base, Database, make_engine
from app.models import import_all
from demo.programs import Program, stop_all
from demo.servers import wait_until
from notifications import queues
from tests.conftest import ON_POSTGRES
from tests.servers import running_redis

PATIENCE_S = 30
"""How long a test waits before it gives up; none needs a tenth of it when idle."""


def eventually(holds, *, within_s=PATIENCE_S):
    """Wait until something holds, looking again and again."""
    __tracebackhide__ = True
    assert wait_until(holds, timeout_s=within_s), "it did not come to hold in time"


@pytest.fixture(scope="session")
def redis_server():
    """A Redis of the test run's own, on a socket; tests may kill and start it."""
    with running_redis() as server:
        yield server


@pytest.fixture
def redis(redis_server):
    """A client of a Redis that is up and empty."""
    if not redis_server.answers():
        redis_server.start()
    client = queues.connect(redis_server.url, timeout_s=5)
    client.flushall()
    yield client
    client.close()


@contextmanager
def _own_database(database_url, folder):
    if not ON_POSTGRES:
        yield f"sqlite:///{folder / 'house.db'}"
        return
    server = make_engine(database_url).execution_options(isolation_level="AUTOCOMMIT")
    name = f"house_{os.getpid()}_{id(folder)}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.url.set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture
def house(database_url, keyring, tmp_path):
    """A database that keeps what is committed, as the processes see it."""
    with _own_database(database_url, tmp_path) as url:
        import_all()
        database = Database.connect(url, keyring)
        Base.metadata.create_all(database.engine)
        yield database
        database.engine.dispose()


@pytest.fixture
def environment(house, redis_server, tmp_path):
    """What the processes read their settings from."""
    return os.environ | {  # noqa: TID251 -- the harness's own
        "APP_ENV": "test",
        "DATABASE_URL": house.engine.url.render_as_string(hide_password=False),
        "REDIS_URL": redis_server.url,
        "SECRET_KEY": "s" * 40,
        "JWT_KEY": "j" * 40,
        "DATA_KEYS": "k1:" + base64.b64encode(b"1" * 32).decode(),
        "DATA_KEY_CURRENT": "k1",
        "INDEX_KEY": base64.b64encode(b"i" * 32).decode(),
        "PUBLIC_URL": "http://localhost",
        "MASHANGBAN_VAR": str(tmp_path),
    }


@pytest.fixture
def run(environment, tmp_path):
    """Start ``python -m notifications.<name>``; whatever runs at the end is ended."""
    started = []

    def start(name, *arguments):
        program = Program(
            name=name,
            command=[sys.executable, "-m", f"notifications.{name}", *arguments],
            log=tmp_path / f"{name}-{len(started)}.log",
            env=environment,
        )
        program.start()
        started.append(program)
        return program

    yield start
    stop_all(started, grace_s=6)
    for program in started:
        program.kill_group()


@pytest.fixture
def workers_ready(redis):
    """Wait until so many workers listen."""

    def wait(number):
        def listening():
            try:
                return redis.scard("rq:workers") >= number
            except RedisError:
                return False

        eventually(listening)

    return wait
