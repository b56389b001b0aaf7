from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.cases import pinned, queries, sealing, service
from app.cases.changes import ChangedMeanwhile
from app.cases.drafts import MAX_DRAFTS, MaterialFull, NotEditable, TooManyDrafts
from app.cases.models import Case, CaseFile, CaseSource
from app.cases.rules import MAX_FILES_PER_MATERIAL
from app.cases.workflow import State
from app.files.models import StoredFile
from app.kernel.errors import Forbidden, Invalid, NotFound
from app.kernel.outbox import OutboxEntry
from tests.builders.cases import (
    ANSWERS,
    FIELDS,
    make_citizen,
    make_draft,
    make_file,
    make_guide,
    publish,
    submit_case,
)
from tests.conftest import NOW


def open_draft(session, world, actor=None, **said):
    return service.open_draft(
        session,
        actor or world.citizen,
        **{
            "snapshot": world.snapshot,
            "matter": world.matter,
            "place_code": None,
            "source": CaseSource.PAGE,
            "now": NOW,
        }
        | said,
    )


class TestOpenDraft:
    def test_pins_what_is_published(self, session, world):
        case = open_draft(session, world)
        assert case.state is State.DRAFT
        assert case.reference is None
        assert case.guide_revision_id == world.matter.guide_revision_id
        assert case.form_id == world.matter.form_id
        assert case.release_number == world.snapshot.release_number
        assert case.office_id == world.office.id
        assert case.source is CaseSource.PAGE
        assert case.version == 1

    def test_tells_nobody(self, session, world):
        open_draft(session, world)
        assert session.scalars(select(OutboxEntry)).all() == []

    def test_finds_the_draft_that_was_begun(self, session, world):
        first = make_draft(session, world)
        again = open_draft(session, world, source=CaseSource.SCAN)
        assert again is first
        assert again.source is CaseSource.SCAN
        assert sealing.answers_of(session, again)["name"] == "张秀兰"

    def test_begins_another_after_submission_and_for_another_person(
        self, session, world
    ):
        first = submit_case(session, world)
        second = open_draft(session, world)
        third = open_draft(session, world, make_citizen(session))
        assert len({first.id, second.id, third.id}) == 3

    def test_brings_an_old_draft_to_the_guide_of_today(self, session, world):
        case = make_draft(session, world)
        fields = tuple(each for each in FIELDS if each.key != "kind")
        fields = tuple(replace(each, show_if=None) for each in fields)
        guide = replace(world.matter.guide, name="小餐饮登记")
        snapshot = publish(session, guide, fields=fields)
        matter = snapshot.matters[guide.code]
        assert open_draft(session, world, snapshot=snapshot, matter=matter) is case
        assert case.form_id == matter.form_id
        assert case.guide_revision_id == matter.guide_revision_id
        assert case.matter_name == "小餐饮登记"
        kept = sealing.answers_of(session, case)
        assert kept == {key: value for key, value in ANSWERS.items() if key != "kind"}

    def test_keeps_the_answers_when_the_form_is_the_same(self, session, world):
        case = make_draft(session, world)
        guide = replace(world.matter.guide, name="新名称")
        snapshot = publish(session, guide, key=world.matter.form.key)
        matter = snapshot.matters[guide.code]
        assert matter.form_id == case.form_id
        open_draft(session, world, snapshot=snapshot, matter=matter)
        assert case.matter_name == "新名称"
        assert sealing.answers_of(session, case) == ANSWERS

    def test_is_for_citizens(self, session, world):
        with pytest.raises(Forbidden):
            open_draft(session, world, world.clerk)

    def test_nobody_hoards_drafts(self, session, world):
        guides = [make_guide(world.office) for _ in range(MAX_DRAFTS + 1)]
        snapshot = publish(session, *guides)
        for guide in guides[:-1]:
            matter = snapshot.matters[guide.code]
            open_draft(session, world, snapshot=snapshot, matter=matter)
        matter = snapshot.matters[guides[-1].code]
        with pytest.raises(TooManyDrafts):
            open_draft(session, world, snapshot=snapshot, matter=matter)


class TestSaveDraft:
    def test_keeps_what_was_typed_right_or_wrong(self, session, world):
        case = open_draft(session, world)
        service.save_draft(
            session,
            world.citizen,
            case.token,
            {"name": "张", "id_number": "123", "stranger": "x"},
            seen_version=1,
            now=NOW,
        )
        assert sealing.answers_of(session, case) == {"name": "张", "id_number": "123"}
        assert case.version == 2

    def test_is_sealed(self, session, world):
        case = make_draft(session, world)
        assert "张秀兰".encode() not in case.answers_sealed

    def test_another_device_does_not_overwrite(self, session, world):
        case = make_draft(session, world)
        with pytest.raises(ChangedMeanwhile) as refused:
            service.save_draft(
                session,
                world.citizen,
                case.token,
                {"name": "李"},
                seen_version=1,
                now=NOW,
            )
        assert refused.value.zh.startswith("您在另一个页面或手机上在3月2日09:30")
        assert refused.value.facts["version"] == case.version
        assert sealing.answers_of(session, case)["name"] == "张秀兰"

    def test_drafts_belong_to_their_citizen(self, session, world):
        case = make_draft(session, world)
        for stranger in (make_citizen(session), world.clerk, world.supervisor):
            with pytest.raises((NotFound, Forbidden)):
                service.save_draft(
                    session, stranger, case.token, {}, seen_version=2, now=NOW
                )
            with pytest.raises(NotFound):
                queries.get(session, stranger, case.token)

    def test_a_submitted_case_is_not_edited(self, session, world):
        case = submit_case(session, world)
        with pytest.raises(NotEditable):
            service.save_draft(
                session,
                world.citizen,
                case.token,
                ANSWERS,
                seen_version=case.version,
                now=NOW,
            )

    def test_files_are_no_answers(self, session, world):
        case = make_draft(session, world, answers=ANSWERS | {"sketch": ["A" * 22]})
        assert "sketch" not in sealing.answers_of(session, case)


