"""What every area of the API has in common: how bodies are read."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Request, abort, request
from flask_smorest import Blueprint
from webargs.core import missing
from webargs.flaskparser import FlaskParser

_BODIES = frozenset(
    {"application/json", "multipart/form-data", "application/x-www-form-urlencoded"}
)


class BodyParser(FlaskParser):
    """Reads JSON by orjson: no lone surrogates, no endless nesting, no NaN."""

    def _raw_load_json(self, req: Request) -> Any:
        if not req.is_json:
            return missing
        raw = req.get_data(cache=True)
        if not raw:
            return missing
        try:
            return _without_nul(orjson.loads(raw), raw)
        except (orjson.JSONDecodeError, UnicodeDecodeError) as error:
            return self._handle_invalid_json_error(error, req)


def _without_nul(value: Any, raw: bytes) -> Any:
    """Refuse a NUL in any text: JSON allows it, PostgreSQL does not."""
    if b"\\u0000" in raw and "\x00" in _texts(value):
        raise orjson.JSONDecodeError("a text holds a NUL character", "", 0)
    return value


def _texts(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "\n".join(f"{key}\n{_texts(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return "\n".join(map(_texts, value))
    return ""


class ApiBlueprint(Blueprint):
    """A blueprint of the API."""

    ARGUMENTS_PARSER = BodyParser()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before_request(require_known_body)


def require_known_body() -> None:
    """Answer 415 to a body of another kind; webargs would call it empty."""
    if request.content_length and request.mimetype not in _BODIES:
        abort(415)
