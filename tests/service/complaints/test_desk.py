from datetime import date

import pytest

from app.cases import service as cases
from app.cases.workflow import Action as CaseAction
from app.clocks.arithmetic import Light
from app.complaints import desk, queries, reporters
from app.complaints.categories import Kind
from app.complaints.queries import QueueFilters
from app.complaints.reporters import ByReceipt
from app.complaints.workflow import Action, IllegalTransition, State, Track
from app.files.service import Owner, unseal
from app.kernel import crypto
from app.kernel.actors import Role
from app.kernel.audit import AuditEntry
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.kernel.outbox import OutboxEntry
from app.people.models import StaffPost
from tests.builders.cases import LOCAL, make_world, submit_case
from tests.builders.complaints import act, make_complaint, make_handler, make_ticket
from tests.builders.files import MemoryStore, make_stored_file
from tests.builders.people import actor_of, make_staff
from tests.conftest import NOW


def queued(session, actor, **filters):
    page = queries.queue(session, actor, QueueFilters(**filters), now=NOW)
    return [row.token for row in page.rows]


def told(session):
    return [(each.type, each.payload) for each in session.query(OutboxEntry)]


def looks(session):
    acts = session.query(AuditEntry).where(AuditEntry.action.like("complaints.read%"))
    return [(each.actor_id, each.action, each.subject) for each in acts]


def assert_unknown_to(session, actor, complaint):
    assert complaint.token not in queued(session, actor)
    assert complaint.token not in queued(session, actor, state=complaint.state)
    counts = queries.counts(session, actor, now=NOW)
    assert set(counts.by_state.values()) <= {0}
    assert set(counts.by_light.values()) == {0}
    with pytest.raises(NotFound):
        desk.read(session, actor, complaint.token, now=NOW)
    with pytest.raises(NotFound):
        desk.write(session, actor, complaint.token, "您好", now=NOW)
    with pytest.raises(NotFound):
        desk.reveal_reporter(session, actor, complaint.token, now=NOW)
    with pytest.raises(NotFound):
        desk.take_step(
            session, actor, complaint.token, Action.ACCEPT, seen_version=1, now=NOW
        )


