"""Openids: credentials bound to a citizen."""

from datetime import timedelta

from sqlalchemy import select

from app.people import citizens
from app.people.models import WechatIdentity
from tests.builders.people import make_citizen
from tests.conftest import NOW

OPENID = "oABCD-1234_test-openid-of-28"


def bind(session, citizen, openid=OPENID, now=NOW):
    citizens.bind_openid(session, openid, citizen, now=now)
    session.flush()


def test_it_finds_its_citizen(session):
    citizen, other = make_citizen(session), make_citizen(session)
    bind(session, citizen)
    bind(session, other, "another")
    assert citizens.by_openid(session, OPENID).id == citizen.id
    assert citizens.by_openid(session, "unknown") is None


def test_binding_again_is_harmless(session):
    citizen = make_citizen(session)
    bind(session, citizen)
    bind(session, citizen)
    assert citizens.openids_of(session, citizen.id) == [OPENID]


def test_it_moves_to_whoever_proved_a_number_last(session):
    first, second = make_citizen(session), make_citizen(session)
    bind(session, first)
    bind(session, second)
    assert citizens.by_openid(session, OPENID).id == second.id
    assert citizens.openids_of(session, first.id) == []


def test_a_sender_gets_the_latest_first(session):
    citizen = make_citizen(session)
    bind(session, citizen, "old")
    bind(session, citizen, "new", now=NOW + timedelta(days=1))
    assert citizens.openids_of(session, citizen.id) == ["new", "old"]


def test_the_openid_is_not_legible_in_the_database(session):
    bind(session, make_citizen(session))
    assert OPENID not in str(session.execute(select(WechatIdentity.__table__)).all())
