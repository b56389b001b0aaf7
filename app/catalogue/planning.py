"""Looking at rows beside what is stored: new, changed, unchanged or refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.catalogue import bundling, merging, reading
from app.catalogue.findings import Finding, at
from app.catalogue.guide import Guide, Level, content_hash
from app.catalogue.linting import faults
from app.catalogue.models import (
    GuideRevision,
    Matter,
    PackageRow,
    PlaceRow,
    Synonym,
    WindowRow,
)
from app.catalogue.packages import Package
from app.catalogue.places import Place, PlaceKind, Window
from app.catalogue.plans import (
    EverydayWord,
    ImportPlan,
    Outcome,
    Planned,
    PlannedMatter,
)
from app.catalogue.records import package_of, place_of, window_of
from app.catalogue.rows import CatalogueRows, Row
from app.forms.definitions import Form
from app.forms.generation import MatterFacts, form_for
from app.forms.service import digest_of
from app.kernel.errors import Invalid
from app.people import offices as people_offices
from app.people.models import Office
from app.people.offices import OfficeFacts

_LEVEL_WORDS = {
    Level.DISTRICT: "区",
    Level.TOWNSHIP: "乡镇",
    Level.VILLAGE: "村",
}
_WORD_MAX = 40
_DISTRICT = "本区"
"""Said in sentences while nothing names the district."""


@dataclass
class _Findings:
    refused: list[Finding] = field(default_factory=list)
    remarks: list[Finding] = field(default_factory=list)


def plan(session: Session, rows: CatalogueRows) -> ImportPlan:
    """Say what importing rows would do. Changes nothing."""
    said = _Findings()
    offices = _plan_offices(session, rows, said)
    known_offices = _all_offices(session, offices)
    places = _plan_places(session, rows, known_offices, said)
    windows = _plan_windows(session, rows, known_offices, places, said)
    district = reading.district_name(rows.departments) or _district(session)
    matters = _plan_matters(session, rows, known_offices, district, said)
    packages = _plan_packages(session, rows, matters, district, said)
    synonyms = _plan_synonyms(session, rows, said)
    return ImportPlan(
        offices=offices,
        places=places,
        windows=windows,
        matters=matters,
        packages=packages,
        synonyms=synonyms,
        refused=tuple(said.refused),
        remarks=tuple(said.remarks),
    )


def _all_offices(
    session: Session, planned: Iterable[Planned[OfficeFacts]]
) -> reading.Offices:
    """Return the offices by every name: those of the database and of the plan."""
    stored = [_office_facts(each) for each in people_offices.list_all(session)]
    found = {each.code: each for each in stored}
    found.update({each.facts.code: each.facts for each in planned})
    names: dict[str, OfficeFacts] = {}
    for facts in found.values():
        names.setdefault(facts.short_name, facts)
    names.update({facts.name: facts for facts in found.values()})
    return reading.Offices(names)


def _office_facts(office: Office) -> OfficeFacts:
    return OfficeFacts(
        code=office.code,
        name=office.name,
        short_name=office.short_name,
        kind=office.kind,
        telephone=office.telephone,
        name_basis=office.name_basis,
    )


def _outcome(known: object | None, wanted: object) -> Outcome:
    if known is None:
        return Outcome.NEW
    return Outcome.UNCHANGED if known == wanted else Outcome.CHANGED


def _plan_offices(
    session: Session, rows: CatalogueRows, said: _Findings
) -> tuple[Planned[OfficeFacts], ...]:
    known = {
        each.code: _office_facts(each) for each in people_offices.list_all(session)
    }
    planned: dict[str, Planned[OfficeFacts]] = {}
    for row in rows.departments:
        facts = reading.read_office(row)
        if isinstance(facts, Finding):
            said.refused.append(facts)
        elif facts is not None and facts.code in planned:
            said.refused.append(
                at(row, "code", f"机构编号 {facts.code} 重复，未导入。")
            )
        elif facts is not None:
            outcome = _outcome(known.get(facts.code), facts)
            planned[facts.code] = Planned(outcome, facts)
    return tuple(planned.values())


def _plan_places(
    session: Session, rows: CatalogueRows, offices: reading.Offices, said: _Findings
) -> tuple[Planned[Place], ...]:
    known = {each.code: place_of(each) for each in session.scalars(select(PlaceRow))}
    wanted: dict[str, Place] = {}
    for row in rows.departments:
        place = reading.read_division(row)
        if place is not None:
            wanted[place.code] = place
    for row in rows.places:
        read = reading.read_place(row, offices, known | wanted)
        if isinstance(read, list):
            said.refused.extend(read)
        elif read.code in wanted:
            said.refused.append(at(row, "code", f"场所编号 {read.code} 重复，未导入。"))
        else:
            wanted[read.code] = read
    return tuple(
        Planned(_outcome(known.get(code), place), place)
        for code, place in wanted.items()
    )


def _plan_windows(
    session: Session,
    rows: CatalogueRows,
    offices: reading.Offices,
    places: Iterable[Planned[Place]],
    said: _Findings,
) -> tuple[Planned[Window], ...]:
    known = {each.code: window_of(each) for each in session.scalars(select(WindowRow))}
    stored = {each.code: place_of(each) for each in session.scalars(select(PlaceRow))}
    where = stored | {each.facts.code: each.facts for each in places}
    wanted: dict[str, Window] = {}
    for row in rows.windows:
        read = reading.read_window(row, offices, where)
        if isinstance(read, list):
            said.refused.extend(read)
        elif read.code in wanted:
            said.refused.append(at(row, "code", f"窗口编号 {read.code} 重复，未导入。"))
        else:
            wanted[read.code] = read
    return tuple(
        Planned(_outcome(known.get(code), window), window)
        for code, window in wanted.items()
    )


def _district(session: Session) -> str:
    name = session.scalar(
        select(PlaceRow.name).where(PlaceRow.kind == PlaceKind.DISTRICT)
    )
    return name or _DISTRICT


def _heads(session: Session) -> dict[str, tuple[int, str, Guide]]:
    """Return number, digest and guide of every matter's newest revision."""
    newest = session.execute(
        select(Matter.code, GuideRevision)
        .join(GuideRevision, GuideRevision.matter_id == Matter.id)
        .where(GuideRevision.number == Matter.head_number)
    )
    return {
        code: (head.number, head.content_hash, Guide.from_json(head.content))
        for code, head in newest
    }


