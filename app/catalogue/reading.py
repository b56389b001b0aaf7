"""Rows of the list → facts: offices, places, windows, and bare matters. Pure.

Each function answers with the facts or with the findings that refuse the row;
a row is refused with all its faults at once, each at its cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from pypinyin import Style, lazy_pinyin

from app.catalogue.findings import Finding, at
from app.catalogue.guide import (
    HOTLINE,
    Audience,
    CrossRegionMode,
    Guide,
    Level,
    MatterType,
    Origin,
    Rongque,
    Source,
    Tier,
)
from app.catalogue.places import Place, PlaceBasis, PlaceKind, Window
from app.catalogue.rows import Row
from app.catalogue.sources import (
    TELEPHONE,
    read_basis,
    read_fee,
    read_limit,
    read_online,
    source_place,
    stand_in_for_entry,
)
from app.people.models import NameBasis, OfficeKind
from app.people.offices import OfficeFacts

_T = TypeVar("_T")
_E = TypeVar("_E", bound=StrEnum)

TOWNSHIPS = "乡镇人民政府"
"""The body that the list names when each township handles a matter itself."""

_DIVISION = "division"
_DISTRICT_DIGITS = 6
_NAME_MAX = 300
_CODE_MAX = 40

_GOVERNMENTS = {
    "street": (OfficeKind.STREET, "办事处"),
    "town": (OfficeKind.TOWN, "人民政府"),
    "township": (OfficeKind.TOWNSHIP, "人民政府"),
}
_AUDIENCES = {
    "个人": (Audience.PERSON,),
    "企业": (Audience.ORGANISATION,),
    "both": (Audience.PERSON, Audience.ORGANISATION),
    "个人、企业": (Audience.PERSON, Audience.ORGANISATION),
}
_LEVELS = {
    "区": Level.DISTRICT,
    "乡镇": Level.TOWNSHIP,
    "村": Level.VILLAGE,
}
_CROSS_MODES = {
    "全程网办": CrossRegionMode.ONLINE,
    "异地代收代办": CrossRegionMode.BY_PROXY,
    "多地联办": CrossRegionMode.JOINT,
    "": CrossRegionMode.UNKNOWN,
    "模式未知": CrossRegionMode.UNKNOWN,
}
_ORIGINS = {
    "read": None,
    "recalled": Origin.RECALLED,
    "inferred": Origin.INFERRED,
    "": None,
}


@dataclass(frozen=True)
class Offices:
    """The offices an import may refer to, by every name they go by."""

    by_name: Mapping[str, OfficeFacts]

    def find(self, name: str) -> OfficeFacts | None:
        """Return the office of that name, or None."""
        return self.by_name.get(name)


def office_code(short_name: str) -> str:
    """Return a stable code for a department: its short name in pinyin."""
    return "".join(lazy_pinyin(short_name, style=Style.NORMAL))[:_CODE_MAX]


def read_office(row: Row) -> OfficeFacts | Finding | None:
    """Read a department; None for rows that are divisions, not offices."""
    kind, name = row.text("kind"), row.text("name")
    if kind == _DIVISION:
        return None
    if not name:
        return at(row, "name", "没有机构名称，未导入。")
    basis = NameBasis.READ if row.text("source_basis") == "read" else NameBasis.TYPICAL
    if kind in _GOVERNMENTS:
        office_kind, suffix = _GOVERNMENTS[kind]
        if not row.text("code"):
            return at(row, "code", "乡镇（街道）没有区划代码，未导入。")
        return OfficeFacts(
            code=row.text("code"),
            name=f"{name}{suffix}",
            short_name=name,
            kind=office_kind,
            name_basis=basis,
        )
    if kind not in ("department", "other", "level", "body"):
        return at(row, "kind", f"机构类别“{kind}”不认识，未导入。")
    short = row.text("short_name") or name
    return OfficeFacts(
        code=row.text("code") or office_code(short),
        name=name,
        short_name=short,
        kind=OfficeKind.DEPARTMENT if kind == "department" else OfficeKind.BODY,
        name_basis=basis,
    )


def district_name(rows: tuple[Row, ...]) -> str:
    """Return the short name of the district, such as 淮阳区; empty when not given."""
    return next(
        (
            row.text("short_name")
            for row in rows
            if row.text("kind") == _DIVISION
            and len(row.text("code")) == _DISTRICT_DIGITS
        ),
        "",
    )


def read_division(row: Row) -> Place | None:
    """Read the district or one of its townships as a place; None for others."""
    kind, code = row.text("kind"), row.text("code")
    if kind == _DIVISION and len(code) == _DISTRICT_DIGITS:
        return Place(code=code, name=row.text("short_name"), kind=PlaceKind.DISTRICT)
    if kind in _GOVERNMENTS and code:
        return Place(
            code=code,
            name=row.text("name"),
            kind=PlaceKind(kind),
            parent_code=row.text("parent_code") or None,
            office_code=code,
        )
    return None


def read_place(
    row: Row, offices: Offices, known: Mapping[str, Place]
) -> Place | list[Finding]:
    """Read a hall or a station."""
    wrong: list[Finding] = []
    office = offices.find(row.text("office")) if row.text("office") else None
    if row.text("office") and office is None:
        wrong.append(_no_office(row, "office"))
    kind = _member(PlaceKind, row, "kind", wrong)
    basis = _member(PlaceBasis, row, "basis", wrong)
    if not row.text("code") or not row.text("name"):
        wrong.append(at(row, "code", "场所要有编号和名称，未导入。"))
    if row.text("parent_code") not in known:
        wrong.append(at(row, "parent_code", "所在乡镇（街道）的区划代码不在名单里。"))
    lat = _degrees(row, "lat", 90, wrong)
    lng = _degrees(row, "lng", 180, wrong)
    if (lat is None) is not (lng is None):
        wrong.append(at(row, "lat", "经度和纬度要么都填，要么都不填。"))
    if wrong or kind is None or basis is None:
        return wrong
    return Place(
        code=row.text("code"),
        name=row.text("name"),
        kind=kind,
        parent_code=row.text("parent_code") or None,
        office_code=office.code if office else None,
        address=row.text("address") or None,
        lat=lat,
        lng=lng,
        hours=row.text("hours"),
        basis=basis,
        note=row.text("note"),
    )


def read_window(
    row: Row, offices: Offices, known: Mapping[str, Place]
) -> Window | list[Finding]:
    """Read a window of a place."""
    wrong: list[Finding] = []
    office = offices.find(row.text("office"))
    if office is None:
        wrong.append(_no_office(row, "office"))
    if row.text("place_code") not in known:
        wrong.append(at(row, "place_code", "窗口所在的场所不在名单里，未导入。"))
    basis = _member(PlaceBasis, row, "basis", wrong)
    if not row.text("code") or not row.text("name"):
        wrong.append(at(row, "code", "窗口要有编号和名称，未导入。"))
    if wrong or office is None or basis is None:
        return wrong
    return Window(
        code=row.text("code"),
        place_code=row.text("place_code"),
        number=row.text("number"),
        name=row.text("name"),
        office_code=office.code,
        basis=basis,
    )


def read_matter(row: Row, offices: Offices, district: str) -> Guide | list[Finding]:
    """Read a row of the list as a guide that says no more than the row does."""
    wrong: list[Finding] = []
    kind = _word(row, "type", _TYPES, "事项类型", wrong)
    audience = _word(row, "audience", _AUDIENCES, "办事对象", wrong)
    level = _word(row, "level", _LEVELS, "行使层级", wrong)
    tier = Tier.EXTENDED
    if row.text("priority"):
        tier = _member(Tier, row, "priority", wrong) or tier
    office = offices.find(row.text("department"))
    if office is None:
        wrong.append(_no_office(row, "department"))
    for column, most in (("id", _CODE_MAX), ("name_zh", _NAME_MAX)):
        if not row.text(column):
            wrong.append(at(row, column, "这一格不能空，未导入。"))
        elif len(row.text(column)) > most:
            wrong.append(at(row, column, f"最多 {most} 个字，未导入。"))
    if not row.text("theme"):
        wrong.append(at(row, "theme", "没有主题，未导入。"))
    if wrong or kind is None or audience is None or level is None or office is None:
        return wrong
    source = row.text("source")
    place = source_place(source)
    return Guide(
        code=row.text("id"),
        name=row.text("name_zh"),
        type=kind,
        department=office.name,
        office_code=office.code,
        theme=row.text("theme"),
        audience=audience,
        level=level,
        tier=tier,
        aliases=row.texts("aliases"),
        parent_matter=row.text("parent_matter"),
        national_code=row.text("national_code"),
        legal_basis=read_basis(
            row.texts("legal_basis"),
            only_names=row.text("legal_basis_origin") == "recalled",
        ),
        statutory_limit=read_limit(row.text("statutory_days")),
        promised_limit=read_limit(row.text("promised_days")),
        fee=read_fee(row.text("fee")),
        online=read_online(row.text("online_read"), None),
        cross_region=read_cross_mode(row.text("cross_region_mode")),
        rongque=Rongque(row.text("incomplete_ok"))
        if row.text("incomplete_ok")
        else None,
        consult=HOTLINE,
        complaint=HOTLINE,
        source=Source(title=source, url=row.text("source_url"), place=place),
        stand_in=stand_in_for_entry(place, district) if place else "",
        origins=_origins(row),
    )


def read_cross_mode(text: str) -> CrossRegionMode | None:
    """Read a mode of the list; None when the cell is empty."""
    if not text:
        return None
    modes = {
        _CROSS_MODES.get(each.removesuffix("(recalled)"), CrossRegionMode.UNKNOWN)
        for each in text.split("|")
    } - {CrossRegionMode.UNKNOWN}
    return modes.pop() if len(modes) == 1 else CrossRegionMode.UNKNOWN


def foreign_telephone(text: str) -> bool:
    """Whether a text holds a telephone that is not the hotline of this place."""
    return any(found[0] != HOTLINE for found in TELEPHONE.finditer(text))


_TYPES = {each.value: each for each in MatterType}


def _origins(row: Row) -> dict[str, Origin]:
    origins = {
        name: Origin.INFERRED
        for name in row.text("inferred_fields").split()
        if name in ("department", "audience", "theme", "type")
    }
    if origin := _ORIGINS.get(row.text("legal_basis_origin")):
        origins["legal_basis"] = origin
    if row.text("source"):
        for name, column in (
            ("statutory_limit", "statutory_days"),
            ("promised_limit", "promised_days"),
            ("fee", "fee"),
        ):
            if row.text(column):
                origins[name] = Origin.STAND_IN
    if "(recalled)" in row.text("cross_region_mode"):
        origins["cross_region"] = Origin.RECALLED
    return origins


def _no_office(row: Row, column: str) -> Finding:
    return at(row, column, f"名单里没有“{row.text(column)}”这个机构，请先登记机构。")


def _word(
    row: Row,
    column: str,
    words: Mapping[str, _T],
    label: str,
    wrong: list[Finding],
) -> _T | None:
    said = row.text(column)
    if said not in words:
        allowed = "、".join(words)
        wrong.append(at(row, column, f"{label}“{said}”不认识，应为：{allowed}。"))
        return None
    return words[said]


def _member(
    kind: Callable[[str], _E], row: Row, column: str, wrong: list[Finding]
) -> _E | None:
    try:
        return kind(row.text(column))
    except ValueError:
        wrong.append(at(row, column, f"“{row.text(column)}”不认识，未导入。"))
        return None


def _degrees(row: Row, column: str, most: int, wrong: list[Finding]) -> float | None:
    text = row.text(column)
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not -most <= value <= most:
        wrong.append(at(row, column, f"坐标“{text}”不对，应为 {-most} 到 {most} 度。"))
        return None
    return value
