import threading

import pytest
from sqlalchemy import event

from app.codes import resolving, service
from app.codes.resolving import CodeBook, ResolutionStatus
from app.kernel import references
from app.kernel.actors import SYSTEM_ACTOR
from app.kernel.db import Base, Database
from app.kernel.errors import Unavailable
from tests.builders.codes import make_code
from tests.conftest import NOW


class Ticks:
    """A monotonic clock moved by hand."""

    def __init__(self):
        self.at = 100.0

    def __call__(self):
        return self.at


class Statements:
    """Counts what is sent to the database."""

    def __init__(self, engine):
        self.seen = []
        event.listen(engine, "before_cursor_execute", self._saw)
        self._engine = engine

    def _saw(self, _conn, _cursor, statement, *_):
        if "SAVEPOINT" not in statement:
            self.seen.append(statement)

    def stop(self):
        event.remove(self._engine, "before_cursor_execute", self._saw)


@pytest.fixture
def statements(engine):
    counted = Statements(engine)
    yield counted.seen
    counted.stop()


@pytest.fixture
def ticks():
    return Ticks()


@pytest.fixture
def book(database, ticks):
    return CodeBook(database, monotonic=ticks)


def committed(database, use):
    with database.transaction() as session:
        return use(session)


def test_a_live_code_opens_what_it_names(database, book):
    code = committed(database, lambda s: make_code(s, window_code="w1", note="门口"))
    found = book.resolve(f" {code.code[:4]}-{code.code[4:]} ".lower())
    assert found.status is ResolutionStatus.FOUND
    assert found.is_open
    facts = found.facts
    assert (facts.id, facts.code, facts.kind, facts.target) == (
        code.id,
        code.code,
        code.kind,
        "M0001",
    )
    assert (facts.place_code, facts.window_code, facts.note) == ("hall", "w1", "门口")


def test_a_known_code_is_served_from_memory(database, book, statements):
    code = committed(database, make_code).code
    book.resolve(code)
    statements.clear()
    for _ in range(100):
        assert book.resolve(code).is_open
    assert statements == []


def test_a_mistyped_code_is_never_looked_up(database, book, statements):
    statements.clear()
    for typed in ("", "ABC", "22222222223", "x" * 10_000, "测试"):
        assert book.resolve(typed).status is ResolutionStatus.MISTYPED
    assert statements == []


def test_an_unknown_code_is_looked_up_once_until_the_next_poll(book, ticks, statements):
    code = references.new_code()
    assert book.resolve(code).status is ResolutionStatus.UNKNOWN
    statements.clear()
    assert book.resolve(code).status is ResolutionStatus.UNKNOWN
    assert statements == []
    ticks.at += 1.0
    assert book.resolve(code).status is ResolutionStatus.UNKNOWN
    assert len(statements) == 2


def test_a_flood_of_unknown_codes_leaves_memory_bounded(monkeypatch, book):
    monkeypatch.setattr(resolving, "STRANGERS", 20)
    for _ in range(100):
        assert book.resolve(references.new_code()).status is ResolutionStatus.UNKNOWN
    assert len(book._strangers) == 20


def test_memory_keeps_the_codes_scanned_last(database, ticks):
    book = CodeBook(database, capacity=3, monotonic=ticks)
    codes = [committed(database, make_code).code for _ in range(5)]
    for code in codes:
        book.resolve(codes[0])
        assert book.resolve(code).is_open
    assert list(book._known) == [codes[3], codes[0], codes[4]]


def test_a_change_of_another_process_is_seen_within_a_second(database, book, ticks):
    code = committed(database, make_code).code
    stays = committed(database, make_code).code
    assert book.resolve(code).is_open
    assert book.resolve(stays).is_open
    committed(
        database, lambda s: service.pause(s, SYSTEM_ACTOR, code, reason="装修", now=NOW)
    )
    ticks.at += 0.9
    assert book.resolve(code).is_open
    ticks.at += 0.1
    assert book.resolve(code).status is ResolutionStatus.PAUSED
    committed(database, lambda s: service.resume(s, SYSTEM_ACTOR, code, now=NOW))
    ticks.at += 1
    assert book.resolve(code).is_open
    assert stays in book._known


def test_a_code_issued_after_it_was_asked_for_is_found(
    database, book, ticks, monkeypatch
):
    code = references.new_code()
    assert book.resolve(code).status is ResolutionStatus.UNKNOWN
    monkeypatch.setattr(references, "new_code", lambda: code)
    committed(database, make_code)
    ticks.at += 1
    assert book.resolve(code).is_open


def test_a_poll_without_changes_is_one_look(database, book, ticks, statements):
    code = committed(database, make_code).code
    book.resolve(code)
    statements.clear()
    ticks.at += 1
    book.resolve(code)
    assert len(statements) == 1