def _plan_matters(
    session: Session,
    rows: CatalogueRows,
    offices: reading.Offices,
    district: str,
    said: _Findings,
) -> tuple[PlannedMatter, ...]:
    heads = _heads(session) if rows.matters else {}
    extras = _Extras(rows, district)
    planned: dict[str, PlannedMatter] = {}
    first_seen: dict[str, int] = {}
    for row in rows.matters:
        base = reading.read_matter(row, offices, district)
        if isinstance(base, list):
            said.refused.extend(base)
            continue
        if base.code in first_seen:
            twice = f"事项编号与第 {first_seen[base.code]} 行重复，未导入。"
            said.refused.append(at(row, "id", twice))
            continue
        first_seen[base.code] = row.number
        number, digest, known = heads.get(base.code, (0, "", None))
        guide = extras.merged(base, known, said)
        try:
            form = form_for(facts_for_form(guide))
        except Invalid as failure:
            said.refused.append(at(row, "", f"生成不了表单：{failure.zh}"))
            continue
        said.remarks.extend(
            at(row, fault.element, f"公布前要改正：{fault.zh}。{fault.text}".strip())
            for fault in faults(guide)
        )
        wanted = digest_for(guide, form)
        outcome = (
            Outcome.NEW
            if known is None
            else Outcome.UNCHANGED
            if wanted == digest
            else Outcome.CHANGED
        )
        planned[base.code] = PlannedMatter(outcome, guide, form, wanted, number)
    extras.report_strays(planned, heads, said)
    return tuple(planned.values())


def facts_for_form(guide: Guide) -> MatterFacts:
    """Return what the forms room needs to know of a matter."""
    return MatterFacts(
        code=guide.code,
        name=guide.name,
        type=guide.type.value,
        audience=tuple(each.value for each in guide.audience),
        level=_LEVEL_WORDS[guide.level],
        theme=guide.theme,
        conditions=guide.conditions,
        materials=tuple(
            (each.key, each.name, each.necessity.value)
            for each in guide.materials
            if each.from_applicant
        ),
        is_guide=bool(guide.source.guide_id),
    )


def digest_for(guide: Guide, form: Form) -> str:
    """Return the digest by which two revisions are the same or not."""
    return content_hash({"guide": guide.to_json(), "form": digest_of(form)})


