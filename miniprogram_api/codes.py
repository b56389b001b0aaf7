"""Printed codes: what a scan opens."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import request
from flask.views import MethodView
from marshmallow import fields

from app.codes.models import CodeKind
from app.codes.resolving import CodeFacts, Resolution, ResolutionStatus
from app.web.context import now, runtime
from miniprogram_api.blueprints import ApiBlueprint

blp = ApiBlueprint("codes", __name__, url_prefix="/api/v1/codes", description=__doc__)


class CodeSchema(ma.Schema):
    """What a code stands for."""

    code = fields.String()
    status = fields.Enum(ResolutionStatus, by_value=True)
    kind = fields.Enum(CodeKind, by_value=True, allow_none=True)
    target = fields.String(
        allow_none=True,
        metadata={"description": "Code of the matter, department, place or window"},
    )
    place_code = fields.String(allow_none=True)
    window_code = fields.String(allow_none=True)
    replaced_by = fields.String(allow_none=True)


@blp.route("/<code>")
class CodeByText(MethodView):
    """One code."""

    @blp.response(200, CodeSchema)
    def get(self, code: str) -> dict[str, Any]:
        """Say what a scanned or typed code stands for.

        An unknown, mistyped or retired code is an answer too: its status says
        which, and a retired one names what hangs in its place.
        """
        return _plain(code, runtime().codebook.resolve(code))


@blp.route("/<code>/scans")
class CodeScans(MethodView):
    """Counting."""

    @blp.response(202, CodeSchema)
    def post(self, code: str) -> dict[str, Any]:
        """Count a scan that the mini-program opened by itself.

        Keeps code, hour and kind of scanner; nothing that points to a person.
        """
        here = runtime()
        found = here.codebook.resolve(code)
        if found.facts is not None:
            here.scans.add(found.facts.id, now(), request.user_agent.string)
        return _plain(code, found)


def _plain(typed: str, found: Resolution) -> dict[str, Any]:
    facts: CodeFacts | None = found.facts
    return {
        "code": facts.code if facts else typed[:40],
        "status": found.status,
        "kind": facts.kind if facts else None,
        "target": facts.target if facts else None,
        "place_code": facts.place_code if facts else None,
        "window_code": facts.window_code if facts else None,
        "replaced_by": found.replacement.code if found.replacement else None,
    }
