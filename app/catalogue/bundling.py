"""Rows of the package list, and the guides written for packages → packages. Pure."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import replace

from app.catalogue.findings import Finding, at
from app.catalogue.guide import Audience, Origin
from app.catalogue.merging import read_materials
from app.catalogue.packages import Package, PackageMember
from app.catalogue.rows import Row
from app.catalogue.sources import (
    plain_step,
    read_limit,
    read_notes,
    source_place,
)

_SAME_AS = re.compile(r"成员见\s*([A-Z]\d{2}-\w+)")
_AUDIENCES = {"个人": Audience.PERSON, "企业": Audience.ORGANISATION}
_ORIGINS = {"read": Origin.STAND_IN, "recalled": Origin.RECALLED}


def read_package(
    row: Row,
    matters: Container[str],
    guides: Mapping[str, Row],
    *,
    district: str,
) -> tuple[Package | None, list[Finding]]:
    """Read a package and the guide written for it, if there is one.

    Args:
        row: Of the package list.
        matters: Codes of the matters a member may name.
        guides: Guides that belong to no single matter, by their address.
        district: Name of this district, for the sentence on top.

    Returns:
        The package, or None when the row is refused; and what there is to say.
    """
    said: list[Finding] = []
    code, name = row.text("id"), row.text("name")
    audience = _AUDIENCES.get(row.text("audience"))
    if not code or not name:
        return None, [at(row, "id", "一件事要有编号和名称，未导入。")]
    if audience is None:
        return None, [
            at(row, "audience", f"办事对象“{row.text('audience')}”不认识，未导入。")
        ]
    reference = row.cells.get("reference") or {}
    notes = read_notes(row.text("notes"))
    same_as = _SAME_AS.search(row.text("notes"))
    package = Package(
        code=code,
        name=name,
        audience=audience,
        batch=row.text("batch"),
        lead=row.text("lead_department"),
        cooperating=row.texts("cooperating_departments"),
        members=_members(row, matters, said),
        conditions=row.texts("conditions"),
        promised_limit=read_limit(row.text("promised")),
        notes=tuple(each for each in notes.shown if "成员" not in each),
        same_as=same_as[1] if same_as else "",
        origin=_ORIGINS.get(row.text("list_basis"), Origin.RECALLED),
        source_title=row.text("source"),
        source_url=str(reference.get("url") or ""),
    )
    title = str(reference.get("title") or "")
    package = replace(package, stand_in=_stand_in(package, title, district))
    guide = guides.get(package.source_url) if package.source_url else None
    if guide is not None:
        package = _with_guide(package, guide, said)
    return package, said


def _members(
    row: Row, matters: Container[str], said: list[Finding]
) -> tuple[PackageMember, ...]:
    found: list[PackageMember] = []
    for number, cells in enumerate(row.cells.get("members") or (), start=1):
        column = f"members[{number}]"
        name, code = str(cells.get("name") or ""), str(cells.get("matter_id") or "")
        if not name:
            said.append(at(row, column, "成员事项没有名称，未采用。"))
            continue
        if not code:
            said.append(at(row, column, f"目录里没有对应的事项，只列名称：{name}"))
        elif code not in matters:
            said.append(at(row, column, f"目录里没有 {code}，只列名称：{name}"))
        origin = _ORIGINS.get(str(cells.get("basis")), Origin.RECALLED)
        found.append(PackageMember(name=name, matter_code=code or None, origin=origin))
    return tuple(
        each
        if each.matter_code is None or each.matter_code in matters
        else replace(each, matter_code=None)
        for each in found
    )


def _with_guide(package: Package, guide: Row, said: list[Finding]) -> Package:
    said.append(at(guide, "matter_ids", f"没有单个事项，并入一件事 {package.code}。"))
    materials, left_out = read_materials(guide, said)
    notes = read_notes(guide.text("notes"))
    return replace(
        package,
        conditions=guide.texts("conditions") or package.conditions,
        materials=materials,
        steps=tuple(filter(None, map(plain_step, guide.texts("steps")))),
        result_document=guide.text("result_document"),
        promised_limit=read_limit(guide.text("promised_limit"))
        or package.promised_limit,
        fee=guide.text("fee"),
        notes=tuple(
            dict.fromkeys(
                (
                    *package.notes,
                    *notes.shown,
                    *(f"来源还列有“{text}”，没有采用。" for text in left_out),
                )
            )
        ),
    )


def _stand_in(package: Package, title: str, district: str) -> str:
    place = source_place(title)
    if place:
        told = f"成员事项和办理要求来自{place}"
    elif package.members:
        told = "成员事项按政策名称概括，没有核对原文"
    elif package.same_as:
        told = "名称没有核对原文，成员事项见较早的同名一件事"
    else:
        told = "名称没有核对原文，成员事项未提供"
    return f"{told}；供演示参考，办理以{district}窗口为准。"
