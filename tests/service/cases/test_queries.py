from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, text

from app.cases import queries, service
from app.cases.queries import QueueFilters
from app.cases.rules import NO_CLOCK, Defect, Subject
from app.cases.workflow import Action, State
from app.clocks.arithmetic import Light
from app.kernel.actors import SYSTEM_ACTOR, Role
from app.kernel.errors import Forbidden, Invalid, NotFound
from tests.builders.cases import (
    LOCAL,
    make_case,
    make_citizen,
    make_draft,
    make_file,
    make_office,
    make_staff,
    make_world,
    submit_case,
)
from tests.conftest import NOW


def tokens(page):
    return [row.token for row in page.rows]


def whole(read, **said):
    """Read a list page by page, and return its rows."""
    rows, cursor = [], None
    while True:
        page = read(cursor=cursor, **said)
        rows += page.rows if hasattr(page, "rows") else page.cases
        cursor = page.next_cursor
        if cursor is None:
            return rows


class TestVisibility:
    def test_citizens_see_their_own(self, session, world):
        case = submit_case(session, world)
        assert queries.get(session, world.citizen, case.token) is case
        assert queries.get(session, world.citizen, case.reference) is case
        with pytest.raises(NotFound):
            queries.get(session, make_citizen(session), case.token)

    @pytest.mark.parametrize(
        "role", [Role.CLERK, Role.REVIEWER, Role.DECIDER, Role.SUPERVISOR]
    )
    def test_staff_see_their_offices(self, session, world, role):
        case = submit_case(session, world)
        colleague = make_staff(session, world.office, role)
        stranger = make_staff(session, make_office(session), role)
        assert queries.get(session, colleague, case.token) is case
        with pytest.raises(NotFound):
            queries.get(session, stranger, case.token)

    def test_staff_of_no_office_see_nothing(self, session, world):
        case = submit_case(session, world)
        with pytest.raises(NotFound):
            queries.get(session, replace(world.clerk, office_id=None), case.token)

    @pytest.mark.parametrize(
        "role", [Role.POSTER, Role.EDITOR, Role.HANDLER, Role.ADMIN]
    )
    def test_other_posts_see_none(self, session, world, role):
        case = submit_case(session, world)
        with pytest.raises(Forbidden):
            queries.get(session, make_staff(session, world.office, role), case.token)

    def test_drafts_are_the_citizens_alone(self, session, world):
        case = make_draft(session, world)
        assert queries.get(session, world.citizen, case.token) is case
        for actor in (world.clerk, world.supervisor, SYSTEM_ACTOR):
            with pytest.raises(NotFound):
                queries.get(session, actor, case.token)

    def test_the_system_sees_what_was_handed_in(self, session, world):
        case = submit_case(session, world)
        assert queries.get(session, SYSTEM_ACTOR, case.token) is case

    @pytest.mark.parametrize("name", ["", "1", "nothing", "411603202603020000012"])
    def test_other_names_lead_nowhere(self, session, world, name):
        submit_case(session, world)
        with pytest.raises(NotFound):
            queries.get(session, world.citizen, name)

    def test_files_belong_to_a_case_one_may_see(self, session, world):
        case = submit_case(session, world)
        (token,) = queries.given_files(case)["idcard"]
        found, file = queries.find_file(session, world.clerk, token)
        assert (found, file.material_key) == (case, "idcard")
        for actor in (
            make_citizen(session),
            make_staff(session, make_office(session), Role.CLERK),
        ):
            with pytest.raises(NotFound):
                queries.find_file(session, actor, token)


