"""The JSON API of the mini-program, under /api/v1."""

from __future__ import annotations

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from app.web.problems import Api
from miniprogram_api import (
    cases,
    catalogue,
    codes,
    docs,
    files,
    inbox,
    me,
    session,
    supervision,
    tracking,
)

_AREAS = (
    codes.blp,
    catalogue.blp,
    session.blp,
    me.blp,
    files.blp,
    cases.blp,
    tracking.blp,
    inbox.blp,
    supervision.blp,
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
    app.register_blueprint(docs.blp)
