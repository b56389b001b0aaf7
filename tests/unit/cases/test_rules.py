from dataclasses import replace
from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases import rules
from app.cases.rules import Defect, LocalRules, Subject
from app.cases.workflow import State
from app.catalogue.guide import (
    Guide,
    Limit,
    LimitUnit,
    Material,
    MatterType,
    Necessity,
)
from app.clocks import arithmetic
from app.clocks.arithmetic import Light
from app.forms.definitions import Field, FieldType, ShowIf
from app.kernel.errors import Invalid
from tests.builders.forms import make_field, make_form


class Days:
    """The State Council's days, as the package knows them."""

    def is_workday(self, day):
        return chinese_calendar.is_workday(day)

    def is_provisional(self, day):
        return False


DAYS = Days()
LOCAL = LocalRules(division="411603", decision_days=15)
MONDAY = date(2026, 3, 2)


def make_guide(**said):
    return Guide(
        **{
            "code": "M0001",
            "name": "测试事项",
            "type": MatterType.PUBLIC_SERVICE,
            "department": "测试局",
            "office_code": "test",
            "theme": "其他",
            "audience": (),
        }
        | said
    )


def workdays(amount):
    return Limit(amount, LimitUnit.WORKDAY, f"{amount}个工作日")


class TestAnswerDue:
    @pytest.mark.parametrize(
        ("received", "due"),
        [
            (date(2026, 2, 10), date(2026, 2, 24)),
            (date(2026, 4, 28), date(2026, 5, 8)),
            (date(2026, 9, 18), date(2026, 9, 24)),
            (date(2026, 9, 30), date(2026, 10, 13)),
            (date(2026, 12, 10), date(2026, 12, 17)),
        ],
    )
    def test_is_five_working_days(self, received, due):
        assert rules.answer_due(received, DAYS).on == due


class TestDeadlines:
    def test_count_both_limits_of_the_guide(self):
        guide = make_guide(statutory_limit=workdays(20), promised_limit=workdays(5))
        found = rules.deadlines(guide, date(2026, 2, 10), DAYS, local=LOCAL)
        assert found.due_on == date(2026, 3, 16)
        assert found.promised_due_on == date(2026, 2, 24)
        assert not found.provisional

    def test_a_licence_without_limit_has_the_laws_twenty_days(self):
        guide = make_guide(type=MatterType.LICENCE)
        found = rules.deadlines(guide, date(2026, 2, 10), DAYS, local=LOCAL)
        assert found.due_on == date(2026, 3, 16)
        assert found.promised_due_on is None

    @pytest.mark.parametrize(
        "kind", [each for each in MatterType if each is not MatterType.LICENCE]
    )
    def test_other_matters_without_limit_have_the_installations_promise(self, kind):
        found = rules.deadlines(
            make_guide(type=kind), date(2026, 2, 10), DAYS, local=LOCAL
        )
        assert found.due_on is None
        assert found.promised_due_on == date(2026, 3, 9)

    def test_where_nothing_is_promised_nothing_is_due(self):
        found = rules.deadlines(
            make_guide(), MONDAY, DAYS, local=replace(LOCAL, decision_days=None)
        )
        assert (found.due_on, found.promised_due_on) == (None, None)

    def test_a_text_without_a_number_is_no_limit(self):
        said = Limit(None, LimitUnit.UNKNOWN, "按规定")
        guide = make_guide(
            type=MatterType.LICENCE, statutory_limit=said, promised_limit=said
        )
        found = rules.deadlines(guide, date(2026, 2, 10), DAYS, local=LOCAL)
        assert found.due_on == date(2026, 3, 16)
        assert found.promised_due_on is None

    def test_a_number_without_a_unit_counts_working_days(self):
        guide = make_guide(promised_limit=Limit(5, LimitUnit.UNKNOWN, "5"))
        found = rules.deadlines(guide, date(2026, 2, 10), DAYS, local=LOCAL)
        assert found.promised_due_on == date(2026, 2, 24)

    def test_calendar_days_end_on_a_working_day(self):
        guide = make_guide(statutory_limit=Limit(7, LimitUnit.DAY, "7日"))
        found = rules.deadlines(guide, date(2026, 2, 10), DAYS, local=LOCAL)
        assert found.due_on == date(2026, 2, 24)  # 17 to 23 February are off

    def test_on_the_spot_is_due_at_once(self):
        guide = make_guide(promised_limit=Limit(0, LimitUnit.WORKDAY, "当场办结"))
        found = rules.deadlines(guide, MONDAY, DAYS, local=LOCAL)
        assert found.promised_due_on == MONDAY

    def test_days_not_yet_announced_make_it_provisional(self):
        class Guessed(Days):
            def is_workday(self, day):
                return day.weekday() < 5

            def is_provisional(self, day):
                return day.year > 2026

        guide = make_guide(promised_limit=workdays(20))
        found = rules.deadlines(guide, date(2026, 12, 10), Guessed(), local=LOCAL)
        assert found.provisional