class TestTheWayOfAComplaint:
    def test_from_filing_to_the_end(self, session, desks, person):
        complaint, receipt = make_complaint(
            session, desks, kind=Kind.HELP, named_citizen_id=person.id
        )
        assert complaint.queue_on == date(2026, 3, 3)

        act(session, desks.handler, complaint, Action.ACCEPT)
        act(
            session,
            desks.handler,
            complaint,
            Action.DISPATCH,
            reason="请尽快帮助办理。",
            to_office_code=desks.department.code,
        )
        assert complaint.office_id == desks.department.id
        assert complaint.queue_on == date(2026, 3, 9)
        act(session, desks.accused, complaint, Action.START)
        seen = act(
            session, desks.accused, complaint, Action.REPLY, answer="已经帮您办好。"
        )
        assert (seen.state, seen.due_on, seen.light) == (State.REPLIED, None, None)
        assert seen.actions == ()
        assert complaint.answered_on == date(2026, 3, 2)
        seen = act(session, desks.handler, complaint, Action.CLOSE)
        assert seen.actions == ()
        assert queued(session, desks.handler) == []
        assert queued(session, desks.handler, closed=True) == [complaint.token]

        view = reporters.see(session, ByReceipt(receipt.code), now=NOW)
        assert [step.told for step in view.steps] == [
            "已受理",
            "已转有关单位办理",
            "正在办理",
            "已答复",
            "已办结",
        ]
        assert [message.text for message in view.messages] == ["已经帮您办好。"]

    def test_each_step_tells_the_one_who_is_named(self, session, desks, person):
        complaint, _ = make_complaint(
            session, desks, kind=Kind.HELP, named_citizen_id=person.id
        )
        act(session, desks.handler, complaint, Action.ACCEPT)
        act(session, desks.handler, complaint, Action.REPLY, answer="好的。")
        who = {"citizen_id": person.id, "complaint_token": complaint.token}
        assert told(session) == [
            ("complaints.filed.v1", who),
            ("complaints.moved.v1", who | {"state": "accepted"}),
            ("complaints.answered.v1", who),
        ]

    def test_an_objection_goes_back_to_the_intake_and_is_no_news(self, session, desks):
        complaint, _ = make_complaint(session, desks, kind=Kind.HELP)
        act(session, desks.handler, complaint, Action.ACCEPT)
        act(
            session,
            desks.handler,
            complaint,
            Action.DISPATCH,
            reason="请办理。",
            to_office_code=desks.other.code,
        )
        before = len(told(session))
        act(session, desks.outsider, complaint, Action.OBJECT, reason="不归我们管。")
        assert complaint.state is State.ACCEPTED
        assert complaint.office_id == desks.service.id
        assert len(told(session)) == before
        assert_unknown_to(session, desks.outsider, complaint)

    def test_a_second_colleague_is_told_that_it_moved_on(self, session, desks):
        complaint, _ = make_complaint(session, desks)
        act(session, desks.handler, complaint, Action.ACCEPT)
        with pytest.raises(Conflict):
            desk.take_step(
                session,
                desks.handler,
                complaint.token,
                Action.START,
                seen_version=1,
                now=NOW,
            )

    def test_a_message_moves_neither_state_nor_clock(self, session, desks, person):
        complaint, _ = make_complaint(session, desks, named_citizen_id=person.id)
        before = (complaint.state, complaint.queue_on, complaint.version)
        seen = desk.write(session, desks.handler, complaint.token, "哪一天？", now=NOW)
        session.flush()
        assert (complaint.state, complaint.queue_on, complaint.version) == before
        assert [message.text for message in seen.messages] == ["哪一天？"]
        assert told(session)[-1][0] == "complaints.answered.v1"

    def test_nothing_is_written_to_one_at_an_end(self, session, desks):
        complaint, _ = make_complaint(session, desks)
        act(session, desks.handler, complaint, Action.REJECT, reason="请向法院起诉。")
        with pytest.raises(Conflict):
            desk.write(session, desks.handler, complaint.token, "再说一句", now=NOW)

    def test_every_step_is_audited(self, session, desks):
        complaint, _ = make_complaint(session, desks)
        act(session, desks.handler, complaint, Action.ACCEPT)
        entry = session.query(AuditEntry).filter_by(action="complaints.accept").one()
        assert (entry.actor_id, entry.subject) == (
            desks.handler.id,
            f"complaint:{complaint.token}",
        )

    def test_it_is_never_sent_to_the_accused(self, session, desks):
        complaint, _ = make_complaint(session, desks, window_code=desks.window)
        act(session, desks.handler, complaint, Action.ACCEPT)
        choices = desk.offices_to_dispatch_to(session, desks.handler, complaint.token)
        offered = {office.id for office in choices}
        assert desks.other.id in offered
        assert not offered & {
            desks.department.id,
            desks.service.id,
            desks.discipline.id,
        }
        for code in (desks.department.code, desks.service.code, "nowhere"):
            with pytest.raises(Invalid) as refused:
                act(
                    session,
                    desks.handler,
                    complaint,
                    Action.DISPATCH,
                    reason="请办理。",
                    to_office_code=code,
                )
            assert set(refused.value.errors) == {"office"}

    def test_it_is_sent_nowhere_but_where_it_is_offered_to_go(self, session, desks):
        complaint, _ = make_complaint(session, desks)
        act(session, desks.handler, complaint, Action.ACCEPT)
        said = {"reason": "请办理。", "to_office_code": desks.other.code}
        act(session, desks.handler, complaint, Action.DISPATCH, **said)
        choices = desk.offices_to_dispatch_to(session, desks.handler, complaint.token)
        offered = {office.code for office in choices}
        assert desks.department.code in offered
        for office in (desks.other, desks.discipline, desks.service):
            assert office.code not in offered
            said["to_office_code"] = office.code
            with pytest.raises(Invalid) as refused:
                act(session, desks.handler, complaint, Action.DISPATCH, **said)
            assert set(refused.value.errors) == {"office"}
        assert complaint.office_id == desks.other.id

    @pytest.mark.parametrize("is_named", [True, False])
    def test_it_is_never_sent_to_the_office_of_its_case(self, session, desks, is_named):
        """With nothing but a reference, the office of the case is the accused."""
        world = make_world(session)
        case = submit_case(session, world)
        case.office_id = desks.department.id
        complaint, _ = make_complaint(
            session,
            desks,
            case_reference=case.reference,
            named_citizen_id=world.citizen.id if is_named else None,
        )
        act(session, desks.handler, complaint, Action.ACCEPT)
        choices = desk.offices_to_dispatch_to(session, desks.handler, complaint.token)
        assert desks.department.id not in {office.id for office in choices}
        with pytest.raises(desk.NotToTheAccused):
            act(
                session,
                desks.handler,
                complaint,
                Action.DISPATCH,
                reason="请办理。",
                to_office_code=desks.department.code,
            )
        complaint.office_id = desks.department.id
        session.flush()
        assert_unknown_to(session, desks.accused, complaint)


