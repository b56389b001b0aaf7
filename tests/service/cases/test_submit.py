from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.cases import queries, sealing, service
from app.cases.events import CaseSubmitted
from app.cases.filing import MatterWithdrawn
from app.cases.models import Case, CaseStep, Serial
from app.cases.rules import IncompleteApplication
from app.cases.serials import next_serial
from app.cases.workflow import Action, State
from app.kernel import crypto
from app.kernel.audit import AuditEntry
from app.kernel.errors import Forbidden, NotFound
from app.kernel.outbox import OutboxEntry
from app.kernel.references import ALPHABET, is_case_reference
from tests.builders.cases import (
    ANSWERS,
    FIELDS,
    LOCAL,
    make_citizen,
    make_draft,
    make_file,
    make_world,
    publish,
    submit_case,
)
from tests.conftest import NOW


def submit(session, world, case, **said):
    return service.submit(
        session,
        said.pop("actor", world.citizen),
        case.token,
        **{"snapshot": world.snapshot, "local": LOCAL, "now": NOW} | said,
    )


class TestSubmit:
    def test_gives_a_receipt(self, session, world):
        case = make_draft(session, world)
        receipt = submit(session, world, case)
        assert is_case_reference(receipt.reference)
        assert receipt.reference[:20] == "41160320260302000001"
        assert receipt.reference == case.reference
        assert len(receipt.lookup_code) == 8
        assert set(receipt.lookup_code) <= set(ALPHABET)
        assert receipt.submitted_at == NOW
        assert receipt.accept_by_on == date(2026, 3, 9)

    def test_hands_the_case_to_the_office(self, session, world):
        case = make_draft(session, world)
        submit(session, world, case)
        assert case.state is State.SUBMITTED
        assert case.is_open
        assert (case.submitted_at, case.received_at) == (NOW, NOW)
        assert case.accept_by_on == case.queue_on == date(2026, 3, 9)
        assert case.amber_on == date(2026, 3, 6)
        assert not case.due_provisional

    def test_writes_case_step_event_and_audit_together(self, session, world):
        case = make_draft(session, world)
        submit(session, world, case)
        session.flush()
        (step,) = session.scalars(select(CaseStep)).all()
        assert (step.number, step.action, step.to_state, step.announced) == (
            1,
            Action.SUBMIT,
            State.SUBMITTED,
            True,
        )
        (event,) = session.scalars(select(OutboxEntry)).all()
        assert event.type == CaseSubmitted.TYPE
        assert event.payload == {
            "case_id": case.id,
            "case_token": case.token,
            "applicant_id": world.citizen.id,
            "office_id": world.office.id,
            "matter_code": world.matter.code,
            "accept_by_on": "2026-03-09",
        }
        (entry,) = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "cases.submit")
        ).all()
        assert entry.subject == f"case:{case.token}"

    def test_keeps_answers_as_the_form_means_them(self, session, world):
        case = submit_case(session, world)
        assert sealing.answers_of(session, case) == ANSWERS | {"agrees": True}
        name = sealing.applicant_of(session, case.token, case.applicant_sealed)
        assert name == "张秀兰"
        assert not case.is_organisation

    def test_a_second_tap_gets_the_same_receipt(self, session, world):
        case = make_draft(session, world)
        first = submit(session, world, case)
        again = submit(session, world, case, now=NOW + timedelta(minutes=1))
        assert again == first
        session.flush()
        assert len(session.scalars(select(CaseStep)).all()) == 1
        assert len(session.scalars(select(OutboxEntry)).all()) == 1

    def test_and_still_does_when_the_clerk_was_quick(self, session, world):
        case = make_draft(session, world)
        first = submit(session, world, case)
        session.flush()
        service.take_step(
            session,
            world.clerk,
            case.token,
            Action.ACCEPT,
            seen_version=case.version,
            local=LOCAL,
            now=NOW,
        )
        assert submit(session, world, case) == first

    def test_the_code_is_not_kept_and_not_shown_wrong(self, session, world):
        case = make_draft(session, world)
        receipt = submit(session, world, case)
        assert receipt.lookup_code not in (case.lookup_hash, case.token)
        changed = crypto.Keyring({"k1": b"1" * 32}, current="k1", index_key=b"j" * 32)
        kept = crypto.of(session)
        crypto.attach(session, changed)
        again = submit(session, world, case)
        crypto.attach(session, kept)
        assert again.reference == receipt.reference
        assert again.lookup_code == ""

    def test_references_count_up_within_a_day(self, session, world):
        references = [submit_case(session, world).reference for _ in range(3)]
        assert [each[14:20] for each in references] == ["000001", "000002", "000003"]

    def test_the_day_is_the_offices(self, session, world):
        evening = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)  # 3 March in Shanghai
        case = submit_case(session, world, now=evening)
        assert case.reference[6:14] == "20260303"
        assert case.accept_by_on == date(2026, 3, 10)

    def test_dates_beyond_the_calendar_are_provisional(self, session, world):
        december = datetime(2026, 12, 30, 2, tzinfo=UTC)
        case = submit_case(session, world, now=december)
        assert case.due_provisional
        assert case.accept_by_on is not None


