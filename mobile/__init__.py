"""Pages for citizens on a phone: scan, read, apply, follow, supervise."""

from __future__ import annotations

from flask import Flask

from app.web import problems
from mobile import (
    applying,
    assets,
    browsing,
    failures,
    following,
    guides,
    identity,
    inbox,
    person,
    scans,
    signing_in,
    supervision,
    threads,
    uploading,
)
from mobile.blueprints import open_pages, own_pages

__all__ = [
    "applying",
    "assets",
    "browsing",
    "following",
    "guides",
    "identity",
    "inbox",
    "init_app",
    "person",
    "scans",
    "signing_in",
    "supervision",
    "threads",
    "uploading",
]


_WITHOUT_AUTHORITY = (
    supervision.file_it,
    threads.look_up,
    threads.add_message,
    threads.take_step,
    following.track,
)
"""Forms that act for nobody: they need no form token, and pages with them set no
cookie, so nothing ties an anonymous report to a browser."""


def init_app(app: Flask) -> None:
    """Serve the phone pages, and draw the failures below their addresses.

    Form tokens (``CSRFProtect``) and failures must be set up before.
    """
    app.jinja_env.globals["mobile_asset"] = assets.address
    csrf = app.extensions["csrf"]
    for view in _WITHOUT_AUTHORITY:
        csrf.exempt(view)
    for blueprint in (open_pages, own_pages):
        app.register_blueprint(blueprint)
    problems.register_page(app, "/", failures.render)
