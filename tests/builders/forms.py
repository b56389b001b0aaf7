"""Forms for tests: each value has a default, a test says what it is about."""

from app.forms import service
from app.forms.definitions import Choice, Field, FieldType, Form
from tests.conftest import NOW

DIVISIONS = {"411603100": "城关回族镇", "411603101": "新站镇", "411603200": "大连乡"}

ONE_OF_EACH = (
    Field(key="name", type=FieldType.TEXT, label="您的姓名", max_length=30),
    Field(key="reason", type=FieldType.LONG_TEXT, label="申请理由", max_length=500),
    Field(key="people", type=FieldType.NUMBER, label="家里几口人", min="1", max="30"),
    Field(key="income", type=FieldType.MONEY, label="每月收入", max="100000"),
    Field(key="born_on", type=FieldType.DATE, label="出生日期", max="today"),
    Field(
        key="kind",
        type=FieldType.CHOICE,
        label="办哪一种",
        choices=(Choice("new", "新办"), Choice("change", "变更")),
    ),
    Field(
        key="wishes",
        type=FieldType.CHOICES,
        label="需要哪些",
        choices=(Choice("a", "甲"), Choice("b", "乙"), Choice("c", "丙")),
        max="2",
    ),
    Field(
        key="agrees", type=FieldType.YES_NO, label="我符合条件", warning="可能办不成。"
    ),
    Field(key="id_number", type=FieldType.ID_NUMBER, label="身份证号码"),
    Field(key="credit_code", type=FieldType.CREDIT_CODE, label="统一社会信用代码"),
    Field(key="mobile", type=FieldType.MOBILE, label="手机号码"),
    Field(key="address", type=FieldType.ADDRESS, label="现在的住址"),
    Field(key="photo", type=FieldType.FILE, label="照片", max="2"),
)

GOOD_ANSWERS = {
    "name": "张秀兰",
    "reason": "家里有病人\n需要照顾",
    "people": 4,
    "income": "1200.00",
    "born_on": "1949-12-31",
    "kind": "new",
    "wishes": ["a", "c"],
    "agrees": True,
    "id_number": "11010519491231002X",
    "credit_code": "91350100M000100Y43",
    "mobile": "13800138000",
    "address": {"division": "411603100", "detail": "西关村 12 号"},
    "photo": ["A" * 22],
}


def make_field(**said):
    """A field of text, unless said otherwise."""
    return Field(**{"key": "name", "type": FieldType.TEXT, "label": "您的姓名"} | said)


def make_form(*fields, **said):
    """A form of the given fields; with one field of each type when none is given."""
    return Form(
        **{"key": "test", "version": 1, "title": "申请表"} | said,
        fields=fields or ONE_OF_EACH,
    )


def make_form_definition(session, form=None, now=NOW):
    """Store a form."""
    return service.store(session, form or make_form(), now=now)
