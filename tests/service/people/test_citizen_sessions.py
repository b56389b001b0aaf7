"""Sessions of citizens: opened, renewed, closed."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.kernel.actors import Role
from app.kernel.audit import AuditEntry
from app.people import citizens
from app.people.citizens import Channel, Rotation, SessionRefused
from app.people.models import CitizenSession
from tests.builders.people import make_citizen, sign_in_citizen
from tests.conftest import NOW

MONTH = timedelta(days=30)


@pytest.fixture
def citizen(session):
    sign_in_citizen(session, make_citizen(session))  # noise
    return make_citizen(session)


@pytest.fixture
def raw(session, citizen):
    return citizens.open_session(session, citizen, Channel.API, now=NOW, lifetime=MONTH)


def rotate(session, raw, *, now=NOW):
    return citizens.rotate_session(session, raw, Channel.API, now=now, lifetime=MONTH)


def who(session, raw, *, channel=Channel.API, now=NOW):
    return citizens.by_session(session, raw, channel, now=now)


class TestBySession:
    def test_it_is_the_citizen(self, session, citizen, raw):
        actor = who(session, raw)
        assert (actor.id, actor.roles) == (citizen.id, {Role.CITIZEN})
        assert actor.office_id is None

    def test_a_page_session_opens_no_api_and_the_other_way_round(
        self, session, citizen, raw
    ):
        page = sign_in_citizen(session, citizen, channel=Channel.PAGE)
        assert who(session, page) is None
        assert who(session, raw, channel=Channel.PAGE) is None
        assert who(session, page, channel=Channel.PAGE).id == citizen.id

    def test_it_ends(self, session, raw):
        assert who(session, raw, now=NOW + MONTH - timedelta(seconds=1))
        assert who(session, raw, now=NOW + MONTH) is None

    @pytest.mark.parametrize("forged", ["", ".", "x", "x.y", "\x00", "我.你", "\ud800"])
    def test_nobody_else(self, session, raw, forged):
        assert who(session, forged) is None
        assert who(session, citizens.family_of(raw)) is None

    def test_the_token_is_not_in_the_row(self, session, raw):
        told = str(session.execute(select(CitizenSession.__table__)).all())
        assert raw not in told
        assert raw.partition(".")[2] not in told

    def test_it_says_when_it_ends(self, session, citizen, raw):
        facts = citizens.session_facts(session, raw, Channel.API, now=NOW)
        assert facts.expires_at == NOW + MONTH
        assert facts.citizen_token == citizen.token


class TestRotateSession:
    def test_the_new_one_opens_and_the_old_one_does_not(self, session, citizen, raw):
        rotated = rotate(session, raw)
        assert isinstance(rotated, Rotation)
        assert rotated.citizen_token == citizen.token
        assert who(session, rotated.raw).id == citizen.id
        assert who(session, raw) is None

    def test_it_lives_on_from_now(self, session, raw):
        later = NOW + timedelta(days=20)
        rotated = rotate(session, raw, now=later)
        assert who(session, rotated.raw, now=NOW + timedelta(days=49))

    def test_the_family_stays(self, session, raw):
        rotated = rotate(session, raw)
        assert citizens.family_of(rotated.raw) == citizens.family_of(raw)

    def test_a_used_token_closes_the_family(self, session, citizen, raw):
        other = sign_in_citizen(session, citizen, channel=Channel.API)
        rotated = rotate(session, raw)

        assert isinstance(rotate(session, raw), SessionRefused)

        assert who(session, rotated.raw) is None
        assert isinstance(rotate(session, rotated.raw), SessionRefused)
        assert citizens.by_family(session, citizens.family_of(raw), now=NOW) is None
        # A sign-in on another device is another family.
        assert who(session, other).id == citizen.id

    def test_a_used_token_from_further_back_closes_it_too(self, session, raw):
        last = rotate(session, rotate(session, raw).raw)
        rotate(session, raw)
        assert who(session, last.raw) is None

    def test_the_reuse_is_on_record_once(self, session, citizen, raw):
        rotate(session, raw)
        rotate(session, raw)
        rotate(session, raw)
        session.flush()
        noted = session.scalars(
            select(AuditEntry.subject).where(
                AuditEntry.action == "citizens.session_reused"
            )
        ).all()
        assert noted == [f"citizen:{citizen.token}"]

    def test_what_is_over_is_not_renewed(self, session, raw):
        assert isinstance(rotate(session, raw, now=NOW + MONTH), SessionRefused)

    def test_what_was_never_opened_is_not_renewed(self, session):
        assert isinstance(rotate(session, "x.y"), SessionRefused)

    def test_a_page_session_is_not_renewed_by_the_api(self, session, citizen):
        page = sign_in_citizen(session, citizen, channel=Channel.PAGE)
        assert isinstance(rotate(session, page), SessionRefused)
        assert who(session, page, channel=Channel.PAGE)


class TestByFamily:
    def test_an_access_token_holds_while_its_family_is_open(
        self, session, citizen, raw
    ):
        family = citizens.family_of(raw)
        rotate(session, raw)
        assert citizens.by_family(session, family, now=NOW).id == citizen.id

    def test_it_ends_with_signing_out(self, session, raw):
        citizens.close_session(session, raw, now=NOW)
        assert citizens.by_family(session, citizens.family_of(raw), now=NOW) is None

    def test_the_family_of_a_page_session_is_no_api_session(self, session, citizen):
        page = sign_in_citizen(session, citizen, channel=Channel.PAGE)
        assert citizens.by_family(session, citizens.family_of(page), now=NOW) is None


class TestCloseSession:
    def test_it_closes_every_link(self, session, raw):
        rotated = rotate(session, raw)
        citizens.close_session(session, raw, now=NOW)
        assert who(session, rotated.raw) is None

    def test_twice_is_harmless(self, session, raw):
        citizens.close_session(session, raw, now=NOW)
        citizens.close_session(session, raw, now=NOW)
        citizens.close_session(session, "x.y", now=NOW)


class TestSweep:
    def test_only_what_is_long_over_goes(self, session, citizen, raw):
        rotated = rotate(session, raw)
        citizens.send_code(session, "13812345678", now=NOW, address_key="a")
        session.flush()
        before = NOW + timedelta(days=59)
        assert citizens.sweep(session, now=NOW + timedelta(days=1)) == 0
        assert citizens.sweep(session, now=before) == 2  # the code, the noise
        assert citizens.sweep(session, now=NOW + timedelta(days=61)) == 2
        assert isinstance(rotate(session, rotated.raw), SessionRefused)
