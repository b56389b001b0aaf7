"""Posters as PDF: vector symbols, embedded and subset Chinese type."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final, Literal, cast

import pikepdf
import typst

from app.kernel import references
from app.kernel.errors import Invalid
from app.printing import fonts
from app.printing.fitting import Box, balanced, breakable, clip, type_size
from qr import Engine, encode, images
from qr.posters import POSTER_LEVEL

Size = Literal["A4"]

PART: Final = 200
"""Posters compiled at once; parts are joined, so that memory stays flat."""

BULK: Final = 20
"""From so many posters on the quicker encoder draws the symbols."""

UNKNOWN: Final = "未提供"
"""Printed where the source of a guide says nothing (design §7)."""

DEFAULT_STEPS: Final = (
    "扫左边的码，打开指南",
    "看能不能办、要带什么",
    "填表，拍照上传材料",
    "随时查进度，办好提醒",
)
"""What a person does, when the guide has nothing more exact."""

MOST_NAME_SIGNS = 200
"""A longer name could not be read from where people stand."""

_STEP_COUNT = range(3, 6)
_MATERIALS_SHOWN = 5
_LONGEST_MATERIAL_EM = 27.0
_GENERATIONS = 12
_COMPILING = Lock()
"""A compiler serves one caller at a time, and one run's memory is enough."""

_TEMPLATES = Path(__file__).parent / "templates"

_MM = 72 / 25.4
"""Points in a millimetre."""

_NAME = Box(181 * _MM, 54 * _MM, 96, line=1.22)
_DEPARTMENT = Box(182 * _MM, 9.5 * _MM, 19, line=1.36)
_STEP_LINES = Box(78 * _MM, 84 * _MM, 17.5, line=1.5, between=1.4, indent=2.2)
_FACT = Box(62 * _MM, 11 * _MM, 16, line=1.36)
_MATERIAL_LINES = Box(101 * _MM, 28.5 * _MM, 14, line=1.28, between=0.34, indent=1.1)
_TELEPHONE = Box(79 * _MM, 14 * _MM, 36, line=1.05)
_SUPERVISION = Box(40 * _MM, 17 * _MM, 15.5, line=1.36)
_WARNING = Box(180 * _MM, 4.8 * _MM, 10.5, line=1.1)
_IMPRINT = Box(182 * _MM, 4 * _MM, 8, line=1.1)
"""The boxes of the template, poster_a4.typ, in which text must stay."""


@dataclass(frozen=True, kw_only=True)
class Poster:
    """What one poster says. Every text is plain; none is markup.

    Attributes:
        matter_name: The largest thing on the sheet; 1 to 200 signs.
        department: Who handles the matter.
        code: Printed for people who cannot scan.
        url: What the main symbol says.
        telephone: Whom to call instead of scanning.
        supervision_url: What the smaller symbol says.
        platform: Name of the platform, 淮好办 in the demonstration.
        supervision_name: Name of the channel behind the smaller symbol.
        steps: Three to five; what a person does after scanning.
        materials: Names in short; empty if the source does not say.
        limit: How long it takes, in words; empty if the source does not say.
        fee: What it costs, in words; empty if the source does not say.
        materials_mark: What is doubtful about the materials, in a few words.
        limit_mark: The same for the limit.
        fee_mark: The same for the fee.
        domain: Host that a scanner must show, so that a pasted-over code is noticed.
        place: Where the sheet hangs, in words; may be empty.
        batch: Number of the print batch; may be empty.
        printed_on: Office date of printing.
        demo: Whether to mark the sheet 演示.

    Raises:
        Invalid: name or address are missing or too long, or steps are not 3 to 5.
    """

    matter_name: str
    department: str
    code: str
    url: str
    telephone: str
    supervision_code: str
    supervision_url: str
    platform: str
    supervision_name: str
    domain: str
    printed_on: date
    steps: Sequence[str] = DEFAULT_STEPS
    materials: Sequence[str] = field(default=())
    limit: str = ""
    fee: str = ""
    materials_mark: str = ""
    limit_mark: str = ""
    fee_mark: str = ""
    place: str = ""
    batch: str = ""
    demo: bool = False

    def __post_init__(self) -> None:
        errors = {}
        if not 0 < len(self.matter_name.strip()) <= MOST_NAME_SIGNS:
            errors["matter_name"] = f"海报上的名称要有1到{MOST_NAME_SIGNS}个字。"
        if len(self.steps) not in _STEP_COUNT:
            errors["steps"] = "海报上的步骤要有3到5步。"
        if errors:
            raise Invalid("this cannot be set as a poster", errors=errors)

    @property
    def texts(self) -> str:
        """Everything the sheet says, for a check of the typeface."""
        return "\n".join(
            [
                self.matter_name,
                self.department,
                self.telephone,
                self.platform,
                self.supervision_name,
                *self.steps,
                *self.materials,
                self.limit,
                self.fee,
                self.materials_mark,
                self.limit_mark,
                self.fee_mark,
                self.domain,
                self.place,
                self.batch,
            ]
        )


