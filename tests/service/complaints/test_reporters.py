from datetime import date, timedelta

import pytest

from app.complaints import desk, queries, receipts, reporters, service
from app.complaints.categories import Kind
from app.complaints.models import Author
from app.complaints.queries import ReceiptUnknown
from app.complaints.reporters import ByAccount, ByReceipt, ConversationClosed
from app.complaints.rules import rules
from app.complaints.workflow import (
    Action,
    IllegalTransition,
    ReopenedTooLate,
    ReopenedTooOften,
    State,
)
from app.kernel.errors import Forbidden, Invalid, NotFound, TooMany
from tests.builders.complaints import act, make_complaint
from tests.builders.people import actor_of, make_citizen
from tests.conftest import NOW


@pytest.fixture
def answered(session, desks):
    """An anonymous complaint that has an answer, and its reporter."""
    complaint, receipt = make_complaint(session, desks)
    act(session, desks.handler, complaint, Action.ACCEPT)
    act(session, desks.handler, complaint, Action.REPLY, answer="已经整改。")
    return complaint, ByReceipt(receipt.code)


class TestLookUp:
    def test_shows_how_it_stands(self, session, desks):
        complaint, receipt = make_complaint(
            session, desks, category="attitude", window_code=desks.window
        )
        view = service.look_up(session, receipt.code, now=NOW)
        assert view.number == complaint.number
        assert (view.kind_label, view.category) == ("投诉", "服务态度不好")
        assert view.text == "窗口的人让我跑了三趟。"
        assert view.answer_by_on == date(2026, 3, 16)
        assert view.state is State.NEW
        assert (view.steps, view.messages, view.actions) == ((), (), ())
        assert view.can_write

    def test_reads_a_receipt_as_people_type_it(self, session, desks):
        _, receipt = make_complaint(session, desks)
        typed = f" {receipts.grouped(receipt.code).lower()}\n"
        assert service.look_up(session, typed, now=NOW).text

    @pytest.mark.parametrize(
        "typed", ["", "A", "A" * 26, "A" * 10_000, "0OIL" * 7, "💥", "回执码"]
    )
    def test_a_wrong_one_always_gets_the_same_answer(self, session, desks, typed):
        make_complaint(session, desks)
        with pytest.raises(ReceiptUnknown) as refused:
            service.look_up(session, typed, now=NOW)
        assert str(refused.value) == "no such receipt"
        assert refused.value.facts == {}

    def test_shows_no_name_of_staff(self, session, desks, answered):
        _, reporter = answered
        view = reporters.see(session, reporter, now=NOW)
        assert desks.handler.name not in repr(view)
        assert {message.office for message in view.messages} == {"区营商环境办"}

    def test_shows_why_it_was_not_taken_in(self, session, desks):
        complaint, receipt = make_complaint(session, desks)
        act(session, desks.handler, complaint, Action.REJECT, reason="请向法院起诉。")
        view = service.look_up(session, receipt.code, now=NOW)
        assert [step.reason for step in view.steps] == ["请向法院起诉。"]
        assert not view.can_write
        assert view.answer_by_on is None

    def test_does_not_show_what_offices_write_to_each_other(self, session, desks):
        complaint, receipt = make_complaint(session, desks, kind=Kind.HELP)
        act(session, desks.handler, complaint, Action.ACCEPT)
        act(
            session,
            desks.handler,
            complaint,
            Action.DISPATCH,
            reason="注意方式。",
            to_office_code=desks.other.code,
        )
        view = service.look_up(session, receipt.code, now=NOW)
        assert "注意方式" not in repr(view)


class TestConversation:
    def test_goes_both_ways(self, session, desks):
        complaint, receipt = make_complaint(session, desks)
        service.add_message(session, ByReceipt(receipt.code), " 补充一点 ", now=NOW)
        desk.write(session, desks.handler, complaint.token, "收到。", now=NOW)
        view = service.look_up(session, receipt.code, now=NOW)
        assert [(message.by, message.text) for message in view.messages] == [
            (Author.REPORTER, "补充一点"),
            (Author.OFFICE, "收到。"),
        ]

    def test_an_anonymous_message_has_no_hour(self, session, desks):
        complaint, receipt = make_complaint(session, desks)
        service.add_message(session, ByReceipt(receipt.code), "补充", now=NOW)
        desk.write(session, desks.handler, complaint.token, "收到。", now=NOW)
        theirs, ours = complaint.messages
        assert theirs.written_at is None
        assert ours.written_at == NOW

    @pytest.mark.parametrize("text", ["", " \n", "长" * 2001])
    def test_refuses_nothing_and_too_much(self, session, desks, text):
        _, receipt = make_complaint(session, desks)
        with pytest.raises(Invalid) as refused:
            service.add_message(session, ByReceipt(receipt.code), text, now=NOW)
        assert set(refused.value.errors) == {"text"}

    def test_ends_with_the_complaint(self, session, desks):
        complaint, receipt = make_complaint(session, desks)
        act(session, desks.handler, complaint, Action.REJECT, reason="不归我们管。")
        with pytest.raises(ConversationClosed):
            service.add_message(session, ByReceipt(receipt.code), "喂", now=NOW)

    def test_has_a_most(self, session, desks, monkeypatch):
        monkeypatch.setattr(reporters, "MAX_MESSAGES", 2)
        _, receipt = make_complaint(session, desks)
        for _ in range(2):
            service.add_message(session, ByReceipt(receipt.code), "喂", now=NOW)
        with pytest.raises(TooMany):
            service.add_message(session, ByReceipt(receipt.code), "喂", now=NOW)


