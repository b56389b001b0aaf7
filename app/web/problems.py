"""Failures on the wire: RFC 9457 documents for programs, pages for people.

The only place that knows statuses. A door that serves pages registers how its
failures look; everything else answers ``application/problem+json``.
"""

from __future__ import annotations

import http
import inspect
import logging
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import flask_smorest
import marshmallow as ma
from flask import Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from app.kernel import errors
from app.web.context import runtime

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

# Looked up along the error's class hierarchy, nearest first.
STATUS: Mapping[type[Exception], http.HTTPStatus] = {
    errors.Invalid: http.HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Unauthenticated: http.HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: http.HTTPStatus.FORBIDDEN,
    errors.NotFound: http.HTTPStatus.NOT_FOUND,
    errors.Gone: http.HTTPStatus.GONE,
    errors.Conflict: http.HTTPStatus.CONFLICT,
    errors.TooMany: http.HTTPStatus.TOO_MANY_REQUESTS,
    errors.Unavailable: http.HTTPStatus.SERVICE_UNAVAILABLE,
    errors.AppError: http.HTTPStatus.INTERNAL_SERVER_ERROR,
}

_KEPT = frozenset({"Allow", "Retry-After", "WWW-Authenticate", "Content-Range"})

_ZH: Mapping[int, str] = {
    400: "请求的格式不对。",
    401: errors.Unauthenticated.zh,
    403: errors.Forbidden.zh,
    404: errors.NotFound.zh,
    405: "这个地址不支持这样操作。",
    413: "上传的文件太大了，每个文件不能超过10MB。",
    415: "提交的格式不对。",
    422: errors.Invalid.zh,
    429: errors.TooMany.zh,
    503: errors.Unavailable.zh,
}
_HTTP_KINDS: Mapping[str, str] = {
    "validation": "The request has the wrong shape; errors says where.",
    "internal": "Something failed on our side; occurrence names it in our log.",
    **{
        each.phrase.lower().replace(" ", "-"): f"{each.phrase}. {each.description}"
        for each in http.HTTPStatus
        if each >= http.HTTPStatus.BAD_REQUEST
    },
}
"""Kinds of failure that are HTTP's own, by the last part of their type."""

_ZH_UNEXPECTED = "系统出了点问题，我们已经记录下来。您填的内容还在，请稍后再试。"


class ProblemSchema(ma.Schema):
    """The shape of every failure, for the OpenAPI document.

    Further members are facts of the failure, such as ``possible`` or ``version``.
    """

    class Meta:
        unknown = ma.INCLUDE

    type = ma.fields.String(
        required=True, metadata={"description": "Where this kind is explained"}
    )
    title = ma.fields.String(
        required=True, metadata={"description": "The same for every occurrence"}
    )
    status = ma.fields.Integer(
        required=True, metadata={"description": "HTTP status code"}
    )
    detail = ma.fields.String(metadata={"description": "For developers, in English"})
    title_zh = ma.fields.String(
        metadata={"description": "What to show to the person, in Chinese"}
    )
    errors = ma.fields.List(
        ma.fields.Dict(),
        metadata={"description": "For invalid input: {pointer, detail} each"},
    )


@dataclass(frozen=True)
class Failure:
    """One failed request, ready to be shown.

    Attributes:
        zh: The sentence for the person at the screen.
        fields: Per-field sentences of invalid input.
        occurrence: Id of an unexpected failure, also in the log.
        error: The domain's error, when there was one.
    """

    status: int
    code: str
    zh: str
    detail: str = ""
    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    occurrence: str = ""
    error: Exception | None = None


Renderer = Callable[[Failure], ResponseReturnValue]
_PAGES = "failure-pages"


def register_page(app: Flask, prefix: str, render: Renderer) -> None:
    """Say how failures below a path look; the longest prefix wins."""
    app.extensions.setdefault(_PAGES, {})[prefix] = render


def show(failure: Failure) -> Response:
    """Answer with a failure in the form its reader understands."""
    pages: Mapping[str, Renderer] = current_app.extensions.get(_PAGES, {})
    fitting = [prefix for prefix in pages if request.path.startswith(prefix)]
    if fitting and not request.path.startswith(("/api/", "/problems/")):
        answer = current_app.make_response(pages[max(fitting, key=len)](failure))
    else:
        answer = _document(failure)
    answer.status_code = failure.status
    answer.headers.update(failure.headers)
    return answer


def _document(failure: Failure) -> Response:
    document = {
        "type": f"{runtime().settings.public_url}/problems/{failure.code}",
        "title": http.HTTPStatus(failure.status).phrase,
        "status": failure.status,
        **({"detail": failure.detail} if failure.detail else {}),
        "title_zh": failure.zh,
        **failure.members,
        **({"occurrence": failure.occurrence} if failure.occurrence else {}),
    }
    if failure.fields and "errors" not in failure.members:
        document["errors"] = [
            {"pointer": f"#/{key}", "detail": sentence}
            for key, sentence in failure.fields.items()
        ]
    response = cast(Response, current_app.json.response(document))
    response.content_type = MEDIA_TYPE
    return response


