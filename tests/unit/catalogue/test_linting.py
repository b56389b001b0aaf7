import pytest

from app.catalogue.guide import (
    Fee,
    FeeItem,
    Limit,
    LimitUnit,
    Material,
    MatterType,
    OnlineMode,
)
from app.catalogue.linting import faults, is_catch_all
from tests.builders.catalogue import a_guide


def elements(guide):
    return [each.element for each in faults(guide)]


def test_a_sound_guide_has_no_faults():
    assert faults(a_guide()) == ()


@pytest.mark.parametrize(
    "text",
    [
        "法律、行政法规规定的其他材料",
        "审查认为需要的其他材料",
        "县级民政部门认定的其他突发性特殊困难",
        "兽药经营质量管理规范规定的其他条件",
        "其他材料",
        "其他相关材料",
        "证明等相关材料",
        "申请最低生活保障相关辅助材料",
        "有关材料",
    ],
)
def test_catch_all_clauses_are_found(text):
    assert is_catch_all(text)


@pytest.mark.parametrize(
    "text",
    [
        "其他建设工程消防验收备案表",
        "居民户口簿或居住证或在籍学习证明",
        "相关病历材料",
        "死亡医学证明（推断）书等死亡证明材料",
        "证据材料",
    ],
)
def test_definite_names_are_not(text):
    assert not is_catch_all(text)


def test_a_note_may_say_what_an_open_name_means():
    assert not is_catch_all("变更床位数相关材料", note="书面请示、床位分布表")


def test_no_note_saves_what_the_law_might_yet_require():
    assert is_catch_all("法律规定的其他材料", note="容缺后补")


def test_a_catch_all_material_blocks():
    guide = a_guide(materials=(Material(key="m1", name="其他材料"),))
    assert elements(guide) == ["materials"]


def test_a_catch_all_condition_blocks():
    assert elements(a_guide(conditions=("规定的其他条件",))) == ["conditions"]


@pytest.mark.parametrize("text", ["视情办理", "时间待定", "另行通知", "按有关规定办理"])
def test_vague_wording_blocks(text):
    assert elements(a_guide(steps=(text,))) == ["steps"]


def test_a_promise_longer_than_the_law_allows_blocks():
    guide = a_guide(promised_limit=Limit(21, LimitUnit.WORKDAY, "21个工作日"))
    assert elements(guide) == ["promised_limit"]


def test_an_equal_promise_is_kept():
    guide = a_guide(promised_limit=Limit(20, LimitUnit.WORKDAY, "20个工作日"))
    assert elements(guide) == []


@pytest.mark.parametrize(
    ("online", "visits", "wrong"),
    [
        (OnlineMode.FULL, 0, False),
        (OnlineMode.FULL, 1, True),
        (OnlineMode.WINDOW, 0, True),
        (OnlineMode.WINDOW, 1, False),
        (OnlineMode.PARTIAL, 0, False),
        (OnlineMode.PARTIAL, -1, True),
        (OnlineMode.FULL, None, False),
    ],
)
def test_visits_agree_with_the_mode(online, visits, wrong):
    guide = a_guide(online=online, onsite_visits=visits)
    assert (elements(guide) == ["onsite_visits"]) is wrong


@pytest.mark.parametrize("code", ["00011801700", "00011801700X", "000518017000"])
def test_a_national_code_of_another_form_or_type_blocks(code):
    assert elements(a_guide(national_code=code)) == ["national_code"]


def test_a_filing_goes_under_the_code_of_other_powers():
    guide = a_guide(type=MatterType.FILING, national_code="001018017000")
    assert elements(guide) == []


def test_one_material_twice_blocks():
    paper = Material(key="m1", name="身份证")
    assert elements(a_guide(materials=(paper, paper))) == ["materials", "materials"]


def test_what_is_free_has_no_price():
    fee = Fee(charged=False, text="不收费", items=(FeeItem("工本费", "10元"),))
    assert elements(a_guide(fee=fee)) == ["fee"]


@pytest.mark.parametrize("name", ["name", "department", "office_code", "theme"])
def test_what_every_matter_has_may_not_be_missing(name):
    assert elements(a_guide(**{name: ""})) == [name]


def test_somebody_must_be_meant():
    assert elements(a_guide(audience=())) == ["audience"]
