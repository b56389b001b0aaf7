"""Rows as they come in: from the data folder, later from a spreadsheet.

Nothing is judged here beyond what makes a file unreadable; every cell keeps its
file, row number and column, so that a refusal can name them.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.kernel.errors import Invalid

MATTERS = "matters.csv"
GUIDES = "guides.json"
PACKAGES = "packages.json"
CROSS_REGION = "cross_region.csv"
RONGQUE = "rongque.csv"
DEPARTMENTS = "departments.csv"
PLACES = "places.csv"
WINDOWS = "windows.csv"
SYNONYMS = "synonyms.csv"

REQUIRED_COLUMNS: Mapping[str, frozenset[str]] = {
    MATTERS: frozenset(
        {"id", "name_zh", "type", "department", "audience", "theme", "level"}
    ),
    CROSS_REGION: frozenset({"name_zh", "mode", "matter_id"}),
    RONGQUE: frozenset({"name_zh", "mode", "matter_id"}),
    DEPARTMENTS: frozenset({"name", "short_name", "kind", "code", "source_basis"}),
    PLACES: frozenset({"code", "name", "kind", "parent_code", "basis"}),
    WINDOWS: frozenset({"code", "place_code", "number", "name", "office"}),
    SYNONYMS: frozenset({"everyday", "terms"}),
}
"""Columns without which a file cannot be understood."""

HEADINGS: Mapping[str, str] = {
    "事项编号": "id",
    "事项名称": "name_zh",
    "事项类型": "type",
    "实施机构": "department",
    "办事对象": "audience",
    "主题": "theme",
    "行使层级": "level",
    "设定依据": "legal_basis",
    "法定时限": "statutory_days",
    "承诺时限": "promised_days",
    "收费": "fee",
    "别名": "aliases",
    "基本编码": "national_code",
    "批次": "priority",
}
"""Chinese headings of spreadsheets and the column each of them means."""

_MAX_BYTES = 30 * 1024 * 1024


class FileNotUnderstood(Invalid):
    """A whole file cannot be read as a list of rows."""

    code = "import-file-not-understood"
    zh = "这个文件读不懂，请按模板整理后再导入。"


@dataclass(frozen=True)
class Row:
    """One row of a file.

    Attributes:
        number: As a person counts: the heading of a CSV file is row 1, the
            first element of a JSON list is number 1.
    """

    file: str
    number: int
    cells: Mapping[str, Any]

    def text(self, column: str) -> str:
        """Return a cell as trimmed text; empty when it is not there."""
        value = self.cells.get(column)
        return "" if value is None else str(value).strip()

    def texts(self, column: str) -> tuple[str, ...]:
        """Return a cell that lists texts; separated by bars within one cell."""
        value = self.cells.get(column) or ()
        pieces = value.split("|") if isinstance(value, str) else value
        return tuple(str(each).strip() for each in pieces if str(each).strip())


@dataclass(frozen=True, kw_only=True)
class CatalogueRows:
    """What an import was given. A kind that was not given stays as it is."""

    departments: tuple[Row, ...] = ()
    places: tuple[Row, ...] = ()
    windows: tuple[Row, ...] = ()
    matters: tuple[Row, ...] = ()
    guides: tuple[Row, ...] | None = None
    packages: tuple[Row, ...] = ()
    cross_region: tuple[Row, ...] | None = None
    rongque: tuple[Row, ...] | None = None
    synonyms: tuple[Row, ...] = ()


def read_folder(folder: Path) -> CatalogueRows:
    """Read every file of a data folder; those that are missing are not given.

    Raises:
        FileNotUnderstood: a file is no text, no table, or lacks a column.
    """

    def table(name: str) -> tuple[Row, ...]:
        path = folder / name
        return read_table(name, path.read_bytes()) if path.exists() else ()

    def optional(name: str) -> tuple[Row, ...] | None:
        return table(name) if (folder / name).exists() else None

    guides = folder / GUIDES
    packages = folder / PACKAGES
    return CatalogueRows(
        departments=table(DEPARTMENTS),
        places=table(PLACES),
        windows=table(WINDOWS),
        matters=table(MATTERS),
        guides=read_json(GUIDES, guides.read_bytes()) if guides.exists() else None,
        packages=read_json(PACKAGES, packages.read_bytes(), member="packages")
        if packages.exists()
        else (),
        cross_region=optional(CROSS_REGION),
        rongque=optional(RONGQUE),
        synonyms=table(SYNONYMS),
    )


def read_table(name: str, raw: bytes) -> tuple[Row, ...]:
    """Read a CSV file in UTF-8 or GB 18030, with or without a mark in front.

    Raises:
        FileNotUnderstood: it cannot be read, or a required column is missing.
    """
    text = _decoded(name, raw)
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        heading = [_column(each) for each in next(lines, [])]
        _require(name, heading)
        return tuple(_rows(name, heading, lines))
    except csv.Error as failure:
        raise FileNotUnderstood(
            f"{name} line {lines.line_num}: {failure}",
            zh=f"{name} 第 {lines.line_num} 行的引号或分隔符有错，请检查后再导入。",
        ) from failure


def read_json(name: str, raw: bytes, *, member: str = "") -> tuple[Row, ...]:
    """Read a JSON list of objects, or the list under one member of an object.

    Raises:
        FileNotUnderstood: it is no JSON, or no such list.
    """
    try:
        given = json.loads(_decoded(name, raw))
    except (ValueError, RecursionError) as failure:
        raise FileNotUnderstood(f"{name}: {type(failure).__name__}") from failure
    if member and isinstance(given, dict):
        given = given.get(member)
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise FileNotUnderstood(f"{name} is not a list of objects")
    return tuple(Row(name, number, each) for number, each in enumerate(given, start=1))


def _rows(name: str, heading: list[str], lines: Iterator[list[str]]) -> Iterator[Row]:
    for number, cells in enumerate(lines, start=2):
        if not any(each.strip() for each in cells):
            continue
        filled = cells + [""] * (len(heading) - len(cells))
        yield Row(name, number, dict(zip(heading, filled, strict=False)))


def _require(name: str, heading: list[str]) -> None:
    missing = sorted(REQUIRED_COLUMNS.get(name, frozenset()) - set(heading))
    if missing:
        raise FileNotUnderstood(
            f"{name} lacks columns",
            zh=f"{name} 缺少列：{'、'.join(missing)}。请按模板补上后再导入。",
            missing=missing,
        )
    doubled = sorted({each for each in heading if each and heading.count(each) > 1})
    if doubled:
        raise FileNotUnderstood(
            f"{name} has columns twice",
            zh=f"{name} 有重复的列：{'、'.join(doubled)}。请只留一列。",
            doubled=doubled,
        )


def _column(heading: str) -> str:
    heading = heading.strip()
    return HEADINGS.get(heading, heading)


def _decoded(name: str, raw: bytes) -> str:
    if len(raw) > _MAX_BYTES:
        raise FileNotUnderstood(f"{name} is too large", zh="文件太大，最多 30 MB。")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileNotUnderstood(
        f"{name} is not text", zh=f"{name} 不是文本表格，请另存为 CSV 后再导入。"
    )