def test_after_very_many_changes_everything_is_read_anew(
    database, book, ticks, monkeypatch
):
    monkeypatch.setattr(resolving, "_EVICT_AT_ONCE", 2)
    old = committed(database, make_code).code
    book.resolve(old)
    ended = [committed(database, make_code).code for _ in range(4)]
    for code in ended:
        book.resolve(code)
    for code in ended:
        committed(
            database,
            lambda s, code=code: service.expire(s, SYSTEM_ACTOR, code, now=NOW),
        )
    ticks.at += 1
    for code in ended:
        assert book.resolve(code).status is ResolutionStatus.EXPIRED
    assert book.resolve(old).is_open


@pytest.mark.parametrize(
    ("act", "status"),
    [
        (lambda s, c: service.revoke(s, SYSTEM_ACTOR, c, reason="x", now=NOW), ResolutionStatus.REVOKED),
        (lambda s, c: service.pause(s, SYSTEM_ACTOR, c, reason="x", now=NOW), ResolutionStatus.PAUSED),
        (lambda s, c: service.expire(s, SYSTEM_ACTOR, c, now=NOW), ResolutionStatus.EXPIRED),
        (lambda s, c: service.replace(s, SYSTEM_ACTOR, c, reason="x", now=NOW), ResolutionStatus.REPLACED),
    ],
)  # fmt: skip
def test_a_code_out_of_use_opens_nothing_but_explains_itself(
    database, book, act, status
):
    code = committed(database, make_code).code
    committed(database, lambda s: act(s, code))
    answer = book.resolve(code)
    assert answer.status is status
    assert not answer.is_open
    assert answer.facts.target == "M0001"


def test_a_planned_code_is_not_open_yet(database, book):
    code = committed(database, lambda s: make_code(s, planned=True)).code
    assert book.resolve(code).status is ResolutionStatus.PLANNED


def test_a_replaced_code_leads_on_to_the_last_of_its_chain(database, book, ticks):
    def again(code):
        return committed(
            database,
            lambda s: service.replace(s, SYSTEM_ACTOR, code, reason="破损", now=NOW),
        ).code

    first = committed(database, make_code).code
    second = again(first)
    third = again(second)
    for code in (first, second):
        answer = book.resolve(code)
        assert answer.status is ResolutionStatus.REPLACED
        assert answer.replacement.code == third
    assert book.resolve(third).replacement is None
    committed(
        database,
        lambda s: service.revoke(s, SYSTEM_ACTOR, third, reason="取消", now=NOW),
    )
    ticks.at += 1
    assert book.resolve(first).replacement is None


def test_known_codes_outlive_the_database(database, book, ticks, monkeypatch):
    code = committed(database, make_code).code
    book.resolve(code)

    def away():
        raise Unavailable("the database is busy")

    monkeypatch.setattr(database, "reading", away)
    ticks.at += 5
    assert book.resolve(code).is_open
    with pytest.raises(Unavailable):
        book.resolve(references.new_code())


def test_an_answer_read_before_a_change_is_not_kept_after_it(database, book, ticks):
    """A reader may hold an old row while another thread's poll passes by."""
    code = committed(database, make_code).code
    read = book._read

    def slow(asked):
        facts = read(asked)
        committed(
            database,
            lambda s: service.pause(s, SYSTEM_ACTOR, asked, reason="x", now=NOW),
        )
        ticks.at += 1
        book._poll_if_due()
        return facts

    book._read = slow
    book.resolve(code)
    book._read = read
    assert book.resolve(code).status is ResolutionStatus.PAUSED


def test_many_threads_get_right_answers_while_codes_change(fresh_database, keyring):
    """Real threads and connections: what was committed a poll ago is served."""
    database = Database.connect(fresh_database(), keyring)
    Base.metadata.create_all(database.engine)
    ticks = Ticks()
    book = CodeBook(database, monotonic=ticks, capacity=5)
    with database.transaction() as session:
        codes = [make_code(session).code for _ in range(10)]
    wrong = []
    stop = threading.Event()

    def scan():
        while not stop.is_set():
            for code in codes:
                answer = book.resolve(code)
                if answer.facts is None or answer.facts.code != code:
                    wrong.append(code)

    threads = [threading.Thread(target=scan) for _ in range(4)]
    for thread in threads:
        thread.start()
    for code in codes:
        with database.transaction() as session:
            service.revoke(session, SYSTEM_ACTOR, code, reason="x", now=NOW)
        ticks.at += 1
        assert book.resolve(code).status is ResolutionStatus.REVOKED
    stop.set()
    for thread in threads:
        thread.join(10)
    assert wrong == []
    assert {book.resolve(code).status for code in codes} == {ResolutionStatus.REVOKED}
    database.engine.dispose()
