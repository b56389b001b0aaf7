from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import select

from app.cases import queries, sealing, service
from app.cases.changes import ChangedMeanwhile
from app.cases.events import CaseMoved
from app.cases.models import Case, CaseStep
from app.cases.rules import NO_CLOCK
from app.cases.steps import HandledByYourself
from app.cases.workflow import (
    FINAL,
    TRANSITIONS,
    Action,
    IllegalTransition,
    Outcome,
    State,
)
from app.catalogue.guide import MatterType
from app.clocks.arithmetic import Light
from app.kernel.actors import SYSTEM_ACTOR, Role
from app.kernel.audit import AuditEntry
from app.kernel.errors import AppError, Forbidden, Invalid, NotFound
from app.kernel.outbox import OutboxEntry
from tests.builders.cases import (
    LOCAL,
    make_case,
    make_draft,
    make_office,
    make_staff,
    make_world,
    submit_case,
    workdays,
)
from tests.conftest import NOW

A = Action
STAFF_ROLES = frozenset(Role) - {Role.CITIZEN, Role.SYSTEM}


def take(session, actor, case, action, **said):
    return service.take_step(
        session,
        actor,
        case.token,
        action,
        **{"seen_version": case.version, "local": LOCAL, "now": NOW} | said,
    )


def path(case):
    return [(step.action, step.to_state) for step in case.steps]


def moved(session):
    return [
        entry.payload
        for entry in session.scalars(
            select(OutboxEntry)
            .where(OutboxEntry.type == CaseMoved.TYPE)
            .order_by(OutboxEntry.id)
        )
    ]


def at(day, hour=10):
    """A moment in Shanghai, by day of March 2026."""
    return datetime(2026, 3, day, hour, tzinfo=UTC) - timedelta(hours=8)


class TestTheWholeWay:
    def test_from_submission_to_the_counter(self, session, world):
        case = submit_case(session, world)
        for actor, action in [
            (world.clerk, A.START_PRE_REVIEW),
            (world.clerk, A.PASS_PRE_REVIEW),
            (world.clerk, A.ACCEPT),
            (world.reviewer, A.START_REVIEW),
            (world.decider, A.GRANT),
            (world.clerk, A.MAKE_CERTIFICATE),
            (world.clerk, A.START_DELIVERY),
            (world.citizen, A.CONFIRM_RECEIPT),
        ]:
            reason = "到3号窗口领。" if action is A.START_DELIVERY else ""
            take(session, actor, case, action, reason=reason)
        assert case.state is State.CLOSED
        assert case.outcome is Outcome.GRANTED
        assert not case.is_open
        assert case.closed_at == NOW
        assert [step.number for step in case.steps] == list(range(1, 10))
        assert [event["step_number"] for event in moved(session)] == list(range(2, 10))

    def test_in_four_clicks(self, session, world):
        case = submit_case(session, world)
        take(session, world.clerk, case, A.ACCEPT)
        take(session, world.decider, case, A.GRANT)
        take(session, world.clerk, case, A.CONFIRM_DELIVERED)
        assert path(case) == [
            (A.SUBMIT, State.SUBMITTED),
            (A.START_CHECK, State.ACCEPTANCE_CHECK),
            (A.ACCEPT, State.ACCEPTED),
            (A.START_REVIEW, State.IN_REVIEW),
            (A.GRANT, State.DECIDED),
            (A.START_DELIVERY, State.DELIVERY),
            (A.CONFIRM_DELIVERED, State.CLOSED),
        ]
        assert [step.announced for step in case.steps] == [
            True,
            False,
            True,
            False,
            True,
            False,
            True,
        ]

    def test_one_person_with_all_posts_may_do_it_alone(self, session, world):
        chief = make_staff(session, world.office, Role.CLERK, Role.DECIDER)
        case = submit_case(session, world)
        take(session, chief, case, A.ACCEPT)
        take(session, chief, case, A.GRANT)
        take(session, chief, case, A.CONFIRM_DELIVERED)
        assert [step.role for step in case.steps[1:]] == [
            Role.CLERK,
            Role.CLERK,
            Role.DECIDER,
            Role.DECIDER,
            Role.CLERK,
            Role.CLERK,
        ]


