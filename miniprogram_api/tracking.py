"""How a case stands, for whoever has its reference and look-up code."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask.views import MethodView
from marshmallow import fields

from app.cases import queries
from app.cases.workflow import State
from app.kernel.references import normalise
from app.web.context import check_limit, reading
from miniprogram_api.blueprints import ApiBlueprint
from miniprogram_api.schemas import StrictSchema, text

blp = ApiBlueprint(
    "tracking", __name__, url_prefix="/api/v1/tracking", description=__doc__
)


class LookupSchema(StrictSchema):
    """What stands on the receipt."""

    reference = text(40, least=1, required=True)
    lookup_code = text(40, least=1, required=True)


class TrackedStepSchema(ma.Schema):
    """A step."""

    told = fields.String()
    at = fields.AwareDateTime(format="iso")


class TrackingSchema(ma.Schema):
    """How a case stands; nothing about a person."""

    reference = fields.String()
    matter_name = fields.String()
    state = fields.Enum(State, by_value=True)
    state_zh = fields.String()
    outcome = fields.String()
    submitted_at = fields.AwareDateTime(format="iso", allow_none=True)
    accept_by_on = fields.Date(allow_none=True)
    due_on = fields.Date(allow_none=True)
    provisional = fields.Boolean()
    supply_by_on = fields.Date(allow_none=True)
    steps = fields.List(fields.Nested(TrackedStepSchema))
    next = fields.String()


@blp.route("")
class Tracking(MethodView):
    """Tracking without signing in."""

    @blp.arguments(LookupSchema)
    @blp.response(200, TrackingSchema)
    @blp.alt_response(404, "NOT_FOUND")
    def post(self, wanted: dict[str, str]) -> dict[str, Any]:
        """Look a case up.

        A wrong reference and a wrong code get the same answer.
        """
        check_limit("look-up", f"case:{normalise(wanted['reference'])}")
        with reading() as session:
            found = queries.by_lookup(session, **wanted)
        return {
            **{name: getattr(found, name) for name in found.__slots__},
            "state_zh": found.state.zh,
        }
