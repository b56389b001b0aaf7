from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.cases import queries, sealing, service
from app.cases.corrections import SamePerson
from app.cases.models import CaseDefect, CaseFile, NoticeStatus, PastAnswers
from app.cases.rules import (
    NO_CLOCK,
    Defect,
    IncompleteApplication,
    NotRaisedBySupplement,
    OutsideTheNotice,
    Subject,
)
from app.cases.workflow import (
    Action,
    AlreadyNotified,
    IllegalTransition,
    Outcome,
    State,
    TooLateToNotify,
)
from app.forms.definitions import Field, FieldType
from app.kernel.actors import SYSTEM_ACTOR, Role
from app.kernel.errors import Invalid, NotFound
from tests.builders.cases import (
    ANSWERS,
    FIELDS,
    LOCAL,
    make_file,
    make_guide,
    make_staff,
    make_world,
    publish,
    submit_case,
)
from tests.conftest import NOW

A = Action
NAME = Defect(Subject.FIELD, "name", "与身份证不符")
IDCARD = Defect(Subject.MATERIAL, "idcard", "照片不清楚")


def at(day, hour=10):
    """A moment in Shanghai, by day of March 2026."""
    return datetime(2026, 3, day, hour, tzinfo=UTC) - timedelta(hours=8)


def take(session, actor, case, action, **said):
    return service.take_step(
        session,
        actor,
        case.token,
        action,
        **{"seen_version": case.version, "local": LOCAL, "now": NOW} | said,
    )


def save(session, world, case, answers, **said):
    return service.save_draft(
        session,
        world.citizen,
        case.token,
        answers,
        **{"seen_version": case.version, "now": at(3)} | said,
    )


def put(session, world, case, key="idcard", now=None):
    token = make_file(session, world.citizen)
    service.put_material(
        session, world.citizen, case.token, key, token, now=now or at(3)
    )
    return token


@pytest.fixture
def case(session, world):
    """A submitted case."""
    return submit_case(session, world)


@pytest.fixture
def returned(session, world, case):
    """A case whose applicant has been told what to correct."""
    take(session, world.clerk, case, A.RETURN, defects=[NAME, IDCARD])
    return case


@pytest.fixture
def supplemented(session, world, returned):
    """A case that came back after the correction."""
    save(session, world, returned, {"name": "张秀英"})
    put(session, world, returned)
    take(session, world.citizen, returned, A.SUPPLEMENT, now=at(4))
    return returned


class TestTheNotice:
    def test_lists_everything_once_numbered_and_dated(self, session, world, returned):
        (notice,) = returned.notices
        assert notice.status is NoticeStatus.ISSUED
        assert notice.number == 1
        assert notice.document_number == f"{returned.reference}-01"
        assert notice.issued_at == NOW
        assert notice.issued_by_id == world.clerk.id
        assert notice.supply_by_on == date(2026, 3, 23)  # 15 working days
        assert [
            (d.position, d.subject, d.key, sealing.problem_of(session, returned, 1, d))
            for d in notice.defects
        ] == [
            (1, Subject.FIELD, "name", "与身份证不符"),
            (2, Subject.MATERIAL, "idcard", "照片不清楚"),
        ]

    def test_stops_the_offices_clock(self, returned):
        assert returned.state is State.RETURNED
        assert returned.queue_on == NO_CLOCK
        assert returned.supply_by_on == date(2026, 3, 23)
        assert returned.notices_issued == 1

    def test_comes_with_the_step(self, returned):
        assert [step.notice_number for step in returned.steps] == [None, None, 1]
        assert [step.action for step in returned.steps] == [
            A.SUBMIT,
            A.START_PRE_REVIEW,
            A.RETURN,
        ]

    def test_says_its_words_under_seal(self, session, returned):
        sealed = session.scalars(select(CaseDefect.problem_sealed)).all()
        assert all("身份证".encode() not in each for each in sealed)

    def test_names_only_what_form_and_guide_ask(self, session, world, case):
        with pytest.raises(Invalid) as refused:
            take(
                session,
                world.clerk,
                case,
                A.RETURN,
                defects=[Defect(Subject.MATERIAL, "opinion", "缺"), NAME],
            )
        assert set(refused.value.errors) == {"material:opinion"}
        assert case.state is State.SUBMITTED
        assert case.notices == []

    def test_is_issued_once(self, session, world, supplemented):
        with pytest.raises(AlreadyNotified):
            take(session, world.clerk, supplemented, A.RETURN, defects=[NAME])
        take(session, world.clerk, supplemented, A.PASS_PRE_REVIEW)
        with pytest.raises(AlreadyNotified):
            take(
                session, world.clerk, supplemented, A.REQUEST_CORRECTION, defects=[NAME]
            )

    def test_comes_within_five_days_or_never(self, session, world, case):
        with pytest.raises(TooLateToNotify):
            take(session, world.clerk, case, A.RETURN, defects=[NAME], now=at(10))

    def test_is_possible_at_the_acceptance_check_too(self, session, world, case):
        take(session, world.clerk, case, A.START_CHECK)
        take(session, world.clerk, case, A.REQUEST_CORRECTION, defects=[NAME])
        assert case.state is State.CORRECTION
        save(session, world, case, {"name": "张秀英"})
        take(session, world.citizen, case, A.SUPPLEMENT)
        assert case.state is State.ACCEPTANCE_CHECK


