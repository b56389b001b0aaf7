from datetime import UTC, date, datetime, timedelta

import pytest

from app.catalogue.current import load_snapshot
from app.complaints import desk, receipts
from app.complaints.categories import Kind
from app.complaints.filing import MAX_FILES, AlreadyFiled, file
from app.complaints.models import Complaint
from app.complaints.moments import Half, HalfDay
from app.complaints.subjects import NobodyToTakeItIn, SupervisionNotSetUp
from app.complaints.workflow import MAX_TEXT, Action, State, Track
from app.files.service import Owner, get
from app.files.tickets import TicketInvalid
from app.kernel import crypto
from app.kernel.actors import Role
from app.kernel.audit import AuditEntry
from app.kernel.errors import Invalid
from app.kernel.outbox import OutboxEntry
from app.people.models import Staff, StaffPost
from tests.builders.cases import make_world, submit_case
from tests.builders.catalogue import make_place
from tests.builders.complaints import (
    a_filing,
    act,
    make_complaint,
    make_desks,
    make_handler,
    make_ticket,
)
from tests.builders.files import MemoryStore, make_stored_file
from tests.conftest import NOW


def errors_of(session, desks, **said):
    with pytest.raises(Invalid) as refused:
        file(session, a_filing(**said), snapshot=desks.snapshot, now=NOW)
    return set(refused.value.errors)


def audited(session):
    acts = session.query(AuditEntry).where(AuditEntry.action.startswith("complaints."))
    return [each.action for each in acts]


class TestAnonymous:
    def test_gives_a_receipt_and_keeps_its_hash_alone(self, session, desks, keyring):
        complaint, receipt = make_complaint(session, desks)
        assert len(receipt.code) == receipts.LENGTH
        assert receipt.code not in repr(vars(complaint))
        assert complaint.receipt_index == receipts.index_of(keyring, receipt.code)
        assert receipt.answer_by_on == date(2026, 3, 16)
        assert receipt.filed == HalfDay(date(2026, 3, 2), Half.MORNING)
        assert receipt.grouped.replace(" ", "") == receipt.code

    def test_keeps_nobody_and_no_hour(self, session, desks):
        complaint, _ = make_complaint(session, desks)
        assert complaint.is_anonymous
        assert complaint.citizen_id is None
        assert complaint.identity_sealed is None
        assert complaint.filed_at is None
        assert audited(session) == []
        assert session.query(OutboxEntry).count() == 0

    def test_knows_place_and_window_and_whose_window_it_is(self, session, desks):
        complaint, _ = make_complaint(session, desks, window_code=desks.window)
        assert (complaint.place_code, complaint.window_code) == (
            desks.place,
            desks.window,
        )
        assert complaint.about_office_id == desks.department.id
        assert complaint.subject_office_id == desks.department.id

    def test_a_question_accuses_nobody(self, session, desks):
        complaint, _ = make_complaint(
            session, desks, kind=Kind.CONSULTATION, window_code=desks.window
        )
        assert complaint.about_office_id == desks.department.id
        assert complaint.subject_office_id is None

    def test_a_code_that_has_gone_refuses_nothing(self, session, desks):
        complaint, _ = make_complaint(
            session, desks, place_code="gone", window_code="gone", matter_code="gone"
        )
        assert complaint.place_code is None
        assert complaint.window_code is None
        assert complaint.matter_code is None

    def test_a_case_reference_is_kept_under_seal_only(self, session, desks):
        world = make_world(session)
        case = submit_case(session, world)
        complaint, _ = make_complaint(session, desks, case_reference=case.reference)
        assert complaint.case_id is None
        assert case.reference not in repr(vars(complaint))

    def test_of_a_case_the_office_alone_is_kept_and_only_when_accused(
        self, session, desks
    ):
        world = make_world(session)
        case = submit_case(session, world)
        for kind, kept in ((Kind.COMPLAINT, case.office_id), (Kind.HELP, None)):
            complaint, _ = make_complaint(
                session, desks, kind=kind, case_reference=case.reference
            )
            assert (complaint.case_id, complaint.case_office_id) == (None, kept)

    def test_a_wrong_case_reference_is_not_said_to_be_wrong(self, session, desks):
        make_complaint(session, desks, case_reference="41160320260302000009A")


