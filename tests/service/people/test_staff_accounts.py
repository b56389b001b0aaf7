"""Accounts of staff and their posts."""

import pytest

from app.kernel.actors import Role
from app.kernel.errors import Forbidden, Invalid, NotFound
from app.people import staff
from tests.builders.people import PASSWORD, actor_of, make_office, make_staff
from tests.conftest import NOW


@pytest.fixture
def admin(session):
    return actor_of(session, make_staff(session, roles=(Role.ADMIN,)))


@pytest.fixture
def office(session):
    return make_office(session)


def create(session, office, **said):
    return staff.create(
        session,
        **{
            "username": "wangwu",
            "display_name": "王五",
            "password": PASSWORD,
            "office_id": office.id,
            "roles": [Role.CLERK],
            "now": NOW,
        }
        | said,
    )


def names(members):
    return [member.username for member in members]


class TestCreate:
    def test_they_can_sign_in(self, session, office, admin):
        member = create(session, office, actor=admin, roles=[Role.CLERK, Role.POSTER])
        session.flush()
        raw = staff.sign_in(session, "wangwu", PASSWORD, now=NOW)
        session.flush()
        actor = staff.by_session(session, raw, now=NOW)
        assert (actor.id, actor.office_id) == (member.id, office.id)
        assert actor.roles == {Role.CLERK, Role.POSTER}

    def test_the_password_is_not_kept(self, session, office):
        assert PASSWORD not in create(session, office).password_hash

    def test_only_those_who_manage_staff(self, session, office):
        clerk = actor_of(session, make_staff(session))
        with pytest.raises(Forbidden):
            create(session, office, actor=clerk)

    @pytest.mark.parametrize(
        ("said", "field"),
        [
            ({"username": "w"}, "username"),
            ({"username": "王五"}, "username"),
            ({"username": "a b"}, "username"),
            ({"display_name": " "}, "display_name"),
            ({"password": "12345678"}, "password"),
            ({"roles": []}, "roles"),
            ({"roles": [Role.CITIZEN]}, "roles"),
            ({"roles": [Role.SYSTEM]}, "roles"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(self, session, office, said, field):
        with pytest.raises(Invalid) as refusal:
            create(session, office, **said)
        assert list(refusal.value.errors) == [field]

    def test_a_name_is_taken_once_whatever_its_case(self, session, office):
        create(session, office)
        with pytest.raises(Invalid) as refusal:
            create(session, office, username="WangWu ")
        assert "username" in refusal.value.errors
        assert names(staff.list_of_office(session, office.id)) == ["wangwu"]

    def test_the_office_must_exist(self, session, office):
        with pytest.raises(NotFound):
            create(session, office, office_id=10**9)


class TestPosts:
    def test_given_twice_is_one_post(self, session, admin, office):
        member = make_staff(session)
        for _ in range(2):
            staff.give_post(
                session, admin, member.username, Role.EDITOR, office.id, now=NOW
            )
            session.flush()
        assert staff.offices_of(session, member.id) == {member.office_id, office.id}

    def test_taken_and_given_again(self, session, admin):
        member = make_staff(session, roles=(Role.CLERK, Role.EDITOR))
        args = (session, admin, member.username, Role.EDITOR, member.office_id)
        staff.revoke_post(*args, now=NOW)
        session.flush()
        assert actor_of(session, member).roles == {Role.CLERK}
        staff.give_post(*args, now=NOW)
        session.flush()
        assert actor_of(session, member).roles == {Role.CLERK, Role.EDITOR}

    def test_a_past_post_still_counts_for_recusal(self, session, admin):
        member = make_staff(session)
        staff.revoke_post(
            session, admin, member.username, Role.CLERK, member.office_id, now=NOW
        )
        assert member.office_id in staff.offices_of(session, member.id)

    def test_what_is_not_there(self, session, admin, office):
        member = make_staff(session)
        with pytest.raises(NotFound):
            staff.revoke_post(
                session, admin, member.username, Role.EDITOR, office.id, now=NOW
            )
        with pytest.raises(NotFound):
            staff.give_post(session, admin, "nobody", Role.EDITOR, office.id, now=NOW)
        with pytest.raises(NotFound):
            staff.give_post(
                session, admin, member.username, Role.EDITOR, 10**9, now=NOW
            )

    def test_only_those_who_manage_staff(self, session):
        member = make_staff(session, roles=(Role.SUPERVISOR,))
        actor = actor_of(session, member)
        post = (member.username, Role.ADMIN, member.office_id)
        with pytest.raises(Forbidden):
            staff.give_post(session, actor, *post, now=NOW)
        with pytest.raises(Forbidden):
            staff.revoke_post(session, actor, *post, now=NOW)
        with pytest.raises(Forbidden):
            staff.disable(session, actor, member.username, now=NOW)

    @pytest.mark.parametrize("role", [Role.CITIZEN, Role.SYSTEM])
    def test_no_post_makes_somebody_a_citizen_or_the_system(self, session, admin, role):
        member = make_staff(session)
        with pytest.raises(Invalid):
            staff.give_post(
                session, admin, member.username, role, member.office_id, now=NOW
            )


class TestDisable:
    def test_every_session_ends_and_none_begins(self, session, admin):
        member = make_staff(session)
        raws = [
            staff.sign_in(session, member.username, PASSWORD, now=NOW) for _ in "ab"
        ]
        session.flush()
        staff.disable(session, admin, member.username, now=NOW)
        session.flush()
        assert not any(staff.by_session(session, raw, now=NOW) for raw in raws)
        outcome = staff.sign_in(session, member.username, PASSWORD, now=NOW)
        assert isinstance(outcome, staff.SignInRefused)


class TestListOfOffice:
    def test_those_with_an_active_post_there(self, session, admin, office):
        there = make_staff(session, office=office)
        make_staff(session)
        make_staff(session, office=office, active=False)
        guest = make_staff(session)
        staff.give_post(session, admin, guest.username, Role.EDITOR, office.id, now=NOW)
        gone = make_staff(session, office=office)
        staff.revoke_post(session, admin, gone.username, Role.CLERK, office.id, now=NOW)
        session.flush()
        listed = staff.list_of_office(session, office.id)
        assert set(names(listed)) == {there.username, guest.username}
        editors = staff.list_of_office(session, office.id, Role.EDITOR)
        assert names(editors) == [guest.username]
