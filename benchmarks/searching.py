"""Searching ten thousand matters, in process."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, replace

from app.catalogue.current import Snapshot
from app.catalogue.guide import Guide
from app.catalogue.search import SearchIndex
from benchmarks.load import percentile
from benchmarks.report import Result

MATTERS = 10_000
QUERIES = 2_000
RUNS = 5
GOAL_MS = 20.0

WORDS = (
    "身份证", "社保卡", "低保", "生孩子", "开饭店", "退休", "医保报销", "房产证",
    "营业执照", "老年证", "残疾人补贴", "shebaoka", "sbk", "yyzz", "huko", "迁户口",
    "公积金提取", "驾驶证", "食品经营许可", "结婚登记补发", "我想给刚出生的孩子上户口",
    "许可证到期了要换", "水", "异地就医", "不存在的事项名称",
)  # fmt: skip
"""As people type: short, long, by sound, by initials, everyday words, nonsense."""


@dataclass(frozen=True)
class _Matter:
    """As much of a matter as the index looks at."""

    code: str
    guide: Guide


def measure(snapshot: Snapshot) -> list[Result]:
    """Ask ten thousand matters, and report the 99th slowest of a hundred answers."""
    index = SearchIndex(_many(snapshot), places=snapshot.places)
    runs = []
    chance = random.Random(5)
    for _ in range(RUNS):
        taken = []
        for _ in range(QUERIES):
            asked = chance.choice(WORDS)
            began = time.perf_counter()
            index.find(asked)
            taken.append((time.perf_counter() - began) * 1000)
        runs.append(percentile(taken, 0.99))
    value = sorted(runs)[RUNS // 2]
    return [
        Result(
            name="search_p99_ms",
            value=round(value, 3),
            unit="ms",
            baseline=GOAL_MS,
            ratio=round(GOAL_MS / value, 2),
            runs=tuple(round(run, 3) for run in runs),
            goal=1.0,
        )
    ]


def _many(snapshot: Snapshot) -> list[_Matter]:
    """Multiply the catalogue: the same names with another office's word added."""
    found = list(snapshot.matters.values())
    made = []
    for number in range(MATTERS):
        matter = found[number % len(found)]
        round_number = number // len(found)
        guide = matter.guide
        if round_number:
            guide = replace(guide, name=f"{guide.name}（{_name(round_number)}）")
        made.append(_Matter(f"{matter.code}-{round_number}", guide))
    return made


def _name(number: int) -> str:
    return ("变更", "延续", "补发", "注销", "换证", "年审", "备案", "查询")[number % 8]