class TestTakeStep:
    def test_records_who_where_when_and_why(self, session, world):
        case = submit_case(session, world)
        take(
            session,
            world.clerk,
            case,
            A.REFUSE_ACCEPTANCE,
            reason=" 不属于本局职权 ",
            now=at(3),
        )
        step = case.steps[-1]
        assert step.actor_id == world.clerk.id
        assert step.office_id == world.office.id
        assert step.role is Role.CLERK
        assert step.taken_at == at(3)
        assert sealing.reason_of(session, case, step) == "不属于本局职权"
        assert "职权".encode() not in step.reason_sealed
        assert sealing.reason_of(session, case, case.steps[0]) == ""

    def test_writes_event_and_audit_in_the_same_transaction(self, session, world):
        case = submit_case(session, world)
        take(session, world.clerk, case, A.ACCEPT)
        (event,) = moved(session)
        assert event == {
            "case_id": case.id,
            "case_token": case.token,
            "applicant_id": world.citizen.id,
            "office_id": world.office.id,
            "matter_code": world.matter.code,
            "action": "accept",
            "state": "accepted",
            "outcome": "",
            "step_number": 3,
        }
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "cases.accept")
        ).one()
        assert entry.subject == f"case:{case.token}"
        assert entry.facts == {"state": "accepted", "steps": 2}

    def test_a_failed_step_leaves_nothing(self, session, world):
        case = submit_case(session, world)
        with pytest.raises(IllegalTransition):
            take(session, world.clerk, case, A.START_DELIVERY)
        assert len(case.steps) == 1
        assert moved(session) == []

    def test_finds_a_case_by_its_reference(self, session, world):
        case = submit_case(session, world)
        service.take_step(
            session,
            world.clerk,
            case.reference.lower(),
            A.ACCEPT,
            seen_version=case.version,
            local=LOCAL,
            now=NOW,
        )
        assert case.state is State.ACCEPTED

    def test_who_comes_second_is_told_by_whom_and_when(self, session, world):
        case = submit_case(session, world)
        seen = case.version
        take(session, world.clerk, case, A.ACCEPT, now=at(3, 15))
        with pytest.raises(ChangedMeanwhile) as refused:
            take(session, world.decider, case, A.GRANT, seen_version=seen)
        assert refused.value.zh.startswith("张三在3月3日15:00更新了这件办件")
        assert refused.value.facts["version"] == case.version

    def test_an_applicant_who_comes_second_reads_no_name(self, session, world):
        case = submit_case(session, world)
        seen = case.version
        take(session, world.clerk, case, A.ACCEPT)
        with pytest.raises(ChangedMeanwhile) as refused:
            take(session, world.citizen, case, A.WITHDRAW, seen_version=seen)
        assert refused.value.zh.startswith("工作人员在")

    def test_staff_who_come_after_applicant_or_timer_are_told_so(self, session, world):
        case = submit_case(session, world)
        with pytest.raises(ChangedMeanwhile) as refused:
            take(session, world.clerk, case, A.ACCEPT, seen_version=1)
        assert refused.value.zh.startswith("申请人在")
        late = NOW + timedelta(days=30)
        take(session, SYSTEM_ACTOR, case, A.DEEM_ACCEPTED, now=late)
        with pytest.raises(ChangedMeanwhile) as refused:
            take(session, world.clerk, case, A.ACCEPT, seen_version=1)
        assert refused.value.zh.startswith("系统在")

    def test_another_offices_case_does_not_exist(self, session, world):
        stranger = make_staff(session, make_office(session), *Role)
        case = submit_case(session, world)
        with pytest.raises(NotFound):
            take(session, stranger, case, A.ACCEPT)

    def test_another_citizens_case_does_not_exist(self, session, world):
        other = make_world(session)
        case = submit_case(session, world)
        with pytest.raises(NotFound):
            take(session, other.citizen, case, A.WITHDRAW)

    @pytest.mark.parametrize("role", [Role.POSTER, Role.EDITOR, Role.ADMIN])
    def test_other_posts_do_not_process(self, session, world, role):
        colleague = make_staff(session, world.office, role)
        case = submit_case(session, world)
        with pytest.raises(Forbidden):
            take(session, colleague, case, A.ACCEPT)

    def test_drafts_are_submitted_not_stepped(self, session, world):
        case = make_draft(session, world)
        with pytest.raises(IllegalTransition):
            take(session, world.citizen, case, A.SUBMIT)

    def test_reasons_have_a_length(self, session, world):
        case = submit_case(session, world)
        with pytest.raises(Invalid) as refused:
            take(session, world.citizen, case, A.WITHDRAW, reason="长" * 2001)
        assert "reason" in refused.value.errors

    @pytest.mark.parametrize("state", State)
    def test_what_has_no_row_is_not_let_through(self, session, world, state):
        """The unit tests go through each role; here all that may not, at once."""
        colleague = make_staff(session, world.office, *STAFF_ROLES)
        case = make_case(session, world, state=state, is_open=state not in FINAL)
        for action in Action:
            row = TRANSITIONS.get((state, action))
            by = row.by if row and action is not A.SUBMIT else frozenset()
            actors = [replace(colleague, roles=STAFF_ROLES - by)]
            if by:
                actors += [world.citizen, SYSTEM_ACTOR]
            for actor in actors:
                if by.isdisjoint(actor.roles):
                    with pytest.raises(AppError):
                        take(session, actor, case, action, reason="理由")
                    assert case.state is state