class TestFilesUnderANotice:
    """What the applicant changes is theirs until they hand it in."""

    @pytest.fixture
    def returned(self, session, world):
        case = submit_case(session, world)
        service.take_step(
            session,
            world.clerk,
            case.token,
            Action.RETURN,
            seen_version=case.version,
            defects=[Defect(Subject.MATERIAL, "idcard", "照片不清楚")],
            local=LOCAL,
            now=NOW,
        )
        return case

    @pytest.fixture
    def old(self, returned):
        (token,) = queries.given_files(returned)["idcard"]
        return token

    @pytest.fixture
    def new(self, session, world, returned, old):
        token = make_file(session, world.citizen)
        service.put_material(
            session, world.citizen, returned.token, "idcard", token, now=NOW
        )
        service.remove_material(session, world.citizen, returned.token, old, now=NOW)
        session.flush()
        return token

    def end(self, session, actor, case, action, now=NOW):
        service.take_step(
            session,
            actor,
            case.token,
            action,
            seen_version=case.version,
            local=LOCAL,
            now=now,
        )

    def test_staff_see_what_was_handed_in(self, session, world, returned, old, new):
        assert queries.given_files(returned) == {"idcard": (new,)}
        assert queries.filed_files(returned) == {"idcard": (old,)}
        self.end(session, world.citizen, returned, Action.SUPPLEMENT)
        assert queries.filed_files(returned) == {"idcard": (new,)}

    def test_what_was_never_handed_in_never_shows(
        self, session, world, returned, old, new
    ):
        self.end(session, world.citizen, returned, Action.WITHDRAW)
        assert queries.filed_files(returned) == {"idcard": (old,)}

    def test_staff_open_only_what_was_handed_in(
        self, session, world, returned, old, new
    ):
        queries.find_file(session, world.clerk, old)
        queries.find_file(session, world.citizen, new)
        with pytest.raises(NotFound):
            queries.find_file(session, world.clerk, new)
        with pytest.raises(NotFound):
            service.open_file(session, world.clerk, new, now=NOW)
        self.end(session, world.citizen, returned, Action.SUPPLEMENT)
        for token in (old, new):
            service.open_file(session, world.clerk, token, now=NOW)


class TestListOwn:
    def test_newest_first_page_by_page(self, session, world):
        mine = [make_case(session, world) for _ in range(5)]
        other = make_world(session)
        make_case(session, other)
        found = whole(
            lambda **s: queries.list_own(session, world.citizen, **s), limit=2
        )
        assert [each.id for each in found] == [each.id for each in reversed(mine)]

    def test_has_drafts_too(self, session, world):
        case = make_draft(session, world)
        page = queries.list_own(session, world.citizen)
        assert page.cases == (case,)
        assert page.next_cursor is None

    def test_somebody_elses_cursor_is_none_of_ours(self, session, world):
        theirs = make_case(session, make_world(session))
        with pytest.raises(Invalid):
            queries.list_own(session, world.citizen, cursor=theirs.token)


