"""Which form a matter gets: by type, act, audience and level, or by its guide."""

import csv
import json
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from app.forms.checking import check
from app.forms.definitions import FieldType, Form
from app.forms.generation import Act, Kind, MatterFacts, act_of, form_for, kind_of
from app.forms.service import digest_of
from tests.builders.forms import DIVISIONS, GOOD_ANSWERS

CATALOGUE = Path(__file__).resolve().parents[3] / "data" / "catalogue"
AUDIENCES = {
    "个人": ("person",),
    "企业": ("organisation",),
    "both": ("person", "organisation"),
}
TODAY = date(2026, 3, 2)
PERSON = ("person",)
UNIT = ("organisation",)
BOTH = ("person", "organisation")


def facts(**said):
    return MatterFacts(
        **{
            "code": "M0001",
            "name": "某某许可",
            "type": "行政许可",
            "audience": PERSON,
            "level": "区",
        }
        | said
    )


def keys(**said):
    return {field.key for field in form_for(facts(**said)).fields}


def real_matters():
    with (CATALOGUE / "matters.csv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            yield facts(
                code=row["id"],
                name=row["name_zh"],
                type=row["type"],
                audience=AUDIENCES[row["audience"]],
                level=row["level"],
                theme=row["theme"],
            )


def real_guides():
    for guide in json.loads((CATALOGUE / "guides.json").read_text("utf-8")):
        yield facts(
            code=guide["guide_id"],
            name=guide["name"],
            type=guide["type"],
            audience=AUDIENCES[guide["audience"]],
            level="区",
            conditions=tuple(guide["conditions"]),
            materials=tuple(
                (f"m{number}", each["name"], "deferrable" if each["deferrable"] else "")
                for number, each in enumerate(guide["materials"])
            ),
            is_guide=True,
        )


def answer_all(form, **said):
    """Answer every shown question with something that fits it."""
    answers = dict(said)
    for _ in form.fields:
        result = check(form, answers, today=TODAY, divisions=DIVISIONS)
        if result.is_complete:
            break
        for key in result.errors:
            answers[key] = fitting(form.field(key))
    return check(form, answers, today=TODAY, divisions=DIVISIONS)


def fitting(field):
    if field.choices:
        value = field.choices[0].value
        return [value] if field.type is FieldType.CHOICES else value
    by_type = {
        FieldType.NUMBER: 1,
        FieldType.MONEY: "100.00",
        FieldType.DATE: "2026-03-01",
        FieldType.YES_NO: True,
        FieldType.ID_NUMBER: GOOD_ANSWERS["id_number"],
        FieldType.CREDIT_CODE: GOOD_ANSWERS["credit_code"],
        FieldType.MOBILE: GOOD_ANSWERS["mobile"],
        FieldType.ADDRESS: GOOD_ANSWERS["address"],
        FieldType.FILE: ["A" * 22],
    }
    return by_type.get(field.type, field.example or "写几句")


class TestAudience:
    def test_a_person_is_not_asked_about_a_company(self):
        asked = keys(audience=PERSON)
        assert {"name", "id_number", "mobile", "acting"} <= asked
        assert not asked & {"org_name", "credit_code", "applicant_kind"}

    def test_a_company_is_asked_for_name_code_head_and_agent(self):
        asked = keys(audience=UNIT)
        assert {
            "org_name",
            "credit_code",
            "legal_representative",
            "contact_name",
            "contact_id_number",
            "contact_mobile",
        } <= asked
        assert not asked & {"name", "id_number", "acting", "applicant_kind"}

    @pytest.mark.parametrize("audience", [BOTH, ("organisation", "person"), ()])
    def test_both_are_asked_first_for_whom(self, audience):
        form = form_for(facts(audience=audience))
        assert form.fields[0].key == "applicant_kind"
        assert form.fields[0].label == "您是为个人办还是为单位办"
        for kind, shown, hidden in (
            ("person", "name", "org_name"),
            ("organisation", "org_name", "name"),
        ):
            result = check(
                form, {"applicant_kind": kind}, today=TODAY, divisions=DIVISIONS
            )
            assert shown in result.errors
            assert hidden not in result.errors

    def test_who_acts_for_another_says_who_they_are(self):
        form = form_for(facts())
        result = check(form, {"acting": "self"}, today=TODAY, divisions=DIVISIONS)
        assert "agent_name" not in result.errors
        result = check(form, {"acting": "agent"}, today=TODAY, divisions=DIVISIONS)
        assert {"agent_name", "agent_id_number", "agent_relation"} <= set(result.errors)

    def test_a_passport_holder_is_not_asked_for_an_identity_number(self):
        form = form_for(facts())
        result = check(form, {"id_kind": "passport"}, today=TODAY, divisions=DIVISIONS)
        assert "passport_number" in result.errors
        assert "id_number" not in result.errors

    def test_a_founder_may_have_no_credit_code_yet(self):
        form = form_for(facts(name="公司设立登记", audience=UNIT))
        result = answer_all(form, has_credit_code=False)
        assert result.is_complete
        assert "credit_code" not in result.values


