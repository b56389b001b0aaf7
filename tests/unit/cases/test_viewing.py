import pytest

from app.cases.viewing import HIDDEN, Applicant, applicant_in, masked
from app.forms.definitions import Field, FieldType, Prefill
from tests.builders.forms import make_field, make_form


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ({"label": "代办人的姓名"}, "李小龙", "李*龙"),
        ({"label": "收款人（开户人）的名称"}, "李小龙", "李*龙"),
        ({"label": "对方的电话"}, "13800138000", "1*********0"),
        ({"label": "银行账号（卡号）"}, "6222021234567890123", "6*****************3"),
        ({"label": "护照或通行证的号码"}, "E12345678", "E*******8"),
        ({"label": "店名"}, "老张面馆", "老张面馆"),
        ({"label": "申请人", "prefill": Prefill.NAME}, "张秀兰", "张*兰"),
        ({"type": FieldType.LONG_TEXT, "label": "姓名由来"}, "很长", "很长"),
        ({"type": FieldType.CREDIT_CODE, "label": "信用代码"}, "9135", "9135"),
        ({"type": FieldType.ID_NUMBER, "label": "身份证"}, 7, 7),
        ({"type": FieldType.MOBILE, "label": "手机"}, "13800138000", "138****8000"),
    ],
)
def test_masks_what_is_a_persons(field, value, shown):
    form = make_form(make_field(**{"key": "it"} | field))
    assert masked(form, {"it": value}) == {"it": shown}


def test_hides_the_door_of_an_address():
    form = make_form(Field(key="it", type=FieldType.ADDRESS, label="住址"))
    read = masked(form, {"it": {"division": "411603100", "detail": "3号"}})
    assert read == {"it": {"division": "411603100", "detail": HIDDEN}}


def test_hides_answers_to_questions_it_does_not_know():
    assert masked(make_form(make_field()), {"old": "张三"}) == {"old": HIDDEN}


def test_the_applicant_is_the_organisation_if_one_is_named():
    form = make_form(
        make_field(key="org_name", label="单位名称"),
        make_field(key="contact_name", label="经办人的姓名", prefill=Prefill.NAME),
    )
    both = {"org_name": "面馆", "contact_name": "张三"}
    assert applicant_in(form, both) == Applicant("面馆", is_organisation=True)
    assert applicant_in(form, {"contact_name": "张三"}) == Applicant(
        "张三", is_organisation=False
    )
    assert applicant_in(form, {}) == Applicant("", is_organisation=False)