class TestMaterials:
    def put(self, session, world, case, key="idcard", token=None, actor=None):
        token = token or make_file(session, actor or world.citizen)
        return service.put_material(
            session, actor or world.citizen, case.token, key, token, now=NOW
        )

    def test_are_given_to_the_case(self, session, world):
        case = open_draft(session, world)
        given = self.put(session, world, case)
        assert queries.given_files(case) == {"idcard": (given.file_token,)}
        file = session.scalars(
            select(StoredFile).where(StoredFile.token == given.file_token)
        ).one()
        assert file.attached_to == f"case:{case.token}"

    def test_do_not_make_the_typed_text_stale(self, session, world):
        case = open_draft(session, world)
        before = case.version
        self.put(session, world, case)
        session.flush()
        assert case.version == before

    def test_giving_twice_is_giving_once(self, session, world):
        case = open_draft(session, world)
        token = make_file(session, world.citizen)
        first = self.put(session, world, case, token=token)
        assert self.put(session, world, case, token=token) is first
        with pytest.raises(Invalid):
            self.put(session, world, case, key="letter", token=token)

    @pytest.mark.parametrize("key", ["letter", "proof", "sketch"])
    def test_go_into_every_slot_that_guide_and_form_have(self, session, world, key):
        case = open_draft(session, world)
        self.put(session, world, case, key=key)
        assert key in queries.given_files(case)

    @pytest.mark.parametrize("key", ["nothing", "opinion", "name"])
    def test_and_into_no_other(self, session, world, key):
        case = open_draft(session, world)
        with pytest.raises(NotFound):
            self.put(session, world, case, key=key)

    def test_somebody_elses_file_does_not_exist(self, session, world):
        case = open_draft(session, world)
        theirs = make_file(session, make_citizen(session))
        with pytest.raises(NotFound):
            self.put(session, world, case, token=theirs)

    def test_are_not_endless(self, session, world):
        case = open_draft(session, world)
        for _ in range(MAX_FILES_PER_MATERIAL):
            self.put(session, world, case)
        with pytest.raises(MaterialFull):
            self.put(session, world, case)

    def test_are_taken_away_again(self, session, world):
        case = open_draft(session, world)
        given = self.put(session, world, case)
        service.remove_material(
            session, world.citizen, case.token, given.file_token, now=NOW
        )
        session.flush()
        assert queries.given_files(case) == {}
        assert session.scalars(select(CaseFile)).all() == []
        self.put(session, world, case, token=given.file_token)
        with pytest.raises(NotFound):
            service.remove_material(
                session, world.citizen, case.token, "nothing", now=NOW
            )

    def test_stand_still_once_handed_in(self, session, world):
        case = submit_case(session, world)
        (token,) = queries.given_files(case)["idcard"]
        with pytest.raises(NotEditable):
            self.put(session, world, case)
        with pytest.raises(NotEditable):
            service.remove_material(session, world.citizen, case.token, token, now=NOW)


class TestDiscardDraft:
    def test_leaves_nothing(self, session, world):
        case = make_draft(session, world)
        (token,) = queries.given_files(case)["idcard"]
        service.discard_draft(
            session, world.citizen, case.token, now=NOW + timedelta(hours=1)
        )
        session.flush()
        assert session.scalars(select(Case)).all() == []
        file = session.scalars(select(StoredFile)).one()
        assert (file.token, file.attached_to) == (token, None)

    def test_only_drafts_are_discarded(self, session, world):
        case = submit_case(session, world)
        with pytest.raises(NotEditable):
            service.discard_draft(session, world.citizen, case.token, now=NOW)

    def test_somebody_elses_draft_does_not_exist(self, session, world):
        case = make_draft(session, world)
        with pytest.raises(NotFound):
            service.discard_draft(session, make_citizen(session), case.token, now=NOW)


def test_every_source_has_a_name():
    assert len({each.zh for each in CaseSource}) == len(CaseSource)


def test_the_pinned_form_and_guide_are_loaded(session, world):
    case = open_draft(session, world)
    assert pinned.form_of(session, case) == world.matter.form
    assert pinned.guide_of(session, case) == world.matter.guide
