"""Guides, cross-region and 容缺 lists → into the matters they belong to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.catalogue.findings import Finding, at
from app.catalogue.guide import (
    CrossRegionMode,
    FormKind,
    Guide,
    Material,
    MaterialKind,
    Necessity,
    OnlineMode,
    Origin,
    Rongque,
    Source,
    material_key,
)
from app.catalogue.linting import is_catch_all
from app.catalogue.reading import foreign_telephone, read_cross_mode
from app.catalogue.rows import Row
from app.catalogue.sources import (
    plain_step,
    read_basis,
    read_fee,
    read_limit,
    read_notes,
    read_online,
    source_place,
    stand_in_for_guide,
)

_FORM_KINDS = {
    "form": FormKind.FILLED,
    "original": FormKind.ORIGINAL,
    "copy": FormKind.COPY,
    "original+copy": FormKind.BOTH,
    "original/copy": FormKind.EITHER,
}
_BY_STAFF = "工作人员"
_FETCHED = ("数据接口", "系统自动生成")

_WEIGHTS: Mapping[str, int] = {
    "materials": 3,
    "conditions": 2,
    "steps": 2,
    "legal_basis": 2,
    "statutory_limit": 2,
    "promised_limit": 1,
    "fee": 1,
    "result_document": 1,
    "online": 1,
    "onsite_visits": 1,
}
"""What a guide is worth to an applicant by the parts it has."""


def best_guide(rows: Sequence[Row]) -> Row:
    """Return the guide that says most; the first of equals.

    Several places may have a guide for one matter. They are never mixed: a time
    limit of one place beside the materials of another would be nobody's guide.
    """
    return max(rows, key=_worth)


def _worth(row: Row) -> int:
    return sum(
        weight
        for part, weight in _WEIGHTS.items()
        if row.cells.get(part) not in (None, "", [])
    )


def with_guide(base: Guide, row: Row, *, district: str) -> tuple[Guide, list[Finding]]:
    """Return a matter with the contents of a guide, and what was left out.

    What the guide is silent on stays as the list has it. Telephones, addresses
    and catch-all clauses of the source are left out and reported.
    """
    said: list[Finding] = []
    notes = read_notes(row.text("notes"))
    conditions, left_out = _conditions(row, said)
    materials, more = read_materials(row, said)
    said.extend(
        at(row, "notes", f"只适用于外地，未采用：{piece}") for piece in notes.held_back
    )
    said.extend(
        at(row, column, "外地电话，未采用；页面只给 12345。")
        for column in ("consult", "complaint")
        if foreign_telephone(row.text(column))
    )
    visits = row.cells.get("onsite_visits")
    place = source_place(row.text("source"))
    statutory = read_limit(row.text("statutory_limit")) or base.statutory_limit
    promised = read_limit(row.text("promised_limit")) or base.promised_limit
    basis = read_basis(row.texts("legal_basis"), only_names=False)
    origins = dict(base.origins)
    if basis:
        origins.pop("legal_basis", None)
    if statutory:
        doubt = notes.doubts_statutory
        origins["statutory_limit"] = Origin.DOUBTFUL if doubt else Origin.STAND_IN
    if promised:
        origins["promised_limit"] = Origin.STAND_IN
    guide = replace(
        base,
        aliases=_aliases(base, row.text("name")),
        national_code=row.text("national_code") or base.national_code,
        legal_basis=basis or base.legal_basis,
        conditions=conditions,
        materials=materials,
        statutory_limit=statutory,
        promised_limit=promised,
        fee=read_fee(row.text("fee")) or base.fee,
        steps=tuple(filter(None, map(plain_step, row.texts("steps")))),
        result_document=row.text("result_document"),
        online=_online(base, row, visits),
        onsite_visits=visits if isinstance(visits, int) else None,
        scope=notes.scope,
        notes=(*notes.shown, *(_left_out(text) for text in (*left_out, *more))),
        source=Source(
            title=row.text("source"),
            url=row.text("source_url"),
            place=place,
            guide_id=row.text("guide_id"),
            remarks=notes.remarks,
        ),
        stand_in=stand_in_for_guide(place, district) if place else "",
        origins=origins,
    )
    return guide, said


def read_materials(
    row: Row, said: list[Finding]
) -> tuple[tuple[Material, ...], list[str]]:
    """Read the materials of a guide or package; return catch-alls apart."""
    kept: dict[str, Material] = {}
    left_out: list[str] = []
    for number, cells in enumerate(row.cells.get("materials") or (), start=1):
        name, note = str(cells.get("name") or "").strip(), cells.get("note") or ""
        column = f"materials[{number}]"
        if not name:
            said.append(at(row, column, "材料没有名称，未采用。"))
        elif is_catch_all(name, note=note):
            said.append(at(row, column, f"兜底条款，未采用：{name}"))
            left_out.append(name)
        elif any(name == each.name for each in kept.values()):
            said.append(at(row, column, f"同一材料列了两次，只留一次：{name}"))
        else:
            material = _material(name, note, cells, taken=kept)
            kept[material.key] = material
    return tuple(kept.values()), left_out


def _material(
    name: str, note: str, cells: Mapping[str, Any], *, taken: Iterable[str]
) -> Material:
    issuer = str(cells.get("obtainable_by") or "")
    copies = cells.get("copies")
    return Material(
        key=material_key(name, taken),
        name=name,
        kind=MaterialKind.FORM if cells.get("kind") == "form" else MaterialKind.UNKNOWN,
        form_kind=_FORM_KINDS.get(str(cells.get("kind")), FormKind.UNKNOWN),
        copies=copies if isinstance(copies, int) else None,
        necessity=_necessity(cells),
        obtainable_by=issuer,
        note=note,
        from_applicant=issuer != _BY_STAFF and not note.startswith(_FETCHED),
    )


def _necessity(cells: Mapping[str, Any]) -> Necessity:
    if cells.get("credit_waivable"):
        return Necessity.CREDIT_WAIVABLE
    if cells.get("deferrable"):
        return Necessity.DEFERRABLE
    return Necessity.REQUIRED if cells.get("required") else Necessity.OPTIONAL


def _conditions(row: Row, said: list[Finding]) -> tuple[tuple[str, ...], list[str]]:
    kept: list[str] = []
    left_out: list[str] = []
    for number, text in enumerate(row.texts("conditions"), start=1):
        if is_catch_all(text):
            said.append(at(row, f"conditions[{number}]", f"兜底条款，未采用：{text}"))
            left_out.append(text)
        else:
            kept.append(text)
    return tuple(kept), left_out


def _left_out(text: str) -> str:
    return f"来源还列有“{text}”，说得不具体，这里没有采用；如有疑问请先咨询窗口。"


def _online(base: Guide, row: Row, visits: object) -> OnlineMode:
    text = row.text("online")
    if not text:
        return base.online
    return read_online(text, visits if isinstance(visits, int) else None)


def _aliases(base: Guide, name: str) -> tuple[str, ...]:
    """Add the guide's own name, unless it names another place."""
    bare = name.split("（", maxsplit=1)[0] if foreign_place(name) else name
    found = dict.fromkeys((*base.aliases, bare))
    found.pop(base.name, None)
    return tuple(each for each in found if each)


