"""Bringing rows into the catalogue: look first, then do.

    rows ─plan→ ImportPlan (new, changed, unchanged, refused) ─apply→ ImportReport

A plan reads the database and changes nothing; a person can look at it. Applying
it writes a new revision for every matter that is new or changed and touches
nothing else, so importing the same rows again changes nothing. What is public
changes only by a release: see :mod:`app.catalogue.releases`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.catalogue.models import (
    GuideRevision,
    Matter,
    PackageRow,
    PlaceRow,
    Synonym,
    WindowRow,
)
from app.catalogue.planning import plan
from app.catalogue.plans import (
    ImportPlan,
    ImportReport,
    Outcome,
    Planned,
    PlanOutdated,
)
from app.catalogue.records import write_package
from app.catalogue.rows import CatalogueRows, read_folder
from app.catalogue.stamp import move_stamp
from app.forms.definitions import Form
from app.forms.models import FormDefinition
from app.forms.service import digest_of
from app.forms.service import store as store_form
from app.kernel import audit
from app.kernel.actors import SYSTEM_ACTOR, Actor
from app.people import offices as people_offices
from app.people.permissions import Permission, require

T = TypeVar("T")

__all__ = [
    "CatalogueRows",
    "ImportPlan",
    "ImportReport",
    "Outcome",
    "PlanOutdated",
    "apply",
    "plan",
    "read_folder",
]


def apply(
    session: Session,
    plan: ImportPlan,
    *,
    now: datetime,
    actor: Actor = SYSTEM_ACTOR,
) -> ImportReport:
    """Do what a plan says, as one unit of work.

    Raises:
        Forbidden: the actor may not import.
        PlanOutdated: a matter has a newer revision than the plan knows.
    """
    require(actor, Permission.CATALOGUE_IMPORT)
    for planned in plan.offices:
        if planned.outcome is not Outcome.UNCHANGED:
            people_offices.save(session, planned.facts)
    _apply_places(session, plan)
    _apply_matters(session, plan, actor=actor, now=now)
    _apply_packages(session, plan)
    _apply_synonyms(session, plan)
    report = ImportReport(
        new=plan.count(Outcome.NEW),
        changed=plan.count(Outcome.CHANGED),
        unchanged=plan.count(Outcome.UNCHANGED),
        refused=plan.refused,
        remarks=plan.remarks,
    )
    if not plan.changes_nothing:
        move_stamp(session)
        audit.write(
            session,
            actor,
            "catalogue.import",
            "catalogue",
            now=now,
            new=sum(report.new.values()),
            changed=sum(report.changed.values()),
            refused=len(report.refused),
        )
    return report


def _news(planned: Iterable[Planned[T]]) -> list[T]:
    return [each.facts for each in planned if each.outcome is not Outcome.UNCHANGED]


def _apply_places(session: Session, plan: ImportPlan) -> None:
    places = {each.code: each for each in session.scalars(select(PlaceRow))}
    for place in _news(plan.places):
        row = places.get(place.code) or PlaceRow(code=place.code)
        for name, value in vars(place).items():
            setattr(row, name, value)
        session.add(row)
    windows = {each.code: each for each in session.scalars(select(WindowRow))}
    for window in _news(plan.windows):
        line = windows.get(window.code) or WindowRow(code=window.code)
        for name, value in vars(window).items():
            setattr(line, name, value)
        session.add(line)


def _apply_matters(
    session: Session, plan: ImportPlan, *, actor: Actor, now: datetime
) -> None:
    stored = {each.code: each for each in session.scalars(select(Matter))}
    fresh = [each for each in plan.matters if each.outcome is not Outcome.UNCHANGED]
    for each in fresh:
        matter = stored.get(each.guide.code)
        if (matter.head_number if matter else 0) != each.head_number:
            raise PlanOutdated("a newer revision exists", matter=each.guide.code)
        if matter is None:
            matter = Matter(code=each.guide.code, created_at=now)
            stored[matter.code] = matter
            session.add(matter)
        matter.name = each.guide.name
        matter.type = each.guide.type
        matter.tier = each.guide.tier
        matter.head_number = each.head_number + 1
        matter.updated_at = now
    # Revisions refer to the ids of the matters.
    session.flush()
    forms = _form_ids(session, [each.form for each in fresh], now=now)
    session.add_all(
        GuideRevision(
            matter_id=stored[each.guide.code].id,
            number=each.head_number + 1,
            content=each.guide.to_json(),
            content_hash=each.digest,
            form_id=form_id,
            written_by=f"{actor.kind}:{actor.id}",
            created_at=now,
        )
        for each, form_id in zip(fresh, forms, strict=True)
    )


def _form_ids(session: Session, forms: Iterable[Form], *, now: datetime) -> list[int]:
    """Return the id of each form's definition, storing each content once.

    Most matters share the default form of their kind: asking the database for
    every one of ten thousand would take longer than the rest of the import.
    """
    kept = {
        (key, digest): form_id
        for form_id, key, digest in session.execute(
            select(FormDefinition.id, FormDefinition.key, FormDefinition.digest)
        )
    }
    found: list[int] = []
    for form in forms:
        name = (form.key, digest_of(form))
        if name not in kept:
            kept[name] = store_form(session, form, now=now).id
        found.append(kept[name])
    return found


def _apply_packages(session: Session, plan: ImportPlan) -> None:
    stored = {
        each.code: each
        for each in session.scalars(
            select(PackageRow).options(selectinload(PackageRow.members))
        )
    }
    for package in _news(plan.packages):
        row = stored.get(package.code)
        if row is None:
            row = PackageRow()
            session.add(row)
        else:
            # Positions are unique: the old members must be gone first.
            row.members = []
            session.flush()
        write_package(row, package)


def _apply_synonyms(session: Session, plan: ImportPlan) -> None:
    stored = {each.everyday: each for each in session.scalars(select(Synonym))}
    for word in _news(plan.synonyms):
        row = stored.get(word.everyday) or Synonym(everyday=word.everyday)
        row.terms = list(word.terms)
        row.note = word.note
        session.add(row)
