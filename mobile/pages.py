"""Drawing a page: what every template knows, and how it is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Response, current_app, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from app.kernel.clock import office_date
from app.web.context import now, settings
from mobile import formats
from mobile.blueprints import open_pages, own_pages

MODE_COOKIE = "ui_mode"
ELDER = "elder"
_STANDARD = "standard"
_MODE_ARGUMENT = "ui"
_MODE_KEPT_S = 400 * 24 * 60 * 60
_INDENT = re.compile(r"\n\s+")


@dataclass(frozen=True)
class Site:
    """What an installation is called. From the settings, the same on each page."""

    platform: str
    district: str
    supervision: str
    telephone: str
    demo: bool


def site() -> Site:
    """Return the names of this installation."""
    here = settings()
    return Site(
        platform=here.platform_name,
        district=here.district_name,
        supervision=here.supervision_name,
        telephone=here.telephone,
        demo=here.is_demo,
    )


def is_elder() -> bool:
    """Whether this browser asked for 长辈版. The cookie names nobody."""
    return request.cookies.get(MODE_COOKIE) == ELDER


def page(
    template: str, *, status: int = 200, tab: str = "", here: str = "", **facts: Any
) -> Response:
    """Draw a page and answer with it.

    Args:
        template: File name below ``templates/mobile``.
        status: HTTP status.
        tab: Which of the four tabs the page belongs to.
        here: Where the browser's Back leads to it later, for a page that answers
            a form; the nearest page that can be read when it is left out.
        facts: What the template shows.
    """
    if request.method == "POST":
        here = here or _readable(request.path)
    return Response(draw(template, tab=tab, here=here, **facts), status=status)


def _readable(path: str) -> str:
    """Return a path that a link may lead to: this one, or the nearest above it."""
    routes = current_app.url_map.bind("")
    while path:
        try:
            routes.match(path, method="GET")
        except HTTPException:
            path = path.rpartition("/")[0]
        else:
            return path
    return "/"


def draw(
    template: str,
    *,
    tab: str = "",
    elder: bool | None = None,
    elder_link: str | None = None,
    **facts: Any,
) -> str:
    """Return the text of a page.

    Args:
        template: File name below ``templates/mobile``.
        tab: Which of the four tabs the page belongs to.
        elder: 长辈版 or not; by the browser's cookie when it is left out.
        elder_link: Where the switch leads; to this page when it is left out.
        facts: What the template shows.
    """
    elder = is_elder() if elder is None else elder
    drawn = render_template(
        f"mobile/{template}",
        site=site(),
        f=formats,
        tab=tab,
        elder=elder,
        elder_link=elder_link or mode_link(elder=elder),
        today=office_date(now()),
        **facts,
    )
    return drawn.lstrip()


def squeezed(drawn: str) -> str:
    """Return a page without its indentation. Not for pages with text areas."""
    return _INDENT.sub("\n", drawn)


def mode_link(*, elder: bool) -> str:
    """Return the address of this page in the other mode.

    Relative, so that a page opened by a printed code stays at that code; an
    answer to a form leads home, since the form cannot be sent again by a link.
    """
    wanted = _STANDARD if elder else ELDER
    if request.method != "GET":
        return f"/?{urlencode({_MODE_ARGUMENT: wanted})}"
    kept: MultiDict[str, str] = MultiDict(request.args)
    kept[_MODE_ARGUMENT] = wanted
    return f"?{urlencode(list(kept.items(multi=True)))}"


@open_pages.before_request
@own_pages.before_request
def switch_mode() -> Response | None:
    """Keep the mode that the address asks for, and lead back without asking."""
    if b"ui=" not in request.query_string or request.method != "GET":
        return None
    wanted = request.args.get(_MODE_ARGUMENT)
    if wanted not in (ELDER, _STANDARD):
        return None
    rest = [
        (key, value)
        for key, value in request.args.items(multi=True)
        if key != _MODE_ARGUMENT
    ]
    response = see_other(request.path + (f"?{urlencode(rest)}" if rest else ""))
    response.set_cookie(
        MODE_COOKIE,
        wanted,
        max_age=_MODE_KEPT_S,
        secure=settings().is_https,
        samesite="Lax",
        httponly=True,
    )
    return response


def see_other(location: str) -> Response:
    """Lead on with a 303; the location is one of ours."""
    response = current_app.make_response(("", 303))
    response.headers["Location"] = location
    return response


def local_path(target: str | None, *, otherwise: str = "/") -> str:
    """Return a target if it is a path of this site, else another.

    A sign-in must not lead to a stranger's page, however the address is written.
    """
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return otherwise
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(sign) <= ord(" ") for sign in target):
        return otherwise
    return target


@dataclass(frozen=True)
class Pages:
    """Where a numbered list goes on.

    Attributes:
        previous: Address of the page before; empty on the first.
        next: Address of the page after; empty on the last.
    """

    number: int
    last: int
    previous: str
    next: str


def numbered(total: int, number: int, size: int) -> Pages:
    """Return the neighbours of a page of a list served from memory."""
    last = max(1, -(-total // size))
    return Pages(
        number=number,
        last=last,
        previous=_page_link(number - 1) if number > 1 else "",
        next=_page_link(number + 1) if number < last else "",
    )


def _page_link(number: int) -> str:
    kept: MultiDict[str, str] = MultiDict(request.args)
    kept["page"] = str(number)
    return f"?{urlencode(list(kept.items(multi=True)))}"


def page_number(last: int) -> int:
    """Return the page asked for, at least 1 and at most the last."""
    asked = request.args.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1  # noqa: PLR2004 -- no list has a million pages
    return min(max(number, 1), max(last, 1))
