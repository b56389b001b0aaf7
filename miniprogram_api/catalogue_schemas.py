"""Shapes of what the catalogue answers."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields

from app.catalogue.guide import (
    Audience,
    Level,
    MaterialKind,
    MatterType,
    Necessity,
    OnlineMode,
)
from app.catalogue.places import PlaceKind


class MatterSummarySchema(ma.Schema):
    """A matter in a list."""

    code = fields.String()
    name = fields.String()
    type = fields.Enum(MatterType, by_value=True)
    department = fields.String()
    department_code = fields.String()
    theme = fields.String()
    audience = fields.List(fields.Enum(Audience, by_value=True))
    level = fields.Enum(Level, by_value=True)
    online = fields.Enum(OnlineMode, by_value=True)
    zero_visit = fields.Boolean(
        allow_none=True, metadata={"description": "null: the source does not say"}
    )
    is_complete = fields.Boolean(
        metadata={"description": "false: some of the twelve elements are missing"}
    )


class MatterHitSchema(MatterSummarySchema):
    """A matter that was found, and why."""

    matched = fields.String(allow_none=True)


class MattersSchema(ma.Schema):
    """A page of the list."""

    items = fields.List(fields.Nested(MatterHitSchema))
    total = fields.Integer()
    page = fields.Integer()
    pages = fields.Integer()


class GuideMaterialSchema(ma.Schema):
    """A material."""

    key = fields.String()
    name = fields.String()
    kind = fields.Enum(MaterialKind, by_value=True)
    necessity = fields.Enum(Necessity, by_value=True)
    necessity_zh = fields.String()
    copies = fields.Integer(allow_none=True)
    obtainable_by = fields.String()
    note = fields.String()
    from_applicant = fields.Boolean(
        metadata={"description": "false: the office makes or fetches it itself"}
    )


class PlaceSchema(ma.Schema):
    """A place."""

    code = fields.String()
    name = fields.String()
    mark = fields.String(metadata={"description": "Print it beside the name"})
    kind = fields.Enum(PlaceKind, by_value=True)
    parent = fields.String(allow_none=True)
    address = fields.String(allow_none=True)
    lat = fields.Float(allow_none=True)
    lng = fields.Float(allow_none=True)
    hours = fields.String()


class WindowSchema(ma.Schema):
    """A window."""

    code = fields.String()
    name = fields.String()


class PlaceInListSchema(PlaceSchema):
    """A place in the list, with its windows."""

    metres = fields.Integer(allow_none=True)
    windows = fields.List(fields.Nested(WindowSchema))


class PlacesSchema(ma.Schema):
    """Places."""

    items = fields.List(fields.Nested(PlaceInListSchema))


class GuideSchema(MatterSummarySchema):
    """A guide; ``null`` and empty lists are shown as 未提供."""

    revision = fields.Integer()
    release = fields.Integer()
    published_on = fields.Date()
    place = fields.Nested(PlaceSchema, allow_none=True)
    office_in_charge = fields.String(allow_none=True)
    needs_township = fields.Boolean()
    aliases = fields.List(fields.String())
    national_code = fields.String(allow_none=True)
    legal_basis = fields.List(fields.String())
    conditions = fields.List(fields.String())
    materials = fields.List(fields.Nested(GuideMaterialSchema))
    statutory_limit = fields.String(allow_none=True)
    promised_limit = fields.String(allow_none=True)
    fee = fields.String(allow_none=True)
    steps = fields.List(fields.String())
    result_document = fields.String(allow_none=True)
    onsite_visits = fields.Integer(allow_none=True)
    consult = fields.String()
    complaint = fields.String()
    notes = fields.List(fields.String())
    stand_in = fields.String(
        metadata={"description": "Which place this was read of; print it on top"}
    )
    gaps = fields.List(fields.String())
    marks = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "Print beside the element of that name"},
    )


class MatterFormSchema(ma.Schema):
    """A form and its upload slots."""

    matter = fields.String()
    form = fields.Dict(metadata={"description": "docs/forms.md describes it"})
    materials = fields.List(fields.Nested(GuideMaterialSchema))


class DepartmentSchema(ma.Schema):
    """A department."""

    code = fields.String()
    name = fields.String()
    short_name = fields.String()
    count = fields.Integer()
    mark = fields.String()


class DepartmentsSchema(ma.Schema):
    """Departments."""

    items = fields.List(fields.Nested(DepartmentSchema))


class ThemeSchema(ma.Schema):
    """A theme."""

    name = fields.String()
    count = fields.Integer()


class ThemesSchema(ma.Schema):
    """Themes."""

    items = fields.List(fields.Nested(ThemeSchema))


class MemberSchema(ma.Schema):
    """A part of a package."""

    name = fields.String()
    matter = fields.String(allow_none=True)


class PackageSchema(ma.Schema):
    """A package."""

    code = fields.String()
    name = fields.String()
    mark = fields.String()
    audience = fields.Enum(Audience, by_value=True)
    stand_in = fields.String()
    members = fields.List(fields.Nested(MemberSchema))
    matters = fields.List(fields.String())


class PackagesSchema(ma.Schema):
    """Packages."""

    items = fields.List(fields.Nested(PackageSchema))


class ReleaseSchema(ma.Schema):
    """A batch."""

    number = fields.Integer()
    title = fields.String()
    basis = fields.String()
    published_on = fields.Date()
    count = fields.Integer()
    matters = fields.List(fields.String())


class ReleasesSchema(ma.Schema):
    """Batches, newest first."""

    items = fields.List(fields.Nested(ReleaseSchema))
