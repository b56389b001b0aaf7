"""The real data, loaded once for all tests here."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.catalogue import importer, loading
from app.catalogue.current import load_snapshot
from app.catalogue.guide import ELEMENTS, Level, OnlineMode, Origin
from app.catalogue.importer import read_folder
from app.catalogue.linting import faults
from app.catalogue.models import GuideRevision, Release
from app.catalogue.places import PlaceKind
from app.catalogue.sources import TELEPHONE
from app.forms.models import FormDefinition
from app.kernel.db import Database
from tests.conftest import NOW

FOLDER = Path("data/catalogue")
ADDRESS = re.compile(r"https?://\S+")


@pytest.fixture(scope="module")
def session(engine, keyring):
    """A session with the whole catalogue; nothing of it is kept afterwards."""
    with engine.connect() as connection:
        outer = connection.begin()
        database = Database(engine, keyring)
        with database.sessions(bind=connection) as session:
            yield session
        outer.rollback()


@pytest.fixture(scope="module")
def report(session):
    return loading.load_demo_catalogue(session, FOLDER, now=NOW)


@pytest.fixture(scope="module")
def snapshot(session, report):
    session.flush()
    return load_snapshot(session)


@pytest.fixture(scope="module")
def guides(snapshot):
    return [each.guide for each in snapshot.matters.values()]


class TestCompleteness:
    def test_every_row_of_the_list_is_published_in_two_batches(self, report, snapshot):
        assert [each.matters for each in report.releases] == [448, 803]
        assert len(snapshot.matters) == 1251
        assert snapshot.release_number == 2
        assert all("〔2022〕12号" in each.basis for each in snapshot.releases)

    def test_the_core_is_the_first_batch(self, snapshot):
        first = {
            each.guide.tier
            for each in snapshot.matters.values()
            if each.release_number == 1
        }
        assert first == {"core"}

    def test_all_64_guides_are_accounted_for(self, report, snapshot):
        used = {each.guide.source.guide_id for each in snapshot.matters.values()} - {""}
        told = {
            each.row
            for each in report.imported.remarks
            if each.file == "guides.json" and each.column == "matter_ids"
        }
        assert len(used) == 54
        assert len(told) == 10
        assert {int(each[1:]) for each in used}.isdisjoint(told)
        assert report.guides == 55

    def test_all_packages_with_their_members(self, snapshot):
        assert len(snapshot.packages) == 29
        newborn = snapshot.packages["P32-P1"]
        assert "M0412" in newborn.matter_codes
        later = snapshot.packages["P24-08"]
        assert snapshot.members_of(later) == newborn.matter_codes
        assert newborn in snapshot.packages_with("M0412")

    def test_guides_of_packages_are_on_the_packages(self, snapshot):
        described = {code for code, each in snapshot.packages.items() if each.materials}
        assert described == {
            "HN-农村建房",
            "P32-E2",
            "HN-结婚落户",
            "P32-P5",
            "P32-P8",
        }

    def test_places_of_the_district(self, snapshot):
        kinds = [each.kind for each in snapshot.places.values()]
        assert len(snapshot.townships()) == 19
        assert kinds.count(PlaceKind.HALL) == 1
        assert kinds.count(PlaceKind.STATION) == 19
        assert len(snapshot.windows_at("411603H1")) == 8
        made_up = [
            each
            for each in snapshot.places.values()
            if each.kind in (PlaceKind.HALL, PlaceKind.STATION)
        ]
        assert all("演示" in each.shown for each in made_up)
        assert all("演示" in each.shown for each in snapshot.windows.values())
        assert not any(each.address or each.hours for each in made_up)

    def test_every_office_named_exists(self, snapshot):
        for matter in snapshot.matters.values():
            assert matter.office_code in snapshot.offices
        for window in snapshot.windows.values():
            assert window.office_code in snapshot.offices

    def test_every_matter_has_a_form(self, session, snapshot):
        assert all(each.form.fields for each in snapshot.matters.values())
        kept = session.scalar(select(func.count()).select_from(FormDefinition))
        assert 60 < kept < 400


class TestHonesty:
    def test_no_telephone_but_the_hotline_is_anywhere(self, guides, snapshot):
        shown = [json.dumps(each.to_json(), ensure_ascii=False) for each in guides]
        shown += [
            json.dumps(each.content(), ensure_ascii=False)
            for each in snapshot.packages.values()
        ]
        found = {
            number
            for text in shown
            for number in TELEPHONE.findall(ADDRESS.sub("", text))
        }
        assert found <= {"12345"}
        assert {each.consult for each in guides} == {"12345"}
        assert {each.complaint for each in guides} == {"12345"}
        assert not any(each.telephone for each in snapshot.offices.values())

    def test_every_guide_says_that_it_stands_in(self, guides):
        assert all("供演示参考" in each.stand_in for each in guides)
        assert all("以淮阳区窗口为准" in each.stand_in for each in guides)
        assert not any("GitHub" in each.stand_in for each in guides)

    def test_no_department_passes_for_confirmed(self, guides):
        assert {each.mark("department") for each in guides} == {"推定，待核实"}

    def test_recalled_laws_are_to_be_checked(self, guides):
        recalled = [
            each
            for each in guides
            if each.origins.get("legal_basis") is Origin.RECALLED
        ]
        assert len(recalled) > 800
        assert all(basis.note for each in recalled for basis in each.legal_basis)
        assert not any(
            "第" in basis.text for each in recalled for basis in each.legal_basis
        )

    def test_numbers_without_a_unit_say_so(self, guides):
        for guide in guides:
            for limit in (guide.statutory_limit, guide.promised_limit):
                if limit and limit.amount and limit.unit == "unknown":
                    assert "单位来源未注明" in limit.text

    def test_promises_of_other_places_are_marked(self, guides):
        promised = [each for each in guides if each.promised_limit]
        assert len(promised) > 90
        assert {each.mark("promised_limit") for each in promised} == {
            "外地资料，供参考"
        }

    def test_addresses_and_names_of_other_places_are_not_in_the_text(self, guides):
        elsewhere = re.compile("湖南|安化|汝城|仪陇|太白|武汉|金寨|鄢陵|昌宁")
        for guide in guides:
            texts = (
                *guide.conditions,
                *guide.steps,
                *guide.notes,
                *(each.name + each.note for each in guide.materials),
            )
            assert not any(map(elsewhere.search, texts)), guide.code

    def test_local_rules_of_other_provinces_are_marked(self, guides):
        for guide in guides:
            for basis in guide.legal_basis:
                if "湖南" in basis.text or "湖北" in basis.text:
                    assert basis.note == "外省规定，本区依据待核实"

    def test_the_doubtful_limit_is_shown_as_doubtful(self, snapshot):
        guide = snapshot.matter("M0282").guide
        assert guide.statutory_limit.text == "60个工作日"
        assert guide.mark("statutory_limit") == "来源照录，待核实"

    def test_gaps_are_told_by_element(self, report, guides):
        assert report.gaps["materials"] == sum(not each.materials for each in guides)
        assert set(report.gaps) <= set(ELEMENTS)
        assert "consult" not in report.gaps


class TestSoundness:
    def test_no_published_guide_has_a_fault(self, guides):
        assert [each.code for each in guides if faults(each)] == []

    def test_catch_alls_were_left_out_and_told(self, report, snapshot):
        told = [each for each in report.imported.remarks if "兜底条款" in each.reason]
        assert len(told) == 7
        fire = snapshot.matter("M0364").guide
        assert not any("其他材料" in each.name for each in fire.materials)
        assert any("其他材料" in each for each in fire.notes)

    def test_refused_rows_are_told_with_their_cell(self, report):
        refused = report.imported.refused
        assert len(refused) == 26
        assert {each.file for each in refused} == {"cross_region.csv"}
        assert all(each.row and each.column and each.reason for each in refused)

    def test_what_staff_draw_up_is_not_asked_of_citizens(self, snapshot):
        guide = snapshot.matter("M0345").guide
        by_staff = [each.name for each in guide.materials if not each.from_applicant]
        assert by_staff == [
            "申请最低生活保障家庭基本情况及经济状况入户核查表",
            "最低生活保障审核确认表",
            "核对报告、公示、民主评议材料",
        ]

    def test_zero_visits_are_read(self, snapshot):
        guide = snapshot.matter("M0412").guide
        assert guide.zero_visit
        assert guide.online is OnlineMode.FULL
        assert snapshot.matter("M0060").guide.zero_visit is False
        assert snapshot.matter("M0001").guide.zero_visit is None

    def test_lists_mark_their_matters(self, guides):
        assert sum(bool(each.cross_region) for each in guides) == 55
        assert sum(bool(each.rongque) for each in guides) == 20

    def test_township_matters_go_to_the_township(self, snapshot):
        codes = [
            each.code
            for each in snapshot.matters.values()
            if each.guide.level is not Level.DISTRICT
        ]
        assert len(codes) == 31
        for township in snapshot.townships():
            for code in codes:
                office = snapshot.office_in_charge(code, township.code)
                assert office == township.code
                assert office in snapshot.offices


class TestTwice:
    def test_importing_again_changes_nothing(self, session, snapshot):
        assert importer.plan(session, read_folder(FOLDER)).changes_nothing

    def test_loading_again_does_nothing(self, session, snapshot):
        def counts():
            return [
                session.scalar(select(func.count()).select_from(kind))
                for kind in (GuideRevision, Release, FormDefinition)
            ]

        before = counts()
        again = loading.load_demo_catalogue(session, FOLDER, now=NOW)
        assert again.was_loaded
        assert counts() == before
        assert load_snapshot(session).etag == snapshot.etag
        assert "保持不变" in loading.as_text(again)
        assert "没有改动" in loading.as_markdown(again)


class TestReport:
    def test_the_page_tells_every_finding(self, report):
        page = loading.as_markdown(report)
        assert page.startswith("# 事项目录载入报告")
        assert "| 事项 | 1251 | 0 | 0 |" in page
        for finding in (*report.imported.refused, *report.imported.remarks):
            assert finding.reason.replace("|", "\\|") in page

    def test_the_terminal_gets_a_few_words(self, report):
        text = loading.as_text(report)
        assert "事项 1251" in text
        assert "第1批 448 项，第2批 803 项" in text
        assert len(text) < 300