class TestWhatMayBeChanged:
    def test_the_named_field(self, session, world, returned):
        save(session, world, returned, {"name": "张秀英"})
        assert sealing.answers_of(session, returned)["name"] == "张秀兰"
        assert sealing.amended_answers_of(session, returned)["name"] == "张秀英"
        assert [d.changed_at for d in returned.notices[0].defects] == [at(3), None]

    def test_changing_it_back_is_no_change(self, session, world, returned):
        save(session, world, returned, {"name": "张秀英"})
        save(session, world, returned, {"name": "张秀兰"})
        assert returned.notices[0].defects[0].changed_at is None

    def test_clearing_it_is_one(self, session, world, returned):
        save(session, world, returned, {"name": ""})
        assert "name" not in sealing.amended_answers_of(session, returned)
        assert returned.notices[0].defects[0].changed_at == at(3)

    def test_no_other_field(self, session, world, returned):
        with pytest.raises(OutsideTheNotice) as refused:
            save(session, world, returned, {"name": "张秀英", "mobile": "13900139000"})
        assert set(refused.value.errors) == {"mobile"}
        assert returned.amended_sealed is None

    def test_sending_the_others_unchanged_does_no_harm(self, session, world, returned):
        save(session, world, returned, ANSWERS | {"name": "张秀英"})
        amended = sealing.amended_answers_of(session, returned)
        assert amended == ANSWERS | {"name": "张秀英", "agrees": True}

    def test_an_address_sent_in_parts_is_one_field(self, session, world, case):
        take(
            session,
            world.clerk,
            case,
            A.RETURN,
            defects=[Defect(Subject.FIELD, "address", "门牌不对")],
        )
        save(
            session,
            world,
            case,
            {"address.division": "411603101", "address.detail": "新村3号"},
        )
        assert sealing.amended_answers_of(session, case)["address"] == {
            "division": "411603101",
            "detail": "新村3号",
        }
        assert case.notices[0].defects[0].changed_at == at(3)

    def test_an_address_written_with_other_blanks_is_not_a_change(
        self, session, world, case
    ):
        take(
            session,
            world.clerk,
            case,
            A.RETURN,
            defects=[Defect(Subject.FIELD, "name", "与身份证不一致")],
        )
        filed = sealing.answers_of(session, case)["address"]
        save(
            session,
            world,
            case,
            {
                "name": "张秀英",
                "address.division": filed["division"],
                "address.detail": f"  {filed['detail']} ",
            },
        )
        amended = sealing.amended_answers_of(session, case)
        assert amended["address"] == filed

    def test_the_question_that_follows_a_named_one(self, session, world, case):
        take(
            session,
            world.clerk,
            case,
            A.RETURN,
            defects=[Defect(Subject.FIELD, "kind", "应当是变更")],
        )
        save(session, world, case, {"kind": "change", "change_reason": "换地址"})
        take(session, world.citizen, case, A.SUPPLEMENT)
        assert sealing.answers_of(session, case)["change_reason"] == "换地址"

    def test_the_named_material(self, session, world, returned):
        (old,) = queries.given_files(returned)["idcard"]
        new = put(session, world, returned)
        service.remove_material(session, world.citizen, returned.token, old, now=at(3))
        assert queries.given_files(returned)["idcard"] == (new,)
        # What was handed in stays on record.
        kept = session.scalars(select(CaseFile).where(CaseFile.file_token == old)).one()
        assert kept.removed_at == at(3)
        assert returned.notices[0].defects[1].changed_at == at(3)

    def test_taking_back_a_new_file_leaves_no_trace(self, session, world, returned):
        new = put(session, world, returned)
        service.remove_material(session, world.citizen, returned.token, new, now=at(3))
        session.flush()
        assert returned.notices[0].defects[1].changed_at is None
        assert len(session.scalars(select(CaseFile)).all()) == 1

    def test_an_old_file_does_not_come_back(self, session, world, returned):
        (old,) = queries.given_files(returned)["idcard"]
        service.remove_material(session, world.citizen, returned.token, old, now=at(3))
        with pytest.raises(Invalid):
            service.put_material(
                session, world.citizen, returned.token, "idcard", old, now=at(3)
            )
        with pytest.raises(NotFound):
            service.remove_material(
                session, world.citizen, returned.token, old, now=at(3)
            )

    def test_no_other_material(self, session, world, returned):
        with pytest.raises(OutsideTheNotice):
            put(session, world, returned, key="letter")

    def test_a_file_field_by_its_key(self, session, world, case):
        take(
            session,
            world.clerk,
            case,
            A.RETURN,
            defects=[Defect(Subject.FIELD, "sketch", "请补平面图")],
        )
        save(session, world, case, {"sketch": ["x" * 22]})  # files are no answers
        assert case.notices[0].defects[0].changed_at is None
        put(session, world, case, key="sketch")
        take(session, world.citizen, case, A.SUPPLEMENT)
        assert case.state is State.PRE_REVIEW


