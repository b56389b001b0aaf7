import re
from itertools import product

import pytest

from app.cases import workflow
from app.cases.workflow import (
    FINAL,
    TRANSITIONS,
    Action,
    AlreadyNotified,
    IllegalTransition,
    Outcome,
    Situation,
    State,
    TooLateToNotify,
    TooLateToRefuse,
    actions_open_to,
    step,
)
from app.kernel.actors import Role
from app.kernel.errors import Forbidden, Invalid

# state | action | who | where to | condition. Written from the law and the design,
# not from the table: the two must agree.
EXPECTED = """
draft submit citizen submitted -

submitted start-pre-review clerk pre-review -
submitted start-check clerk acceptance-check -
submitted accept clerk accepted -
submitted return clerk returned first
submitted refuse-acceptance clerk not-accepted answerable
submitted deem-accepted system accepted answer-overdue

pre-review pass-pre-review clerk acceptance-check -
pre-review accept clerk accepted -
pre-review return clerk returned first
pre-review refuse-acceptance clerk not-accepted answerable
pre-review propose-notice clerk pre-review further
pre-review approve-notice supervisor returned in-time
pre-review reject-notice supervisor pre-review proposed
pre-review deem-accepted system accepted answer-overdue

returned supplement citizen pre-review -
returned expire clerk,system closed supply-overdue

acceptance-check accept clerk accepted -
acceptance-check request-correction clerk correction first
acceptance-check refuse-acceptance clerk not-accepted answerable
acceptance-check propose-notice clerk acceptance-check further
acceptance-check approve-notice supervisor correction in-time
acceptance-check reject-notice supervisor acceptance-check proposed
acceptance-check deem-accepted system accepted answer-overdue

correction supplement citizen acceptance-check -
correction expire clerk,system closed supply-overdue

accepted start-review reviewer,decider in-review -
accepted grant decider decided -
accepted refuse decider decided -

in-review advise reviewer in-review -
in-review suspend reviewer,decider suspended -
in-review grant decider decided -
in-review refuse decider decided -

suspended resume reviewer,decider in-review -

decided make-certificate clerk certificate granted
decided start-delivery clerk delivery -
decided confirm-delivered clerk closed -

certificate start-delivery clerk delivery -
certificate confirm-delivered clerk closed -

delivery confirm-delivered clerk closed -
delivery confirm-receipt citizen closed -
"""
BEFORE_DECISION = [
    "submitted",
    "pre-review",
    "returned",
    "acceptance-check",
    "correction",
    "accepted",
    "in-review",
    "suspended",
]
AFTER_DECISION = ["decided", "certificate", "delivery"]
NEEDS_A_REASON = {
    "start-delivery",
    "refuse-acceptance",
    "propose-notice",
    "reject-notice",
    "advise",
    "suspend",
    "refuse",
    "terminate",
    "void",
}
NEEDS_DEFECTS = {"return", "request-correction", "propose-notice"}
INTERNAL = {"propose-notice", "reject-notice", "advise"}
SITUATIONS = [
    Situation(
        outcome=outcome,
        notices_issued=notices,
        notice_proposed=proposed,
        answer_overdue=late,
        supply_overdue=unsupplied,
    )
    for outcome, notices, proposed, late, unsupplied in product(
        (None, Outcome.GRANTED, Outcome.REFUSED),
        (0, 1),
        (False, True),
        (False, True),
        (False, True),
    )
]


def expected_rows():
    lines = [line.split() for line in EXPECTED.strip().splitlines() if line]
    lines += [[s, "withdraw", "citizen", "withdrawn", "-"] for s in BEFORE_DECISION]
    lines += [
        [s, "terminate", "clerk,decider", "terminated", "-"] for s in BEFORE_DECISION
    ]
    lines += [
        [s, "void", "supervisor", "voided", "-"]
        for s in BEFORE_DECISION + AFTER_DECISION
    ]
    return {
        (State(state), Action(action)): (
            frozenset(Role(who) for who in by.split(",")),
            State(to),
            when,
        )
        for state, action, by, to, when in lines
    }


ROWS = expected_rows()


def is_open(when, facts):
    match when:
        case "first":
            return facts.notices_issued == 0 and not facts.answer_overdue
        case "further":
            return (
                facts.notices_issued > 0
                and not facts.notice_proposed
                and not facts.answer_overdue
            )
        case "proposed":
            return facts.notice_proposed
        case "in-time":
            return facts.notice_proposed and not facts.answer_overdue
        case "answerable":
            return not facts.answer_overdue
        case "granted":
            return facts.outcome is Outcome.GRANTED
        case "answer-overdue":
            return facts.answer_overdue
        case "supply-overdue":
            return facts.supply_overdue
    return True


