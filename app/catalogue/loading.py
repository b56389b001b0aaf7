"""Loading a data folder: everything imported and, in the demonstration, published.

The same importer that staff use does the work; this only says in which batches
the demonstration publishes, and writes down what became of every row. Guides with
gaps and guides from other places go out in the demonstration only, so production
imports, and publishes what is whole by a command of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalogue import importer
from app.catalogue.findings import Finding
from app.catalogue.guide import ELEMENTS, Guide, Tier
from app.catalogue.models import Matter, Release
from app.catalogue.plans import ImportReport
from app.catalogue.releases import list_releases, publish
from app.catalogue.stamp import take_turn
from app.kernel.actors import SYSTEM_ACTOR
from app.kernel.clock import office_date

BASIS = "淮政办〔2022〕12号：成熟一批、公布一批"
"""What orders publication in batches. Source: 淮政办〔2022〕12号 二."""

BATCHES: tuple[tuple[str, frozenset[Tier]], ...] = (
    ("第一批政务服务事项（演示）", frozenset({Tier.CORE})),
    ("第二批政务服务事项（演示）", frozenset({Tier.EXTENDED, Tier.NICHE})),
)
"""Title of each release of the demonstration and the tiers it holds."""


@dataclass(frozen=True)
class LoadedRelease:
    """A release and how many matters it holds."""

    number: int
    title: str
    matters: int


@dataclass(frozen=True, kw_only=True)
class LoadReport:
    """What loading came to.

    Attributes:
        was_loaded: Releases existed already, so nothing was done.
        imported: What became of the rows; None when nothing was done.
        gaps: Element → number of published guides whose source lacks it.
        guides: How many matters got the contents of a guide.
        stand_ins: How many matters stand in from another place.
    """

    was_loaded: bool
    imported: ImportReport | None = None
    releases: tuple[LoadedRelease, ...] = ()
    gaps: Mapping[str, int]
    guides: int = 0
    stand_ins: int = 0


def load_demo_catalogue(
    session: Session, folder: Path | str, *, now: datetime
) -> LoadReport:
    """Import a data folder and publish it in two batches, once.

    A catalogue that has a release is left alone, whatever the folder says now:
    what staff have changed since must not be overwritten by starting again.

    Raises:
        FileNotUnderstood: a file of the folder cannot be read.
        NotPublishable: a guide of the folder has a real fault.
    """
    take_turn(session)
    if session.scalar(select(Release.id).limit(1)) is not None:
        known = tuple(
            LoadedRelease(each.number, each.title, 0) for each in list_releases(session)
        )
        return LoadReport(was_loaded=True, releases=known, gaps={})
    plan = importer.plan(session, importer.read_folder(Path(folder)))
    imported = importer.apply(session, plan, now=now)
    # Publishing looks up what has just been written.
    session.flush()
    guides = [each.guide for each in plan.matters]
    releases = tuple(
        _publish(session, title, tiers, guides, now=now)
        for title, tiers in BATCHES
        if any(each.tier in tiers for each in guides)
    )
    gaps = Counter(key for guide in guides for key in guide.gaps)
    return LoadReport(
        was_loaded=False,
        imported=imported,
        releases=releases,
        gaps={key: gaps[key] for key in ELEMENTS if gaps[key]},
        guides=sum(bool(each.source.guide_id) for each in guides),
        stand_ins=sum(bool(each.stand_in) for each in guides),
    )


def load_catalogue(
    session: Session, folder: Path | str, *, now: datetime
) -> LoadReport:
    """Import a data folder, once, and publish nothing.

    A catalogue that has matters is left alone: :func:`import_folder` is for those.

    Raises:
        FileNotUnderstood: a file of the folder cannot be read.
    """
    take_turn(session)
    if session.scalar(select(Matter.id).limit(1)) is not None:
        return LoadReport(was_loaded=True, gaps={})
    plan = importer.plan(session, importer.read_folder(Path(folder)))
    return LoadReport(
        was_loaded=False,
        imported=importer.apply(session, plan, now=now),
        gaps={},
        guides=sum(bool(each.guide.source.guide_id) for each in plan.matters),
        stand_ins=sum(bool(each.guide.stand_in) for each in plan.matters),
    )


def import_folder(
    session: Session, folder: Path | str, *, now: datetime
) -> ImportReport:
    """Bring a data folder into a catalogue, new or not; publish nothing.

    Raises:
        FileNotUnderstood: a file of the folder cannot be read.
    """
    # Nobody else changes the catalogue between looking and doing.
    take_turn(session)
    plan = importer.plan(session, importer.read_folder(Path(folder)))
    return importer.apply(session, plan, now=now)


def codes_of_all(session: Session) -> list[str]:
    """Return the code of every matter there is, published or not."""
    return list(session.scalars(select(Matter.code).order_by(Matter.code)))


def _publish(
    session: Session,
    title: str,
    tiers: frozenset[Tier],
    guides: Iterable[Guide],
    *,
    now: datetime,
) -> LoadedRelease:
    codes = [each.code for each in guides if each.tier in tiers]
    release = publish(
        session,
        SYSTEM_ACTOR,
        title=title,
        basis=BASIS,
        matter_codes=codes,
        on=office_date(now),
        now=now,
        allow_gaps=True,
    )
    return LoadedRelease(release.number, release.title, len(codes))


def as_text(report: LoadReport) -> str:
    """Return a few lines for the terminal."""
    if report.imported is None:
        return "事项目录：已经载入过，保持不变。"
    counts = "，".join(f"{kind} {n}" for kind, n in report.imported.new.items() if n)
    batches = "，".join(
        f"第{each.number}批 {each.matters} 项" for each in report.releases
    )
    published = f"公布 {batches}" if batches else "还没有公布"
    return (
        f"事项目录：新增 {counts}；{published}；"
        f"{report.guides} 个事项有办事指南；未采用 {len(report.imported.refused)} 处，"
        f"采用但有改动 {len(report.imported.remarks)} 处。"
    )


def import_as_text(report: ImportReport) -> str:
    """Return what an import did for the terminal: counts, then every finding."""
    lines = [
        f"{kind}：新增 {report.new[kind]}，更改 {report.changed[kind]}，"
        f"不变 {report.unchanged[kind]}"
        for kind in report.new
    ]
    for heading, findings in (
        ("未采用", report.refused),
        ("采用但有改动", report.remarks),
    ):
        lines.append(f"{heading} {len(findings)} 处")
        lines += [
            f"  {each.file} 第 {each.row} 行 {each.column}：{each.reason}"
            for each in findings
        ]
    return "\n".join(lines)


def as_markdown(report: LoadReport) -> str:
    """Return the whole report as a Markdown page, in Chinese."""
    lines = ["# 事项目录载入报告", ""]
    if report.imported is None:
        return "\n".join([*lines, "目录已经载入过，这次没有改动。", ""])
    imported = report.imported
    lines += ["| 类别 | 新增 | 更改 | 不变 |", "| --- | --: | --: | --: |"]
    lines += [
        f"| {kind} | {imported.new[kind]} | {imported.changed[kind]}"
        f" | {imported.unchanged[kind]} |"
        for kind in imported.new
    ]
    lines += ["", "## 公布批次", "", "| 批次 | 名称 | 事项数 |", "| --: | --- | --: |"]
    lines += [
        f"| {each.number} | {each.title} | {each.matters} |" for each in report.releases
    ]
    lines += [
        "",
        (
            f"有办事指南的事项 {report.guides} 个；内容来自外地、供演示参考的 "
            f"{report.stand_ins} 个。"
        ),
        "",
        "## 来源缺项（页面显示“未提供”）",
        "",
        "| 要素 | 事项数 |",
        "| --- | --: |",
    ]
    lines += [f"| {ELEMENTS[key]} | {count} |" for key, count in report.gaps.items()]
    lines += ["", "## 未采用", "", *_table(imported.refused)]
    lines += ["", "## 采用但有改动", "", *_table(imported.remarks), ""]
    return "\n".join(lines)


def _table(findings: Iterable[Finding]) -> list[str]:
    rows = [
        f"| {each.file} | {each.row} | {each.column} | {_cell(each.reason)} |"
        for each in findings
    ]
    if not rows:
        return ["没有。"]
    return ["| 文件 | 行 | 列 | 说明 |", "| --- | --: | --- | --- |", *rows]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