class TestQueue:
    def test_shows_the_most_urgent_first_page_by_page(self, session, world):
        days = [9, 3, 20, 3, 11]
        made = [make_case(session, world, queue_on=date(2026, 3, day)) for day in days]
        made.append(make_case(session, world, queue_on=NO_CLOCK))
        expected = sorted(made, key=lambda case: (case.queue_on, case.id))
        for limit in (1, 2, 3, 10):
            found = whole(
                lambda **s: queries.queue(session, world.clerk, now=NOW, **s),
                limit=limit,
            )
            assert [row.token for row in found] == [each.token for each in expected]

    def test_is_the_offices_own_and_open(self, session, world):
        mine = make_case(session, world)
        make_case(session, make_world(session))
        make_draft(session, world)
        make_case(session, world, state=State.CLOSED, is_open=False, queue_on=NO_CLOCK)
        assert tokens(queries.queue(session, world.clerk, now=NOW)) == [mine.token]

    def test_rows_say_what_a_clerk_needs_and_no_more(self, session, world):
        case = submit_case(session, world)
        service.claim(
            session, world.clerk, case.token, seen_version=case.version, now=NOW
        )
        (row,) = queries.queue(session, world.clerk, now=NOW).rows
        assert row.reference == case.reference
        assert row.matter_name == "小餐饮经营许可"
        assert row.applicant == "张*兰"
        assert row.light is Light.GREEN
        assert row.due_on == date(2026, 3, 9)
        assert row.assignee == "张三"
        assert row.version == case.version

    def test_a_case_without_a_clock_has_no_light(self, session, world):
        make_case(session, world, state=State.CORRECTION, queue_on=NO_CLOCK)
        (row,) = queries.queue(session, world.clerk, now=NOW).rows
        assert (row.light, row.due_on) == (None, None)

    def test_by_light(self, session, world):
        today = date(2026, 3, 2)
        red = make_case(session, world, queue_on=date(2026, 2, 27))
        amber = make_case(session, world, queue_on=today, amber_on=date(2026, 2, 27))
        green = make_case(session, world)
        make_case(session, world, queue_on=NO_CLOCK, amber_on=NO_CLOCK)
        for light, case in [
            (Light.RED, red),
            (Light.AMBER, amber),
            (Light.GREEN, green),
        ]:
            page = queries.queue(
                session, world.clerk, QueueFilters(light=light), now=NOW
            )
            assert tokens(page) == [case.token]
            assert page.rows[0].light is light
        assert queries.queue_lights(session, world.clerk, now=NOW) == {
            Light.RED: 1,
            Light.AMBER: 1,
            Light.GREEN: 1,
            None: 1,
        }

    def test_by_state_final_ones_included(self, session, world):
        accepted = make_case(session, world, state=State.ACCEPTED)
        closed = make_case(
            session, world, state=State.CLOSED, is_open=False, queue_on=NO_CLOCK
        )
        for state, case in [(State.ACCEPTED, accepted), (State.CLOSED, closed)]:
            page = queries.queue(
                session, world.clerk, QueueFilters(state=state), now=NOW
            )
            assert tokens(page) == [case.token]

    def test_cases_at_an_end_come_newest_first(self, session, world):
        made = [
            make_case(
                session, world, state=State.CLOSED, is_open=False, queue_on=NO_CLOCK
            )
            for _ in range(5)
        ]
        make_case(session, world)
        found = whole(
            lambda **s: queries.queue(
                session, world.clerk, QueueFilters(closed=True), now=NOW, **s
            ),
            limit=2,
        )
        assert [row.token for row in found] == [each.token for each in reversed(made)]

    def test_by_the_start_of_a_reference_open_or_not(self, session, world):
        case = submit_case(session, world)
        make_case(session, world)
        for typed in (
            case.reference,
            case.reference.lower(),
            "411603 20260302",
            "4116",
        ):
            page = queries.queue(
                session, world.clerk, QueueFilters(reference=typed), now=NOW
            )
            assert tokens(page) == [case.token]
        page = queries.queue(
            session, world.clerk, QueueFilters(reference="4117"), now=NOW
        )
        assert tokens(page) == []

    @pytest.mark.postgres
    def test_the_start_of_a_reference_is_compared_sign_by_sign(self, session):
        """In a language's order "~" comes before the digits: the column has none."""
        kept = session.scalar(
            text(
                "SELECT collation_name FROM information_schema.columns"
                " WHERE table_name = 'cases' AND column_name = 'reference'"
                " AND table_schema = current_schema()"
            )
        )
        assert kept == "C"

    def test_ones_own(self, session, world):
        mine = make_case(session, world, assignee_id=world.clerk.id)
        make_case(session, world, assignee_id=world.reviewer.id)
        make_case(session, world)
        page = queries.queue(session, world.clerk, QueueFilters(mine=True), now=NOW)
        assert tokens(page) == [mine.token]

    @pytest.mark.parametrize("cursor", ["x", "20260309", "20260309.x", ".", "9.9.9"])
    def test_other_cursors_are_refused(self, session, world, cursor):
        with pytest.raises(Invalid):
            queries.queue(session, world.clerk, cursor=cursor, now=NOW)

    def test_a_cursor_of_another_office_is_refused(self, session, world):
        theirs = make_case(session, make_world(session))
        with pytest.raises(Invalid):
            queries.queue(
                session, world.clerk, cursor=f"20260309.{theirs.token}", now=NOW
            )

    def test_a_page_has_a_size(self, session, world):
        for _ in range(3):
            make_case(session, world)
        assert len(queries.queue(session, world.clerk, now=NOW, limit=0).rows) == 1
        assert len(queries.queue(session, world.clerk, now=NOW, limit=999).rows) == 3

    def test_takes_one_query_however_long_it_is(self, session, world, engine):
        counts = []
        for _ in range(2):
            for _ in range(3):
                make_case(session, world)
            seen = []

            def note(conn, cursor, statement, *_, seen=seen):
                seen.append(statement)

            event.listen(engine, "before_cursor_execute", note)
            queries.queue(session, world.clerk, now=NOW)
            event.remove(engine, "before_cursor_execute", note)
            counts.append(len(seen))
        assert counts == [1, 1]