class TestNamed:
    def test_is_found_in_the_account_and_announced(self, session, desks, person):
        complaint, _ = make_complaint(session, desks, named_citizen_id=person.id)
        assert complaint.citizen_id == person.id
        assert complaint.filed_at == NOW
        (entry,) = session.query(OutboxEntry)
        assert entry.type == "complaints.filed.v1"
        assert entry.payload == {
            "citizen_id": person.id,
            "complaint_token": complaint.token,
        }
        assert audited(session) == ["complaints.file"]

    def test_may_name_an_own_case(self, session, desks):
        world = make_world(session)
        case = submit_case(session, world)
        complaint, _ = make_complaint(
            session,
            desks,
            named_citizen_id=world.citizen.id,
            case_reference=case.reference.lower(),
        )
        assert complaint.case_id == case.id

    def test_may_not_name_anothers_case(self, session, desks, person):
        case = submit_case(session, make_world(session))
        said = {"named_citizen_id": person.id, "case_reference": case.reference}
        assert errors_of(session, desks, **said) == {"case_reference"}


class TestReport:
    def test_goes_to_the_inspectors_alone(self, session, desks):
        complaint, _ = make_complaint(
            session, desks, kind=Kind.REPORT, window_code=desks.window
        )
        assert complaint.track is Track.SEALED
        assert complaint.intake_office_id == desks.discipline.id
        assert complaint.office_id == desks.discipline.id
        assert complaint.subject_office_id == desks.department.id

    def test_with_a_name_to_it_still_stores_no_person(self, session, desks, person):
        complaint, _ = make_complaint(
            session, desks, kind=Kind.REPORT, named_citizen_id=person.id
        )
        assert not complaint.is_anonymous
        assert complaint.citizen_id is None
        (entry,) = session.query(OutboxEntry).where(
            OutboxEntry.type == "complaints.filed.v1"
        )
        assert entry.payload == {"citizen_id": person.id, "complaint_token": None}
        assert audited(session) == []

    def test_who_is_called_like_the_accused_is_kept_out(self, session, desks):
        complaint, _ = make_complaint(
            session, desks, kind=Kind.REPORT, accused_name=desks.accused.name
        )
        assert complaint.subject_staff_id == desks.accused.id

    def test_is_never_tied_to_its_writers_case(self, session, desks):
        world = make_world(session)
        case = submit_case(session, world)
        complaint, _ = make_complaint(
            session,
            desks,
            kind=Kind.REPORT,
            named_citizen_id=world.citizen.id,
            case_reference=case.reference,
        )
        assert complaint.case_id is None


class TestIntake:
    def test_a_complaint_comes_to_the_service_office(self, session, desks):
        complaint, _ = make_complaint(session, desks, window_code=desks.window)
        assert complaint.intake_office_id == desks.service.id
        assert complaint.state is State.NEW
        assert complaint.queue_on == date(2026, 3, 3)

    def test_what_is_said_against_that_office_goes_past_it(self, session, desks):
        complaint, _ = make_complaint(session, desks, place_code=desks.place)
        assert complaint.subject_office_id == desks.service.id
        assert complaint.intake_office_id == desks.discipline.id
        assert complaint.track is Track.SERVICE

    def test_what_is_said_against_its_case_goes_past_it(self, session, desks):
        case = submit_case(session, make_world(session))
        case.office_id = desks.service.id
        complaint, _ = make_complaint(session, desks, case_reference=case.reference)
        assert complaint.subject_office_id is None
        assert complaint.intake_office_id == desks.discipline.id

    def test_a_question_to_that_office_does_not(self, session, desks):
        complaint, _ = make_complaint(
            session, desks, kind=Kind.HELP, place_code=desks.place
        )
        assert complaint.intake_office_id == desks.service.id

    def test_without_the_offices_nothing_is_taken_in(self, session):
        desks = make_desks(session)
        desks.service.short_name = desks.service.name = "别的"
        session.flush()
        with pytest.raises(SupervisionNotSetUp):
            file(session, a_filing(), snapshot=desks.snapshot, now=NOW)


