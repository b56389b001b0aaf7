"""Two at once: threads on one database, each in a transaction of its own."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from sqlalchemy import func, select

from app.kernel.actors import SYSTEM_ACTOR
from app.kernel.errors import TooMany
from app.people import citizens, staff
from app.people.citizens import Channel, Citizen, Rotation
from app.people.models import CitizenSession, PhoneCode, WechatIdentity
from tests.builders.people import PASSWORD, a_phone, make_citizen, make_staff
from tests.conftest import NOW

THREADS = 8
DAY = timedelta(days=1)


def at_once(database, act, times=THREADS):
    """Run an act in so many threads, all let go at the same moment."""
    together = Barrier(times)

    def one(number):
        together.wait()
        try:
            with database.transaction() as session:
                return act(session, number)
        except TooMany as refusal:
            return refusal

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(one, range(times)))


def count(database, model):
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_one_number_is_one_citizen(shared_database):
    found = at_once(
        shared_database,
        lambda session, _: citizens.of_phone(session, "13812345678", now=NOW).id,
    )
    assert len(set(found)) == 1
    assert count(shared_database, Citizen) == 1


def test_a_code_signs_in_once(shared_database):
    with shared_database.transaction() as session:
        issued = citizens.send_code(session, "13812345678", now=NOW, address_key="a")
    outcomes = at_once(
        shared_database,
        lambda session, _: citizens.sign_in_by_code(
            session, "13812345678", issued.code, now=NOW
        ),
    )
    assert sum(isinstance(outcome, Citizen) for outcome in outcomes) == 1
    assert count(shared_database, Citizen) == 1


def test_guesses_at_once_all_count(shared_database):
    with shared_database.transaction() as session:
        issued = citizens.send_code(session, "13812345678", now=NOW, address_key="a")
    wrong = f"{(int(issued.code) + 1) % 1_000_000:06}"
    at_once(
        shared_database,
        lambda session, _: citizens.sign_in_by_code(
            session, "13812345678", wrong, now=NOW
        ),
    )
    with shared_database.transaction() as session:
        assert session.scalar(select(PhoneCode.tries)) == 5
        late = citizens.sign_in_by_code(session, "13812345678", issued.code, now=NOW)
    assert isinstance(late, citizens.CodeRefused)


def test_one_code_is_sent(shared_database):
    outcomes = at_once(
        shared_database,
        lambda session, _: citizens.send_code(
            session, "13812345678", now=NOW, address_key="a"
        ),
    )
    assert sum(isinstance(each, citizens.IssuedCode) for each in outcomes) == 1
    assert sum(isinstance(each, TooMany) for each in outcomes) == THREADS - 1


def test_one_exchange_of_a_token_succeeds_and_the_family_is_closed(shared_database):
    with shared_database.transaction() as session:
        citizen = make_citizen(session, phone=a_phone())
        raw = citizens.open_session(
            session, citizen, Channel.API, now=NOW, lifetime=DAY
        )
    outcomes = at_once(
        shared_database,
        lambda session, _: citizens.rotate_session(
            session, raw, Channel.API, now=NOW, lifetime=DAY
        ),
    )
    rotated = [each for each in outcomes if isinstance(each, Rotation)]
    assert len(rotated) == 1
    assert count(shared_database, CitizenSession) == 2
    with shared_database.reading() as session:
        assert (
            citizens.by_session(session, rotated[0].raw, Channel.API, now=NOW) is None
        )


def test_an_openid_is_bound_once(shared_database):
    with shared_database.transaction() as session:
        people = [make_citizen(session) for _ in range(THREADS)]
    at_once(
        shared_database,
        lambda session, number: citizens.bind_openid(
            session, "openid", people[number], now=NOW
        ),
    )
    assert count(shared_database, WechatIdentity) == 1
    with shared_database.reading() as session:
        assert citizens.by_openid(session, "openid").id in {each.id for each in people}


def test_password_guesses_at_once_are_held_to_five(shared_database):
    with shared_database.transaction() as session:
        username = make_staff(session).username
    outcomes = at_once(
        shared_database,
        lambda session, _: staff.sign_in(
            session, username, "wrong", now=NOW, address_key="a"
        ),
    )
    assert sum(isinstance(each, staff.SignInRefused) for each in outcomes) == 5
    assert sum(isinstance(each, TooMany) for each in outcomes) == THREADS - 5


def test_nobody_works_after_their_account_was_closed(shared_database):
    with shared_database.transaction() as session:
        member = make_staff(session)
        raw = staff.sign_in(session, member.username, PASSWORD, now=NOW)
    closing = THREADS // 2

    def act(session, number):
        if number == closing:
            return staff.disable(session, SYSTEM_ACTOR, member.username, now=NOW)
        return staff.by_session(session, raw, now=NOW)

    at_once(shared_database, act)
    assert (
        at_once(
            shared_database, lambda session, _: staff.by_session(session, raw, now=NOW)
        )
        == [None] * THREADS
    )