class TestSteps:
    def test_confirm_ends_it(self, session, answered):
        complaint, reporter = answered
        view = service.confirm_or_reopen(session, reporter, Action.CONFIRM, now=NOW)
        assert view.state is State.CLOSED
        assert complaint.steps[-1].by is Author.REPORTER
        assert complaint.steps[-1].taken_at is None

    def test_reopen_starts_the_clocks_again(self, session, desks, answered):
        complaint, reporter = answered
        later = NOW + timedelta(days=8)
        view = service.confirm_or_reopen(
            session, reporter, Action.REOPEN, reason="还是老样子。", now=later
        )
        assert view.state is State.REOPENED
        assert view.steps[-1].reason == "还是老样子。"
        assert complaint.clock_started_on == date(2026, 3, 10)
        assert complaint.queue_on == date(2026, 3, 11)
        assert complaint.answer_by_on == date(2026, 3, 24)
        assert complaint.office_id == desks.service.id

    def test_reopen_wants_a_reason(self, session, answered):
        _, reporter = answered
        with pytest.raises(Invalid) as refused:
            service.confirm_or_reopen(session, reporter, Action.REOPEN, now=NOW)
        assert set(refused.value.errors) == {"reason"}

    def test_not_for_ever(self, session, answered):
        _, reporter = answered
        last = NOW + timedelta(days=rules().reopen_days)
        assert Action.REOPEN in reporters.see(session, reporter, now=last).actions
        after = last + timedelta(days=1)
        assert reporters.see(session, reporter, now=after).actions == (Action.CONFIRM,)
        with pytest.raises(ReopenedTooLate):
            service.confirm_or_reopen(
                session, reporter, Action.REOPEN, reason="还是不行。", now=after
            )

    def test_not_again_and_again(self, session, desks, answered):
        complaint, reporter = answered
        for _ in range(rules().most_reopenings):
            service.confirm_or_reopen(
                session, reporter, Action.REOPEN, reason="还是不行。", now=NOW
            )
            act(session, desks.handler, complaint, Action.REPLY, answer="再办。")
        with pytest.raises(ReopenedTooOften):
            service.confirm_or_reopen(
                session, reporter, Action.REOPEN, reason="还是不行。", now=NOW
            )

    def test_what_offices_do_a_reporter_may_not(self, session, desks):
        _, receipt = make_complaint(session, desks)
        reporter = ByReceipt(receipt.code)
        with pytest.raises(Forbidden):
            service.confirm_or_reopen(session, reporter, Action.ACCEPT, now=NOW)
        with pytest.raises(IllegalTransition):
            service.confirm_or_reopen(session, reporter, Action.CONFIRM, now=NOW)


class TestAccount:
    def test_lists_both_tracks_newest_first(self, session, desks, person):
        stranger = actor_of(session, make_citizen(session))
        mine = []
        for kind in (Kind.COMPLAINT, Kind.REPORT, Kind.PRAISE):
            mine.append(
                make_complaint(session, desks, kind=kind, named_citizen_id=person.id)[0]
            )
            make_complaint(session, desks, kind=kind, named_citizen_id=stranger.id)
            make_complaint(session, desks, kind=kind)
        first = queries.list_own(session, person, limit=2)
        rest = queries.list_own(session, person, cursor=first.next_cursor)
        assert [row.token for row in (*first.rows, *rest.rows)] == [
            each.token for each in reversed(mine)
        ]
        assert rest.next_cursor is None

    def test_opens_ones_own_and_writes_to_it(self, session, desks, person):
        complaint, _ = make_complaint(
            session, desks, kind=Kind.REPORT, named_citizen_id=person.id
        )
        own = ByAccount(person, complaint.token)
        service.add_message(session, own, "补充", now=NOW)
        assert complaint.messages[0].written_at == NOW
        assert service.see_own(session, own, now=NOW).text

    def test_anothers_does_not_exist(self, session, desks, person):
        foreign, _ = make_complaint(session, desks)
        with pytest.raises(NotFound):
            service.see_own(session, ByAccount(person, foreign.token), now=NOW)