class TestNobodyToTakeItIn:
    """What nobody here could ever read is refused, and nothing of it is kept."""

    def refused(self, session, desks, **said):
        with pytest.raises(NobodyToTakeItIn) as refusal:
            make_complaint(session, desks, **said)
        assert session.query(Complaint).count() == 0
        return refusal.value.zh

    def test_a_report_on_the_inspectors_own_office(self, session, desks):
        place = make_place(session, office_code=desks.discipline.code)
        desks.snapshot = load_snapshot(session)
        told = self.refused(
            session, desks, kind=Kind.REPORT, place_code=place.code, named_citizen_id=1
        )
        assert "上一级纪检监察机关" in told
        assert "12388" in told
        assert "没有保存" in told

    def test_a_report_on_the_only_inspector(self, session, desks):
        said = {"kind": Kind.REPORT, "accused_name": desks.inspector.name}
        assert "12388" in self.refused(session, desks, **said)
        make_handler(session, desks.discipline, Role.SUPERVISOR)
        self.refused(session, desks, **said)
        make_handler(session, desks.discipline)
        make_complaint(session, desks, **said)

    def test_a_report_when_every_other_inspector_has_left(self, session, desks):
        session.get(Staff, desks.inspector.id).active = False
        session.flush()
        self.refused(session, desks, kind=Kind.REPORT)

    def test_a_report_when_every_inspector_belongs_to_the_accused(self, session, desks):
        session.add(
            StaffPost(
                staff_id=desks.inspector.id,
                role=Role.CLERK,
                office_id=desks.department.id,
                active=False,
            )
        )
        session.flush()
        self.refused(session, desks, kind=Kind.REPORT, window_code=desks.window)

    def test_a_complaint_goes_past_an_office_whose_people_all_keep_away(
        self, session, desks
    ):
        complaint, _ = make_complaint(session, desks, accused_name=desks.handler.name)
        assert complaint.intake_office_id == desks.discipline.id

    def test_a_complaint_on_both_offices(self, session, desks):
        case = submit_case(session, make_world(session))
        case.office_id = desks.discipline.id
        told = self.refused(
            session, desks, place_code=desks.place, case_reference=case.reference
        )
        assert "12345" in told

    def test_a_complaint_waits_for_people_who_are_not_there_yet(self, session, desks):
        session.get(Staff, desks.handler.id).active = False
        session.flush()
        complaint, _ = make_complaint(session, desks)
        assert complaint.intake_office_id == desks.service.id