def missing_characters(text: str) -> str:
    """Return the characters of a text that posters cannot write, once each."""
    return fonts.missing_characters(text)


def render_pdf(
    posters: Sequence[Poster], size: Size = "A4", *, engine: Engine | None = None
) -> bytes:
    """Return a PDF with one page for each poster, in their order.

    Args:
        posters: One or more.
        size: Size of the sheet.
        engine: Which encoder draws the symbols; by default the reference, and
            the quicker one for :data:`BULK` posters and more.

    Raises:
        Invalid: there is nothing to print.
        qr.TooLong: an address fits no symbol.
    """
    return join(render_parts(posters, size, engine=engine))


def render_parts(
    posters: Sequence[Poster],
    size: Size = "A4",
    *,
    engine: Engine | None = None,
) -> Iterator[bytes]:
    """Yield the PDF in parts of :data:`PART` pages, for long runs with progress."""
    chosen = engine or ("zxing" if len(posters) >= BULK else "qrcode")
    template = (_TEMPLATES / f"poster_{size.lower()}.typ").read_bytes()
    for start in range(0, len(posters), PART):
        part = posters[start : start + PART]
        pages = [_page(poster, chosen) for poster in part]
        yield _compile(template, posters=json.dumps(pages, ensure_ascii=False))
        if len(part) >= BULK:
            _forget()


def join(parts: Iterable[bytes]) -> bytes:
    """Return one PDF with the pages of all parts, in their order.

    Raises:
        Invalid: there are no parts.
    """
    with ExitStack() as opened:
        documents = [
            opened.enter_context(pikepdf.Pdf.open(io.BytesIO(part))) for part in parts
        ]
        if not documents:
            raise Invalid("no posters", zh="请至少选择一张海报。")
        whole, *more = documents
        for document in more:
            whole.pages.extend(document.pages)
        written = io.BytesIO()
        whole.save(
            written,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            deterministic_id=True,
        )
    return written.getvalue()


def _compile(template: bytes, **inputs: str) -> bytes:
    if _started_in() != os.getpid():
        # Typst's threads do not survive a fork: it would wait for them for ever.
        raise RuntimeError("printing began before this process was forked")
    with _COMPILING:
        return cast(
            "bytes",
            _compiler().compile(
                template, format="pdf", sys_inputs=inputs, pdf_tags=False
            ),
        )


def _forget() -> None:
    """Make typst drop what it remembers of the pages it has set.

    It keeps the work of its last ten compilations, half a megabyte a page, to
    set a changed document quicker. A run of posters never changes; empty
    documents push the pages out.
    """
    with _COMPILING:
        for _ in range(_GENERATIONS):
            _compiler().compile(b"", format="svg", sys_inputs={})


