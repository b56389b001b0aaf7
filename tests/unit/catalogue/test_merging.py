import pytest

from app.catalogue.bundling import read_package
from app.catalogue.guide import (
    Audience,
    CrossRegionMode,
    Necessity,
    OnlineMode,
    Origin,
)
from app.catalogue.merging import (
    best_guide,
    over_known,
    with_cross_region,
    with_guide,
    with_rongque,
)
from tests.builders.catalogue import a_guide, a_row


def guide_row(number=1, **cells):
    return a_row(
        "guides.json",
        number,
        **{
            "guide_id": f"G{number:02}",
            "matter_ids": ["M1"],
            "name": "测试事项",
            "legal_basis": ["《某法》第一条"],
            "conditions": ["年满十八周岁"],
            "materials": [
                {"name": "申请表", "kind": "form", "copies": 1, "required": True}
            ],
            "steps": ["申请", "办结"],
            "statutory_limit": "20个工作日",
            "promised_limit": "5个工作日",
            "fee": "不收费",
            "online": "可网上办理",
            "onsite_visits": 0,
            "consult": "",
            "complaint": "",
            "notes": "",
            "source": "湖南政务服务网办事指南（经 GitHub a/b 归档）",
        }
        | cells,
    )


def bare(**said):
    return a_guide(
        conditions=(),
        materials=(),
        statutory_limit=None,
        promised_limit=None,
        fee=None,
        steps=(),
        **said,
    )


def merged(row, base=None):
    return with_guide(base or bare(), row, district="淮阳区")


class TestGuides:
    def test_the_one_that_says_most_is_taken(self):
        poor = guide_row(1, steps=[], fee="", statutory_limit="")
        rich = guide_row(2)
        assert best_guide([poor, rich]) is rich
        assert best_guide([rich, poor]) is rich

    def test_the_first_of_equals_is_taken(self):
        rows = [guide_row(1), guide_row(2)]
        assert best_guide(rows) is rows[0]

    def test_the_contents_come_over_and_say_where_from(self):
        guide, said = merged(guide_row())
        assert guide.stand_in == (
            "本指南内容来自湖南政务服务网办事指南，供演示参考，办理以淮阳区窗口为准。"
        )
        assert guide.source.guide_id == "G01"
        assert guide.online is OnlineMode.FULL
        assert guide.zero_visit
        assert guide.mark("promised_limit") == "外地资料，供参考"
        assert guide.gaps == ()
        assert said == []

    def test_telephones_of_other_places_stay_there(self):
        row = guide_row(
            consult="0735-8412157", complaint="0817-12345；窗口投诉 0817-7216653"
        )
        guide, said = merged(row)
        assert (guide.consult, guide.complaint) == ("12345", "12345")
        assert [each.column for each in said] == ["consult", "complaint"]
        assert not any("8412157" in each.reason for each in said)

    def test_addresses_of_other_places_stay_there(self):
        guide, said = merged(guide_row(notes="地点：汝城县九龙大道229号；有效期五年"))
        assert guide.notes == ("有效期五年",)
        assert [each.column for each in said] == ["notes"]

    def test_a_catch_all_is_left_out_and_said_so(self):
        row = guide_row(
            conditions=["规定的其他条件", "年满十八周岁"],
            materials=[
                {"name": "身份证", "required": True},
                {"name": "法律规定的其他材料", "required": True},
            ],
        )
        guide, said = merged(row)
        assert guide.conditions == ("年满十八周岁",)
        assert [each.name for each in guide.materials] == ["身份证"]
        assert [each.column for each in said] == ["conditions[1]", "materials[2]"]
        assert all("没有采用" in each for each in guide.notes)

    def test_a_material_listed_twice_is_kept_once(self):
        row = guide_row(materials=[{"name": "照片"}, {"name": "照片"}, {"name": ""}])
        guide, said = merged(row)
        assert len(guide.materials) == 1
        assert [each.column for each in said] == ["materials[2]", "materials[3]"]

    def test_necessity_is_read_as_the_source_marks_it(self):
        row = guide_row(
            materials=[
                {"name": "甲", "required": True},
                {"name": "乙", "required": False},
                {"name": "丙", "required": True, "deferrable": True},
                {"name": "丁", "required": True, "credit_waivable": True},
            ]
        )
        guide, _ = merged(row)
        assert [each.necessity for each in guide.materials] == [
            Necessity.REQUIRED,
            Necessity.OPTIONAL,
            Necessity.DEFERRABLE,
            Necessity.CREDIT_WAIVABLE,
        ]

    def test_papers_of_the_staff_are_not_asked_of_applicants(self):
        row = guide_row(
            materials=[
                {"name": "核查表", "obtainable_by": "工作人员"},
                {"name": "毕业证明", "note": "数据接口核验"},
                {"name": "身份证", "obtainable_by": "公安机关"},
            ]
        )
        guide, _ = merged(row)
        assert [each.from_applicant for each in guide.materials] == [
            False,
            False,
            True,
        ]

    def test_silence_of_the_guide_leaves_the_list_as_it_was(self):
        base = a_guide()
        row = guide_row(
            legal_basis=[], statutory_limit="", promised_limit="", fee="", online=""
        )
        guide, _ = merged(row, base)
        assert guide.legal_basis == base.legal_basis
        assert guide.statutory_limit == base.statutory_limit
        assert guide.fee == base.fee
        assert guide.online is base.online

    def test_a_basis_that_was_read_is_no_longer_recalled(self):
        base = bare(origins={"legal_basis": Origin.RECALLED})
        guide, _ = merged(guide_row(), base)
        assert guide.mark("legal_basis") == ""

    def test_a_doubtful_limit_is_marked(self):
        row = guide_row(notes="页面所列法定时限为60个工作日，与规定不同，照录")
        guide, _ = merged(row)
        assert guide.mark("statutory_limit") == "来源照录，待核实"

    def test_a_place_in_the_guides_name_does_not_become_an_alias(self):
        guide, _ = merged(guide_row(name="食品小经营许可（汝城县）"))
        assert guide.aliases == ("食品小经营许可",)