class TestResumed:
    @given(
        limit=st.integers(1, 60),
        used=st.integers(0, 60),
        pause=st.integers(0, 90),
        start=st.dates(date(2024, 1, 1), date(2026, 1, 1)),
    )
    def test_what_was_left_is_left(self, limit, used, pause, start):
        due = arithmetic.add_working_days(start, limit, DAYS).on
        stopped = start + timedelta(days=min(used, (due - start).days))
        again = stopped + timedelta(days=pause)
        left = arithmetic.working_days_between(stopped, due, DAYS)
        new = rules.resumed(due, stopped, again, DAYS).on
        if left:
            assert arithmetic.working_days_between(again, new, DAYS) == left
        else:
            assert new >= again

    @given(
        due_after=st.integers(0, 60),
        pause=st.integers(0, 20),
        stopped=st.dates(date(2024, 1, 1), date(2025, 10, 1)),
    )
    def test_a_standstill_never_shortens_a_limit(self, due_after, pause, stopped):
        due = stopped + timedelta(days=due_after)
        again = stopped + timedelta(days=pause)
        assert rules.resumed(due, stopped, again, DAYS).on >= due

    def test_a_standstill_of_no_day_changes_nothing(self):
        friday, saturday = date(2026, 3, 6), date(2026, 3, 7)
        assert rules.resumed(saturday, friday, friday, DAYS).on == saturday

    def test_a_last_day_off_counts_as_the_working_day_after_it(self):
        friday, saturday = date(2026, 3, 6), date(2026, 3, 7)
        wednesday, thursday = date(2026, 3, 11), date(2026, 3, 12)
        assert rules.resumed(saturday, friday, wednesday, DAYS).on == thursday

    def test_a_limit_that_was_over_stays_over(self):
        due = date(2026, 3, 2)
        assert rules.resumed(due, date(2026, 3, 5), date(2026, 3, 20), DAYS).on == due


class TestRunningClock:
    @given(
        limit=st.integers(0, 60),
        start=st.dates(date(2024, 1, 1), date(2026, 1, 1)),
        after=st.integers(0, 130),
    )
    def test_stored_days_give_the_light_that_the_clock_gives(self, limit, start, after):
        end = arithmetic.add_working_days(start, limit, DAYS).on
        clock = rules.running_clock(
            State.ACCEPTED,
            received_on=None,
            accept_by_on=None,
            accepted_on=start,
            decide_by_on=end,
            decided_on=None,
            serve_by_on=None,
            calendar=DAYS,
        )
        today = start + timedelta(days=after)
        whole = arithmetic.working_days_between(start, end, DAYS)
        light = rules.light_of(clock.on, clock.amber_on, today)
        assert light is arithmetic.light(end, today, whole, DAYS)

    @pytest.mark.parametrize("state", State)
    def test_runs_against_the_office_only(self, state):
        clock = rules.running_clock(
            state,
            received_on=MONDAY,
            accept_by_on=date(2026, 3, 9),
            accepted_on=MONDAY,
            decide_by_on=date(2026, 3, 30),
            decided_on=MONDAY,
            serve_by_on=date(2026, 3, 16),
            calendar=DAYS,
        )
        expected = {
            State.SUBMITTED: date(2026, 3, 9),
            State.PRE_REVIEW: date(2026, 3, 9),
            State.ACCEPTANCE_CHECK: date(2026, 3, 9),
            State.ACCEPTED: date(2026, 3, 30),
            State.IN_REVIEW: date(2026, 3, 30),
            State.DECIDED: date(2026, 3, 16),
            State.CERTIFICATE: date(2026, 3, 16),
            State.DELIVERY: date(2026, 3, 16),
        }
        assert clock.on == expected.get(state, rules.NO_CLOCK)
        if state not in expected:
            assert rules.light_of(clock.on, clock.amber_on, MONDAY) is None

    def test_a_matter_that_nothing_limits_has_no_clock(self):
        clock = rules.running_clock(
            State.ACCEPTED,
            received_on=MONDAY,
            accept_by_on=MONDAY,
            accepted_on=MONDAY,
            decide_by_on=None,
            decided_on=None,
            serve_by_on=None,
            calendar=DAYS,
        )
        assert clock.on == rules.NO_CLOCK