@cache
def _started_in() -> int:
    """Return the process in which typst was first used."""
    return os.getpid()


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(font_paths=[str(fonts.FOLDER)], ignore_system_fonts=True)


def _page(poster: Poster, engine: Engine) -> dict[str, Any]:
    """Return what the template sets: texts, their sizes and the symbols."""
    name = breakable(" ".join(poster.matter_name.split()))
    name_size, name_ems = balanced(name, _NAME)
    materials = _shorten(poster.materials)
    texts: dict[str, tuple[str | list[str], Box]] = {
        "department": (breakable(clip(poster.department, 60)), _DEPARTMENT),
        "steps": ([breakable(clip(step, 42)) for step in poster.steps], _STEP_LINES),
        "limit": (breakable(clip(poster.limit, 44)) or UNKNOWN, _FACT),
        "fee": (breakable(clip(poster.fee, 44)) or UNKNOWN, _FACT),
        "materials": (materials or [f"{UNKNOWN}，扫码或打电话问一问"], _MATERIAL_LINES),
        "telephone": (breakable(clip(poster.telephone, 40)), _TELEPHONE),
        "supervision_name": (
            breakable(clip(poster.supervision_name, 24)),
            _SUPERVISION,
        ),
        "imprint": (breakable(_imprint(poster)), _IMPRINT),
    }
    warning = _warning(poster)
    return {
        "name": [name, name_size, name_ems],
        "code": references.grouped(references.normalise(poster.code)),
        "symbol": _svg(poster.url, engine),
        "supervision_code": references.grouped(
            references.normalise(poster.supervision_code)
        ),
        "supervision_symbol": _svg(poster.supervision_url, engine),
        "platform": clip(poster.platform, 8),
        "warning": [warning, type_size("".join(warning), _WARNING)],
        "has_materials": bool(materials),
        "marks": {
            "limit": _mark(poster.limit, poster.limit_mark),
            "fee": _mark(poster.fee, poster.fee_mark),
            "materials": _mark("".join(materials), poster.materials_mark),
        },
        "demo": poster.demo,
    } | {key: [text, type_size(text, box)] for key, (text, box) in texts.items()}


def _svg(text: str, engine: Engine) -> str:
    """Return a symbol for the template: one path, quiet zone, no ground.

    The sheet is white where symbols stand, so the ground would be paid for twice.
    """
    symbol = encode(text, POSTER_LEVEL, engine=engine)
    full = symbol.full_width
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 -4 {full} {full}">'
        f'<path d="{images.path(symbol)}"/></svg>'
    )


def _shorten(materials: Sequence[str]) -> list[str]:
    shown = [
        breakable(clip(name, _LONGEST_MATERIAL_EM))
        for name in materials
        if name.strip()
    ]
    if len(shown) <= _MATERIALS_SHOWN:
        return shown
    return [
        *shown[: _MATERIALS_SHOWN - 1],
        f"等共{len(shown)}份，扫码看全部和样表",
    ]


def _warning(poster: Poster) -> tuple[str, str, str]:
    """Return what makes a pasted-over code noticeable; the middle is set heavy."""
    return (
        "扫码后网址应为",
        breakable(clip(poster.domain, 60)),
        f"，不是这个网址请不要填写，并拨打 {clip(poster.telephone, 20)}",
    )


def _mark(value: str, mark: str) -> str:
    """Return what stands behind a heading; nothing where there is no value."""
    return f"（{clip(mark, 12)}）" if value.strip() and mark else ""


def _imprint(poster: Poster) -> str:
    day = poster.printed_on
    parts = [
        f"张贴处：{clip(poster.place, 32)}" if poster.place else "",
        f"印制批次：{clip(poster.batch, 12)}" if poster.batch else "",
        f"印制日期：{day.year}年{day.month}月{day.day}日",
        "内容以扫码后的办事指南为准",
    ]
    return "　".join(part for part in parts if part)