class TestReceipt:
    def test_is_shown_once_more(self, session, world):
        case = make_draft(session, world)
        given = submit(session, world, case)
        assert service.receipt(session, world.citizen, case.token) == given
        assert service.receipt(session, world.citizen, given.reference) == given

    def test_drafts_have_none(self, session, world):
        case = make_draft(session, world)
        with pytest.raises(NotFound):
            service.receipt(session, world.citizen, case.token)

    def test_is_the_applicants_own(self, session, world):
        case = submit_case(session, world)
        with pytest.raises(NotFound):
            service.receipt(session, make_citizen(session), case.token)
        with pytest.raises(Forbidden):
            service.receipt(session, world.clerk, case.token)


class TestIncomplete:
    def refused(self, session, world, case, **said):
        with pytest.raises(IncompleteApplication) as refused:
            submit(session, world, case, **said)
        return refused.value.errors

    def test_everything_wrong_is_said_at_once(self, session, world):
        case = make_draft(
            session, world, answers={"name": "张秀兰", "id_number": "1"}, files=()
        )
        errors = self.refused(session, world, case)
        assert set(errors) == {
            "id_number",
            "mobile",
            "address",
            "kind",
            "agrees",
            "idcard",
        }
        assert errors["idcard"] == "请上传“身份证”。"
        assert case.state is State.DRAFT
        assert case.reference is None

    def test_addresses_are_of_this_district(self, session, world):
        answers = ANSWERS | {"address": {"division": "999", "detail": "1号"}}
        case = make_draft(session, world, answers=answers)
        assert set(self.refused(session, world, case)) == {"address"}

    def test_optional_and_deferrable_materials_may_be_missing(self, session, world):
        submit_case(session, world, files=("idcard",))

    def test_a_required_file_field_wants_a_file(self, session):
        fields = [
            replace(each, required=True) if each.key == "sketch" else each
            for each in FIELDS
        ]
        world = make_world(session)
        world.snapshot = publish(session, world.matter.guide, fields=fields)
        world.matter = world.snapshot.matters[world.matter.code]
        case = make_draft(session, world)
        assert set(self.refused(session, world, case)) == {"sketch"}
        token = make_file(session, world.citizen)
        service.put_material(
            session, world.citizen, case.token, "sketch", token, now=NOW
        )
        assert submit(session, world, case).reference

    def test_the_form_of_today_decides(self, session, world):
        case = make_draft(session, world)
        fields = (*FIELDS, replace(FIELDS[0], key="nickname", prefill=""))
        snapshot = publish(session, world.matter.guide, fields=fields)
        errors = self.refused(session, world, case, snapshot=snapshot)
        assert set(errors) == {"nickname"}

    def test_and_is_pinned_with_guide_and_release(self, session, world):
        case = make_draft(session, world)
        guide = replace(world.matter.guide, name="新名称")
        snapshot = publish(session, guide)
        submit(session, world, case, snapshot=snapshot)
        assert case.matter_name == "新名称"
        assert case.release_number == snapshot.release_number
        matter = snapshot.matters[guide.code]
        assert case.guide_revision_id == matter.guide_revision_id
        assert case.form_id == matter.form_id


class TestRefusals:
    def test_a_withdrawn_matter_takes_no_applications(self, session, world):
        case = make_draft(session, world)
        nothing = replace(world.snapshot, matters={})
        with pytest.raises(MatterWithdrawn):
            submit(session, world, case, snapshot=nothing)

    def test_another_persons_draft_does_not_exist(self, session, world):
        case = make_draft(session, world)
        with pytest.raises(NotFound):
            submit(session, world, case, actor=make_citizen(session))

    def test_staff_do_not_submit(self, session, world):
        case = make_draft(session, world)
        with pytest.raises(Forbidden):
            submit(session, world, case, actor=world.clerk)


class TestApplicants:
    def test_an_organisation_is_named_by_its_own_name(self, session):
        fields = (*FIELDS, replace(FIELDS[0], key="org_name", prefill=""))
        world = make_world(session)
        world.snapshot = publish(session, world.matter.guide, fields=fields)
        world.matter = world.snapshot.matters[world.matter.code]
        answers = ANSWERS | {"org_name": "淮阳面馆有限公司"}
        case = submit_case(session, world, answers=answers)
        assert case.is_organisation
        (row,) = queries.queue(session, world.clerk, now=NOW).rows
        assert row.applicant == "淮阳面馆有限公司"

    def test_a_form_may_ask_for_no_name(self, session):
        world = make_world(session)
        fields = [each for each in FIELDS if each.key != "name"]
        world.snapshot = publish(session, world.matter.guide, fields=fields)
        world.matter = world.snapshot.matters[world.matter.code]
        answers = {key: value for key, value in ANSWERS.items() if key != "name"}
        case = submit_case(session, world, answers=answers)
        assert case.applicant_sealed is None
        (row,) = queries.queue(session, world.clerk, now=NOW).rows
        assert row.applicant == ""


class TestSerials:
    def test_are_counted_by_division_and_day(self, session):
        monday, tuesday = date(2026, 3, 2), date(2026, 3, 3)
        assert [next_serial(session, "411603", monday) for _ in range(3)] == [1, 2, 3]
        assert next_serial(session, "411603", tuesday) == 1
        assert next_serial(session, "411626", monday) == 1
        assert next_serial(session, "411603", monday) == 4
        assert len(session.scalars(select(Serial)).all()) == 3


def test_every_submitted_case_has_another_code(session, world):
    receipts = [
        submit(session, world, make_draft(session, world)).lookup_code for _ in range(5)
    ]
    assert len(set(receipts)) == 5
    assert len(session.scalars(select(Case)).all()) == 5
