"""Ready-made questions about who applies, in the words of a clerk to an old person.

Each function returns the questions of one part of a form. ``only`` makes the
part appear after a certain answer. Keys are the same in every form, so that
what was once answered can be offered again.
"""

from __future__ import annotations

from app.forms.definitions import (
    YES,
    Choice,
    Field,
    FieldType,
    Prefill,
    ShowIf,
)

PERSON, ORGANISATION = "person", "organisation"
"""Audiences, and the values of the question for whom it is done."""

_WHO = "谁来办"
_APPLICANT = "申请人"
_UNIT = "单位"
_CONDITIONS = "先看看能不能办"

PLACE_HELP = "先选乡镇或街道，再写村、路和门牌号。不在本区的选“不在本区”。"
PLACE_EXAMPLE = "大徐村 3 组 12 号"


def for_whom() -> tuple[Field, ...]:
    """Ask first whether a person or an organisation applies."""
    return (
        Field(
            key="applicant_kind",
            type=FieldType.CHOICE,
            label="您是为个人办还是为单位办",
            help="公司、合作社、学校、医院这些都算单位；个体户有营业执照的也选单位。",
            choices=(Choice(PERSON, "个人"), Choice(ORGANISATION, "单位")),
            group=_WHO,
        ),
    )


def conditions(sentences: tuple[str, ...]) -> tuple[Field, ...]:
    """Turn what a guide asks of an applicant into yes/no questions.

    An unmet condition warns and never refuses: the office decides, not the form.
    """
    return tuple(
        Field(
            key=f"condition_{number}",
            type=FieldType.YES_NO,
            label=_condition_label(sentence),
            help="拿不准就选“否”，不影响提交，工作人员会帮您核对。",
            warning=(
                "这一条不符合的话，可能办不成。您仍然可以提交，工作人员会帮您核对；"
                "也可以先打办事指南上的电话问一问。"
            ),
            group=_CONDITIONS,
        )
        for number, sentence in enumerate(sentences, 1)
    )


def _condition_label(sentence: str) -> str:
    """Word a condition so that "yes" is always the good answer."""
    plain = sentence.strip().rstrip("。；;")
    if plain.startswith("不受理"):
        excluded = plain.removeprefix("不受理").lstrip("：:")
        return f"我不属于不受理的情况：{excluded}"
    if plain.endswith(("不适用", "除外")):
        return f"我不属于例外的情况：{plain}"
    return f"我符合：{plain}"


def person(only: ShowIf | None = None) -> tuple[Field, ...]:
    """Ask who the person is, who acts for them, and how to reach them."""
    by_agent = ShowIf("acting", ("agent",))
    return (
        Field(
            key="acting",
            type=FieldType.CHOICE,
            label="是您自己办，还是替别人办",
            help="替家里老人、孩子办，选“我替别人办”。",
            choices=(Choice("self", "我自己办"), Choice("agent", "我替别人办")),
            show_if=only,
            group=_WHO,
        ),
        Field(
            key="name",
            type=FieldType.TEXT,
            label="申请人的姓名",
            help="谁的事就填谁，要和证件上一样。",
            example="张秀兰",
            max_length=50,
            prefill=Prefill.NAME,
            show_if=only,
            group=_APPLICANT,
        ),
        Field(
            key="id_kind",
            type=FieldType.CHOICE,
            label="申请人用哪种证件",
            help="一般都用居民身份证；小孩没有身份证的，户口本上的号码就是身份证号码。",
            choices=(
                Choice("resident", "居民身份证（户口本）"),
                Choice("hmt", "港澳台居民居住证"),
                Choice("foreign", "外国人永久居留身份证"),
                Choice("passport", "护照或通行证"),
            ),
            show_if=only,
            group=_APPLICANT,
        ),
        Field(
            key="id_number",
            type=FieldType.ID_NUMBER,
            label="申请人的身份证号码",
            help="在证件有照片的那一面最下边，一共 18 位，最后一位可能是字母 X。",
            example="11010519491231002X",
            prefill=Prefill.ID_NUMBER,
            show_if=ShowIf("id_kind", ("resident", "hmt", "foreign")),
            group=_APPLICANT,
        ),
        Field(
            key="passport_number",
            type=FieldType.TEXT,
            label="护照或通行证的号码",
            help="照着证件上的号码填，字母也要填。",
            example="E12345678",
            max_length=30,
            show_if=ShowIf("id_kind", ("passport",)),
            group=_APPLICANT,
        ),
        Field(
            key="mobile",
            type=FieldType.MOBILE,
            label="联系用的手机号码",
            help="办到哪一步会通知这个号码。老人没有手机的，填家里人的也行。",
            example="13800138000",
            prefill=Prefill.PHONE,
            show_if=only,
            group=_APPLICANT,
        ),
        Field(
            key="agent_name",
            type=FieldType.TEXT,
            label="代办人（就是您）的姓名",
            help="要和身份证上一样。",
            example="李明",
            max_length=50,
            show_if=by_agent,
            group=_APPLICANT,
        ),
        Field(
            key="agent_id_number",
            type=FieldType.ID_NUMBER,
            label="代办人的身份证号码",
            help="在身份证有照片的那一面最下边，一共 18 位。",
            example="11010519491231002X",
            show_if=by_agent,
            group=_APPLICANT,
        ),
        Field(
            key="agent_relation",
            type=FieldType.CHOICE,
            label="您是申请人的什么人",
            help="受申请人委托来办的，都可以代办。",
            choices=(
                Choice("family", "家人"),
                Choice("guardian", "监护人"),
                Choice("helper", "村（社区）帮办代办人员"),
                Choice("other", "其他受委托的人"),
            ),
            show_if=by_agent,
            group=_APPLICANT,
        ),
    )