def take(state, action, role, facts, **said):
    return step(
        state,
        action,
        roles={role},
        situation=facts,
        **{
            "reason": "理由",
            "has_defects": action.value in NEEDS_DEFECTS,
        }
        | said,
    )


class TestTheTable:
    def test_has_exactly_the_expected_rows(self):
        assert set(TRANSITIONS) == set(ROWS)

    @pytest.mark.parametrize("role", Role)
    @pytest.mark.parametrize("state", State)
    def test_every_state_action_and_role_in_every_situation(self, state, role):
        for action, facts in product(Action, SITUATIONS):
            by, to, when = ROWS.get((state, action), (None, None, None))
            if by is None:
                with pytest.raises(IllegalTransition):
                    take(state, action, role, facts)
            elif role not in by:
                with pytest.raises(Forbidden):
                    take(state, action, role, facts)
            elif not is_open(when, facts):
                with pytest.raises(IllegalTransition):
                    take(state, action, role, facts)
            else:
                assert take(state, action, role, facts)[-1].row.to is to

    @pytest.mark.parametrize("role", Role)
    @pytest.mark.parametrize("state", State)
    def test_buttons_are_what_the_table_allows(self, state, role):
        for facts in SITUATIONS:
            assert set(actions_open_to({role}, state, facts)) == {
                action
                for (start, action), (by, _, when) in ROWS.items()
                if start is state and role in by and is_open(when, facts)
            }

    def test_several_roles_have_the_buttons_of_each(self):
        assert set(actions_open_to({Role.CLERK, Role.DECIDER}, State.ACCEPTED)) == {
            *actions_open_to({Role.CLERK}, State.ACCEPTED),
            *actions_open_to({Role.DECIDER}, State.ACCEPTED),
        }

    @pytest.mark.parametrize(("start", "action"), list(TRANSITIONS))
    def test_asks_for_reasons_and_defects_where_they_are_owed(self, start, action):
        row = TRANSITIONS[start, action]
        assert row.reason_required == (action.value in NEEDS_A_REASON)
        assert row.defects_required == (action.value in NEEDS_DEFECTS)
        assert row.internal == (action.value in INTERNAL)

    @pytest.mark.parametrize(("start", "action"), list(TRANSITIONS))
    def test_every_row_speaks_plain_chinese(self, start, action):
        row = TRANSITIONS[start, action]
        for text in (row.label, row.told, row.next):
            assert re.search("[一-鿿]", text)
            assert not re.search("[A-Za-z]", text)

    def test_internal_steps_do_not_move_a_case(self):
        for (start, _), row in TRANSITIONS.items():
            if row.internal:
                assert row.to is start

    def test_final_states_are_the_five_ends(self):
        assert {
            State.NOT_ACCEPTED,
            State.CLOSED,
            State.WITHDRAWN,
            State.TERMINATED,
            State.VOIDED,
        } == FINAL

    def test_every_state_is_reached_and_leads_to_an_end(self):
        forward = {state: set() for state in State}
        for (start, _), row in TRANSITIONS.items():
            forward[start].add(row.to)
        reached, ends = {State.DRAFT}, set(FINAL)
        for _ in State:
            reached |= {to for state in reached for to in forward[state]}
            ends |= {state for state in State if forward[state] & ends}
        assert reached == ends == set(State)

    def test_every_state_and_outcome_has_a_name(self):
        names = [each.zh for each in State]
        assert len(set(names)) == len(State)
        assert all(each.zh for each in Outcome)