class TestLights:
    @pytest.mark.parametrize(
        ("today", "light"),
        [
            (date(2026, 3, 2), Light.GREEN),
            (date(2026, 3, 5), Light.GREEN),
            (date(2026, 3, 6), Light.AMBER),
            (date(2026, 3, 9), Light.AMBER),
            (date(2026, 3, 10), Light.RED),
        ],
    )
    def test_of_an_answer_due_on_the_ninth(self, today, light):
        assert rules.light_of(date(2026, 3, 9), date(2026, 3, 6), today) is light


class TestDefects:
    form = make_form(
        make_field(),
        Field(key="photo", type=FieldType.FILE, label="照片"),
    )
    guide = make_guide(
        materials=(
            Material(key="m1", name="身份证"),
            Material(key="m2", name="审批表", from_applicant=False),
        )
    )

    def check(self, *defects):
        rules.check_defects(defects, self.form, self.guide)

    def refused(self, *defects):
        with pytest.raises(Invalid) as refused:
            self.check(*defects)
        return set(refused.value.errors)

    def test_name_what_form_and_guide_ask(self):
        self.check(
            Defect(Subject.FIELD, "name", "与身份证不符"),
            Defect(Subject.MATERIAL, "m1", "照片不清楚"),
        )

    @pytest.mark.parametrize(
        ("subject", "key"),
        [
            (Subject.FIELD, "m1"),
            (Subject.FIELD, "nothing"),
            (Subject.MATERIAL, "name"),
            (Subject.MATERIAL, "m2"),
            (Subject.MATERIAL, "m3"),
        ],
    )
    def test_nothing_beyond_the_pinned_guide_and_form(self, subject, key):
        assert self.refused(Defect(subject, key, "缺")) == {f"{subject}:{key}"}

    @pytest.mark.parametrize("problem", ["", "  \n", "长" * 501])
    def test_say_a_problem_of_readable_length(self, problem):
        assert self.refused(Defect(Subject.FIELD, "name", problem)) == {"field:name"}

    def test_name_each_thing_once(self):
        twice = Defect(Subject.FIELD, "name", "与身份证不符")
        assert self.refused(twice, twice) == {"field:name"}

    def test_are_not_endless(self):
        many = [Defect(Subject.FIELD, f"f{n}", "缺") for n in range(101)]
        assert self.refused(*many) == {"defects"}

    def test_a_further_notice_is_about_what_the_supplement_changed(self):
        changed = {(Subject.FIELD, "name")}
        rules.check_further([Defect(Subject.FIELD, "name", "错")], changed)
        with pytest.raises(rules.NotRaisedBySupplement) as refused:
            rules.check_further(
                [
                    Defect(Subject.FIELD, "name", "错"),
                    Defect(Subject.MATERIAL, "m1", "旧"),
                ],
                changed,
            )
        assert set(refused.value.errors) == {"material:m1"}


class TestMaterials:
    guide = make_guide(
        materials=(
            Material(key="m1", name="身份证"),
            Material(key="m2", name="委托书", necessity=Necessity.OPTIONAL),
            Material(key="m3", name="证明", necessity=Necessity.DEFERRABLE),
            Material(key="m4", name="承诺", necessity=Necessity.CREDIT_WAIVABLE),
            Material(key="m5", name="审批表", from_applicant=False),
        )
    )

    def test_only_required_ones_are_missed(self):
        assert rules.missing_materials(self.guide, ()) == {"m1": "请上传“身份证”。"}
        assert rules.missing_materials(self.guide, {"m1"}) == {}

    def test_files_go_into_materials_and_file_fields(self):
        form = make_form(
            make_field(), Field(key="photo", type=FieldType.FILE, label="照片")
        )
        assert rules.file_slots(form, self.guide) == {"m1", "m2", "m3", "m4", "photo"}


class TestWhatMayBeChanged:
    form = make_form(
        Field(key="married", type=FieldType.YES_NO, label="已婚"),
        make_field(key="spouse", show_if=ShowIf("married", ("yes",))),
        Field(
            key="has_child",
            type=FieldType.YES_NO,
            label="有孩子",
            show_if=ShowIf("married", ("yes",)),
        ),
        make_field(key="child", show_if=ShowIf("has_child", ("yes",))),
        make_field(key="other"),
    )

    def test_includes_the_questions_that_follow(self):
        assert rules.open_fields(self.form, {"married"}) == {
            "married",
            "spouse",
            "has_child",
            "child",
        }

    def test_and_nothing_else(self):
        assert rules.open_fields(self.form, {"other"}) == {"other"}