class TestWhatIsRefused:
    def test_no_words(self, session, desks):
        assert errors_of(session, desks, text=" \n") == {"text"}

    def test_too_many_words(self, session, desks):
        assert errors_of(session, desks, text="长" * (MAX_TEXT + 1)) == {"text"}
        make_complaint(session, desks, text="长" * MAX_TEXT)
        make_complaint(session, desks, text="长\r\n" * (MAX_TEXT // 2))

    def test_a_category_of_another_kind(self, session, desks):
        assert errors_of(session, desks, category="bribe") == {"category"}

    def test_a_long_name(self, session, desks):
        assert errors_of(session, desks, accused_name="名" * 61) == {"accused_name"}

    def test_too_many_photos(self, session, desks):
        said = {"files": tuple("abcde"), "ticket": make_ticket(session)}
        assert errors_of(session, desks, **said) == {"files"}


class TestTwice:
    def test_the_same_form_gives_the_same_receipt(self, session, desks):
        ticket = make_ticket(session)
        first, receipt = make_complaint(session, desks, ticket=ticket)
        second, again = make_complaint(session, desks, ticket=ticket)
        assert (first, receipt) == (second, again)
        assert session.query(Complaint).count() == 1

    def test_other_words_in_the_same_form_are_not_lost_silently(self, session, desks):
        ticket = make_ticket(session)
        make_complaint(session, desks, ticket=ticket)
        with pytest.raises(AlreadyFiled):
            make_complaint(session, desks, ticket=ticket, text="还有一件事。")

    def test_another_scene_in_the_same_form_is_not_lost_silently(self, session, desks):
        ticket = make_ticket(session)
        said = {"ticket": ticket, "place_code": desks.place}
        first, _ = make_complaint(session, desks, **said)
        assert make_complaint(session, desks, **said)[0] == first
        with pytest.raises(AlreadyFiled):
            make_complaint(session, desks, **said, window_code=desks.window)

    def test_without_a_ticket_each_is_its_own(self, session, desks):
        make_complaint(session, desks)
        make_complaint(session, desks)
        assert session.query(Complaint).count() == 2

    def test_a_ticket_that_is_not_ours_makes_no_receipt(self, session, desks):
        ours = make_ticket(session)
        changed = ("c" if ours[0] == "b" else "b") + ours[1:]
        for ticket in ("short", "a" * 16, "a" * 200, changed, f"{ours}x"):
            with pytest.raises(TicketInvalid):
                make_complaint(session, desks, ticket=ticket)
        assert session.query(Complaint).count() == 0

    def test_a_form_that_lay_open_too_long_is_not_taken_but_is_known_again(
        self, session, desks
    ):
        ticket, tomorrow = make_ticket(session), NOW + timedelta(days=1)
        with pytest.raises(TicketInvalid) as refused:
            make_complaint(session, desks, ticket=ticket, now=tomorrow)
        assert "再提交一次" in refused.value.zh
        _, receipt = make_complaint(session, desks, ticket=ticket)
        again = make_complaint(session, desks, ticket=ticket, now=tomorrow)
        assert again[1] == receipt


class TestPhotos:
    @pytest.fixture
    def store(self):
        return MemoryStore()

    def photo(self, session, store, ticket):
        owner = Owner.ticket(crypto.of(session), ticket, now=NOW)
        return make_stored_file(session, store, owner=owner).token

    def test_belong_to_the_complaint_from_then_on(self, session, desks, store):
        ticket = make_ticket(session)
        tokens = tuple(self.photo(session, store, ticket) for _ in range(MAX_FILES))
        complaint, _ = make_complaint(
            session, desks, ticket=ticket, files=(*tokens[:2], tokens[0])
        )
        kept = get(session, tokens[0])
        assert kept.attached_to == f"complaint:{complaint.token}"
        assert get(session, tokens[2]).attached_to is None

    def test_that_come_with_a_second_tap_are_added(self, session, desks, store):
        ticket = make_ticket(session)
        tokens = tuple(self.photo(session, store, ticket) for _ in range(3))
        for files in (tokens[:1], tokens[:2], tokens[2:], ()):
            complaint, _ = make_complaint(session, desks, ticket=ticket, files=files)
        for token in tokens:
            assert get(session, token).attached_to == f"complaint:{complaint.token}"
        seen = desk.read(session, desks.handler, complaint.token, now=NOW)
        assert seen.photos == tokens

    def test_that_come_too_late_are_said_to_be_lost(self, session, desks, store):
        ticket = make_ticket(session)
        first, second = (self.photo(session, store, ticket) for _ in range(2))
        said = {"ticket": ticket, "files": (first,)}
        complaint, receipt = make_complaint(session, desks, **said)
        tomorrow = NOW + timedelta(days=1)
        assert make_complaint(session, desks, now=tomorrow, **said)[1] == receipt
        said["files"] = (first, second)
        with pytest.raises(AlreadyFiled) as refused:
            make_complaint(session, desks, now=tomorrow, **said)
        assert "没有收下" in refused.value.zh
        act(session, desks.handler, complaint, Action.REJECT, reason="请起诉。")
        with pytest.raises(AlreadyFiled):
            make_complaint(session, desks, **said)

    def test_are_never_more_than_the_most(self, session, desks, store):
        ticket = make_ticket(session)
        tokens = tuple(self.photo(session, store, ticket) for _ in range(MAX_FILES + 1))
        make_complaint(session, desks, ticket=ticket, files=tokens[:MAX_FILES])
        with pytest.raises(AlreadyFiled):
            make_complaint(session, desks, ticket=ticket, files=tokens[MAX_FILES:])

    def test_of_somebody_else_are_refused(self, session, desks, store):
        foreign = self.photo(session, store, make_ticket(session))
        mine = make_ticket(session)
        assert errors_of(session, desks, ticket=mine, files=(foreign,)) == {"files"}
        assert errors_of(session, desks, files=(foreign,)) == {"files"}

    def test_of_the_signed_in_need_no_ticket(self, session, desks, store, person):
        owner = Owner.citizen(person.id)
        token = make_stored_file(session, store, owner=owner).token
        make_complaint(session, desks, named_citizen_id=person.id, files=(token,))
        assert get(session, token).attached_to is not None


def test_the_afternoon_of_an_office_is_not_that_of_the_machine(session, desks):
    late = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)  # 00:30 on the 3rd in Shanghai
    complaint, _ = make_complaint(session, desks, now=late)
    assert (complaint.filed_on, complaint.filed_half) == (
        date(2026, 3, 3),
        Half.MORNING,
    )
