import pytest
from sqlalchemy import func, select

from app.catalogue import importer
from app.catalogue.importer import Outcome, PlanOutdated
from app.catalogue.models import (
    GuideRevision,
    Matter,
    PackageRow,
    PublishedRecordChanged,
)
from app.catalogue.rows import CatalogueRows
from app.catalogue.stamp import read_stamp
from app.kernel.actors import Actor, ActorKind, Role
from app.kernel.errors import Forbidden
from app.people.offices import find_by_code
from tests.builders.catalogue import a_row
from tests.conftest import NOW

OFFICE = a_row(
    "departments.csv",
    5,
    name="区测试局",
    short_name="测试局",
    kind="department",
    code="",
    source_basis="typical",
)
DISTRICT = a_row(
    "departments.csv",
    4,
    name="周口市淮阳区",
    short_name="淮阳区",
    kind="division",
    code="411603",
    source_basis="read",
)
TOWN = a_row(
    "departments.csv",
    6,
    name="新站镇",
    short_name="新站",
    kind="town",
    code="411603101",
    parent_code="411603",
    source_basis="read",
)
OFFICES = (DISTRICT, OFFICE, TOWN)


def a_list(*matters, **said):
    return CatalogueRows(departments=OFFICES, matters=matters, **said)


def guide_row(**cells):
    return a_row(
        "guides.json",
        1,
        **{
            "guide_id": "G01",
            "matter_ids": ["M1"],
            "name": "测试",
            "materials": [{"name": "申请表", "kind": "form", "required": True}],
            "source": "湖南政务服务网",
        }
        | cells,
    )


def brought_in(session, rows):
    report = importer.apply(session, importer.plan(session, rows), now=NOW)
    session.flush()
    return report


def revisions(session):
    return session.scalar(select(func.count()).select_from(GuideRevision))


class TestLooking:
    def test_a_plan_changes_nothing(self, session):
        plan = importer.plan(session, a_list(a_row(id="M1"), a_row(id="M2")))
        assert plan.count(Outcome.NEW)["事项"] == 2
        assert session.scalar(select(func.count()).select_from(Matter)) == 0
        assert find_by_code(session, "ceshiju") is None
        assert read_stamp(session) == 0

    def test_faulty_rows_are_refused_at_their_cell_and_the_rest_goes_on(self, session):
        rows = a_list(
            a_row(id="M1"), a_row(number=3, id="M2", type="罚款"), a_row(id="M3")
        )
        plan = importer.plan(session, rows)
        assert [each.guide.code for each in plan.matters] == ["M1", "M3"]
        (refused,) = plan.refused
        assert (refused.file, refused.row, refused.column) == ("matters.csv", 3, "type")
        assert "罚款" in refused.reason

    def test_a_number_given_twice_is_refused_the_second_time(self, session):
        plan = importer.plan(session, a_list(a_row(id="M1"), a_row(number=9, id="M1")))
        assert len(plan.matters) == 1
        assert plan.refused[0].row == 9
        assert "第 2 行重复" in plan.refused[0].reason

    def test_faults_that_will_block_publication_are_told_early(self, session):
        rows = a_list(a_row(id="M1", national_code="123"))
        plan = importer.plan(session, rows)
        assert [each.guide.code for each in plan.matters] == ["M1"]
        assert plan.remarks[0].column == "national_code"
        assert plan.remarks[0].reason.startswith("公布前要改正")

    def test_guides_and_marks_without_a_matter_are_refused(self, session):
        rows = a_list(
            a_row(id="M1"),
            guides=(guide_row(matter_ids=["M9"]),),
            cross_region=(
                a_row("cross_region.csv", 2, name_zh="甲", mode="", matter_id=""),
                a_row("cross_region.csv", 3, name_zh="乙", mode="", matter_id="M8"),
            ),
            rongque=(a_row("rongque.csv", 2, name_zh="丙", mode="", matter_id="M7"),),
        )
        refused = importer.plan(session, rows).refused
        assert [(each.file, each.row) for each in refused] == [
            ("guides.json", 1),
            ("cross_region.csv", 2),
            ("cross_region.csv", 3),
            ("rongque.csv", 2),
        ]

    def test_the_guide_that_was_not_chosen_is_named(self, session):
        rows = a_list(
            a_row(id="M1"),
            guides=(
                guide_row(),
                a_row(
                    "guides.json",
                    2,
                    guide_id="G02",
                    matter_ids=["M1"],
                    name="另一份",
                    source="别处",
                ),
            ),
        )
        plan = importer.plan(session, rows)
        assert plan.matters[0].guide.source.guide_id == "G01"
        (remark,) = plan.remarks
        assert (remark.file, remark.row) == ("guides.json", 2)
        assert "G01" in remark.reason