class TestShortCuts:
    def shortcuts(self):
        return {key: row for key, row in TRANSITIONS.items() if row.through}

    def test_end_with_the_action_itself_where_the_row_says(self):
        for (start, action), row in self.shortcuts().items():
            assert row.through[-1] is action
            here = start
            for each in row.through:
                primitive = TRANSITIONS[here, each]
                assert not primitive.through
                here = primitive.to
            assert here is row.to

    def test_allow_nobody_what_the_single_steps_do_not(self):
        for (start, _), row in self.shortcuts().items():
            here = start
            for each in row.through:
                primitive = TRANSITIONS[here, each]
                assert row.by <= primitive.by
                here = primitive.to

    def test_ask_for_what_the_last_step_asks(self):
        for (start, _), row in self.shortcuts().items():
            here = start
            for each in row.through:
                last = TRANSITIONS[here, each]
                here = last.to
            assert (
                row.reason_required,
                row.defects_required,
                row.when,
                row.outcome,
            ) == (
                last.reason_required,
                last.defects_required,
                last.when,
                last.outcome,
            )

    def test_one_click_records_each_step(self):
        moves = step(State.PRE_REVIEW, Action.ACCEPT, roles={Role.CLERK})
        assert [(move.start, move.action, move.row.to) for move in moves] == [
            (State.PRE_REVIEW, Action.PASS_PRE_REVIEW, State.ACCEPTANCE_CHECK),
            (State.ACCEPTANCE_CHECK, Action.ACCEPT, State.ACCEPTED),
        ]


class TestRefusals:
    def test_say_what_is_possible(self):
        with pytest.raises(IllegalTransition) as refused:
            step(State.DELIVERY, Action.ACCEPT, roles={Role.CITIZEN})
        assert refused.value.facts == {
            "state": "delivery",
            "possible": ["confirm-receipt"],
        }

    def test_a_second_notice_needs_another_way(self):
        with pytest.raises(AlreadyNotified):
            step(
                State.ACCEPTANCE_CHECK,
                Action.REQUEST_CORRECTION,
                roles={Role.CLERK},
                situation=Situation(notices_issued=1),
                has_defects=True,
            )

    @pytest.mark.parametrize("notices", [0, 1])
    def test_no_notice_after_the_five_days(self, notices):
        with pytest.raises(TooLateToNotify):
            step(
                State.ACCEPTANCE_CHECK,
                Action.REQUEST_CORRECTION,
                roles={Role.CLERK},
                situation=Situation(notices_issued=notices, answer_overdue=True),
                has_defects=True,
            )

    @pytest.mark.parametrize("state", sorted(workflow.UNANSWERED))
    def test_acceptance_is_not_refused_after_the_five_days(self, state):
        with pytest.raises(TooLateToRefuse) as refused:
            step(
                state,
                Action.REFUSE_ACCEPTANCE,
                roles={Role.CLERK},
                situation=Situation(answer_overdue=True),
                reason="不属于本局职权",
            )
        assert "accept" in refused.value.facts["possible"]
        assert "refuse-acceptance" not in refused.value.facts["possible"]

    def test_blank_reasons_are_no_reasons(self):
        with pytest.raises(Invalid) as refused:
            step(State.IN_REVIEW, Action.REFUSE, roles={Role.DECIDER}, reason=" \n")
        assert "reason" in refused.value.errors

    def test_a_notice_without_defects_is_none(self):
        with pytest.raises(Invalid) as refused:
            step(State.SUBMITTED, Action.RETURN, roles={Role.CLERK})
        assert "defects" in refused.value.errors

    def test_defects_belong_to_notices_only(self):
        with pytest.raises(Invalid):
            step(State.SUBMITTED, Action.ACCEPT, roles={Role.CLERK}, has_defects=True)


class TestNextThingToDo:
    def test_refusals_name_the_remedies(self):
        for state in (State.DECIDED, State.DELIVERY, State.CLOSED):
            text = workflow.next_for_applicant(state, Outcome.REFUSED)
            assert "60日" in text
            assert "6个月" in text

    def test_an_outcome_without_words_of_its_own_reads_the_states(self):
        assert workflow.next_for_applicant(
            State.DELIVERY, Outcome.GRANTED
        ) == workflow.next_for_applicant(State.DELIVERY)

    def test_a_row_knows_what_follows_it(self):
        row = TRANSITIONS[State.IN_REVIEW, Action.REFUSE]
        assert "行政复议" in row.next


class TestDiagram:
    def test_shows_every_step_once_and_no_short_cut(self):
        text = workflow.diagram()
        arrows = [
            line for line in text.splitlines() if "-->" in line and "[*]" not in line
        ]
        assert len(arrows) == sum(not row.through for row in TRANSITIONS.values())
        assert "accepted --> in_review: 开始审查 start-review（审查人、决定人）" in text

    def test_begins_and_ends(self):
        lines = workflow.diagram().splitlines()
        assert lines[0] == "stateDiagram-v2"
        assert lines[1] == "    [*] --> draft"
        assert sum(line.endswith("--> [*]") for line in lines) == len(FINAL)
