"""Units of work on a real database: what a reader sees, and when one is refused."""

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.exc import InternalError
from sqlalchemy.orm import sessionmaker

from app.kernel import audit
from app.kernel.actors import SYSTEM_ACTOR
from app.kernel.audit import AuditEntry
from app.kernel.db import Base, Database
from app.kernel.errors import Unavailable
from app.models import import_all
from tests.conftest import NOW


@pytest.fixture
def house(empty_database_url, keyring):
    import_all()
    house = Database.connect(empty_database_url, keyring)
    Base.metadata.create_all(house.engine)
    yield house
    house.engine.dispose()


def entries(session):
    return session.scalar(select(func.count(AuditEntry.id)))


def write(session):
    audit.write(session, SYSTEM_ACTOR, "test.act", "nothing", now=NOW)


def test_a_reader_sees_one_state_whatever_is_committed_meanwhile(house):
    with house.reading() as reader:
        assert entries(reader) == 0
        with house.transaction() as writer:
            write(writer)
        assert entries(reader) == 0
    with house.reading() as reader:
        assert entries(reader) == 1


@pytest.mark.postgres
def test_a_reader_cannot_write(house):
    with house.reading() as reader:
        write(reader)
        with pytest.raises(InternalError, match="read-only"):
            reader.flush()


@pytest.mark.parametrize("way", ["reading", "transaction"])
def test_without_a_free_connection_it_is_busy_not_broken(house, keyring, way):
    narrow = create_engine(
        house.engine.url,
        creator=house.engine.pool._creator,  # as the house does
        pool_size=1,
        max_overflow=0,
        pool_timeout=0.1,
    )
    crowded = Database(narrow, keyring)
    crowded.sessions = crowded.readers = sessionmaker(narrow)
    with (
        narrow.connect(),
        pytest.raises(Unavailable),
        getattr(crowded, way)() as session,
    ):
        entries(session)
    narrow.dispose()
