"""JSON for Flask by orjson: quicker, UTF-8 as it is, times in ISO 8601."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response
from flask.json.provider import JSONProvider


class OrjsonProvider(JSONProvider):
    """Reads and writes JSON bodies."""

    def dumps(self, obj: Any, **_kwargs: Any) -> str:
        """Serialise to text."""
        return orjson.dumps(obj, option=orjson.OPT_NON_STR_KEYS).decode()

    def loads(self, s: str | bytes, **_kwargs: Any) -> Any:
        """Parse text or bytes."""
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """Answer with a JSON body, without going through text."""
        body = orjson.dumps(self._prepare_response_obj(args, kwargs))
        return Response(body, mimetype="application/json")