class TestLookUp:
    def submitted(self, session, world):
        case = make_draft(session, world)
        receipt = service.submit(
            session,
            world.citizen,
            case.token,
            snapshot=world.snapshot,
            local=LOCAL,
            now=NOW,
        )
        session.flush()
        return case, receipt

    def test_shows_how_a_case_stands_and_nobodys_data(self, session, world):
        case, receipt = self.submitted(session, world)
        service.take_step(
            session,
            world.clerk,
            case.token,
            Action.TERMINATE,
            seen_version=case.version,
            reason="张秀兰已经去世",
            local=LOCAL,
            now=NOW + timedelta(days=1),
        )
        found = queries.by_lookup(session, receipt.reference, receipt.lookup_code)
        assert found.reference == receipt.reference
        assert found.matter_name == "小餐饮经营许可"
        assert found.state is State.TERMINATED
        assert [(step.told, step.at) for step in found.steps] == [
            ("申请已提交，材料已收到", NOW),
            ("已终止办理", NOW + timedelta(days=1)),
        ]
        assert "终止" in found.next
        for secret in ("张", "去世", "138", "1101", case.token):
            assert secret not in repr(found)

    def test_shows_the_day_that_was_promised(self, session, world):
        case, receipt = self.submitted(session, world)
        service.take_step(
            session,
            world.clerk,
            case.token,
            Action.ACCEPT,
            seen_version=case.version,
            local=LOCAL,
            now=NOW,
        )
        found = queries.by_lookup(session, receipt.reference, receipt.lookup_code)
        assert found.due_on == date(2026, 3, 9)
        assert [step.told for step in found.steps] == [
            "申请已提交，材料已收到",
            "已进入受理审核",
            "已受理",
        ]

    def test_shows_no_internal_steps(self, session, world):
        case, receipt = self.submitted(session, world)
        for actor, action in [
            (world.clerk, Action.ACCEPT),
            (world.reviewer, Action.START_REVIEW),
            (world.reviewer, Action.ADVISE),
        ]:
            service.take_step(
                session,
                actor,
                case.token,
                action,
                seen_version=case.version,
                reason="建议准予",
                local=LOCAL,
                now=NOW,
            )
        found = queries.by_lookup(session, receipt.reference, receipt.lookup_code)
        assert [step.told for step in found.steps][-1] == "已开始审查"

    def test_forgives_how_it_is_typed(self, session, world):
        _, receipt = self.submitted(session, world)
        code = receipt.lookup_code
        found = queries.by_lookup(
            session, f" {receipt.reference.lower()} ", f"{code[:4]}-{code[4:].lower()}"
        )
        assert found.state is State.SUBMITTED

    def test_wrong_numbers_and_wrong_codes_look_the_same(self, session, world):
        _, receipt = self.submitted(session, world)
        other = self.submitted(session, world)[1]
        answers = set()
        for reference, code in [
            (receipt.reference, "AAAAAAAA"),
            (receipt.reference, other.lookup_code),
            (receipt.reference, ""),
            ("411603202603020999992", receipt.lookup_code),
            ("", receipt.lookup_code),
        ]:
            with pytest.raises(NotFound) as refused:
                queries.by_lookup(session, reference, code)
            answers.add(
                (str(refused.value), refused.value.zh, str(refused.value.facts))
            )
        assert len(answers) == 1

    def test_a_case_without_a_code_is_not_found_by_any(self, session, world):
        case = make_case(session, world, lookup_hash=None)
        with pytest.raises(NotFound):
            queries.by_lookup(session, case.reference, "AAAAAAAA")


class TestLoadedCases:
    def test_dates_are_aware(self, session, world):
        case = submit_case(session, world)
        session.expire_all()
        found = queries.get(session, world.clerk, case.token)
        assert found.submitted_at == datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
        assert found.steps[0].taken_at.tzinfo is not None
