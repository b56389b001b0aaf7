from datetime import timedelta

import pytest
from sqlalchemy import select

from app.cases import queries, service, viewing
from app.cases.changes import ChangedMeanwhile
from app.cases.desk import RevealPurpose, TakenByColleague
from app.cases.workflow import Action
from app.kernel.actors import Role
from app.kernel.audit import AuditEntry
from app.kernel.errors import Forbidden, Invalid, NotFound
from app.people.models import Staff
from tests.builders.cases import (
    ANSWERS,
    LOCAL,
    make_citizen,
    make_office,
    make_staff,
    submit_case,
    username_of,
)
from tests.conftest import NOW


def audited(session, action):
    return session.scalars(select(AuditEntry).where(AuditEntry.action == action)).all()


def claim(session, actor, case, **said):
    return service.claim(
        session, actor, case.token, **{"seen_version": case.version, "now": NOW} | said
    )


def assign(session, actor, case, username, **said):
    return service.assign(
        session,
        actor,
        case.token,
        username,
        **{"seen_version": case.version, "now": NOW} | said,
    )


@pytest.fixture
def case(session, world):
    """A submitted case."""
    return submit_case(session, world)


class TestClaim:
    def test_takes_a_case_on(self, session, world, case):
        claim(session, world.clerk, case)
        assert case.assignee_id == world.clerk.id
        (entry,) = audited(session, "cases.claim")
        assert entry.facts == {"assignee": world.clerk.id}

    def test_twice_is_once(self, session, world, case):
        claim(session, world.clerk, case)
        version = case.version
        claim(session, world.clerk, case, seen_version=0)
        assert case.version == version

    def test_a_colleagues_case_is_theirs(self, session, world, case):
        claim(session, world.clerk, case)
        with pytest.raises(TakenByColleague) as refused:
            claim(session, world.reviewer, case)
        assert refused.value.zh == "这件办件已由张三认领。"

    def test_not_on_an_older_state(self, session, world, case):
        with pytest.raises(ChangedMeanwhile):
            claim(session, world.clerk, case, seen_version=0)

    def test_not_at_an_end(self, session, world, case):
        service.take_step(
            session,
            world.citizen,
            case.token,
            Action.WITHDRAW,
            seen_version=case.version,
            local=LOCAL,
            now=NOW,
        )
        with pytest.raises(Invalid):
            claim(session, world.clerk, case)

    def test_not_by_applicants_or_other_offices(self, session, world, case):
        with pytest.raises(Forbidden):
            claim(session, world.citizen, case)
        with pytest.raises(NotFound):
            claim(session, make_staff(session, make_office(session), Role.CLERK), case)


class TestAssign:
    def test_by_the_supervisor_to_a_colleague(self, session, world, case):
        assign(session, world.supervisor, case, username_of(session, world.reviewer))
        assert case.assignee_id == world.reviewer.id
        assert len(audited(session, "cases.assign")) == 1

    def test_by_who_has_it_on_to_another_or_back(self, session, world, case):
        claim(session, world.clerk, case)
        assign(session, world.clerk, case, username_of(session, world.reviewer))
        assign(session, world.reviewer, case, None)
        assert case.assignee_id is None

    def test_not_by_others(self, session, world, case):
        with pytest.raises(Forbidden):
            assign(session, world.clerk, case, username_of(session, world.reviewer))

    def test_not_to_strangers(self, session, world, case):
        gone = make_staff(session, world.office, Role.CLERK)
        session.get(Staff, gone.id).active = False
        for stranger in (
            make_staff(session, make_office(session), Role.CLERK),
            make_staff(session, world.office, Role.POSTER),
            gone,
        ):
            with pytest.raises(Invalid) as refused:
                assign(session, world.supervisor, case, username_of(session, stranger))
            assert "username" in refused.value.errors

    def test_not_on_an_older_state(self, session, world, case):
        with pytest.raises(ChangedMeanwhile):
            assign(session, world.supervisor, case, None, seen_version=0)


class TestReveal:
    def test_opens_everything_and_is_audited_with_its_purpose(
        self, session, world, case
    ):
        seen = service.reveal(
            session,
            world.clerk,
            case.token,
            purpose=RevealPurpose.CONTACT_APPLICANT,
            now=NOW,
        )
        assert seen.applicant == "张秀兰"
        assert seen.answers["mobile"] == ANSWERS["mobile"]
        (entry,) = audited(session, "cases.reveal")
        assert entry.subject == f"case:{case.token}"
        assert entry.actor_id == world.clerk.id
        assert entry.facts == {"purpose": "contact-applicant"}

    @pytest.mark.parametrize("who", ["citizen", "supervisor"])
    def test_is_for_those_who_need_it(self, session, world, case, who):
        with pytest.raises(Forbidden):
            service.reveal(
                session,
                getattr(world, who),
                case.token,
                purpose=RevealPurpose.CHECK_MATERIALS,
                now=NOW,
            )

    def test_another_offices_case_does_not_exist(self, session, case):
        stranger = make_staff(session, make_office(session), Role.CLERK)
        with pytest.raises(NotFound):
            service.reveal(
                session,
                stranger,
                case.token,
                purpose=RevealPurpose.CHECK_MATERIALS,
                now=NOW,
            )
        assert audited(session, "cases.reveal") == []

    def test_every_purpose_has_a_name(self):
        assert all(each.zh for each in RevealPurpose)


class TestOpenFile:
    def token(self, case):
        (token,) = queries.given_files(case)["idcard"]
        return token

    def test_a_look_by_staff_is_audited(self, session, world, case):
        found = service.open_file(
            session, world.clerk, self.token(case), now=NOW + timedelta(days=1)
        )
        assert found is case
        (entry,) = audited(session, "cases.open_file")
        assert entry.facts == {"material": "idcard"}

    def test_the_applicants_own_is_not(self, session, world, case):
        service.open_file(session, world.citizen, self.token(case), now=NOW)
        assert audited(session, "cases.open_file") == []

    def test_is_for_those_who_may_see_it(self, session, world, case):
        with pytest.raises(NotFound):
            service.open_file(session, make_citizen(session), self.token(case), now=NOW)
        with pytest.raises(Forbidden):
            service.open_file(session, world.supervisor, self.token(case), now=NOW)


class TestAnswers:
    def test_applicants_read_their_own_whole(self, session, world, case):
        read = viewing.answers_for(session, world.citizen, case, world.matter.form)
        assert read == ANSWERS | {"agrees": True}

    def test_staff_read_them_masked(self, session, world, case):
        read = viewing.answers_for(session, world.clerk, case, world.matter.form)
        assert read == {
            "name": "张*兰",
            "id_number": "110105********002X",
            "mobile": "138****8000",
            "address": {"division": "411603100", "detail": viewing.HIDDEN},
            "kind": "new",
            "agrees": True,
        }