class TestKinds:
    @pytest.mark.parametrize(
        ("name", "kind", "own"),
        [
            ("行政许可", Kind.PERMIT, {"act", "purpose"}),
            ("行政给付", Kind.BENEFIT, {"reason", "account_number"}),
            ("行政备案", Kind.FILING, {"filing_content", "started_on"}),
            ("行政确认", Kind.CONFIRMATION, {"situation", "copies"}),
            ("公共服务", Kind.SERVICE, {"request"}),
            ("其他行政权力", Kind.OTHER, {"request", "licence_number"}),
            ("行政裁决", Kind.ADJUDICATION, {"respondent_name", "claim"}),
            ("行政奖励", Kind.REWARD, {"nomination", "deeds"}),
            ("从未听说的类型", Kind.OTHER, {"request"}),
        ],
    )
    def test_each_asks_its_own(self, name, kind, own):
        assert kind_of(facts(type=name, name="某事")) is kind
        assert own <= keys(type=name, name="某事")

    def test_only_benefits_ask_for_an_account(self):
        for matter in real_matters():
            asks = form_for(matter).field("account_number") is not None
            assert not asks or kind_of(matter) is Kind.BENEFIT

    def test_a_public_service_that_pays_asks_like_a_benefit(self):
        assert "account_number" in keys(type="公共服务", name="失业保险金申领")
        assert "account_number" not in keys(
            type="公共服务", name="养老保险定期待遇领取资格认证"
        )

    def test_legal_aid_is_a_benefit_without_an_account(self):
        asked = keys(type="行政给付", name="对公民法律援助申请的审批")
        assert "reason" in asked
        assert "account_number" not in asked

    def test_need_is_asked_only_where_it_decides(self):
        needy = keys(type="行政给付", name="最低生活保障金给付", level="村")
        assert {"household_size", "household_income", "hardships"} <= needy
        assert "household_income" not in keys(type="行政给付", name="高龄津贴")
        assert "household_income" not in keys(
            type="行政给付", name="农业机械购置补贴", audience=BOTH
        )

    def test_residence_is_asked_at_township_and_village_and_for_benefits(self):
        assert "address" not in keys(type="公共服务")
        assert "address" in keys(type="公共服务", level="乡镇")
        assert "address" in keys(type="公共服务", level="村")
        assert "address" in keys(type="行政给付")
        assert "address" not in keys(type="公共服务", level="乡镇", audience=UNIT)

    def test_only_what_gives_paper_asks_how_to_deliver_it(self):
        assert "delivery" in keys(type="行政许可")
        assert "delivery" in keys(type="行政确认")
        assert "delivery" not in keys(type="公共服务")
        assert "delivery" not in keys(type="行政许可", name="某许可注销")


class TestActs:
    @pytest.mark.parametrize(
        ("name", "act"),
        [
            ("食品经营许可新办", Act.NEW),
            ("道路运输证核发（信息变更）", Act.CHANGE),
            ("食品小作坊备案续期", Act.RENEW),
            ("残疾人证补办", Act.REISSUE),
            ("公司注销登记", Act.CANCEL),
            ("补领、换领牌证", Act.OPEN),
            ("申请设立、变更或注销登记", Act.OPEN),
            ("某某审批", Act.OPEN),
        ],
    )
    def test_is_read_from_the_name(self, name, act):
        assert act_of(name) is act

    @pytest.mark.parametrize(
        ("act", "asked"),
        [
            ("new", {"purpose", "premises"}),
            ("change", {"change_what"}),
            ("renew", {"expires_on"}),
            ("reissue", {"reissue_reason"}),
            ("cancel", {"cancel_reason"}),
        ],
    )
    def test_an_open_permit_asks_what_fits_the_answer(self, act, asked):
        form = form_for(facts(audience=UNIT))
        empty = answer_all(form, act=act)
        follow = {
            "purpose",
            "premises",
            "change_what",
            "expires_on",
            "reissue_reason",
            "cancel_reason",
        }
        assert follow & set(empty.values) == asked

    def test_a_personal_qualification_is_tied_to_no_place(self):
        assert "premises" not in keys(name="护士执业注册（首次注册）")
        assert "premises" in keys(name="农村村民宅基地审批")
        assert "vehicle_number" in keys(name="道路运输证核发（新增）", audience=UNIT)


