"""The published catalogue: matters, guides, forms, places, packages, batches.

Answers are made once per release and served from memory with an ETag; send it
back as If-None-Match and an unchanged answer costs 304 and no body.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import orjson
from flask import Response, request
from marshmallow import fields, validate

from app.catalogue.current import PublishedMatter
from app.catalogue.guide import Audience, Fee, Guide, Level, Limit
from app.catalogue.places import Place, nearest
from app.kernel.errors import NotFound
from app.web.context import snapshot
from app.web.ready import ready
from miniprogram_api import catalogue_schemas as shapes
from miniprogram_api.blueprints import ApiBlueprint
from miniprogram_api.schemas import PageQuerySchema, StrictSchema, text

blp = ApiBlueprint("catalogue", __name__, url_prefix="/api/v1", description=__doc__)


_PERSONAL = (b"q=", b"lat=", b"lng=")
"""A person's words and position: answered, and not kept."""


def from_memory(view: Callable[..., bytes]) -> Callable[..., Response]:
    """Serve what a view makes until the next release; the query is part of its name.

    Outside of the arguments' decorator, so that a known query is not even parsed;
    only answers that were made without an error are kept.
    """

    @wraps(view)
    def serve(**path: str) -> Response:
        query = request.query_string
        personal = any(word in query for word in _PERSONAL)
        return ready(
            view.__name__,
            (query, *path.values()),
            lambda: view(**path),
            keep=not personal,
        )

    return serve


def _one_of(values: Iterable[str]) -> fields.String:
    return fields.String(load_default="", validate=validate.OneOf(list(values)))


class MatterQuerySchema(PageQuerySchema):
    """What to look for."""

    q = text(
        100, load_default="", metadata={"description": "Words, pinyin or initials"}
    )
    theme = text(80, load_default="")
    department = text(80, load_default="", metadata={"description": "Its code"})
    audience = _one_of(each.value for each in Audience)
    mode = _one_of(("full", "partial", "window", "once", "zero"))
    place = text(40, load_default="", metadata={"description": "Its code"})
    level = _one_of(each.value for each in Level)


class PlaceQuerySchema(StrictSchema):
    """Where the phone is, to sort by distance."""

    lat = fields.Float(load_default=None, validate=validate.Range(-90, 90))
    lng = fields.Float(load_default=None, validate=validate.Range(-180, 180))


class InPlaceSchema(StrictSchema):
    """In which place's context."""

    place = text(40, load_default=None)


@blp.get("/matters")
@blp.response(200, shapes.MattersSchema)
@from_memory
@blp.arguments(MatterQuerySchema, location="query")
def matters(wanted: dict[str, Any]) -> bytes:
    """List or search matters.

    Page numbers count from 1; the list is served from memory.
    """
    return _list(wanted)


@blp.get("/matters/<code>")
@blp.response(200, shapes.GuideSchema)
@blp.alt_response(404, "NOT_FOUND")
@from_memory
@blp.arguments(InPlaceSchema, location="query")
def matter(where: dict[str, Any], code: str) -> bytes:
    """Show a guide with all twelve elements; ``null`` or empty is 未提供."""
    return _guide(code, where["place"])


@blp.get("/matters/<code>/form")
@blp.response(200, shapes.MatterFormSchema)
@blp.alt_response(404, "NOT_FOUND")
@from_memory
def form(code: str) -> bytes:
    """Show the application form of a matter, with its upload slots."""
    return _form(code)


@blp.get("/departments")
@blp.response(200, shapes.DepartmentsSchema)
@from_memory
def departments() -> bytes:
    """List departments and how many matters each has."""
    return _dump(shapes.DepartmentsSchema(), {"items": list(snapshot().departments)})


@blp.get("/themes")
@blp.response(200, shapes.ThemesSchema)
@from_memory
def themes() -> bytes:
    """List themes and how many matters each holds."""
    return _dump(shapes.ThemesSchema(), {"items": list(snapshot().themes)})


@blp.get("/places")
@blp.response(200, shapes.PlacesSchema)
@from_memory
@blp.arguments(PlaceQuerySchema, location="query")
def places(where: dict[str, Any]) -> bytes:
    """List places; sorted by distance when the phone says where it is."""
    return _places(where)


@blp.get("/packages")
@blp.response(200, shapes.PackagesSchema)
@from_memory
def packages() -> bytes:
    """List packages (一件事) and the matters in each."""
    return _packages()


@blp.get("/releases")
@blp.response(200, shapes.ReleasesSchema)
@from_memory
def releases() -> bytes:
    """List the batches in which the catalogue was published."""
    return _dump(
        shapes.ReleasesSchema(),
        {
            "items": [
                {
                    "number": each.number,
                    "title": each.title,
                    "basis": each.basis,
                    "published_on": each.published_on,
                    "count": len(each.matter_codes),
                    "matters": list(each.matter_codes),
                }
                for each in reversed(snapshot().releases)
            ]
        },
    )