class TestTheSupplement:
    def test_replaces_what_was_filed_and_keeps_it(self, session, supplemented):
        assert sealing.answers_of(session, supplemented)["name"] == "张秀英"
        assert supplemented.amended_sealed is None
        past = session.scalars(select(PastAnswers)).one()
        before = sealing.past_answers_of(
            session, supplemented.token, past.number, past.answers_sealed
        )
        assert before["name"] == "张秀兰"
        assert past.replaced_at == at(4)
        name = sealing.applicant_of(
            session, supplemented.token, supplemented.applicant_sealed
        )
        assert name == "张秀英"

    def test_starts_the_five_days_anew(self, supplemented):
        assert supplemented.state is State.PRE_REVIEW
        assert supplemented.received_at == at(4)
        assert supplemented.accept_by_on == supplemented.queue_on == date(2026, 3, 11)
        assert supplemented.supply_by_on is None
        assert supplemented.submitted_at == NOW
        assert supplemented.notices[0].answered_at == at(4)
        assert supplemented.steps[-1].notice_number == 1

    def test_answers_everything_that_was_named(self, session, world, returned):
        save(session, world, returned, {"name": "张秀英"})
        with pytest.raises(IncompleteApplication) as refused:
            take(session, world.citizen, returned, A.SUPPLEMENT)
        assert refused.value.errors == {"idcard": "通知里的这一项还没有修改。"}
        assert returned.state is State.RETURNED

    def test_is_checked_like_the_application(self, session, world, returned):
        (old,) = queries.given_files(returned)["idcard"]
        service.remove_material(session, world.citizen, returned.token, old, now=at(3))
        save(session, world, returned, {"name": ""})
        with pytest.raises(IncompleteApplication) as refused:
            take(session, world.citizen, returned, A.SUPPLEMENT)
        assert set(refused.value.errors) == {"name", "idcard"}

    def test_what_was_filed_stands_when_a_township_is_no_more(
        self, session, world, returned
    ):
        save(session, world, returned, {"name": "张秀英"})
        put(session, world, returned)
        merged = replace(LOCAL, divisions={"411603101": "新站镇"})
        take(session, world.citizen, returned, A.SUPPLEMENT, local=merged)
        assert sealing.answers_of(session, returned) == ANSWERS | {
            "name": "张秀英",
            "agrees": True,
        }

    def test_a_named_township_is_one_of_todays(self, session, world, case):
        address = Defect(Subject.FIELD, "address", "门牌不对")
        take(session, world.clerk, case, A.RETURN, defects=[address])
        moved = ANSWERS["address"] | {"detail": "西关村13号"}
        save(session, world, case, {"address": moved})
        merged = replace(LOCAL, divisions={"411603101": "新站镇"})
        with pytest.raises(IncompleteApplication) as refused:
            take(session, world.citizen, case, A.SUPPLEMENT, local=merged)
        assert set(refused.value.errors) == {"address"}

    def test_a_date_of_then_need_not_be_one_of_today(self, session, world):
        start = Field(key="start", type=FieldType.DATE, label="开业日期", min="today")
        guide = make_guide(world.office)
        world.snapshot = publish(session, guide, fields=(*FIELDS, start))
        world.matter = world.snapshot.matters[guide.code]
        answers = ANSWERS | {"start": "2026-03-02"}
        case = submit_case(session, world, answers=answers)
        take(session, world.clerk, case, A.RETURN, defects=[NAME])
        save(session, world, case, {"name": "张秀英"})
        take(session, world.citizen, case, A.SUPPLEMENT, now=at(9))
        assert sealing.answers_of(session, case)["start"] == "2026-03-02"

    def test_leads_to_acceptance(self, session, world, supplemented):
        take(session, world.clerk, supplemented, A.ACCEPT, now=at(5))
        assert supplemented.accepted_at == at(5)
        assert supplemented.promised_due_on == date(2026, 3, 12)

    def test_deemed_acceptance_counts_from_it(self, session, supplemented):
        take(session, SYSTEM_ACTOR, supplemented, A.DEEM_ACCEPTED, now=at(12))
        assert supplemented.accepted_at == at(4)