def status_of(error: errors.AppError) -> http.HTTPStatus:
    """Return the HTTP status of a domain error."""
    return next(STATUS[cls] for cls in type(error).__mro__ if cls in STATUS)


def from_error(error: errors.AppError) -> Failure:
    """Describe a domain error."""
    headers = {}
    if isinstance(error, errors.Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, errors.TooMany | errors.Unavailable):
        headers["Retry-After"] = str(error.retry_after_s)
    return Failure(
        status=status_of(error),
        code=error.code,
        zh=error.zh,
        detail=str(error),
        members={k: v for k, v in error.facts.items() if k not in _RESERVED},
        headers=headers,
        fields=error.errors if isinstance(error, errors.Invalid) else {},
        error=error,
    )


_RESERVED = frozenset({"type", "title", "status", "detail", "title_zh", "errors"})


def from_http(error: HTTPException) -> Failure:
    """Describe a failure of werkzeug's, webargs' or flask-smorest's."""
    status = error.code or 500
    given = getattr(error, "data", None) or {}
    code = http.HTTPStatus(status).phrase.lower().replace(" ", "-")
    members: dict[str, Any] = {}
    if messages := given.get("messages"):
        # webargs nests by location: {"json": {...}}.
        [where] = messages
        members = {"errors": list(_pointers(messages[where])), "in": where}
        code = "validation"
    own = {name: value for name, value in error.get_headers() if name in _KEPT}
    return Failure(
        status=status,
        code=code,
        zh=_ZH.get(status, _ZH_UNEXPECTED if status >= 500 else errors.AppError.zh),  # noqa: PLR2004
        detail=given.get("message", ""),
        members=members,
        headers=own | (given.get("headers") or {}),
        error=error,
    )


def _pointers(messages: Any, path: str = "#") -> Iterator[dict[str, str]]:
    """Flatten marshmallow's nested messages into JSON pointers (RFC 6901)."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _pointers(inner, path if key == "_schema" else f"{path}/{key}")
    elif isinstance(messages, str):
        yield {"pointer": path, "detail": messages}
    else:
        for message in messages:
            yield {"pointer": path, "detail": str(message)}


class Api(flask_smorest.Api):
    """flask-smorest, speaking problem+json."""

    ERROR_SCHEMA = ProblemSchema
    DEFAULT_RESPONSE_CONTENT_TYPE: str = "application/json"

    def _register_error_handlers(self) -> None:
        """Leave failures to :func:`init_app`: pages need them too."""

    def _register_responses(self) -> None:
        """Document failures under their real media type."""
        default = self.DEFAULT_RESPONSE_CONTENT_TYPE
        self.DEFAULT_RESPONSE_CONTENT_TYPE = MEDIA_TYPE
        try:
            super()._register_responses()
        finally:
            self.DEFAULT_RESPONSE_CONTENT_TYPE = default


def kinds(
    base: type[errors.AppError] = errors.AppError,
) -> list[type[errors.AppError]]:
    """Return every kind of domain error that has been defined."""
    return [base, *(kind for child in base.__subclasses__() for kind in kinds(child))]


def init_app(app: Flask) -> None:
    """Turn failures into documents and pages."""

    @app.errorhandler(errors.AppError)
    def _expected(error: errors.AppError) -> Response:
        return show(from_error(error))

    @app.errorhandler(StaleDataError)
    def _overtaken(_: StaleDataError) -> Response:
        return show(from_error(errors.Conflict("somebody else was faster")))

    @app.errorhandler(HTTPException)
    def _refused(error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400:  # noqa: PLR2004
            return error.get_response()
        return show(from_http(error))

    @app.errorhandler(Exception)
    def _unexpected(error: Exception) -> Response:
        occurrence = secrets.token_hex(6)
        logger.error(
            "unexpected failure",
            extra={"occurrence": occurrence, "route": str(request.url_rule)},
            exc_info=error,
        )
        return show(
            Failure(500, "internal", _ZH_UNEXPECTED, occurrence=occurrence, error=error)
        )

    @app.get("/problems/<code>")
    def explain(code: str) -> Response:
        """Explain a kind of failure to whoever follows its type."""
        for kind in kinds():
            if kind.code == code:
                text = f"{inspect.getdoc(kind) or code}\n\n{kind.zh}\n"
                return Response(text, mimetype="text/plain")
        if code in _HTTP_KINDS:
            return Response(f"{_HTTP_KINDS[code]}\n", mimetype="text/plain")
        raise errors.NotFound(f"no problem is called {code}")