def organisation(
    only: ShowIf | None = None, *, is_founding: bool = False
) -> tuple[Field, ...]:
    """Ask which organisation applies and who sees to it.

    Args:
        only: Answer after which the part appears.
        is_founding: It may not exist yet, so it may have no credit code.
    """
    has_code = Field(
        key="has_credit_code",
        type=FieldType.YES_NO,
        label="单位已经有统一社会信用代码了吗",
        help="就是营业执照或登记证书上 18 位的那一串。还没有领证，选“否”。",
        show_if=only,
        group=_UNIT,
    )
    return (
        Field(
            key="org_name",
            type=FieldType.TEXT,
            label="单位名称",
            help=(
                "还在筹办的，填打算用的名称。"
                if is_founding
                else "要和营业执照或登记证书上一样。"
            ),
            example="周口市某某商贸有限公司",
            show_if=only,
            group=_UNIT,
        ),
        *((has_code,) if is_founding else ()),
        Field(
            key="credit_code",
            type=FieldType.CREDIT_CODE,
            label="统一社会信用代码",
            help="在营业执照或登记证书上，一共 18 位，没有字母 I、O、S、V、Z。",
            example="91350100M000100Y43",
            show_if=ShowIf("has_credit_code", (YES,)) if is_founding else only,
            group=_UNIT,
        ),
        Field(
            key="legal_representative",
            type=FieldType.TEXT,
            label="法定代表人（负责人）的姓名",
            help="营业执照或登记证书上写的那个人；个体户填经营者。",
            example="王建国",
            max_length=50,
            show_if=only,
            group=_UNIT,
        ),
        Field(
            key="contact_name",
            type=FieldType.TEXT,
            label="经办人的姓名",
            help="就是来办这件事的人，有问题会找这个人。",
            example="李明",
            max_length=50,
            prefill=Prefill.NAME,
            show_if=only,
            group=_UNIT,
        ),
        Field(
            key="contact_id_number",
            type=FieldType.ID_NUMBER,
            label="经办人的身份证号码",
            help="在身份证有照片的那一面最下边，一共 18 位。",
            example="11010519491231002X",
            prefill=Prefill.ID_NUMBER,
            show_if=only,
            group=_UNIT,
        ),
        Field(
            key="contact_mobile",
            type=FieldType.MOBILE,
            label="经办人的手机号码",
            help="办到哪一步会通知这个号码。",
            example="13800138000",
            prefill=Prefill.PHONE,
            show_if=only,
            group=_UNIT,
        ),
    )


def residence(only: ShowIf | None = None, *, village: bool = False) -> Field:
    """Ask where the applicant lives."""
    return Field(
        key="address",
        type=FieldType.ADDRESS,
        label="申请人现在住在哪里",
        help="请写清楚是哪个村（社区）、第几组。" if village else PLACE_HELP,
        example=PLACE_EXAMPLE,
        show_if=only,
        group=_APPLICANT,
    )
