"""The JSON API of the mini-program, under /api/v1."""

from __future__ import annotations

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from app.web.problems import Api
from miniprogram_api.cases import blp as cases
from miniprogram_api.catalogue import blp as catalogue
from miniprogram_api.codes import blp as codes
from miniprogram_api.docs import blp as docs
from miniprogram_api.docs import openapi_commands
from miniprogram_api.files import blp as files
from miniprogram_api.inbox import blp as inbox
from miniprogram_api.me import blp as me
from miniprogram_api.session import blp as session
from miniprogram_api.supervision import blp as supervision
from miniprogram_api.tracking import blp as tracking

_AREAS = (
    codes,
    catalogue,
    session,
    me,
    files,
    cases,
    tracking,
    inbox,
    supervision,
)


def init_app(app: Flask, csrf: CSRFProtect) -> None:
    """Register the API and its documentation.

    No form token here: these endpoints take the header token only, never the
    cookie, so a foreign page has no authority to misuse.
    """
    api = Api(app)
    api.spec.components.security_scheme(
        "bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    )
    for area in _AREAS:
        csrf.exempt(area)
        api.register_blueprint(area)
    app.register_blueprint(docs)
    app.cli.add_command(openapi_commands)
