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


def init_app(app: Flask, *, https: bool) -> None:
    """Add the headers to each answer of the application."""
    always: tuple[tuple[str, str], ...] = _ALWAYS
    if https:
        always = (*_ALWAYS, ("Strict-Transport-Security", "max-age=31536000"))

    @app.after_request
    def _add(response: Response) -> Response:
        headers = response.headers
        for name, value in always:
            if name not in headers:
                headers.add(name, value)
        if "Cache-Control" not in headers:
            # Pages show personal matters unless they say otherwise.
            headers.add("Cache-Control", "no-store")
        return response
