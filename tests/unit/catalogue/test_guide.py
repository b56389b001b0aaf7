import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue.guide import (
    ELEMENTS,
    Audience,
    Basis,
    CrossRegionMode,
    Fee,
    FeeItem,
    FormKind,
    Guide,
    Level,
    Limit,
    LimitUnit,
    Material,
    MaterialKind,
    MatterType,
    Necessity,
    OnlineMode,
    Origin,
    Rongque,
    Scope,
    Source,
    Tier,
    content_hash,
    material_key,
)
from tests.builders.catalogue import a_guide

TEXT = st.text(alphabet="申请材料办理期限abc012（）", max_size=12)
NAMES = st.text(alphabet="申请材料办理期限", min_size=1, max_size=12)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
LIMITS = st.builds(
    Limit,
    st.none() | st.integers(0, 400),
    st.sampled_from(LimitUnit),
    TEXT,
)
MATERIALS = st.builds(
    Material,
    key=NAMES.map(material_key),
    name=NAMES,
    kind=st.sampled_from(MaterialKind),
    form_kind=st.sampled_from(FormKind),
    copies=st.none() | st.integers(0, 9),
    necessity=st.sampled_from(Necessity),
    obtainable_by=TEXT,
    note=TEXT,
    from_applicant=st.booleans(),
)
GUIDES = st.builds(
    Guide,
    code=NAMES,
    name=NAMES,
    type=st.sampled_from(MatterType),
    department=NAMES,
    office_code=NAMES,
    theme=NAMES,
    audience=st.sampled_from([(Audience.PERSON,), tuple(Audience)]),
    level=st.sampled_from(Level),
    tier=st.sampled_from(Tier),
    aliases=TEXTS,
    parent_matter=TEXT,
    national_code=TEXT,
    legal_basis=st.lists(st.builds(Basis, TEXT, TEXT), max_size=3).map(tuple),
    conditions=TEXTS,
    materials=st.lists(MATERIALS, max_size=3).map(tuple),
    statutory_limit=st.none() | LIMITS,
    promised_limit=st.none() | LIMITS,
    fee=st.none()
    | st.builds(
        Fee,
        st.none() | st.booleans(),
        TEXT,
        st.lists(st.builds(FeeItem, TEXT, TEXT), max_size=2).map(tuple),
    ),
    steps=TEXTS,
    result_document=TEXT,
    online=st.sampled_from(OnlineMode),
    onsite_visits=st.none() | st.integers(0, 3),
    scope=st.sampled_from(Scope),
    cross_region=st.none() | st.sampled_from(CrossRegionMode),
    rongque=st.none() | st.builds(Rongque, TEXT, TEXTS, TEXT),
    consult=TEXT,
    complaint=TEXT,
    notes=TEXTS,
    source=st.builds(Source, TEXT, TEXT, TEXT, TEXT, TEXTS),
    stand_in=TEXT,
    origins=st.dictionaries(
        st.sampled_from(sorted(ELEMENTS)), st.sampled_from(Origin), max_size=3
    ),
)


@given(GUIDES)
def test_a_guide_comes_back_from_json_as_it_was(guide):
    stored = json.loads(json.dumps(guide.to_json()))
    assert Guide.from_json(stored) == guide
    assert Guide.from_json(stored).to_json() == guide.to_json()


@given(GUIDES)
def test_gaps_are_elements_and_never_what_is_there(guide):
    assert set(guide.gaps) <= set(ELEMENTS)
    assert ("materials" in guide.gaps) is not bool(guide.materials)
    assert ("steps" in guide.gaps) is not bool(guide.steps)


@given(st.dictionaries(NAMES, TEXT))
def test_equal_content_has_an_equal_digest(content):
    turned = dict(reversed(content.items()))
    assert content_hash(content) == content_hash(turned)
    assert content_hash(content) != content_hash(content | {"新": "x"})


class TestGaps:
    def test_a_complete_guide_has_none(self):
        assert a_guide().gaps == ()

    def test_the_twelve_elements_are_those_of_the_document(self):
        assert len(ELEMENTS) == 12

    def test_one_of_the_limits_is_enough(self):
        assert a_guide(statutory_limit=None).gaps == ()
        assert a_guide(statutory_limit=None, promised_limit=None).gaps == ("limits",)

    def test_a_bare_entry_lacks_most(self):
        bare = a_guide(
            national_code="",
            legal_basis=(),
            materials=(),
            statutory_limit=None,
            promised_limit=None,
            fee=None,
            steps=(),
        )
        assert bare.gap_labels == (
            "事项编码",
            "设定依据",
            "申请材料",
            "办理期限",
            "事项收费",
            "办理流程",
        )