class TestAcceptance:
    def test_starts_both_clocks(self, session, world):
        case = submit_case(session, world)
        take(session, world.clerk, case, A.ACCEPT, now=at(4))
        assert case.accepted_at == at(4)
        assert case.due_on == date(2026, 4, 1)  # 20 working days of the guide
        assert case.promised_due_on == case.queue_on == date(2026, 3, 11)
        assert not case.due_provisional

    def test_after_five_days_it_counts_from_receipt(self, session, world):
        case = submit_case(session, world)
        take(session, world.clerk, case, A.ACCEPT, now=at(10))
        assert case.accepted_at == NOW
        assert case.promised_due_on == date(2026, 3, 9)

    def test_on_the_fifth_day_it_counts_from_that_day(self, session, world):
        case = submit_case(session, world)
        take(session, world.clerk, case, A.ACCEPT, now=at(9))
        assert case.accepted_at == at(9)

    def test_the_system_deems_accepted_after_the_fifth_day_only(self, session, world):
        case = submit_case(session, world)
        with pytest.raises(IllegalTransition):
            take(session, SYSTEM_ACTOR, case, A.DEEM_ACCEPTED, now=at(9))
        take(session, SYSTEM_ACTOR, case, A.DEEM_ACCEPTED, now=at(10))
        assert case.state is State.ACCEPTED
        assert case.accepted_at == NOW
        assert case.steps[-1].role is Role.SYSTEM

    def test_a_matter_without_limits_has_the_installations(self, session):
        world = make_world(session, promised_limit=None, statutory_limit=None)
        case = submit_case(session, world)
        take(session, world.clerk, case, A.ACCEPT)
        assert case.due_on is not None  # a licence: art. 42
        assert case.promised_due_on is None
        assert case.queue_on == case.due_on


class TestClocks:
    def test_light_follows_the_state(self, session, world):
        case = submit_case(session, world)
        assert case.queue_on == date(2026, 3, 9)
        take(session, world.clerk, case, A.ACCEPT)
        assert case.queue_on == date(2026, 3, 9)  # five days promised from the 2nd
        take(session, world.decider, case, A.GRANT, now=at(5))
        assert case.serve_by_on == case.queue_on == date(2026, 3, 19)
        take(session, world.clerk, case, A.CONFIRM_DELIVERED)
        assert case.queue_on == NO_CLOCK

    def test_nobodys_clock_runs_in_a_special_procedure(self, session):
        world = make_world(session, promised_limit=workdays(10))
        case = submit_case(session, world)
        take(session, world.clerk, case, A.ACCEPT)
        before = (case.due_on, case.promised_due_on)
        take(session, world.reviewer, case, A.START_REVIEW)
        take(
            session,
            world.reviewer,
            case,
            A.SUSPEND,
            reason="专家评审，预计3个工作日",
            now=at(4),
        )
        assert case.queue_on == NO_CLOCK
        assert case.suspended_on == date(2026, 3, 4)
        take(session, world.decider, case, A.RESUME, now=at(9))
        assert case.suspended_on is None
        # Wednesday to Monday: three working days later than before.
        assert case.promised_due_on == before[1] + timedelta(days=3)
        assert case.queue_on == case.promised_due_on
        assert case.due_on > before[0]

    def test_nothing_is_due_that_was_not(self, session):
        world = make_world(
            session, type=MatterType.PUBLIC_SERVICE, statutory_limit=None
        )
        case = submit_case(session, world)
        take(session, world.clerk, case, A.ACCEPT)
        take(session, world.reviewer, case, A.START_REVIEW)
        take(session, world.reviewer, case, A.SUSPEND, reason="检测")
        take(session, world.reviewer, case, A.RESUME)
        assert case.due_on is None
        assert case.promised_due_on is not None


