"""What a supervisor is told: alive, ready, and which part is down."""

from dataclasses import replace

import pytest
from sqlalchemy import create_engine

from app.kernel.db import Database
from app.web.context import init_app


@pytest.fixture
def ready(web, here):
    """Replace parts of the runtime, then ask."""

    def ask(**parts):
        init_app(web, replace(here, **parts))
        answer = web.test_client().get("/readyz")
        return answer.status_code, answer.json

    return ask


def test_alive_needs_nothing(client):
    assert client.get("/healthz").json == {"state": "up"}


def test_an_unmigrated_database_is_named(ready):
    status, said = ready()
    assert status == 503
    assert said["state"] == "down"
    assert said["down"] == ["database"]
    assert said["parts"]["catalogue"]["state"] == "up"


def test_a_database_that_is_away_is_named(ready, keyring):
    gone = Database(create_engine("postgresql+psycopg://nobody@127.0.0.1:1/x"), keyring)
    status, said = ready(database=gone)
    assert (status, said["down"]) == (503, ["database"])


def test_redis_away_is_said_and_does_not_stop_the_service(ready, here, engine, keyring):
    """Cases are filed while it is away; notices follow when it is back."""
    settings = replace(here.settings, redis_url="redis://127.0.0.1:1/0")
    database = Database(engine, keyring)
    with engine.begin() as connection:
        connection.exec_driver_sql("create table alembic_version (version_num text)")
    try:
        status, said = ready(settings=settings, database=database)
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("drop table alembic_version")
    assert status == 200
    assert said["state"] == "degraded"
    assert said["down"] == ["redis"]
