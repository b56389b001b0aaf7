"""The catalogue at the desk, read only: what is published and what it lacks."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Response, request

from app.catalogue.current import PublishedMatter
from app.catalogue.guide import ELEMENTS
from app.people.permissions import Permission, require
from app.web.context import snapshot
from console.blueprints import desk
from console.pages import at_desk, link_with, number_in, page

_SIZE = 50


@desk.get("/matters")
def matter_list() -> Response:
    """List what is published, with what each guide lacks."""
    here = at_desk()
    require(here.actor, Permission.CATALOGUE_READ)
    published = snapshot()
    asked = {
        name: request.args.get(name, "")[:80]
        for name in ("q", "theme", "department", "level")
    }
    number = max(1, number_in("page", otherwise=1))
    found = published.find(**asked, limit=_SIZE, offset=(number - 1) * _SIZE)
    return page(
        "matters.html",
        title="事项",
        job="matters",
        asked=asked,
        themes_words=[(each.name, each.name) for each in published.themes],
        departments_words=[(d.code, d.name) for d in published.departments],
        rows=[hit.matter for hit in found.items],
        total=found.total,
        whole=len(published.matters),
        complete=_complete(),
        number=number,
        previous=link_with(page=str(number - 1)) if number > 1 else "",
        next=link_with(page=str(number + 1)) if number * _SIZE < found.total else "",
        can_print=here.may(Permission.POSTER_PRINT),
    )


def _complete() -> int:
    published = snapshot()
    kept = published.cache.get("console:complete")
    if kept is None:
        kept = sum(not each.guide.gaps for each in published.matters.values())
        published.cache["console:complete"] = kept
    return int(kept)


@desk.get("/matters/<code>")
def matter(code: str) -> Response:
    """Show a guide element by element, with gaps and where each value comes from."""
    here = at_desk()
    require(here.actor, Permission.CATALOGUE_READ)
    published = snapshot()
    found = published.matter(code)
    return page(
        "matter.html",
        title=found.name,
        job="matters",
        m=found,
        elements=_elements(found),
        questions=found.form.groups(),
        packages=published.packages_with(code),
        places=published.places_handling(code),
        can_print=here.may(Permission.POSTER_PRINT),
        can_read_codes=here.may(Permission.CODE_READ),
    )


def _elements(found: PublishedMatter) -> list[dict[str, Any]]:
    """Return the twelve elements in the order of the document that names them."""
    guide = found.guide
    limits = [
        f"{word}：{limit.text}"
        for word, limit in (
            ("法定", guide.statutory_limit),
            ("承诺", guide.promised_limit),
        )
        if limit
    ]
    values: dict[str, list[str]] = {
        "name": [guide.name],
        "code": [guide.national_code] if guide.national_code else [],
        "type": [guide.type.value],
        "audience": ["、".join(each.zh for each in guide.audience)],
        "legal_basis": [each.shown for each in guide.legal_basis],
        "department": [guide.department],
        "materials": [
            f"{each.name}（{each.necessity.zh}）" for each in guide.materials
        ],
        "limits": limits,
        "fee": [guide.fee.text] if guide.fee else [],
        "steps": list(guide.steps),
        "consult": [guide.consult] if guide.consult else [],
        "complaint": [guide.complaint] if guide.complaint else [],
    }
    return [
        {"label": label, "values": values[key], "mark": guide.mark(key)}
        for key, label in ELEMENTS.items()
    ]


@desk.get("/releases")
def releases() -> Response:
    """List the releases: what was published when, and on which basis."""
    require(at_desk().actor, Permission.CATALOGUE_READ)
    published = snapshot()
    matters = published.matters
    return page(
        "releases.html",
        title="公布批次",
        job="matters",
        rows=[
            (each, Counter(c in matters for c in each.matter_codes)[True])
            for each in published.releases
        ],
        withdrawn=list(published.withdrawn.values()),
    )
