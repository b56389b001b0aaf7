"""What is wrong with a guide: real faults, which block publication anywhere.

Gaps of the source are not faults: see :attr:`app.catalogue.guide.Guide.gaps`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.catalogue.guide import Guide, OnlineMode

CATCH_ALL = re.compile(
    r"(?:规定|要求|认定|认为需要|认为必要|需要)的?其他"
    r"|^其他(?:有关|相关|必要|证明)?(?:材料|资料|条件|情形)$"
)
"""Catch-all clauses: they let a counter ask for anything.

Source: 淮政办〔2022〕12号 二(二) (abolished); domain.md 1.7, rule 11.
"""

OPEN_ENDED = re.compile(
    r"等(?:有关|相关|其他)(?:材料|资料|证明)$"
    r"|相关(?:辅助|证明)?(?:材料|资料)$"
    r"|^有关(?:材料|资料)$"
)
"""Names that mean nothing by themselves; a note may say what is meant."""

VAGUE = re.compile(r"视情|待定|另行通知|按(?:有关|相关)规定(?:办理|执行)?[。）]?$")
"""Wording that tells nobody anything. Source: domain.md 1.6."""

_NATIONAL_CODE = re.compile(r"\d{12}")


@dataclass(frozen=True)
class Fault:
    """Something that must be put right before publication.

    Attributes:
        element: Name of the field of the guide.
        zh: What is wrong, for the editor.
        text: The words it is about; empty when it is about the whole.
    """

    element: str
    zh: str
    text: str = ""


def is_catch_all(text: str, *, note: str = "") -> bool:
    """Whether a condition or material can mean anything.

    An open name whose note says what is meant is not one: 变更床位数相关材料 with
    a note that lists the papers.
    """
    if CATCH_ALL.search(text):
        return True
    return not note and bool(OPEN_ENDED.search(text))


def faults(guide: Guide) -> tuple[Fault, ...]:
    """Return every real fault of a guide; none means it may be published."""
    return (
        *_of_identity(guide),
        *_of_wording(guide),
        *_of_limits(guide),
        *_of_visits(guide),
        *_of_materials(guide),
    )


def _of_identity(guide: Guide) -> Iterator[Fault]:
    for name, zh in (
        ("code", "没有事项编号"),
        ("name", "没有事项名称"),
        ("department", "没有实施机构"),
        ("office_code", "实施机构没有对应的部门"),
        ("audience", "没有办事对象"),
        ("theme", "没有主题"),
    ):
        if not getattr(guide, name):
            yield Fault(name, zh)
    code = guide.national_code
    if not code:
        return
    if not _NATIONAL_CODE.fullmatch(code):
        yield Fault("national_code", "基本编码应为12位数字", code)
    elif code[2:4] != guide.type.national_code:
        yield Fault("national_code", f"基本编码的类型位与“{guide.type}”不符", code)


def _of_wording(guide: Guide) -> Iterator[Fault]:
    for text in guide.conditions:
        if is_catch_all(text):
            yield Fault("conditions", "受理条件是兜底条款", text)
    for material in guide.materials:
        if is_catch_all(material.name, note=material.note):
            yield Fault("materials", "材料名称是兜底条款", material.name)
    for element, texts in (
        ("conditions", guide.conditions),
        ("steps", guide.steps),
        ("materials", tuple(each.name for each in guide.materials)),
    ):
        for text in texts:
            if VAGUE.search(text):
                yield Fault(element, "用语含糊", text)


def _of_limits(guide: Guide) -> Iterator[Fault]:
    promised, statutory = guide.promised_limit, guide.statutory_limit
    if promised and statutory and promised.is_longer_than(statutory):
        yield Fault(
            "promised_limit",
            "承诺时限比法定时限长",
            f"{promised.text} / {statutory.text}",
        )


def _of_visits(guide: Guide) -> Iterator[Fault]:
    """Source: domain.md 1.7, rules 4 and 5."""
    visits = guide.onsite_visits
    if visits is None:
        return
    if visits < 0:
        yield Fault("onsite_visits", "到现场次数不能是负数", str(visits))
    if guide.online is OnlineMode.FULL and visits > 0:
        yield Fault("onsite_visits", "全程网办的事项不应再要求到现场", str(visits))
    if guide.online is OnlineMode.WINDOW and visits == 0:
        yield Fault("onsite_visits", "只能窗口办理的事项不可能零跑动", str(visits))


def _of_materials(guide: Guide) -> Iterator[Fault]:
    names = [each.name for each in guide.materials]
    keys = {each.key for each in guide.materials}
    for name in sorted({each for each in names if names.count(each) > 1}):
        yield Fault("materials", "同一材料列了两次", name)
    if len(keys) < len(names):
        yield Fault("materials", "材料的键重复")
    if guide.fee and guide.fee.charged is False and guide.fee.items:
        yield Fault("fee", "写明不收费，却列了收费项目")
