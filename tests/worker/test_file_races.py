"""Two at one file: on PostgreSQL really, on SQLite one after the other by its lock."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import select

from app.factory import build
from app.files import service
from app.files.models import StoredFile
from app.files.service import FileTaken, Owner
from app.gateways.store import FolderStore
from app.kernel.db import Base, Database
from app.kernel.errors import NotFound
from app.kernel.references import new_token
from app.web.context import init_app, runtime
from tests.builders.files import MemoryStore, make_stored_file
from tests.conftest import NOW, FixedClock, make_settings
from tests.worker.conftest import eventually

ME = Owner.citizen(7)
LATER = NOW + timedelta(days=2)


@pytest.fixture(scope="module")
def database(fresh_database, keyring):
    """A database in which commits are commits."""
    database = Database.connect(fresh_database(), keyring)
    Base.metadata.create_all(database.engine)
    yield database
    database.engine.dispose()


@pytest.fixture
def token(database):
    with database.transaction() as session:
        return make_stored_file(session, MemoryStore()).token


@pytest.fixture
def second(database):
    """Run something in another thread while the first holds its transaction.

    Gives it back as a future once it waits for the first, or is through.
    """
    with ThreadPoolExecutor(1) as pool:

        def begin(act):
            began = Event()

            def run():
                with database.transaction() as session:
                    began.set()
                    return act(session)

            future = pool.submit(run)
            began.wait()
            eventually(lambda: future.done() or waits(database))
            return future

        yield begin


def waits(database):
    """Whether a session of this database waits for a row that another holds."""
    with database.engine.connect() as connection:
        return connection.exec_driver_sql(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).scalar_one()


def kept(database, token):
    with database.reading() as session:
        return session.scalar(select(StoredFile).where(StoredFile.token == token))


@pytest.mark.postgres
class TestTwoAtOneFile:
    def test_it_goes_to_one_of_two_cases(self, database, token, second):
        with database.transaction() as session:
            service.attach(session, token, ME, to="case:a")
            session.flush()
            other = second(lambda s: service.attach(s, token, ME, to="case:b"))
        assert isinstance(other.exception(), FileTaken)
        assert kept(database, token).attached_to == "case:a"

    def test_who_looked_before_looks_again(self, database, token):
        with database.transaction() as session:
            seen = service.get_own(session, token, ME)
            with database.transaction() as quick:
                service.attach(quick, token, ME, to="case:a")
            with pytest.raises(FileTaken):
                service.attach(session, token, ME, to="case:b")
            assert seen.attached_to == "case:a"
        assert kept(database, token).attached_to == "case:a"

    def test_a_sweep_spares_what_is_being_attached(self, database, token, second):
        with database.transaction() as session:
            service.attach(session, token, ME, to="case:a")
            session.flush()
            sweep = second(lambda s: service.sweep(s, now=LATER))
        assert sweep.result() == 0
        assert kept(database, token).attached_to == "case:a"

    def test_what_a_sweep_takes_cannot_be_attached(self, database, token, second):
        with database.transaction() as session:
            assert service.sweep(session, now=LATER) == 1
            attach = second(lambda s: service.attach(s, token, ME, to="case:a"))
        assert isinstance(attach.exception(), NotFound)
        assert kept(database, token) is None

    def test_what_is_being_attached_is_not_discarded(self, database, token, second):
        with database.transaction() as session:
            service.attach(session, token, ME, to="case:a")
            session.flush()
            other = second(lambda s: service.discard(s, token, ME))
        assert isinstance(other.exception(), FileTaken)
        assert kept(database, token).attached_to == "case:a"


class BusyHouse(FolderStore):
    """A folder in a house where somebody else writes whenever it is walked."""

    def __init__(self, path, database):
        super().__init__(path)
        self._database = database

    def entries(self):
        self._somebody_writes()
        yield from super().entries()

    def delete(self, key):
        self._somebody_writes()
        super().delete(key)

    def _somebody_writes(self):
        def write():
            with self._database.transaction() as session:
                make_stored_file(session, MemoryStore(), now=LATER)

        with ThreadPoolExecutor(1) as pool:
            pool.submit(write).result()


def test_the_command_lets_others_write_while_it_walks_the_folder(
    database, token, tmp_path
):
    web = build(make_settings(var_dir=tmp_path), clock=FixedClock(LATER))
    store = BusyHouse(tmp_path / "files", database)
    store.put(new_token(), b"sealed", at=NOW)
    store.put(young := new_token(), b"sealed", at=LATER)
    with web.app_context():
        here = replace(runtime(), database=database, store=store)
    init_app(web, here)
    done = web.test_cli_runner().invoke(args=["files", "sweep"])
    assert done.exit_code == 0, done.output
    assert done.output.endswith("1 blobs\n")
    assert kept(database, token) is None
    assert {key for key, _ in FolderStore(tmp_path / "files").entries()} == {young}
