"""The API's reading copy: its OpenAPI document as one page, and as JSON.

Rendered here from the document itself, so that it needs no outside asset and no
script, and a screen reader can read it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import orjson
from flask import Blueprint, Response, current_app, render_template, request
from flask.cli import AppGroup

blp = Blueprint(
    "api_docs",
    __name__,
    url_prefix="/api",
    template_folder="templates",
    static_folder="static",
    static_url_path="/docs/assets",
)

_METHODS = ("get", "post", "put", "delete")
_DEPTH = 6


@dataclass(frozen=True)
class Member:
    """One line of a body: how deep it stands, its name, kind and meaning."""

    depth: int
    name: str
    kind: str
    required: bool
    description: str


@dataclass(frozen=True)
class Operation:
    """One operation, ready to be read."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    secured: bool
    parameters: list[Mapping[str, Any]] = field(default_factory=list)
    body: list[Member] = field(default_factory=list)
    body_type: str = ""
    answers: list[tuple[str, str, list[Member]]] = field(default_factory=list)


def document() -> dict[str, Any]:
    """Return the OpenAPI document of the running application."""
    api = current_app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    found: dict[str, Any] = api.spec.to_dict()
    return found


@blp.get("/v1/openapi.json")
def openapi() -> Response:
    """Serve the document itself."""
    response = Response(as_json(), mimetype="application/json")
    response.headers["Cache-Control"] = "public, max-age=60"
    response.add_etag()
    response.make_conditional(request)
    return response


openapi_commands = AppGroup("openapi", help="The API's document.")


@openapi_commands.command("write")
@click.argument("path", type=click.Path(path_type=Path), default="docs/openapi.json")
def write_openapi(path: Path) -> None:
    """Write the document where reviewers see its changes."""
    path.write_bytes(as_json())
    click.echo(f"wrote {path}")


def as_json() -> bytes:
    """Return the document, ordered so that its versions can be compared."""
    return orjson.dumps(document(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)


@blp.get("/docs")
def page() -> str:
    """Show the document as a page."""
    spec = document()
    groups: dict[str, list[Operation]] = {}
    for path, item in spec["paths"].items():
        for method in _METHODS:
            if method in item:
                operation = _read(spec, path, method, item)
                tag = (item[method].get("tags") or ["other"])[0]
                groups.setdefault(tag, []).append(operation)
    about = {tag["name"]: tag.get("description", "") for tag in spec.get("tags", [])}
    return render_template(
        "miniprogram_api/docs.html", spec=spec, groups=groups, about=about
    )


def _read(
    spec: Mapping[str, Any], path: str, method: str, item: Mapping[str, Any]
) -> Operation:
    said = item[method]
    media, body = _content(spec, said.get("requestBody", {}))
    parameters = [
        _resolved(spec, each)
        for each in (*item.get("parameters", ()), *said.get("parameters", ()))
    ]
    return Operation(
        anchor=f"{method}-{path}".replace("/", "-").replace("{", "").replace("}", ""),
        method=method.upper(),
        path=path,
        summary=said.get("summary", ""),
        description=said.get("description", ""),
        secured=bool(said.get("security")),
        parameters=parameters,
        body=body,
        body_type=media,
        answers=[
            (
                status,
                _resolved(spec, answer).get("description", ""),
                _content(spec, answer)[1],
            )
            for status, answer in sorted(said.get("responses", {}).items())
        ],
    )


def _resolved(spec: Mapping[str, Any], part: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in part:
        found: Any = spec
        for key in part["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        part = found
    return part


def _content(
    spec: Mapping[str, Any], part: Mapping[str, Any]
) -> tuple[str, list[Member]]:
    for media, content in _resolved(spec, part).get("content", {}).items():
        return media, list(_members(spec, content.get("schema", {}), 0))
    return "", []


def _members(
    spec: Mapping[str, Any], schema: Mapping[str, Any], depth: int
) -> Iterator[Member]:
    schema = _resolved(spec, schema)
    if schema.get("type") == "array":
        yield from _members(spec, schema.get("items", {}), depth)
        return
    required = schema.get("required", ())
    for name, inner in schema.get("properties", {}).items():
        plain = _resolved(spec, inner)
        yield Member(
            depth, name, _kind(spec, plain), name in required, _about(inner, plain)
        )
        if depth < _DEPTH:
            yield from _members(spec, plain, depth + 1)


def _about(inner: Mapping[str, Any], plain: Mapping[str, Any]) -> str:
    text = inner.get("description") or plain.get("description") or ""
    if choices := [str(each) for each in plain.get("enum", ()) if each is not None]:
        text = f"{text} One of: {', '.join(choices)}.".strip()
    return str(text)


def _kind(spec: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    kind = schema.get("type", "any")
    if isinstance(kind, list):
        kind = " or ".join(kind)
    if kind == "array":
        return f"list of {_kind(spec, _resolved(spec, schema.get('items', {})))}"
    return f"{kind} ({schema['format']})" if "format" in schema else str(kind)
