"""The guard of the desk: who works here, with which authority, at this request."""

from __future__ import annotations

from flask import Response, flash, g, request

from app.people import offices, staff
from app.people.staff import Visit
from app.web.context import check_limit, now, reading, settings, transaction
from console import resuming
from console.blueprints import PREFIX, desk
from console.pages import Desk

COOKIE = "mb_staff"
"""Holds the raw token of a staff session; nothing else opens the console."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@desk.before_request
def require_staff() -> Response | None:
    """Let in whoever has an open session; lead the others to the sign-in page.

    Authority comes from the database at each request, so a post that was taken
    away is gone at once.

    Raises:
        TooMany: the person writes more than anybody can.
    """
    raw = request.cookies.get(COOKIE, "")
    found = _find(raw) if raw else None
    if found is None:
        if raw:
            flash("您有一段时间没有操作，为了安全请重新登录。", "info")
        return resuming.ask_to_sign_in()
    visit, g.desk = found
    if visit.touch_due:
        with transaction() as session:
            staff.touch(session, raw, now=now())
    if request.method not in _SAFE:
        check_limit("write", f"staff:{visit.actor.id}")
    return None


def _find(raw: str) -> tuple[Visit, Desk] | None:
    with reading() as session:
        visit = staff.visit(session, raw, now=now())
        if visit is None or visit.actor.office_id is None:
            return None
        office = offices.find_by_id(session, visit.actor.office_id)
    name, code = (office.name, office.code) if office else ("", "")
    return visit, Desk(visit.actor, name, code)


def remember(response: Response, raw: str) -> None:
    """Put the session's token into this browser."""
    response.set_cookie(
        COOKIE,
        raw,
        path=PREFIX,
        httponly=True,
        secure=settings().is_https,
        samesite="Strict",
    )


def forget(response: Response) -> None:
    """Take the token out of this browser."""
    response.delete_cookie(
        COOKIE,
        path=PREFIX,
        httponly=True,
        secure=settings().is_https,
        samesite="Strict",
    )