class TestAFurtherNotice:
    def propose(self, session, world, case, *defects, **said):
        return take(
            session,
            world.clerk,
            case,
            A.PROPOSE_NOTICE,
            defects=defects or [NAME],
            reason="补交的材料与填写的姓名不一致",
            **{"now": at(5)} | said,
        )

    def test_is_for_what_the_supplement_raised(self, session, world, returned):
        save(session, world, returned, {"name": "张秀英"})
        put(session, world, returned)
        take(session, world.citizen, returned, A.SUPPLEMENT, now=at(4))
        mobile = Defect(Subject.FIELD, "mobile", "打不通")
        with pytest.raises(NotRaisedBySupplement) as refused:
            self.propose(session, world, returned, NAME, mobile)
        assert set(refused.value.errors) == {"field:mobile"}

    def test_waits_for_the_supervisor(self, session, world, supplemented):
        self.propose(session, world, supplemented)
        assert supplemented.state is State.PRE_REVIEW
        assert supplemented.notices_issued == 1
        assert queries.open_notice(supplemented) is None
        proposed = queries.proposed_notice(supplemented)
        assert proposed.number == 2
        assert not supplemented.steps[-1].announced
        with pytest.raises(IllegalTransition):
            self.propose(session, world, supplemented)

    def test_is_issued_by_the_supervisor_and_counted(
        self, session, world, supplemented
    ):
        self.propose(session, world, supplemented)
        take(session, world.supervisor, supplemented, A.APPROVE_NOTICE, now=at(6))
        assert supplemented.state is State.RETURNED
        assert supplemented.notices_issued == 2
        notice = queries.open_notice(supplemented)
        assert notice.number == 2
        assert notice.document_number.endswith("-02")
        assert notice.proposed_by_id == world.clerk.id
        assert notice.issued_by_id == world.supervisor.id
        assert notice.issued_at == at(6)
        save(session, world, supplemented, {"name": "张秀兰"}, now=at(9))
        take(session, world.citizen, supplemented, A.SUPPLEMENT, now=at(9))
        assert supplemented.state is State.PRE_REVIEW
        assert len(session.scalars(select(PastAnswers)).all()) == 2

    def test_may_be_turned_down(self, session, world, supplemented):
        self.propose(session, world, supplemented)
        take(
            session,
            world.supervisor,
            supplemented,
            A.REJECT_NOTICE,
            reason="可以当面核实",
        )
        assert supplemented.notices[-1].status is NoticeStatus.REJECTED
        assert supplemented.notices_issued == 1
        assert not supplemented.steps[-1].announced
        self.propose(session, world, supplemented)
        assert supplemented.notices[-1].number == 3

    def test_takes_two_people(self, session, world, supplemented):
        both = make_staff(session, world.office, Role.CLERK, Role.SUPERVISOR)
        take(
            session,
            both,
            supplemented,
            A.PROPOSE_NOTICE,
            defects=[NAME],
            reason="新问题",
            now=at(5),
        )
        with pytest.raises(SamePerson):
            take(session, both, supplemented, A.APPROVE_NOTICE, now=at(5))

    def test_lapses_when_the_case_goes_on(self, session, world, supplemented):
        self.propose(session, world, supplemented)
        take(session, world.clerk, supplemented, A.ACCEPT, now=at(6))
        assert supplemented.notices[-1].status is NoticeStatus.LAPSED

    def test_and_with_a_refusal_of_acceptance(self, session, world, supplemented):
        self.propose(session, world, supplemented)
        take(
            session,
            world.clerk,
            supplemented,
            A.REFUSE_ACCEPTANCE,
            reason="不属于本局职权",
            now=at(6),
        )
        assert supplemented.notices[-1].status is NoticeStatus.LAPSED

    def test_comes_within_five_days_or_never(self, session, world, supplemented):
        self.propose(session, world, supplemented)
        with pytest.raises(TooLateToNotify):
            take(session, world.supervisor, supplemented, A.APPROVE_NOTICE, now=at(12))


