"""A thousand posters, against encoding their symbols and setting bare pages."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date
from functools import partial

import typst

from app.kernel.references import new_code
from app.printing import fonts
from app.printing.posters import PART, Poster, render_pdf
from benchmarks.report import Result, compared
from qr import encode
from qr.posters import POSTER_LEVEL

POSTERS = 1000
RUNS = 5

BARE_PAGE = b"""
#set page(width: 210mm, height: 297mm)
#set text(font: "Noto Sans SC", fallback: false)
#for words in json(bytes(sys.inputs.posters)) {
  page(for word in words { [#word #parbreak()] })
}
"""
"""The same words, one paragraph each, nothing placed and nothing drawn."""


def measure() -> list[Result]:
    """Print a thousand posters, ours and bare in turn."""
    compiler = typst.Compiler(font_paths=[str(fonts.FOLDER)], ignore_system_fonts=True)
    ours: list[float] = []
    bare: list[float] = []
    for run in range(RUNS + 1):
        # New ones each time: typst remembers pages it has set before.
        posters = _posters(run)
        bare.append(_seconds(partial(_bare, posters, compiler)))
        ours.append(_seconds(partial(render_pdf, posters)))
        print(
            f"  {'posters_1000':<14} {run or 'warm':>4} "
            f"{ours[-1]:>8.2f} of {bare[-1]:>8.2f} s",
            flush=True,
        )
    return [compared("posters_1000", "s", ours[1:], bare[1:], less_is_better=True)]


def _posters(run: int) -> list[Poster]:
    return [
        Poster(
            matter_name=f"常驻异地工作人员备案（第{run}批{number}号）",
            department="周口市淮阳区医疗保障局",
            code=(code := new_code()),
            url=f"https://banshi.example.gov.cn/q/{code}",
            telephone="12345",
            supervision_code=(second := new_code()),
            supervision_url=f"https://banshi.example.gov.cn/q/{second}",
            platform="淮好办",
            supervision_name="码上监督一点通",
            domain="banshi.example.gov.cn",
            printed_on=date(2026, 3, 2),
            materials=("居民身份证", "异地就医备案登记表", "异地工作认定材料"),
            limit="1个工作日",
            fee="不收费",
            place="淮阳区政务服务大厅",
        )
        for number in range(1, POSTERS + 1)
    ]


def _bare(posters: list[Poster], compiler: typst.Compiler) -> None:
    for start in range(0, len(posters), PART):
        part = posters[start : start + PART]
        for poster in part:
            encode(poster.url, POSTER_LEVEL, engine="zxing")
            encode(poster.supervision_url, POSTER_LEVEL, engine="zxing")
        words = [each.texts.splitlines() for each in part]
        compiler.compile(
            BARE_PAGE,
            format="pdf",
            sys_inputs={"posters": json.dumps(words, ensure_ascii=False)},
        )


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