class TestGuides:
    sentence = "年满16周岁"

    def test_each_condition_becomes_a_question_that_warns(self):
        form = form_for(facts(is_guide=True, conditions=(self.sentence, "有户口。")))
        first = form.field("condition_1")
        assert first.label == "我符合：年满16周岁"
        assert form.field("condition_2").label == "我符合：有户口"
        result = answer_all(form, condition_1="no")
        assert result.is_complete
        assert set(result.warnings) == {"condition_1"}

    @pytest.mark.parametrize(
        ("condition", "label"),
        [
            ("不受理：在校学生", "我不属于不受理的情况：在校学生"),
            ("在校学生除外", "我不属于例外的情况：在校学生除外"),
            ("立案调查中不适用", "我不属于例外的情况：立案调查中不适用"),
        ],
    )
    def test_yes_is_always_the_good_answer(self, condition, label):
        form = form_for(facts(is_guide=True, conditions=(condition,)))
        assert form.field("condition_1").label == label

    def test_conditions_come_before_names(self):
        form = form_for(
            facts(is_guide=True, conditions=(self.sentence,), audience=BOTH)
        )
        assert [each.key for each in form.fields][:3] == [
            "applicant_kind",
            "condition_1",
            "acting",
        ]

    def test_the_form_is_the_matters_own(self):
        form = form_for(facts(is_guide=True, name="残疾人证新办", code="M0042"))
        assert (form.key, form.title) == ("matter-M0042", "残疾人证新办申请表")

    def test_materials_are_no_fields_but_a_late_one_wants_a_promise(self):
        form = form_for(
            facts(
                is_guide=True,
                materials=(
                    ("m1", "申请表", "required"),
                    ("m2", "场地证明", "deferrable"),
                ),
            )
        )
        promise = form.field("deferral_promise")
        assert "“场地证明”" in promise.label
        assert "申请表" not in promise.label
        assert not promise.required
        assert not any(each.type is FieldType.FILE for each in form.fields)

    def test_without_a_guide_nothing_of_it_is_asked(self):
        form = form_for(facts(conditions=(self.sentence,)))
        assert form.field("condition_1") is None


class TestRealCatalogue:
    def test_a_default_forms_key_names_all_it_depends_on(self):
        contents = defaultdict(set)
        for matter in real_matters():
            form = form_for(matter)
            contents[form.key].add(digest_of(form))
            assert len(form.key) <= 80
        assert len(contents) > 50
        assert all(len(digests) == 1 for digests in contents.values())

    def test_every_default_form_can_be_filled_in_either_way(self):
        forms = {form.key: form for form in map(form_for, real_matters())}
        for form in forms.values():
            for said in (
                {},
                {"applicant_kind": "organisation", "acting": "agent"},
            ):
                known = {key: value for key, value in said.items() if form.field(key)}
                result = answer_all(form, **known)
                assert result.errors == {}, form.key
            assert Form.from_json(form.to_json()) == form

    def test_all_guides_get_a_form_with_their_conditions(self):
        guides = list(real_guides())
        assert len(guides) == 64
        for guide in guides:
            form = form_for(guide)
            asked = [each for each in form.fields if each.key.startswith("condition_")]
            assert len(asked) == len(guide.conditions)
            assert answer_all(form).errors == {}

    def test_every_question_speaks_plainly(self):
        forms = [form_for(each) for each in [*real_matters(), *real_guides()]]
        fields = {each for form in forms for each in form.fields}
        for field in fields:
            assert field.help.endswith(("。", "？")), field.key
            assert field.group, field.key
            assert field.type is FieldType.YES_NO or len(field.label) <= 30, field.key
            if field.type in (
                FieldType.ID_NUMBER,
                FieldType.CREDIT_CODE,
                FieldType.MOBILE,
                FieldType.DATE,
                FieldType.NUMBER,
                FieldType.MONEY,
                FieldType.ADDRESS,
            ):
                assert field.example, field.key


def test_where_no_material_is_named_whatever_there_is_may_be_given():
    assert "evidence" in keys()
    guided = {"is_guide": True, "materials": (("m1", "身份证", "required"),)}
    assert "evidence" not in keys(**guided)
    assert "evidence" in keys(is_guide=True)
    assert "evidence" not in keys(type="行政奖励")


def test_a_payment_of_medical_fees_asks_where_the_money_goes():
    assert kind_of(facts(name="生育医疗费支付", type="公共服务")) is Kind.BENEFIT
    assert any("account" in key for key in keys(name="生育医疗费支付", type="公共服务"))