class TestWhoMayKnow:
    def test_the_office_that_takes_in_and_the_one_in_charge(self, session, desks):
        complaint, _ = make_complaint(session, desks, kind=Kind.HELP)
        assert queued(session, desks.handler) == [complaint.token]
        for actor in (desks.outsider, desks.accused, desks.inspector):
            assert_unknown_to(session, actor, complaint)

    def test_the_accused_office_does_not(self, session, desks):
        complaint, _ = make_complaint(session, desks, window_code=desks.window)
        complaint.office_id = desks.department.id
        session.flush()
        assert_unknown_to(session, desks.accused, complaint)

    def test_a_handler_who_belongs_to_the_accused_office_does_not(self, session, desks):
        complaint, _ = make_complaint(session, desks, window_code=desks.window)
        session.add(
            StaffPost(
                staff_id=desks.handler.id,
                role=Role.CLERK,
                office_id=desks.department.id,
            )
        )
        session.flush()
        assert_unknown_to(session, desks.handler, complaint)

    def test_whoever_handled_the_named_ones_case_does_not(self, session, desks):
        world, case, clerk = self.a_handled_case(session, desks)
        named, _ = make_complaint(
            session,
            desks,
            named_citizen_id=world.citizen.id,
            case_reference=case.reference,
        )
        assert_unknown_to(session, clerk, named)
        assert queued(session, desks.handler) == [named.token]

    def test_whoever_handled_the_unnamed_ones_case_does_not(self, session, desks):
        _, case, clerk = self.a_handled_case(session, desks)
        unnamed, _ = make_complaint(session, desks, case_reference=case.reference)
        assert_unknown_to(session, clerk, unnamed)
        assert queued(session, desks.handler) == [unnamed.token]

    def test_a_question_about_a_case_may_be_answered_by_who_handled_it(
        self, session, desks
    ):
        world, case, clerk = self.a_handled_case(session, desks)
        question, _ = make_complaint(
            session,
            desks,
            kind=Kind.CONSULTATION,
            named_citizen_id=world.citizen.id,
            case_reference=case.reference,
        )
        assert queued(session, clerk) == [question.token]

    def a_handled_case(self, session, desks):
        world = make_world(session)
        case = submit_case(session, world)
        cases.take_step(
            session,
            world.clerk,
            case.token,
            CaseAction.ACCEPT,
            seen_version=case.version,
            local=LOCAL,
            now=NOW,
        )
        # The clerk now handles complaints at the office that takes them in.
        clerk = make_handler(session, desks.service)
        for step in case.steps:
            if step.actor_id == world.clerk.id:
                step.actor_id = clerk.id
        session.flush()
        return world, case, clerk

    def test_a_clerk_and_an_administrator_read_none(self, session, desks):
        complaint, _ = make_complaint(session, desks)
        for role in (Role.CLERK, Role.ADMIN, Role.EDITOR):
            actor = make_handler(session, desks.service, role)
            with pytest.raises(Forbidden):
                queries.queue(session, actor, now=NOW)
            with pytest.raises(Forbidden):
                desk.read(session, actor, complaint.token, now=NOW)

    def test_a_citizen_has_no_desk(self, session, desks, person):
        with pytest.raises(Forbidden):
            queries.queue(session, person, now=NOW)


