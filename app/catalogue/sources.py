"""Reading what other sites print: limits, fees, places, notes. Pure.

Sources write for their own readers: bare numbers, their own telephones and
addresses, remarks about a screen. These functions keep what they said, say what
they left open, and hold back what would mislead a reader in another district.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.catalogue.guide import (
    Basis,
    Fee,
    Limit,
    LimitUnit,
    OnlineMode,
    Scope,
)

UNIT_NOT_SAID = "单位来源未注明"
"""Stands beside every number whose unit the source does not print."""

LOCAL_BASIS = "外省规定，本区依据待核实"
NAME_ONLY = "仅有法规名称，条款待核实"

TELEPHONE = re.compile(r"(?<![\d.])(?:0\d{2,3}-\d{5,8}|1[3-9]\d{9}|123\d\d)(?!\d)")
"""Telephones as sources print them: area code, mobile, five-digit hotlines."""

_BARE_NUMBER = re.compile(r"(?P<n>\d+)(?:（(?P<said>.*)）)?", re.DOTALL)
_UNIT_REMARK = re.compile(
    r"原始字段只给数字未注明单位(?:（[^）]*）)?|单位代码[\d.]+(?:，单位未注明)?"
)
_WORKDAYS = re.compile(r"(\d+)\s*个工作日")
_DAYS = re.compile(r"(\d+)\s*(?:个自然日|日内|天)")
_ON_THE_SPOT = re.compile(r"当场|即办|现场办结")
_NO_LIMIT = re.compile(r"(?:法律法规)?未规定(?:办结)?时限")

_LOCAL = (
    "北京|天津|河北|山西|内蒙古|辽宁|吉林|黑龙江|上海|江苏|浙江|安徽|福建|江西|山东"
    "|湖北|湖南|广东|广西|海南|重庆|四川|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆"
)
_TOWNS = (
    "广安|仪陇|平武|汝城|安化|太白|昌宁|鄢陵|许昌|金寨|抚松|鹿泉|武汉|临沂|烟台|大同"
    "|雅安|随县|三亚"
)
"""Places whose pages stand in for ours in the data."""
_ELSEWHERE = re.compile(f"{_LOCAL}|{_TOWNS}")
_LOCAL_LAW = re.compile(rf"《(?:{_LOCAL})|[（(][鄂湘皖川陕滇冀吉]\w{{0,12}}〔")
_ARCHIVE = re.compile(r"（[^（）]*GitHub[^（）]*）")
_ADDRESS = re.compile(r"\s*https?://\S+")
_SCREEN = re.compile(r"^(?:页面|摘录|来源类型)|摘录|照录$|县级实例$")
_HELD_BACK = re.compile(r"^(?:办理)?(?:地点|地址)：|^服务对象|^适用\d+个|科\d+-\d+日")
_SCOPE = re.compile(r"^(?:办理|通办)范围：(.+)$")
_SCREEN_BRACKET = re.compile(r"（[^（）]*(?:官网|页面)[^（）]*）")


def read_limit(text: str) -> Limit | None:
    """Read a time limit as a source prints it; None when it prints nothing.

    The amount is the ordinary limit, without extensions. A bare number keeps
    the unit UNKNOWN and its text says so; so does a sentence that counts in
    several ways.
    """
    text = text.strip()
    if not text:
        return None
    if _NO_LIMIT.search(text):
        return Limit(None, LimitUnit.UNKNOWN, "法律法规未规定办结时限")
    if bare := _BARE_NUMBER.fullmatch(text):
        said = _UNIT_REMARK.sub("", bare["said"] or "").strip("，；。")
        remark = f"{UNIT_NOT_SAID}；{said}" if said else UNIT_NOT_SAID
        return Limit(int(bare["n"]), LimitUnit.UNKNOWN, f"{bare['n']}（{remark}）")
    for counted, unit in ((_WORKDAYS, LimitUnit.WORKDAY), (_DAYS, LimitUnit.DAY)):
        if found := counted.search(text):
            return Limit(int(found[1]), unit, text)
    if _ON_THE_SPOT.search(text):
        return Limit(0, LimitUnit.WORKDAY, text)
    return Limit(None, LimitUnit.UNKNOWN, text)


def read_fee(text: str) -> Fee | None:
    """Read what a source says about fees; None when it says nothing."""
    text = text.strip()
    if not text:
        return None
    if "未列标准" in text:
        return Fee(charged=True, text="收费，标准未提供")
    if text in ("不收费", "免费"):
        return Fee(charged=False, text="不收费")
    if text.endswith("免费"):
        return Fee(charged=False, text=text)
    if re.match(r"[¥\d]", text):
        return Fee(charged=True, text=text)
    return Fee(charged=None, text=text)


def read_online(text: str, visits: int | None) -> OnlineMode:
    """Read how far a matter goes online.

    可网上办理 alone does not say that nobody has to come; together with no visit
    it does.
    """
    if "全程网办" in text:
        return OnlineMode.FULL
    if text.startswith("不可网上"):
        return OnlineMode.WINDOW
    if text == "可网上办理" and visits == 0:
        return OnlineMode.FULL
    if "网上" in text:
        return OnlineMode.PARTIAL
    return OnlineMode.WINDOW if "窗口" in text else OnlineMode.UNKNOWN


def read_basis(texts: Iterable[str], *, only_names: bool) -> tuple[Basis, ...]:
    """Return legal bases with what is doubtful about each.

    Args:
        texts: As the source lists them; several names may share one text.
        only_names: Names were recalled: no article was read.
    """
    found: list[Basis] = []
    for text in texts:
        pieces = re.findall(r"《[^》]+》", text) if only_names else [text]
        for piece in pieces or [text]:
            note = NAME_ONLY if only_names else ""
            if _LOCAL_LAW.search(piece):
                note = LOCAL_BASIS
            found.append(Basis(piece.strip(), note))
    return tuple(found)


def source_place(text: str) -> str:
    """Return which sites a source text names, in words for citizens."""
    kept = [
        _ARCHIVE.sub("", _ADDRESS.sub("", piece)).strip()
        for piece in text.split("；")
        if not piece.startswith("收费据")
    ]
    return "、".join(dict.fromkeys(piece for piece in kept if piece))


def stand_in_for_guide(place: str, district: str) -> str:
    """Return the sentence on top of a guide that was read of another place."""
    return f"本指南内容来自{place}，供演示参考，办理以{district}窗口为准。"


def stand_in_for_entry(place: str, district: str) -> str:
    """Return the sentence on top of a matter of which only the entry was read."""
    return (
        f"本事项的名称和类型来自{place}，供演示参考；本区由谁办理、需要什么材料，"
        f"以{district}窗口为准。"
    )


@dataclass(frozen=True)
class Notes:
    """What the notes of a source come to.

    Attributes:
        shown: Sentences that help an applicant anywhere.
        remarks: About the source's page; shown with the source.
        held_back: Addresses and rules of the other place: not shown.
        doubts_statutory: The recorder doubts the statutory limit on the page.
    """

    shown: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    held_back: tuple[str, ...] = ()
    scope: Scope = Scope.UNKNOWN
    doubts_statutory: bool = False


@dataclass
class _Sorted:
    shown: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    held_back: list[str] = field(default_factory=list)


def read_notes(text: str) -> Notes:
    """Sort the notes of a source by what they are good for."""
    sorted_ = _Sorted()
    scope = Scope.UNKNOWN
    for piece in filter(None, (each.strip() for each in text.split("；"))):
        if said := _SCOPE.match(piece):
            scope = _scope(said[1])
        elif _HELD_BACK.search(piece) or TELEPHONE.search(piece):
            sorted_.held_back.append(piece)
        elif _SCREEN.search(piece):
            sorted_.remarks.append(piece)
        elif _ELSEWHERE.search(piece):
            sorted_.held_back.append(piece)
        else:
            sorted_.shown.append(_with_unit(piece))
    return Notes(
        tuple(sorted_.shown),
        tuple(sorted_.remarks),
        tuple(sorted_.held_back),
        scope,
        any("法定时限" in each and "照录" in each for each in sorted_.remarks),
    )


def plain_step(text: str) -> str:
    """Return a step without pointers to somebody else's page."""
    return _SCREEN_BRACKET.sub("", text).strip()


def _with_unit(piece: str) -> str:
    return f"{piece}（{UNIT_NOT_SAID}）" if re.search(r"时限\d+$", piece) else piece


def _scope(text: str) -> Scope:
    """Return the widest area a source names."""
    for word, scope in (
        ("全国", Scope.NATION),
        ("全省", Scope.PROVINCE),
        ("全市", Scope.CITY),
        ("全县", Scope.COUNTY),
        ("不可通办", Scope.NONE),
    ):
        if word in text:
            return scope
    return Scope.UNKNOWN
