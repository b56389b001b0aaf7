"""Headers that every answer carries."""

from __future__ import annotations

from flask import Flask, Response

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; manifest-src 'self'"
)
_ALWAYS = (
    ("Content-Security-Policy", _POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()"),
)
_PRIVATE = ("Cache-Control", "no-store")
"""Pages show personal matters unless they say otherwise."""


def init_app(app: Flask, *, https: bool) -> None:
    """Add the headers to each answer of the application."""
    always: tuple[tuple[str, str], ...] = _ALWAYS
    if https:
        always = (*_ALWAYS, ("Strict-Transport-Security", "max-age=31536000"))
    names = frozenset(name.lower() for name, _ in always)

    @app.after_request
    def _add(response: Response) -> Response:
        given = {name.lower() for name, _ in response.headers}
        missing = always
        if not given.isdisjoint(names):
            missing = tuple(each for each in always if each[0].lower() not in given)
        if "cache-control" not in given:
            missing = (*missing, _PRIVATE)
        # One call for all: each single add would look at every header again.
        response.headers.extend(missing)
        return response
