"""Pages for staff at a desk: cases, complaints, posters, matters."""

from __future__ import annotations

from flask import Flask
from flask_bootstrap import Bootstrap5

from app.web import problems
from console import (
    assets,
    casework,
    coding,
    correcting,
    failures,
    handling,
    identity,
    posting,
    queues,
    reading_room,
    signing_in,
    told,
)
from console.blueprints import PREFIX, desk, entrance

__all__ = [
    "casework",
    "coding",
    "correcting",
    "handling",
    "identity",
    "init_app",
    "posting",
    "queues",
    "reading_room",
    "signing_in",
]


def init_app(app: Flask) -> None:
    """Serve the console, and draw the failures below its addresses."""
    app.config["BOOTSTRAP_SERVE_LOCAL"] = True
    # The extension builds its own address from it; nothing else is served there.
    app.static_url_path = "/static"
    Bootstrap5(app)
    app.jinja_env.globals["console_asset"] = assets.address
    app.jinja_env.globals["console_told"] = told
    for blueprint in (entrance, desk):
        app.register_blueprint(blueprint)
    problems.register_page(app, PREFIX, failures.render)