def _dump(schema: Any, value: Any) -> bytes:
    return orjson.dumps(schema.dump(value))


def _list(wanted: dict[str, Any]) -> bytes:
    size, number = wanted.pop("page_size"), wanted.pop("page")
    here = snapshot()
    page = here.find(**wanted, limit=size, offset=(number - 1) * size)
    return _dump(
        shapes.MattersSchema(),
        {
            "items": [
                _summary(hit.matter) | {"matched": hit.matched or None}
                for hit in page.items
            ],
            "total": page.total,
            "page": number,
            "pages": max(1, -(-page.total // size)),
        },
    )


def _summary(found: PublishedMatter) -> dict[str, Any]:
    guide = found.guide
    return {
        "code": found.code,
        "name": guide.name,
        "type": guide.type,
        "department": guide.department,
        "department_code": found.office_code,
        "theme": guide.theme,
        "audience": guide.audience,
        "level": guide.level,
        "online": guide.online,
        "zero_visit": guide.zero_visit,
        "is_complete": not guide.gaps,
    }


def _guide(code: str, place_code: str | None) -> bytes:
    here = snapshot()
    found = here.matters.get(code)
    if found is None:
        gone = here.withdrawn.get(code)
        zh = f"“{gone.name}”已停办：{gone.reason}" if gone else "没有找到这个事项。"
        raise NotFound("no such matter is published", zh=zh)
    guide = found.guide
    place = here.place(place_code) if place_code else None
    office = None
    if not found.needs_township or (place and here.township_of(place.code)):
        office = here.offices[here.office_in_charge(code, place_code)].name
    return _dump(
        shapes.GuideSchema(),
        {
            **_summary(found),
            "revision": found.revision_number,
            "release": found.release_number,
            "published_on": found.published_on,
            "place": _place(place) if place else None,
            "office_in_charge": office,
            "needs_township": found.needs_township,
            **_content(guide),
        },
    )


def _content(guide: Guide) -> dict[str, Any]:
    return {
        "aliases": guide.aliases,
        "national_code": guide.national_code or None,
        "legal_basis": [each.shown for each in guide.legal_basis],
        "conditions": guide.conditions,
        "materials": [
            {
                "key": each.key,
                "name": each.name,
                "kind": each.kind,
                "necessity": each.necessity,
                "necessity_zh": each.necessity.zh,
                "copies": each.copies,
                "obtainable_by": each.obtainable_by,
                "note": each.note,
                "from_applicant": each.from_applicant,
            }
            for each in guide.materials
        ],
        "statutory_limit": guide.statutory_limit.text
        if guide.statutory_limit
        else None,
        "promised_limit": guide.promised_limit.text if guide.promised_limit else None,
        "fee": guide.fee.text if guide.fee else None,
        "steps": guide.steps,
        "result_document": guide.result_document or None,
        "onsite_visits": guide.onsite_visits,
        "consult": guide.consult,
        "complaint": guide.complaint,
        "notes": guide.notes,
        "stand_in": guide.stand_in,
        "gaps": guide.gap_labels,
        "marks": {
            name: origin.mark for name, origin in guide.origins.items() if origin.mark
        },
    }


def _text_of(said: Limit | Fee | None) -> str | None:
    return said.text if said else None


def _form(code: str) -> bytes:
    found = snapshot().matter(code)
    return orjson.dumps(
        {
            "matter": code,
            "form": found.form.to_json(),
            "materials": _content(found.guide)["materials"],
        }
    )


def _place(place: Place) -> dict[str, Any]:
    return {
        "code": place.code,
        "name": place.name,
        "mark": place.mark,
        "kind": place.kind,
        "parent": place.parent_code,
        "address": place.address,
        "lat": place.lat,
        "lng": place.lng,
        "hours": place.hours,
    }


def _places(where: dict[str, Any]) -> bytes:
    here = snapshot()
    if where["lat"] is None or where["lng"] is None:
        found: list[tuple[Place, float | None]] = [
            (place, None) for place in here.places.values()
        ]
    else:
        found = [
            (each.place, each.metres)
            for each in nearest(here.places.values(), where["lat"], where["lng"])
        ]
    return _dump(
        shapes.PlacesSchema(),
        {
            "items": [
                _place(place)
                | {
                    "metres": None if metres is None else round(metres),
                    "windows": [
                        {"code": each.code, "name": each.shown}
                        for each in here.windows_at(place.code)
                    ],
                }
                for place, metres in found
            ]
        },
    )


def _packages() -> bytes:
    here = snapshot()
    return _dump(
        shapes.PackagesSchema(),
        {
            "items": [
                {
                    "code": each.code,
                    "name": each.name,
                    "mark": each.mark,
                    "audience": each.audience,
                    "stand_in": each.stand_in,
                    "members": [
                        {"name": member.name, "matter": member.matter_code}
                        for member in each.members
                    ],
                    "matters": list(here.members_of(each)),
                }
                for each in here.packages.values()
            ]
        },
    )
