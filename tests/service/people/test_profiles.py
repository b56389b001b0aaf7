"""What citizens tell of themselves, and how it is kept."""

import pytest
from sqlalchemy import select

from app.kernel.audit import AuditEntry
from app.kernel.crypto import SealBroken
from app.kernel.errors import Invalid, NotFound
from app.people import citizens
from app.people.citizens import Citizen, ProfileChange
from app.people.models import RealNameStatus
from tests.builders.people import make_citizen
from tests.conftest import NOW

NAME, NUMBER, PHONE = "李小敏", "411603199003071235", "13812345678"


@pytest.fixture
def citizen(session):
    make_citizen(session, name="别人", id_number=NUMBER)  # noise
    return make_citizen(session, phone=PHONE, name=NAME, id_number=NUMBER)


def change(session, citizen, **said):
    return citizens.update_profile(session, citizen.id, ProfileChange(**said), now=NOW)


class TestProfile:
    def test_it_is_what_was_told(self, session, citizen):
        told = citizens.profile(session, citizen.id)
        assert (told.name, told.phone, told.id_number) == (NAME, PHONE, NUMBER)
        assert told.real_name_status is RealNameStatus.UNVERIFIED

    def test_before_anything_is_told_only_the_number_is_known(self, session):
        told = citizens.profile(session, make_citizen(session, phone=PHONE).id)
        assert (told.name, told.phone, told.id_number) == ("", PHONE, "")

    def test_masked(self, session, citizen):
        masked = citizens.profile(session, citizen.id).masked
        assert (masked.name, masked.phone, masked.id_number) == (
            "李*敏",
            "138****5678",
            "411603********1235",
        )

    def test_its_representation_tells_nothing(self, session, citizen):
        told = repr(citizens.profile(session, citizen.id))
        assert not any(secret in told for secret in (NAME, NUMBER, PHONE))

    def test_a_stranger_is_not_found(self, session):
        with pytest.raises(NotFound):
            citizens.profile(session, 10**9)


class TestStorage:
    def test_nothing_is_legible_in_the_database(self, session, citizen):
        session.flush()
        rows = session.execute(select(Citizen.__table__)).all()
        dump = b"|".join(
            value if isinstance(value, bytes) else str(value).encode()
            for row in rows
            for value in row
        )
        for secret in (NAME, NUMBER, PHONE):
            assert secret.encode() not in dump

    def test_a_value_moved_to_another_row_does_not_open(self, session, citizen):
        other = make_citizen(session)
        other.id_number_sealed = citizen.id_number_sealed
        with pytest.raises(SealBroken):
            citizens.profile(session, other.id)

    def test_a_value_moved_to_another_column_does_not_open(self, session, citizen):
        citizen.name_sealed = citizen.id_number_sealed
        with pytest.raises(SealBroken):
            citizens.profile(session, citizen.id)

    def test_two_people_may_say_the_same_number(self, session, citizen):
        index = citizens.id_number_index(session, NUMBER)
        found = session.scalars(
            select(Citizen.id).where(Citizen.id_number_index == index)
        ).all()
        assert len(found) == 2


class TestUpdateProfile:
    def test_what_is_not_said_stays(self, session, citizen):
        told = change(session, citizen, elder_mode=True)
        assert told.elder_mode
        assert (told.name, told.id_number) == (NAME, NUMBER)

    def test_an_empty_text_removes(self, session, citizen):
        told = change(session, citizen, id_number="", name="")
        assert (told.name, told.id_number) == ("", "")
        assert citizen.id_number_index is None
        assert citizen.id_number_sealed is None

    def test_spaces_and_small_x_are_tidied(self, session, citizen):
        told = change(
            session, citizen, name="  John   Smith ", id_number="110105 194912310 02x"
        )
        assert told.name == "John Smith"
        assert told.id_number == "11010519491231002X"

    @pytest.mark.parametrize("said", [{"name": "王五"}, {"id_number": ""}])
    def test_another_identity_is_unverified_again(self, session, citizen, said):
        citizen.real_name_status = RealNameStatus.VERIFIED
        assert change(session, citizen, **said).real_name_status == "unverified"

    def test_the_same_identity_stays_verified(self, session, citizen):
        citizen.real_name_status = RealNameStatus.VERIFIED
        told = change(session, citizen, name=NAME, elder_mode=True)
        assert told.real_name_status == "verified"

    @pytest.mark.parametrize(
        ("said", "field"),
        [
            ({"name": "长" * 51}, "name"),
            ({"name": "李\u202e敏"}, "name"),
            ({"name": "李\x00敏"}, "name"),
            ({"id_number": "1" * 31}, "id_number"),
            ({"id_number": "４１１６０３"}, "id_number"),
        ],
    )
    def test_what_cannot_be_is_refused_at_its_field(
        self, session, citizen, said, field
    ):
        with pytest.raises(Invalid) as refusal:
            change(session, citizen, **said)
        assert list(refusal.value.errors) == [field]
        assert citizens.profile(session, citizen.id).name == NAME

    def test_the_record_says_what_changed_and_not_to_what(self, session, citizen):
        change(session, citizen, name="王五", elder_mode=True)
        session.flush()
        entry = session.scalars(
            select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)
        ).one()
        assert entry.action == "citizens.update_profile"
        assert entry.subject == f"citizen:{citizen.token}"
        assert entry.facts == {"changed": "name,elder_mode"}

    def test_nothing_changed_nothing_recorded(self, session, citizen):
        session.flush()
        before = len(session.scalars(select(AuditEntry)).all())
        change(session, citizen, name=NAME)
        session.flush()
        assert len(session.scalars(select(AuditEntry)).all()) == before
