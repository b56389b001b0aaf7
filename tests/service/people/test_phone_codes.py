"""Signing in by a code sent to a telephone."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.kernel.errors import Invalid, TooMany
from app.people import citizens
from app.people.citizens import Citizen, CodeRefused, SignInRules
from app.people.models import PhoneCode
from tests.builders.people import a_phone, make_citizen, opened_phone
from tests.conftest import NOW

PHONE = "13812345678"
ADDRESS = "203.0.113.9"


def ask(session, phone=PHONE, *, now=NOW, address_key=ADDRESS, **said):
    return citizens.send_code(session, phone, now=now, address_key=address_key, **said)


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06}"


@pytest.fixture
def sign_in(session):
    def attempt(code, phone=PHONE, *, now=NOW):
        return citizens.sign_in_by_code(session, phone, code, now=now)

    return attempt


class TestSendCode:
    def test_six_digits_for_five_minutes(self, session, later):
        issued = ask(session)
        assert len(issued.code) == 6
        assert issued.code.isdigit()
        assert issued.expires_at == later(minutes=5)

    def test_the_code_and_the_number_are_not_in_the_row(self, session):
        issued = ask(session)
        session.flush()
        row = session.execute(select(PhoneCode.__table__)).one()
        told = " ".join(map(str, row))
        assert issued.code not in told
        assert PHONE not in told
        assert ADDRESS not in told

    def test_its_representation_keeps_the_code_to_itself(self, session):
        issued = ask(session)
        assert issued.code not in repr(issued)

    def test_the_next_one_waits_a_minute(self, session, later):
        ask(session)
        with pytest.raises(TooMany) as refusal:
            ask(session, now=later(seconds=41))
        assert refusal.value.retry_after_s == 19
        assert "19 秒" in refusal.value.zh
        ask(session, now=later(seconds=60))

    def test_another_number_need_not_wait(self, session):
        ask(session)
        ask(session, a_phone())

    def test_every_spelling_is_the_same_number(self, session):
        ask(session)
        with pytest.raises(TooMany):
            ask(session, "+86 138-1234-5678")

    def test_ten_a_day(self, session, later):
        for minute in range(10):
            ask(session, now=later(minutes=minute))
        with pytest.raises(TooMany) as refusal:
            ask(session, now=later(minutes=10))
        # From 09:40 in Shanghai to midnight.
        assert refusal.value.retry_after_s == (14 * 60 + 20) * 60
        assert "明天" in refusal.value.zh

    def test_the_day_is_the_offices_day(self, session, later):
        for minute in range(10):
            ask(session, now=later(minutes=minute))
        assert ask(session, now=later(hours=14, minutes=30))

    def test_one_address_asks_for_so_many_numbers_an_hour(self, session, later):
        rules = SignInRules(numbers_per_hour=2)
        ask(session, a_phone(), rules=rules)
        ask(session, a_phone(), rules=rules, now=later(minutes=20))
        with pytest.raises(TooMany) as refusal:
            ask(session, a_phone(), rules=rules, now=later(minutes=30))
        assert refusal.value.retry_after_s == 30 * 60
        ask(session, a_phone(), rules=rules, address_key="198.51.100.1")
        ask(session, a_phone(), rules=rules, now=later(minutes=61))

    def test_no_number_no_code(self, session):
        with pytest.raises(Invalid) as refusal:
            ask(session, "12345")
        assert "phone" in refusal.value.errors


class TestSignInByCode:
    def test_the_first_time_makes_a_citizen(self, session, sign_in):
        citizen = sign_in(ask(session).code)
        assert isinstance(citizen, Citizen)
        assert opened_phone(session, citizen) == PHONE
        assert PHONE not in str(citizen.phone_sealed)
        assert citizen.real_name_status == "unverified"

    def test_the_next_time_finds_the_same(self, session, sign_in, later):
        known = make_citizen(session, phone=PHONE)
        make_citizen(session)
        assert sign_in(ask(session).code).id == known.id

    def test_a_code_is_good_once(self, session, sign_in):
        code = ask(session).code
        sign_in(code)
        assert isinstance(sign_in(code), CodeRefused)

    def test_a_wrong_code_says_how_many_tries_are_left(self, session, sign_in):
        code = ask(session).code
        refused = sign_in(wrong(code))
        assert refused.facts["tries_left"] == 4
        assert "4 次" in refused.errors["code"]
        assert isinstance(sign_in(code), Citizen)

    def test_after_five_wrong_ones_the_right_one_is_too_late(self, session, sign_in):
        code = ask(session).code
        for _ in range(5):
            refused = sign_in(wrong(code))
        assert refused.facts["tries_left"] == 0
        assert isinstance(sign_in(code), CodeRefused)

    def test_a_new_code_brings_new_tries_and_ends_the_old_one(
        self, session, sign_in, later
    ):
        old = ask(session).code
        for _ in range(5):
            sign_in(wrong(old))
        new = ask(session, now=later(minutes=1)).code
        if old != new:
            assert isinstance(sign_in(old, now=later(minutes=1)), CodeRefused)
        assert isinstance(sign_in(new, now=later(minutes=1)), Citizen)

    @pytest.mark.parametrize(
        ("after", "good"),
        [(timedelta(seconds=299), True), (timedelta(minutes=5), False)],
    )
    def test_it_ends_after_five_minutes(self, session, sign_in, after, good):
        code = ask(session).code
        assert isinstance(sign_in(code, now=NOW + after), Citizen) is good

    def test_a_code_is_good_for_its_own_number_only(self, session, sign_in):
        other = a_phone()
        ask(session, other)
        code = ask(session).code
        refused = sign_in(code, other)
        assert isinstance(refused, CodeRefused) or code == "000000"
        assert isinstance(sign_in(code), Citizen)

    @pytest.mark.parametrize("code", ["", "000000", "abcdef", "0" * 100_000])
    def test_without_a_code_nothing_opens(self, sign_in, code):
        assert isinstance(sign_in(code), CodeRefused)

    def test_spaces_and_full_width_digits_are_taken_as_meant(self, session, sign_in):
        code = ask(session).code
        full_width = code.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        assert isinstance(sign_in(f" {full_width[:3]} {full_width[3:]} "), Citizen)

    def test_a_leading_zero_counts(self, session, sign_in):
        code = ask(session).code
        assert isinstance(sign_in(code[1:]), CodeRefused)

    def test_known_and_new_numbers_get_the_same_answers(self, session, sign_in):
        new, known = a_phone(), a_phone()
        make_citizen(session, phone=known)
        answers = [
            str(sign_in(wrong(ask(session, phone).code), phone).zh)
            for phone in (new, known)
        ]
        assert answers[0] == answers[1]