def foreign_place(name: str) -> bool:
    """Whether a guide's name ends with the place it was written for."""
    inside = name.rpartition("（")[2]
    return inside.endswith(("县）", "镇）", "乡）", "武汉）", "市）"))


def with_cross_region(base: Guide, rows: Sequence[Row]) -> Guide:
    """Return a matter with its mark of the cross-province list."""
    marked = [row for row in rows if row.text("mode")] or list(rows)
    row = marked[0]
    mode = read_cross_mode(row.text("mode")) or CrossRegionMode.UNKNOWN
    told = row.text("mode_basis")
    recalled = "recalled" in (told, row.text("source_basis"))
    origin = Origin.RECALLED if recalled else Origin.INFERRED
    return replace(
        base,
        cross_region=mode,
        origins={**base.origins, "cross_region": origin},
    )


def over_known(known: Guide, base: Guide) -> Guide:
    """Return a known guide with the columns of a list that came alone.

    A list without guides says nothing about materials or steps, so it must not
    wipe them out; a cell that is empty leaves what was there.
    """
    return replace(
        known,
        name=base.name,
        type=base.type,
        department=base.department,
        office_code=base.office_code,
        theme=base.theme,
        audience=base.audience,
        level=base.level,
        tier=base.tier,
        aliases=base.aliases or known.aliases,
        parent_matter=base.parent_matter or known.parent_matter,
        national_code=base.national_code or known.national_code,
        legal_basis=base.legal_basis or known.legal_basis,
        statutory_limit=base.statutory_limit or known.statutory_limit,
        promised_limit=base.promised_limit or known.promised_limit,
        fee=base.fee or known.fee,
    )


def with_rongque(base: Guide, row: Row) -> Guide:
    """Return a matter with its mark of the 容缺 list."""
    papers = tuple(
        each for each in row.texts("deferrable_materials") if not is_catch_all(each)
    )
    mark = Rongque(row.text("mode"), papers, row.text("deadline"))
    return replace(
        base, rongque=mark, origins={**base.origins, "rongque": Origin.STAND_IN}
    )
