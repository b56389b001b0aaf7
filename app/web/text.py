"""Signs that no text of a person holds, refused before they reach a room.

A NUL is accepted by JSON and forms and refused by PostgreSQL; caught here, it is
a 400 that names the cause instead of a failure deep inside.
"""

from __future__ import annotations

from flask import Flask, request
from werkzeug.exceptions import BadRequest

_MESSAGE = "the request holds a NUL character"


def init_app(app: Flask) -> None:
    """Look at each request's address and body."""

    @app.before_request
    def _refuse_nul() -> None:
        if "\x00" in request.path or b"%00" in request.query_string:
            raise BadRequest(_MESSAGE)
        if request.method in ("POST", "PUT", "DELETE"):
            _look_into_body()


def _look_into_body() -> None:
    if request.mimetype == "application/x-www-form-urlencoded" and any(
        "\x00" in value for values in request.form.listvalues() for value in values
    ):
        raise BadRequest(_MESSAGE)