class _Extras:
    """Guides and lists that belong to matters, by matter code."""

    def __init__(self, rows: CatalogueRows, district: str) -> None:
        self._rows = rows
        self._district = district
        self._guides: dict[str, list[Row]] = {}
        for row in rows.guides or ():
            for code in row.texts("matter_ids"):
                self._guides.setdefault(code, []).append(row)
        self._cross = _by_matter(rows.cross_region)
        self._rongque = _by_matter(rows.rongque)
        self._said_of: set[tuple[str, int]] = set()

    def merged(self, base: Guide, known: Guide | None, said: _Findings) -> Guide:
        """Return a matter with its guide and its marks."""
        guide = base
        if self._rows.guides is None and known is not None:
            guide = merging.over_known(known, base)
        elif own := self._guides.get(base.code):
            chosen = merging.best_guide(own)
            guide, remarks = merging.with_guide(base, chosen, district=self._district)
            if (chosen.file, chosen.number) not in self._said_of:
                self._said_of.add((chosen.file, chosen.number))
                said.remarks.extend(remarks)
            best = chosen.text("guide_id")
            said.remarks.extend(
                at(
                    row,
                    "matter_ids",
                    f"{base.code} 已采用内容更全的 {best}，这份没有采用。",
                )
                for row in own
                if row is not chosen
            )
        if cross := self._cross.get(base.code):
            guide = merging.with_cross_region(guide, cross)
        if rongque := self._rongque.get(base.code):
            guide = merging.with_rongque(guide, rongque[0])
        return guide

    def report_strays(
        self,
        planned: Mapping[str, object],
        heads: Mapping[str, object],
        said: _Findings,
    ) -> None:
        """Refuse rows of guides and lists that name a matter nobody knows."""
        for row in self._rows.guides or ():
            for code in row.texts("matter_ids"):
                if code not in planned and code not in heads:
                    said.refused.append(
                        at(row, "matter_ids", f"目录里没有事项 {code}，未采用。")
                    )
        for row in (*(self._rows.cross_region or ()), *(self._rows.rongque or ())):
            code = row.text("matter_id")
            if not code:
                name = row.text("name_zh")
                said.refused.append(
                    at(row, "matter_id", f"没有对应到本区目录的事项，未采用：{name}")
                )
            elif code not in planned and code not in heads:
                said.refused.append(
                    at(row, "matter_id", f"目录里没有事项 {code}，未采用。")
                )


def _by_matter(rows: Iterable[Row] | None) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows or ():
        if code := row.text("matter_id"):
            found.setdefault(code, []).append(row)
    return found


def _plan_packages(
    session: Session,
    rows: CatalogueRows,
    planned: Iterable[PlannedMatter],
    district: str,
    said: _Findings,
) -> tuple[Planned[Package], ...]:
    stored = session.scalars(
        select(PackageRow).options(selectinload(PackageRow.members))
    )
    known = {each.code: package_of(each) for each in stored}
    matters = {each.guide.code for each in planned}
    matters |= set(session.scalars(select(Matter.code)))
    guides = {
        row.text("source_url"): row
        for row in rows.guides or ()
        if not row.texts("matter_ids")
    }
    wanted: dict[str, Package] = {}
    for row in rows.packages:
        package, remarks = bundling.read_package(
            row, matters, guides, district=district
        )
        if package is None:
            said.refused.extend(remarks)
        elif package.code in wanted:
            said.refused.append(at(row, "id", f"编号 {package.code} 重复，未导入。"))
        else:
            said.remarks.extend(remarks)
            wanted[package.code] = package
    used = {each.source_url for each in wanted.values()}
    if rows.packages:
        said.refused.extend(
            at(row, "matter_ids", "既没有对应的事项，也没有对应的一件事，未采用。")
            for url, row in guides.items()
            if url not in used
        )
    return tuple(
        Planned(_outcome(known.get(code), package), package)
        for code, package in wanted.items()
    )


def _plan_synonyms(
    session: Session, rows: CatalogueRows, said: _Findings
) -> tuple[Planned[EverydayWord], ...]:
    known = {
        each.everyday: EverydayWord(each.everyday, tuple(each.terms), each.note)
        for each in session.scalars(select(Synonym))
    }
    wanted: dict[str, EverydayWord] = {}
    for row in rows.synonyms:
        word = EverydayWord(row.text("everyday"), row.texts("terms"), row.text("note"))
        if not word.everyday or not word.terms:
            said.refused.append(at(row, "terms", "说法和对应的词都要写，未导入。"))
        elif len(word.everyday) > _WORD_MAX:
            said.refused.append(at(row, "everyday", f"最多 {_WORD_MAX} 个字，未导入。"))
        elif word.everyday in wanted:
            said.refused.append(at(row, "everyday", "同一个说法写了两行，未导入。"))
        else:
            wanted[word.everyday] = word
    return tuple(
        Planned(_outcome(known.get(key), word), word) for key, word in wanted.items()
    )
