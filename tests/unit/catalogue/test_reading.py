import pytest

from app.catalogue.findings import Finding
from app.catalogue.guide import (
    Audience,
    CrossRegionMode,
    Guide,
    Level,
    LimitUnit,
    MatterType,
    Origin,
    Tier,
)
from app.catalogue.places import PlaceKind
from app.catalogue.reading import (
    Offices,
    foreign_telephone,
    office_code,
    read_cross_mode,
    read_division,
    read_matter,
    read_office,
    read_place,
    read_window,
)
from app.people.models import NameBasis, OfficeKind
from app.people.offices import OfficeFacts
from tests.builders.catalogue import a_place, a_row

OFFICE = OfficeFacts(
    code="ceshiju", name="区测试局", short_name="测试局", kind=OfficeKind.DEPARTMENT
)
OFFICES = Offices({"区测试局": OFFICE})


def department(**cells):
    return a_row(
        "departments.csv",
        **{
            "name": "区测试局",
            "short_name": "测试局",
            "kind": "department",
            "code": "",
            "parent_code": "411603",
            "source_basis": "typical",
        }
        | cells,
    )


def matter(**cells):
    return read_matter(a_row(**cells), OFFICES, "淮阳区")


class TestOffices:
    def test_a_department_gets_a_code_from_its_short_name(self):
        facts = read_office(department())
        assert (facts.code, facts.kind) == ("ceshiju", OfficeKind.DEPARTMENT)
        assert facts.name_basis is NameBasis.TYPICAL

    def test_codes_are_read_in_phrases(self):
        assert office_code("银行") == "yinhang"

    def test_a_township_brings_its_government(self):
        row = department(name="新站镇", kind="town", code="411603101")
        facts = read_office(row)
        assert (facts.code, facts.name) == ("411603101", "新站镇人民政府")
        place = read_division(row)
        assert place.kind is PlaceKind.TOWN
        assert place.office_code == "411603101"

    def test_a_street_has_an_office_not_a_government(self):
        row = department(name="柳湖街道", kind="street", code="411603001")
        assert read_office(row).name == "柳湖街道办事处"

    def test_the_district_is_a_place_and_no_office(self):
        row = department(short_name="淮阳区", kind="division", code="411603")
        assert read_office(row) is None
        assert read_division(row).kind is PlaceKind.DISTRICT

    def test_a_province_is_neither(self):
        row = department(short_name="河南", kind="division", code="41")
        assert read_office(row) is None
        assert read_division(row) is None

    @pytest.mark.parametrize("cells", [{"kind": "club"}, {"name": ""}])
    def test_what_is_no_office_is_refused_at_its_cell(self, cells):
        assert isinstance(read_office(department(**cells)), Finding)


class TestMatters:
    def test_a_row_becomes_a_guide_that_says_no_more(self):
        guide = matter(id="M1", promised_days="16", fee="不收费")
        assert guide.type is MatterType.LICENCE
        assert guide.audience == (Audience.PERSON,)
        assert guide.level is Level.DISTRICT
        assert guide.promised_limit.unit is LimitUnit.UNKNOWN
        assert guide.materials == ()
        assert guide.tier is Tier.EXTENDED
        assert guide.stand_in == ""

    def test_a_row_from_elsewhere_says_so(self):
        guide = matter(source="四川政务服务网（GitHub a/b）", promised_days="3")
        assert guide.stand_in.startswith("本事项的名称和类型来自四川政务服务网，")
        assert guide.origins["promised_limit"] is Origin.STAND_IN

    def test_what_was_inferred_is_marked(self):
        guide = matter(
            inferred_fields="audience department theme",
            legal_basis="《某法》",
            legal_basis_origin="recalled",
        )
        assert guide.mark("department") == "推定，待核实"
        assert guide.mark("audience") == "推定，待核实"
        assert guide.mark("legal_basis") == "待核实"
        assert guide.mark("type") == ""
        assert guide.legal_basis[0].note

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("id", ""),
            ("name_zh", ""),
            ("name_zh", "长" * 301),
            ("type", "行政处罚"),
            ("department", "市测试局"),
            ("audience", "大家"),
            ("level", "省"),
            ("theme", ""),
            ("priority", "urgent"),
        ],
    )
    def test_a_wrong_cell_is_named(self, column, value):
        (finding,) = matter(**{column: value})
        assert (finding.file, finding.row, finding.column) == (
            "matters.csv",
            2,
            column,
        )
        assert finding.reason

    def test_all_faults_of_a_row_are_told_at_once(self):
        found = matter(type="", level="", department="")
        assert {each.column for each in found} == {"type", "level", "department"}

    def test_the_only_telephone_is_the_hotline(self):
        guide = matter()
        assert (guide.consult, guide.complaint) == ("12345", "12345")


class TestCrossRegion:
    @pytest.mark.parametrize(
        ("text", "mode"),
        [
            ("", None),
            ("全程网办", CrossRegionMode.ONLINE),
            ("异地代收代办(recalled)", CrossRegionMode.BY_PROXY),
            ("多地联办", CrossRegionMode.JOINT),
            ("模式未知|全程网办", CrossRegionMode.ONLINE),
            ("模式未知", CrossRegionMode.UNKNOWN),
            ("全程网办|多地联办", CrossRegionMode.UNKNOWN),
        ],
    )
    def test_modes_are_read(self, text, mode):
        assert read_cross_mode(text) is mode

    def test_a_recalled_mode_is_marked(self):
        guide = matter(cross_region_mode="全程网办(recalled)")
        assert isinstance(guide, Guide)
        assert guide.mark("cross_region") == "待核实"


class TestPlaces:
    TOWN = a_place(code="411603101")

    def place(self, **cells):
        row = a_row(
            "places.csv",
            **{
                "code": "H1",
                "name": "大厅",
                "kind": "hall",
                "parent_code": "411603101",
                "office": "区测试局",
                "basis": "demonstration",
            }
            | cells,
        )
        return read_place(row, OFFICES, {"411603101": self.TOWN})

    def test_a_hall_of_the_demonstration_is_marked(self):
        place = self.place()
        assert place.shown == "大厅（演示）"
        assert place.office_code == "ceshiju"
        assert not place.is_located

    def test_coordinates_are_read(self):
        place = self.place(lat="33.73", lng="114.88")
        assert (place.lat, place.lng) == (33.73, 114.88)

    @pytest.mark.parametrize(
        ("cells", "column"),
        [
            ({"kind": "castle"}, "kind"),
            ({"basis": ""}, "basis"),
            ({"parent_code": "999"}, "parent_code"),
            ({"office": "市局"}, "office"),
            ({"lat": "91", "lng": "0"}, "lat"),
            ({"lat": "nan", "lng": "0"}, "lat"),
            ({"lat": "abc", "lng": "1"}, "lat"),
            ({"lat": "33"}, "lat"),
            ({"code": ""}, "code"),
        ],
    )
    def test_a_wrong_cell_is_named(self, cells, column):
        assert column in {each.column for each in self.place(**cells)}

    def test_a_window_needs_its_place_and_office(self):
        row = a_row(
            "windows.csv", code="W1", place_code="X", number="1", name="", office=""
        )
        wrong = read_window(row, OFFICES, {"411603101": self.TOWN})
        assert {each.column for each in wrong} == {
            "office",
            "place_code",
            "basis",
            "code",
        }


@pytest.mark.parametrize(
    ("text", "foreign"),
    [("12345", False), ("0735-8412157", True), ("12333", True), ("", False)],
)
def test_other_telephones_are_foreign(text, foreign):
    assert foreign_telephone(text) is foreign
