"""The two groups of console pages.

``entrance`` holds what works before anybody has signed in: the sign-in page and
the style sheets. ``desk`` holds everything else, and its guard
(:func:`console.identity.require_staff`) runs before each of its pages.
"""

from __future__ import annotations

from flask import Blueprint, request

_FOR_A_YEAR_S = 365 * 24 * 60 * 60
_A_WHILE_S = 300


class _Entrance(Blueprint):
    """A blueprint whose files may be kept for a year when asked for by their hash."""

    def get_send_file_max_age(self, filename: str | None) -> int | None:
        """Return how many seconds a browser may keep a file."""
        del filename
        return _FOR_A_YEAR_S if request.args.get("v") else _A_WHILE_S


PREFIX = "/console"

entrance = _Entrance(
    "console",
    __name__,
    url_prefix=PREFIX,
    static_folder="static",
    static_url_path="/static",
    template_folder="templates",
)
desk = Blueprint("desk", __name__, url_prefix=PREFIX, template_folder="templates")
