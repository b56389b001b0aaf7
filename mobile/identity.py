"""Who holds this phone: the page session, and the guard of a person's own pages."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode

from flask import Response, g, request, session
from flask_wtf.csrf import CSRFError

from app.kernel.actors import Actor
from app.kernel.errors import Unauthenticated
from app.people import citizens
from app.people.models import Channel
from app.web import problems
from app.web.context import check_limit, now, reading, transaction
from mobile import resuming
from mobile.blueprints import open_pages, own_pages
from mobile.pages import page, see_other

_KEY = "citizen"
_CSRF_KEY = "csrf_token"


def current_citizen() -> Actor | None:
    """Return who is signed in on this phone, or None. Asks the database once."""
    if "citizen" not in g:
        g.citizen = _find()
    return cast("Actor | None", g.citizen)


def signed_in() -> Actor:
    """Return who is signed in.

    Raises:
        Unauthenticated: nobody is, or no longer.
    """
    actor = current_citizen()
    if actor is None:
        raise Unauthenticated("no page session")
    return actor


def _find() -> Actor | None:
    raw = session.get(_KEY)
    if not isinstance(raw, str):
        return None
    with reading() as unit:
        return citizens.by_session(unit, raw, Channel.PAGE, now=now())


@own_pages.before_request
def require_citizen() -> None:
    """Turn away whoever has not signed in; count what the others write.

    Raises:
        Unauthenticated: no page session, or one that is over.
        TooMany: the person writes more than anybody can.
    """
    actor = signed_in()
    if request.method == "POST":
        check_limit("write", f"citizen:{actor.id}")


def remember(raw: str) -> None:
    """Keep the token of a page session that was just opened."""
    session[_KEY] = raw
    # A form token made before signing in must not act for who signed in.
    session.pop(_CSRF_KEY, None)
    g.pop("csrf_token", None)
    g.pop("citizen", None)


def sign_out() -> None:
    """Close the page session, here and in the database."""
    raw = session.pop(_KEY, None)
    session.pop(_CSRF_KEY, None)
    g.pop("citizen", None)
    if isinstance(raw, str):
        with transaction() as unit:
            citizens.close_session(unit, raw, now=now())


@own_pages.errorhandler(Unauthenticated)
def ask_to_sign_in(_: Unauthenticated) -> Response:
    """Lead to the sign-in page, with what was typed."""
    if request.method == "GET":
        # The query of these pages holds cursors and the like, never answers.
        target = request.full_path if request.query_string else request.path
        return see_other(f"/sign-in?{urlencode({'next': target})}")
    form = resuming.posted()
    return page(
        "sign_in.html",
        status=401,
        phone="",
        errors=[],
        typed="",
        next=_page_of(request.path),
        here=f"/sign-in?{urlencode({'next': _page_of(request.path)})}",
        kept=resuming.seal(form) if form else "",
        waiting=form,
    )


def _page_of(path: str) -> str:
    """Return a page to lead to after a form there could not be kept."""
    parts = path.split("/")
    if parts[1] == "matters":
        return path
    return "/".join(parts[:3]) if parts[1] == "cases" and parts[2:] else "/me"


@own_pages.errorhandler(CSRFError)
@open_pages.errorhandler(CSRFError)
def ask_again(error: CSRFError) -> Response:
    """Offer to send a form again whose token is missing or over."""
    form = resuming.posted()
    if form is None:
        return problems.show(problems.from_http(error))
    if request.blueprint == own_pages.name and current_citizen() is None:
        return ask_to_sign_in(Unauthenticated("no page session"))
    response = resuming.offer(
        form,
        heading="页面放得太久了",
        text="为了您的账号安全，请再点一次下面的按钮。",
    )
    response.status_code = 400
    return response
