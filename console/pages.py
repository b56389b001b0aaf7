"""Drawing a page: what every template knows, and how it is sent."""

from __future__ import annotations

import http
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Response, current_app, g, render_template, request
from werkzeug.datastructures import MultiDict

from app.kernel.actors import Actor
from app.kernel.clock import office_date
from app.people.permissions import Permission, is_allowed
from app.web.context import now, settings
from console import formats, words
from console.blueprints import PREFIX


@dataclass(frozen=True)
class Desk:
    """Who is signed in, and the office they act for."""

    actor: Actor
    office_name: str
    office_code: str

    @property
    def role_names(self) -> str:
        """The roles in words."""
        held = [word for role, word in words.ROLES.items() if role in self.actor.roles]
        return "、".join(held)

    def may(self, permission: str) -> bool:
        """Whether a role of the actor is granted a permission, by its value."""
        return is_allowed(self.actor, Permission(permission))


@dataclass(frozen=True)
class Job:
    """A kind of work, as the navigation names it."""

    key: str
    href: str
    word: str
    icon: str
    permission: Permission | None = None


JOBS = (
    Job("home", PREFIX + "/", "工作台", "home"),
    Job("cases", f"{PREFIX}/cases", "办件", "case", Permission.CASE_READ),
    Job(
        "complaints",
        f"{PREFIX}/complaints",
        "投诉",
        "chat",
        Permission.COMPLAINT_READ,
    ),
    Job("codes", f"{PREFIX}/codes", "海报与码", "scan", Permission.CODE_READ),
    Job("matters", f"{PREFIX}/matters", "事项", "book", Permission.CATALOGUE_READ),
)


def signed_in() -> Desk | None:
    """Return who is at the desk, once the guard has let them in."""
    found: Desk | None = g.get("desk")
    return found


def at_desk() -> Desk:
    """Return who is at the desk; only for pages behind the guard."""
    found = signed_in()
    if found is None:  # pragma: no cover -- the guard runs before
        raise AssertionError("no guard before this page")
    return found


def page(
    template: str, *, title: str, status: int = 200, job: str = "", **facts: Any
) -> Response:
    """Draw a page and answer with it.

    Args:
        template: File name below ``templates/console``.
        title: Heading of the page, and the beginning of its title.
        status: HTTP status.
        job: Which entry of the navigation the page belongs to.
        facts: What the template shows.
    """
    here, desk = settings(), signed_in()
    drawn = render_template(
        f"console/{template}",
        title=title,
        site=here,
        desk=desk,
        jobs=_jobs(desk),
        job=job,
        f=formats,
        w=words,
        today=office_date(now()),
        **facts,
    )
    return Response(drawn.lstrip(), status=status)


def _jobs(desk: Desk | None) -> list[Job]:
    if desk is None:
        return []
    return [
        each
        for each in JOBS
        if each.permission is None or is_allowed(desk.actor, each.permission)
    ]


def see_other(location: str) -> Response:
    """Lead on with a 303; the location is one of ours."""
    response = current_app.make_response(("", http.HTTPStatus.SEE_OTHER))
    response.headers["Location"] = location
    return response


def local_path(target: str | None, *, otherwise: str = PREFIX + "/") -> str:
    """Return a target if it is a path of the console, else another.

    A sign-in must not lead to a stranger's page, however the address is written.
    """
    if not target or not target.startswith(PREFIX + "/"):
        return otherwise
    parts = urlsplit(target)
    odd = "\\" in target or any(ord(sign) <= ord(" ") for sign in target)
    if parts.scheme or parts.netloc or odd:
        return otherwise
    return target


def link_with(**changed: str) -> str:
    """Return this page's address with some arguments changed; "" drops one."""
    kept: MultiDict[str, str] = MultiDict(request.args)
    for name, value in changed.items():
        kept.pop(name, None)
        if value:
            kept[name] = value
    query = urlencode(list(kept.items(multi=True)))
    return f"{request.path}?{query}" if query else request.path


def number_in(name: str, *, otherwise: int = 0) -> int:
    """Return a small whole number that a form or an address carries."""
    text = request.values.get(name, "")
    fits = text.isascii() and text.isdigit() and len(text) < 10  # noqa: PLR2004 -- digits of a 32-bit number
    return int(text) if fits else otherwise
