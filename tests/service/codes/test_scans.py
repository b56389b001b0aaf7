import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select

from app.codes import queries
from app.codes.models import ScanCount, ScannerKind
from app.codes.queries import ScanTotals
from app.codes.scans import ScanBuffer, flush
from app.kernel.db import Base, Database
from tests.builders.codes import make_code
from tests.conftest import NOW

HOUR = datetime(2026, 3, 2, 1, tzinfo=UTC)


def rows(session, code):
    found = session.scalars(
        select(ScanCount)
        .where(ScanCount.code_id == code.id)
        .order_by(ScanCount.hour, ScanCount.scanner)
    )
    return [(row.hour, row.scanner, row.scans) for row in found]


def test_a_count_keeps_code_hour_and_scanner_and_nothing_else(session):
    assert set(ScanCount.__table__.columns.keys()) == {
        "code_id",
        "hour",
        "scanner",
        "scans",
    }


def test_scans_add_up_by_code_hour_and_scanner(session):
    code, other = make_code(session), make_code(session)
    buffer = ScanBuffer()
    shanghai = timezone(timedelta(hours=8))
    buffer.add(code.id, NOW, ScannerKind.WECHAT)
    buffer.add(code.id, NOW.astimezone(shanghai), ScannerKind.WECHAT)
    buffer.add(code.id, NOW + timedelta(minutes=29), ScannerKind.BOT)
    buffer.add(code.id, NOW + timedelta(minutes=30), ScannerKind.WECHAT)
    buffer.add(other.id, NOW, ScannerKind.BROWSER)
    assert len(buffer) == 5
    flush(session, buffer.take())
    assert len(buffer) == 0
    assert rows(session, code) == [
        (HOUR, ScannerKind.BOT, 1),
        (HOUR, ScannerKind.WECHAT, 2),
        (HOUR + timedelta(hours=1), ScannerKind.WECHAT, 1),
    ]
    assert rows(session, other) == [(HOUR, ScannerKind.BROWSER, 1)]


def test_flushes_add_to_what_is_there(session):
    code = make_code(session)
    for _ in range(3):
        buffer = ScanBuffer()
        for _ in range(4):
            buffer.add(code.id, NOW, ScannerKind.ALIPAY)
        flush(session, buffer.take())
    assert rows(session, code) == [(HOUR, ScannerKind.ALIPAY, 12)]


def test_an_empty_buffer_writes_nothing(session):
    flush(session, ScanBuffer().take())


def test_more_rows_than_one_statement_takes(session):
    code = make_code(session)
    buffer = ScanBuffer()
    for hours in range(1200):
        buffer.add(code.id, NOW + timedelta(hours=hours), ScannerKind.WECHAT)
    flush(session, buffer.take())
    assert len(rows(session, code)) == 1200


def test_what_could_not_be_written_is_kept_for_the_next_flush(session):
    code = make_code(session)
    buffer = ScanBuffer()
    buffer.add(code.id, NOW, ScannerKind.WECHAT)
    counts = buffer.take()
    buffer.add(code.id, NOW, ScannerKind.WECHAT)
    buffer.put_back(counts)
    flush(session, buffer.take())
    assert rows(session, code) == [(HOUR, ScannerKind.WECHAT, 2)]


def test_no_scan_is_lost_between_threads():
    buffer = ScanBuffer()
    taken = []
    stop = threading.Event()

    def scan():
        for _ in range(5_000):
            buffer.add(1, NOW, ScannerKind.WECHAT)

    def drain():
        while not stop.is_set():
            taken.append(sum(buffer.take().values()))

    drainer = threading.Thread(target=drain)
    drainer.start()
    threads = [threading.Thread(target=scan) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stop.set()
    drainer.join()
    assert sum(taken) + len(buffer) == 20_000


def flush_concurrently(database, code_ids, *, workers, times):
    """Let several processes' worth of flushes meet in one hour."""
    barrier = threading.Barrier(workers)
    failed = []

    def work(number):
        barrier.wait()
        try:
            for _ in range(times):
                buffer = ScanBuffer()
                ordered = code_ids if number % 2 else code_ids[::-1]
                for code_id in ordered:
                    buffer.add(code_id, NOW, ScannerKind.WECHAT)
                    buffer.add(code_id, NOW, ScannerKind.BROWSER)
                with database.transaction() as session:
                    flush(session, buffer.take())
        except Exception as failure:
            failed.append(failure)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []


def check_sum(database, code_ids, expected):
    with database.reading() as session:
        totals = queries.counts(session, code_ids, HOUR)
    assert {total.people for total in totals.values()} == {expected}


@pytest.fixture
def shared(fresh_database, keyring):
    """A database that threads reach through connections of their own."""
    database = Database.connect(fresh_database(), keyring)
    Base.metadata.create_all(database.engine)
    yield database
    database.engine.dispose()


def test_concurrent_flushes_add_up(shared):
    with shared.transaction() as session:
        ids = [make_code(session).id for _ in range(8)]
    flush_concurrently(shared, ids, workers=4, times=15)
    check_sum(shared, ids, 4 * 15 * 2)


def test_twelve_people_issue_the_same_code_at_once(shared):
    barrier = threading.Barrier(12)
    issued = []

    def issue():
        barrier.wait()
        with shared.transaction() as session:
            issued.append(make_code(session, note="同一处").code)

    threads = [threading.Thread(target=issue) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(issued) == 12
    assert len(set(issued)) == 1


class TestCounts:
    def test_people_and_bots_apart_since_an_hour(self, session):
        code, silent, noise = make_code(session), make_code(session), make_code(session)
        buffer = ScanBuffer()
        buffer.add(code.id, NOW - timedelta(hours=1), ScannerKind.WECHAT)
        for kind in ScannerKind:
            buffer.add(code.id, NOW, kind)
            buffer.add(noise.id, NOW, kind)
        flush(session, buffer.take())
        assert queries.counts(session, [code.id, silent.id], HOUR) == {
            code.id: ScanTotals(people=3, bots=1),
            silent.id: ScanTotals(),
        }
        assert queries.counts(session, [], HOUR) == {}
