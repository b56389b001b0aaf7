"""The shapes that cross the wire."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields, validate

MAX_INT = 2**31 - 1


class StrictSchema(ma.Schema):
    """Refuses what it does not know, so a typing error is not silently lost."""

    class Meta:
        unknown = ma.RAISE


class StrictInteger(fields.Integer):
    """A whole number that JSON wrote as one; ``45086.0`` and ``"7"`` are not."""

    def _deserialize(
        self, value: object, attr: object, data: object, **kw: object
    ) -> int:
        if type(value) is not int:
            raise self.make_error("invalid")
        return int(super()._deserialize(value, attr, data, **kw))


def text(most: int, *, least: int = 0, **kwargs: object) -> fields.String:
    """Return a string field with its length said."""
    return fields.String(validate=validate.Length(min=least, max=most), **kwargs)  # type: ignore[arg-type]


class PageQuerySchema(StrictSchema):
    """Which page of a list."""

    page = fields.Integer(
        load_default=1,
        validate=validate.Range(1, 10_000),
        metadata={"description": "Counted from 1"},
    )
    page_size = fields.Integer(load_default=20, validate=validate.Range(1, 100))


class CursorQuerySchema(StrictSchema):
    """Where to go on in a long list."""

    cursor = text(200, load_default=None, allow_none=True)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