class TestSealedReports:
    @pytest.fixture
    def report(self, session, desks, person):
        complaint, _ = make_complaint(
            session,
            desks,
            kind=Kind.REPORT,
            text="他收了我两条烟。",
            accused_name="贾某",
            accused_post="窗口人员",
            window_code=desks.window,
            named_citizen_id=person.id,
        )
        return complaint

    def test_are_the_inspectors_alone(self, session, desks, report):
        seen = desk.read(session, desks.inspector, report.token, now=NOW)
        assert (seen.text, seen.accused_name, seen.accused_post) == (
            "他收了我两条烟。",
            "贾某",
            "窗口人员",
        )
        others = [
            desks.handler,
            desks.accused,
            desks.outsider,
            make_handler(session, desks.service, Role.SUPERVISOR),
            make_handler(session, desks.discipline, Role.SUPERVISOR),
        ]
        for actor in others:
            assert_unknown_to(session, actor, report)

    def test_every_opening_is_written_down(self, session, desks, report):
        desk.read(session, desks.inspector, report.token, now=NOW)
        desk.read(session, desks.inspector, report.token, now=NOW)
        opened = (
            desks.inspector.id,
            "complaints.read",
            f"complaint:{report.token}",
        )
        assert looks(session) == [opened, opened]

    def test_so_is_the_opening_of_a_service_complaint(self, session, desks):
        complaint, _ = make_complaint(session, desks)
        desk.read(session, desks.handler, complaint.token, now=NOW)
        subject = f"complaint:{complaint.token}"
        assert looks(session) == [(desks.handler.id, "complaints.read", subject)]

    def test_are_never_sent_on(self, session, desks, report):
        act(session, desks.inspector, report, Action.ACCEPT)
        with pytest.raises(IllegalTransition):
            act(
                session,
                desks.inspector,
                report,
                Action.DISPATCH,
                reason="请办理。",
                to_office_code=desks.other.code,
            )

    def test_tell_their_writer_only_that_there_is_news(
        self, session, desks, report, person
    ):
        act(session, desks.inspector, report, Action.ACCEPT)
        assert told(session)[-1] == (
            "complaints.moved.v1",
            {"citizen_id": person.id, "complaint_token": None, "state": ""},
        )

    def test_tell_nobody_when_they_are_unsigned(self, session, desks):
        report, _ = make_complaint(session, desks, kind=Kind.REPORT)
        act(session, desks.inspector, report, Action.ACCEPT)
        assert told(session) == []

    def test_never_reveal_who_wrote_them(self, session, desks, report):
        with pytest.raises(NotFound):
            desk.reveal_reporter(session, desks.inspector, report.token, now=NOW)

    def test_an_accused_inspector_does_not_see_theirs(self, session, desks):
        colleague = make_handler(session, desks.discipline)
        report, _ = make_complaint(
            session, desks, kind=Kind.REPORT, accused_name=desks.inspector.name
        )
        assert_unknown_to(session, desks.inspector, report)
        assert queued(session, colleague) == [report.token]

    def test_all_who_are_called_like_the_accused_are_kept_out(self, session, desks):
        twins = [
            actor_of(
                session,
                make_staff(
                    session,
                    roles=(Role.HANDLER,),
                    office=desks.discipline,
                    display_name="王伟",
                ),
            )
            for _ in range(2)
        ]
        report, _ = make_complaint(
            session, desks, kind=Kind.REPORT, accused_name=" 王伟 "
        )
        for twin in twins:
            assert_unknown_to(session, twin, report)
        assert queued(session, desks.inspector) == [report.token]

    def test_photos_are_opened_with_a_row_in_the_audit(self, session, desks):
        store, ticket = MemoryStore(), make_ticket(session)
        owner = Owner.ticket(crypto.of(session), ticket, now=NOW)
        token = make_stored_file(session, store, b"proof", owner=owner).token
        report, _ = make_complaint(
            session, desks, kind=Kind.REPORT, ticket=ticket, files=(token,)
        )
        photo = desk.open_photo(session, desks.inspector, report.token, token, now=NOW)
        assert unseal(crypto.of(session), store, photo) == b"proof"
        assert [act for _, act, _ in looks(session)] == ["complaints.read-photo"]
        with pytest.raises(NotFound):
            desk.open_photo(session, desks.handler, report.token, token, now=NOW)
        other, _ = make_complaint(session, desks, kind=Kind.REPORT)
        with pytest.raises(NotFound):
            desk.open_photo(session, desks.inspector, other.token, token, now=NOW)