class TestWaysOut:
    @pytest.mark.parametrize(
        ("who", "action", "state"),
        [
            ("citizen", A.WITHDRAW, State.WITHDRAWN),
            ("clerk", A.TERMINATE, State.TERMINATED),
            ("decider", A.TERMINATE, State.TERMINATED),
            ("supervisor", A.VOID, State.VOIDED),
            ("clerk", A.REFUSE_ACCEPTANCE, State.NOT_ACCEPTED),
        ],
    )
    def test_end_a_case(self, session, world, who, action, state):
        case = submit_case(session, world)
        take(session, getattr(world, who), case, action, reason="理由", now=at(3))
        assert case.state is state
        assert not case.is_open
        assert case.closed_at == at(3)
        assert case.queue_on == NO_CLOCK
        assert moved(session)[-1]["action"] == action

    def test_who_handled_a_case_cannot_void_it(self, session, world):
        both = make_staff(session, world.office, Role.CLERK, Role.SUPERVISOR)
        case = submit_case(session, world)
        take(session, both, case, A.ACCEPT)
        with pytest.raises(HandledByYourself):
            take(session, both, case, A.VOID, reason="录入错误")
        take(session, world.supervisor, case, A.VOID, reason="录入错误")
        assert case.state is State.VOIDED

    def test_a_refusal_is_kept_as_the_outcome(self, session, world):
        case = submit_case(session, world)
        take(session, world.clerk, case, A.ACCEPT)
        take(session, world.decider, case, A.REFUSE, reason="场所不符合要求")
        assert case.outcome is Outcome.REFUSED
        with pytest.raises(IllegalTransition):
            take(session, world.clerk, case, A.MAKE_CERTIFICATE)
        take(session, world.clerk, case, A.START_DELIVERY, reason="到3号窗口领。")
        take(session, world.citizen, case, A.CONFIRM_RECEIPT)
        assert (case.state, case.outcome) == (State.CLOSED, Outcome.REFUSED)


class TestInternalSteps:
    def test_are_recorded_and_not_announced(self, session, world):
        case = submit_case(session, world)
        take(session, world.clerk, case, A.ACCEPT)
        take(session, world.reviewer, case, A.START_REVIEW)
        events = len(moved(session))
        take(session, world.reviewer, case, A.ADVISE, reason="建议准予")
        assert case.state is State.IN_REVIEW
        assert case.steps[-1].action is A.ADVISE
        assert not case.steps[-1].announced
        assert len(moved(session)) == events


class TestAgreement:
    def test_buttons_are_what_can_be_done(self, session, world):
        """Each button offered works or asks for more; all others are refused."""
        token = submit_case(session, world).token
        for actor, action in product(
            (world.clerk, world.reviewer, world.decider, world.supervisor), Action
        ):
            case = queries.get(session, actor, token)
            offered = action in queries.actions_for(actor, case, now=NOW)
            answer = self.tried(session, actor, case, action)
            assert (answer in ("done", "asks for defects")) == offered, action

    def tried(self, session, actor, case, action):
        with session.begin_nested() as savepoint:
            try:
                take(session, actor, case, action, reason="理由")
            except IllegalTransition:
                return "illegal"
            except Invalid:
                return "asks for defects"
            except Forbidden:
                return "forbidden"
            finally:
                savepoint.rollback()
                session.expire_all()
        return "done"

    def test_lights_of_the_queue_are_those_of_the_case(self, session, world):
        case = submit_case(session, world)
        for day, light in [(2, Light.GREEN), (6, Light.AMBER), (10, Light.RED)]:
            (row,) = queries.queue(session, world.clerk, now=at(day)).rows
            assert (row.token, row.light) == (case.token, light)

    def test_every_announced_step_has_one_event(self, session, world):
        case = submit_case(session, world)
        take(session, world.clerk, case, A.ACCEPT)
        take(session, world.decider, case, A.GRANT)
        owed = session.scalars(
            select(CaseStep.number).where(CaseStep.announced, CaseStep.number > 1)
        ).all()
        assert [event["step_number"] for event in moved(session)] == owed
        assert len(session.scalars(select(Case)).all()) == 1