class TestTooLate:
    @pytest.mark.parametrize("who", ["clerk", "system"])
    def test_what_is_not_supplied_in_time_ends_the_case(
        self, session, world, returned, who
    ):
        actor = SYSTEM_ACTOR if who == "system" else world.clerk
        with pytest.raises(IllegalTransition):
            take(session, actor, returned, A.EXPIRE, now=at(23))
        take(session, actor, returned, A.EXPIRE, now=at(24))
        assert returned.state is State.CLOSED
        assert returned.outcome is Outcome.NOT_SUPPLIED
        assert not returned.is_open

    def test_a_late_supplement_is_taken_while_the_case_is_open(
        self, session, world, returned
    ):
        save(session, world, returned, {"name": "张秀英"})
        put(session, world, returned)
        take(session, world.citizen, returned, A.SUPPLEMENT, now=at(27))
        assert returned.state is State.PRE_REVIEW


def test_a_notice_is_about_one_case(session, world, returned):
    """Noise: another case's notice changes nothing here."""
    other = make_world(session)
    theirs = submit_case(session, other)
    take(session, other.clerk, theirs, A.RETURN, defects=[IDCARD])
    assert queries.open_notice(returned).document_number.startswith(returned.reference)
    assert queries.open_notice(theirs).number == 1