class TestLists:
    def test_the_first_row_with_a_mode_marks_the_matter(self):
        rows = [
            a_row("cross_region.csv", 2, name_zh="甲", mode="", matter_id="M1"),
            a_row(
                "cross_region.csv",
                3,
                name_zh="甲",
                mode="多地联办",
                mode_basis="recalled",
                matter_id="M1",
            ),
        ]
        guide = with_cross_region(a_guide(), rows)
        assert guide.cross_region is CrossRegionMode.JOINT
        assert guide.mark("cross_region") == "待核实"

    def test_a_row_without_a_mode_says_that_it_is_not_known(self):
        rows = [a_row("cross_region.csv", 2, name_zh="甲", mode="", matter_id="M1")]
        guide = with_cross_region(a_guide(), rows)
        assert guide.cross_region_mode == "方式未提供"

    def test_papers_that_may_follow_are_listed_without_catch_alls(self):
        row = a_row(
            "rongque.csv",
            2,
            mode="容缺后补",
            deferrable_materials="平面图|法律规定的其他材料",
            deadline="6个月内补齐",
        )
        mark = with_rongque(a_guide(), row).rongque
        assert (mark.mode, mark.deferrable, mark.deadline) == (
            "容缺后补",
            ("平面图",),
            "6个月内补齐",
        )


def test_a_list_without_guides_does_not_wipe_them_out():
    known = a_guide(code="M1", aliases=("旧名",))
    base = bare(code="M1", name="新名称")
    kept = over_known(known, base)
    assert kept.name == "新名称"
    assert kept.materials == known.materials
    assert kept.statutory_limit == known.statutory_limit
    assert kept.aliases == ("旧名",)


class TestPackages:
    def package(self, guides=None, **cells):
        row = a_row(
            "packages.json",
            1,
            **{
                "id": "P1",
                "name": "开办餐饮店“一件事”",
                "audience": "企业",
                "members": [
                    {"name": "食品经营许可", "basis": "read", "matter_id": "M1"},
                    {"name": "银行开户", "basis": "read", "matter_id": ""},
                    {"name": "消防检查", "basis": "recalled", "matter_id": "M9"},
                ],
                "promised": "4（单位代码1.0）",
                "notes": "成员见 P32-E2",
                "list_basis": "recalled",
                "reference": {"title": "湖南政务服务网（GitHub a/b）", "url": "u"},
            }
            | cells,
        )
        return read_package(row, {"M1"}, guides or {}, district="淮阳区")

    def test_members_keep_their_names_where_no_matter_is_known(self):
        package, said = self.package()
        assert [each.matter_code for each in package.members] == ["M1", None, None]
        assert [each.column for each in said] == ["members[2]", "members[3]"]

    def test_says_that_the_list_was_recalled_and_the_unit_is_not_known(self):
        package, _ = self.package()
        assert package.mark == "待核实"
        assert package.promised_limit.text == "4（单位来源未注明）"
        assert package.same_as == "P32-E2"
        assert "湖南政务服务网" in package.stand_in
        assert package.audience is Audience.ORGANISATION

    def test_the_guide_written_for_it_is_taken_in(self):
        package, said = self.package({"u": guide_row(9, matter_ids=[])})
        assert [each.name for each in package.materials] == ["申请表"]
        assert package.steps == ("申请", "办结")
        assert ("guides.json", 9) in {(each.file, each.row) for each in said}

    @pytest.mark.parametrize(
        ("cells", "told"),
        [
            ({}, "来自湖南政务服务网"),
            ({"reference": None}, "没有核对原文"),
            ({"reference": None, "members": []}, "见较早的同名一件事"),
            ({"reference": None, "members": [], "notes": ""}, "成员事项未提供"),
        ],
    )
    def test_says_how_far_the_list_can_be_trusted(self, cells, told):
        package, _ = self.package(**cells)
        assert told in package.stand_in
        assert package.stand_in.endswith("办理以淮阳区窗口为准。")

    def test_a_row_without_number_or_audience_is_refused(self):
        assert self.package(id="")[0] is None
        refused, said = self.package(audience="大家")
        assert refused is None
        assert said[0].column == "audience"