class TestDoing:
    def test_everything_is_stored(self, session):
        report = brought_in(session, a_list(a_row(id="M1"), guides=(guide_row(),)))
        assert report.new == {
            "机构": 2,
            "场所": 2,
            "窗口": 0,
            "事项": 1,
            "一件事": 0,
            "日常说法": 0,
        }
        assert find_by_code(session, "411603101").name == "新站镇人民政府"
        revision = session.scalar(select(GuideRevision))
        assert revision.number == 1
        assert revision.form_id
        assert revision.content["source"]["guide_id"] == "G01"
        assert read_stamp(session) == 1

    def test_the_second_time_nothing_changes(self, session):
        rows = a_list(a_row(id="M1"), a_row(id="M2"), guides=(guide_row(),))
        brought_in(session, rows)
        before = revisions(session), read_stamp(session)
        plan = importer.plan(session, rows)
        assert plan.changes_nothing
        report = importer.apply(session, plan, now=NOW)
        session.flush()
        assert (revisions(session), read_stamp(session)) == before
        assert not any(report.new.values())
        assert not any(report.changed.values())
        assert report.unchanged["事项"] == 2

    def test_a_change_makes_one_more_revision_and_keeps_the_old(self, session):
        brought_in(session, a_list(a_row(id="M1", name_zh="旧名"), a_row(id="M2")))
        report = brought_in(session, a_list(a_row(id="M1", name_zh="新名")))
        assert report.changed["事项"] == 1
        matter = session.scalar(select(Matter).where(Matter.code == "M1"))
        assert (matter.name, matter.head_number) == ("新名", 2)
        names = session.scalars(
            select(GuideRevision.content)
            .where(GuideRevision.matter_id == matter.id)
            .order_by(GuideRevision.number)
        )
        assert [each["name"] for each in names] == ["旧名", "新名"]

    def test_a_list_alone_leaves_the_guide_in_place(self, session):
        brought_in(session, a_list(a_row(id="M1"), guides=(guide_row(),)))
        brought_in(session, a_list(a_row(id="M1", name_zh="新名")))
        newest = session.scalar(
            select(GuideRevision.content).where(GuideRevision.number == 2)
        )
        assert newest["name"] == "新名"
        assert [each["name"] for each in newest["materials"]] == ["申请表"]

    def test_a_plan_that_somebody_overtook_is_not_done(self, session):
        rows = a_list(a_row(id="M1", name_zh="甲"))
        outdated = importer.plan(session, rows)
        brought_in(session, a_list(a_row(id="M1", name_zh="乙")))
        with pytest.raises(PlanOutdated):
            importer.apply(session, outdated, now=NOW)

    def test_who_may_not_import_does_not(self, session, clerk):
        plan = importer.plan(session, a_list(a_row(id="M1")))
        with pytest.raises(Forbidden):
            importer.apply(session, plan, now=NOW, actor=clerk)

    def test_an_editor_is_named_as_the_author(self, session):
        editor = Actor(12, ActorKind.STAFF, frozenset({Role.EDITOR}), office_id=1)
        plan = importer.plan(session, a_list(a_row(id="M1")))
        importer.apply(session, plan, now=NOW, actor=editor)
        session.flush()
        assert session.scalar(select(GuideRevision.written_by)) == "staff:12"

    def test_an_office_of_the_database_can_be_referred_to(self, session):
        brought_in(session, CatalogueRows(departments=OFFICES))
        report = brought_in(session, CatalogueRows(matters=(a_row(id="M1"),)))
        assert report.new["事项"] == 1

    def test_a_revision_never_changes(self, session):
        brought_in(session, a_list(a_row(id="M1")))
        revision = session.scalar(select(GuideRevision))
        revision.content = {}
        with pytest.raises(PublishedRecordChanged):
            session.flush()


class TestPackages:
    def rows(self, *members):
        package = a_row(
            "packages.json",
            1,
            id="P1",
            name="开饭店“一件事”",
            audience="企业",
            members=[
                {"name": name, "matter_id": "M1", "basis": "read"} for name in members
            ],
            list_basis="recalled",
        )
        return a_list(a_row(id="M1"), packages=(package,))

    def test_members_are_replaced_as_a_whole(self, session):
        brought_in(session, self.rows("甲", "乙", "丙"))
        report = brought_in(session, self.rows("乙", "甲"))
        assert report.changed["一件事"] == 1
        assert importer.plan(session, self.rows("乙", "甲")).changes_nothing
        assert session.scalar(select(func.count()).select_from(PackageRow)) == 1


class TestWords:
    def test_everyday_words_are_kept_and_changed(self, session):
        def rows(terms):
            row = a_row("synonyms.csv", 2, everyday="生孩子", terms=terms)
            return CatalogueRows(synonyms=(row,))

        assert brought_in(session, rows("生育登记")).new["日常说法"] == 1
        assert importer.plan(session, rows("生育登记")).changes_nothing
        assert brought_in(session, rows("出生登记")).changed["日常说法"] == 1

    def test_faulty_words_are_refused(self, session):
        rows = CatalogueRows(
            synonyms=(
                a_row("synonyms.csv", 2, everyday="", terms="甲"),
                a_row("synonyms.csv", 3, everyday="长" * 41, terms="甲"),
                a_row("synonyms.csv", 4, everyday="乙", terms="甲"),
                a_row("synonyms.csv", 5, everyday="乙", terms="丙"),
            )
        )
        plan = importer.plan(session, rows)
        assert [each.row for each in plan.refused] == [2, 3, 5]
        assert len(plan.synonyms) == 1
