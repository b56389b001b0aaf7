"""What happens when two do it at once: real transactions, real commits."""

import threading

import pytest
from sqlalchemy import func, select

from app.catalogue import loading
from app.catalogue.current import SnapshotHolder
from app.catalogue.models import GuideRevision, Release
from app.kernel.db import Base, Database, make_engine
from tests.builders.catalogue import make_matter, make_office, make_release
from tests.conftest import NOW

AT_ONCE = 5

LIST = """id,name_zh,type,department,audience,theme,level,priority
M1,甲登记,公共服务,区测试局,个人,测试,区,core
M2,乙登记,公共服务,区测试局,个人,测试,区,extended
"""
OFFICES = """name,short_name,kind,code,source_basis
区测试局,测试局,department,,typical
"""


@pytest.fixture
def database(empty_database_url, keyring):
    engine = make_engine(empty_database_url)
    Base.metadata.create_all(engine)
    yield Database(engine, keyring)
    engine.dispose()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "matters.csv").write_text(LIST)
    (tmp_path / "departments.csv").write_text(OFFICES)
    return tmp_path


def together(acts):
    """Run acts at the same moment; return what each came to."""
    start, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number):
        start.wait(10)
        results[number] = acts[number]()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_publishers_take_different_numbers(database):
    with database.transaction() as session:
        make_office(session)
        codes = [make_matter(session).code for _ in range(AT_ONCE)]

    def publish(code):
        with database.transaction() as session:
            return make_release(session, code).number

    numbers = together([lambda code=code: publish(code) for code in codes])
    assert sorted(numbers) == list(range(1, AT_ONCE + 1))
    assert len(SnapshotHolder(database).get().matters) == AT_ONCE


def test_a_folder_is_loaded_once_however_many_start(database, folder):
    def load():
        with database.transaction() as session:
            return loading.load_demo_catalogue(session, folder, now=NOW).was_loaded

    assert sorted(together([load] * 3)) == [False, True, True]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Release)) == 2
        assert session.scalar(select(func.count()).select_from(GuideRevision)) == 2


def test_everybody_sees_the_next_release_whole(database):
    """A reader never meets half a release: matters and number belong together."""
    with database.transaction() as session:
        make_office(session)
        codes = [make_matter(session).code for _ in range(20)]
    holder = SnapshotHolder(database, poll_s=0.0)
    seen, published = set(), threading.Event()

    def publish():
        with database.transaction() as session:
            make_release(session, *codes)
        published.set()

    def read():
        while not published.is_set():
            snapshot = holder.get()
            seen.add((snapshot.release_number, len(snapshot.matters)))
        snapshot = holder.get()
        seen.add((snapshot.release_number, len(snapshot.matters)))

    together([publish, read, read])
    assert seen <= {(0, 0), (1, 20)}
    assert (1, 20) in seen