class TestMarks:
    def test_official_values_carry_none(self):
        guide = a_guide()
        assert guide.mark("department") == ""
        assert guide.origin("department") is Origin.OFFICIAL

    def test_what_a_rule_derived_says_so(self):
        guide = a_guide(origins={"department": Origin.INFERRED})
        assert guide.mark("department") == "推定，待核实"

    def test_a_recalled_law_is_to_be_checked(self):
        guide = a_guide(origins={"legal_basis": Origin.RECALLED})
        assert guide.mark("legal_basis") == "待核实"

    def test_a_guide_from_elsewhere_is_not_official_anywhere(self):
        guide = a_guide(stand_in="本指南内容来自某省。")
        assert {guide.origin(key) for key in ELEMENTS} == {Origin.STAND_IN}

    def test_every_origin_but_the_official_has_a_mark(self):
        assert {each for each in Origin if not each.mark} == {Origin.OFFICIAL}


class TestVisits:
    @pytest.mark.parametrize(
        ("visits", "zero", "once"),
        [(None, None, None), (0, True, True), (1, False, True), (2, False, False)],
    )
    def test_silence_is_not_a_promise(self, visits, zero, once):
        guide = a_guide(onsite_visits=visits)
        assert guide.zero_visit is zero
        assert guide.at_most_one_visit is once


class TestLimits:
    def test_limits_in_different_units_are_not_compared(self):
        days = Limit(45, LimitUnit.DAY, "45日")
        assert not Limit(60, LimitUnit.UNKNOWN, "60").is_longer_than(days)
        assert Limit(46, LimitUnit.DAY, "46日").is_longer_than(days)
        assert not Limit(None, LimitUnit.DAY, "").is_longer_than(days)

    def test_the_promise_is_what_holds(self):
        guide = a_guide()
        assert guide.ordinary_limit is guide.promised_limit
        statutory = a_guide(promised_limit=None)
        assert statutory.ordinary_limit is statutory.statutory_limit

    def test_nothing_counted_is_on_the_spot(self):
        assert Limit(0, LimitUnit.WORKDAY, "当场").is_on_the_spot
        assert not Limit(None, LimitUnit.UNKNOWN, "").is_on_the_spot


class TestMaterials:
    def test_the_key_follows_the_name_not_the_place(self):
        assert material_key("居民身份证") == material_key("居民身份证", ["m1234"])
        assert material_key("居民身份证") != material_key("居民户口簿")

    def test_equal_names_get_different_keys(self):
        first = material_key("照片")
        second = material_key("照片", [first])
        third = material_key("照片", [first, second])
        assert len({first, second, third}) == 3

    def test_keys_are_fit_for_form_fields(self):
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,59}", material_key("《出生医学证明》"))

    def test_what_staff_draw_up_is_never_asked_of_applicants(self):
        paper = Material(key="m1", name="核查表", from_applicant=False)
        assert not paper.must_be_uploaded
        assert Material(key="m2", name="身份证").must_be_uploaded

    @pytest.mark.parametrize(
        "necessity",
        [Necessity.OPTIONAL, Necessity.DEFERRABLE, Necessity.CREDIT_WAIVABLE],
    )
    def test_what_may_follow_is_not_demanded_now(self, necessity):
        assert not Material(key="m1", name="x", necessity=necessity).must_be_uploaded

    def test_a_material_is_found_by_its_key(self):
        guide = a_guide()
        assert guide.material("m2").name == "居民身份证"
        assert guide.material("m9") is None


def test_every_word_of_the_lists_can_be_shown():
    for kind in (
        Audience,
        Level,
        Necessity,
        MaterialKind,
        FormKind,
        OnlineMode,
        Scope,
        CrossRegionMode,
    ):
        assert all(each.zh for each in kind)
        assert len({each.zh for each in kind}) == len(kind)


def test_every_type_has_a_national_code_of_what_can_be_applied_for():
    assert {each.national_code for each in MatterType} == {
        "01",
        "05",
        "07",
        "08",
        "09",
        "10",
        "20",
    }