class TestReveal:
    def test_gives_the_way_to_call_back_and_is_audited(self, session, desks, person):
        complaint, _ = make_complaint(session, desks, named_citizen_id=person.id)
        contact = desk.reveal_reporter(session, desks.handler, complaint.token, now=NOW)
        assert contact.name == "李秀英"
        assert contact.phone.startswith("139")
        assert "李秀英" not in repr(contact)
        assert session.query(AuditEntry).filter_by(action="complaints.reveal").one()

    def test_has_nothing_to_give_of_an_unsigned_one(self, session, desks):
        complaint, _ = make_complaint(session, desks)
        with pytest.raises(NotFound):
            desk.reveal_reporter(session, desks.handler, complaint.token, now=NOW)


class TestQueue:
    def test_the_most_urgent_first_and_on_from_any_line(self, session, desks):
        made = [make_complaint(session, desks, kind=Kind.HELP)[0] for _ in range(5)]
        made[3].queue_on = date(2026, 2, 27)
        made[1].queue_on = date(2026, 3, 20)
        session.flush()
        urgent = [made[index].token for index in (3, 0, 2, 4, 1)]

        seen, cursor = [], None
        while True:
            page = queries.queue(session, desks.handler, None, cursor, now=NOW, limit=2)
            seen += [row.token for row in page.rows]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == urgent

    def test_lights_and_counts_agree(self, session, desks):
        late, soon, calm = (make_complaint(session, desks)[0] for _ in range(3))
        late.queue_on = date(2026, 2, 27)
        soon.amber_on = date(2026, 3, 2)
        calm.queue_on, calm.amber_on = date(2026, 3, 20), date(2026, 3, 18)
        session.flush()
        for light, row in (
            (Light.RED, late),
            (Light.AMBER, soon),
            (Light.GREEN, calm),
        ):
            assert queued(session, desks.handler, light=light) == [row.token]
        counts = queries.counts(session, desks.handler, now=NOW)
        assert counts.by_light == {Light.RED: 1, Light.AMBER: 1, Light.GREEN: 1}
        assert counts.by_state == {State.NEW: 3}

    def test_a_line_says_what_it_is_and_nothing_of_its_words(
        self, session, desks, person
    ):
        complaint, _ = make_complaint(
            session,
            desks,
            category="attitude",
            window_code=desks.window,
            named_citizen_id=person.id,
        )
        (row,) = queries.queue(session, desks.handler, now=NOW).rows
        assert (row.kind_label, row.category) == ("投诉", "服务态度不好")
        assert (row.window_code, row.office) == (desks.window, "区营商环境办")
        assert row.is_named
        assert "三趟" not in repr(row)
        assert row.number == complaint.number

    def test_narrowed(self, session, desks):
        question, _ = make_complaint(session, desks, kind=Kind.CONSULTATION)
        complaint, _ = make_complaint(session, desks)
        act(session, desks.handler, complaint, Action.ACCEPT)
        handler = desks.handler
        assert queued(session, handler, kind=Kind.CONSULTATION) == [question.token]
        assert queued(session, handler, state=State.ACCEPTED) == [complaint.token]
        assert queued(session, handler, track=Track.SEALED) == []
        assert len(queued(session, handler, mine=True)) == 2
