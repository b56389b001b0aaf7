"""The guide page: drawn once a day per release, then sent as ready bytes.

    (snapshot, day) ─ (matter, place, window, mode) ─→ bytes, compressed bytes, tag

Nothing on it depends on who reads it, so it sets no cookie and asks no session;
the day is part of the key, since the page names the last day of the time limit.
Its links are relative where they must remember how the page was opened: a page
reached by a printed code leads to the application with that code.
"""

from __future__ import annotations

import gzip
import hashlib
import http
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Response, request
from markupsafe import Markup, escape
from werkzeug.datastructures import Headers

from app.cases import rules
from app.catalogue.current import PublishedMatter, Snapshot
from app.catalogue.guide import NOT_PROVIDED, Limit, LimitUnit
from app.catalogue.places import Place
from app.clocks import calendar
from app.clocks.arithmetic import Due
from app.kernel.clock import office_date
from app.kernel.errors import NotFound
from app.web.context import local_rules, now, reading, snapshot
from mobile.blueprints import open_pages
from mobile.pages import MODE_COOKIE, draw, is_elder, page, see_other, squeezed

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_KEY = "mobile.guides"
_MOST = 2000
"""Pages kept per process and day, about 25 KB each; beyond it they start anew."""

_ASK_AGAIN = "no-cache"
_VARY = "Accept-Encoding, Cookie"


@dataclass(frozen=True, slots=True)
class Ready:
    """A page as it is sent."""

    body: bytes
    compressed: bytes
    etag: str

    @property
    def headers(self) -> list[tuple[str, str]]:
        """What a cache needs to know."""
        return [("ETag", self.etag), ("Cache-Control", _ASK_AGAIN), ("Vary", _VARY)]


class ReadyResponse(Response):
    """An answer with nothing left to work out when it is sent.

    Werkzeug copies and completes the headers of every response; of these all are
    known, and a guide is what a district scans all day.
    """

    automatically_set_content_length = False

    def __init__(self, ready: Ready, *, packed: bool) -> None:
        body = ready.compressed if packed else ready.body
        super().__init__(body)
        headers = self.headers
        headers.set("Content-Length", str(len(body)))
        for name, value in ready.headers:
            headers.set(name, value)
        if packed:
            headers.set("Content-Encoding", "gzip")

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:  # noqa: ARG002 -- werkzeug's signature
        """Return the headers as they are."""
        return self.headers


@dataclass(slots=True)
class _Today:
    """The pages drawn on one office day."""

    day: date
    drawn: dict[tuple[str, str, str, bool], Ready] = field(default_factory=dict)


@open_pages.get("/matters/<code>")
def guide(code: str) -> Response:
    """Show what to know before applying."""
    place = window = ""
    if request.query_string:
        if request.args.get("apply"):
            return lead_to_apply(code, via="")
        place = request.args.get("place", "")
        window = request.args.get("window", "")
    return answer(code, place, window)


def lead_to_apply(matter_code: str, *, via: str) -> Response:
    """Lead from a guide to the application for its matter, place known."""
    kept = {"place": request.args.get("place", ""), "via": via}
    query = urlencode({name: value for name, value in kept.items() if value})
    return see_other(f"/matters/{matter_code}/apply" + (f"?{query}" if query else ""))


def answer(code: str, place: str, window: str) -> Response:
    """Answer with a guide, or 304 when the phone has it.

    Raises:
        NotFound: matter, place or window is unknown.
    """
    environ = request.environ
    elder = MODE_COOKIE in environ.get("HTTP_COOKIE", "") and is_elder()
    published = snapshot()
    today = office_date(now())
    pages = published.cache.get(_KEY)
    if pages is None or pages.day != today:
        pages = published.cache[_KEY] = _Today(today)
    key = (code, place, window, elder)
    ready = pages.drawn.get(key)
    if ready is None:
        if code in published.withdrawn and code not in published.matters:
            return withdrawn(published, code)
        ready = _draw(published, published.matter(code), place, window, elder=elder)
        if len(pages.drawn) >= _MOST:
            pages.drawn.clear()
        pages.drawn[key] = ready
    if ready.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
        response = Response(status=http.HTTPStatus.NOT_MODIFIED)
        response.headers.remove("Content-Type")
        response.headers.update(ready.headers)
        return response
    packed = "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")
    return ReadyResponse(ready, packed=packed)


def withdrawn(published: Snapshot, code: str) -> Response:
    """Say why a matter is no longer there, and lead on."""
    gone = published.withdrawn[code]
    return page(
        "withdrawn.html",
        status=http.HTTPStatus.GONE,
        tab="matters",
        gone=gone,
        similar=[
            {"name": each.matter.name, "href": f"/matters/{each.matter.code}"}
            for each in published.find(gone.name, limit=3).items
        ],
    )


def _draw(
    published: Snapshot,
    matter: PublishedMatter,
    place_code: str,
    window_code: str,
    *,
    elder: bool,
) -> Ready:
    place = published.place(place_code) if place_code else None
    window = published.windows.get(window_code) if window_code else None
    if window_code and (window is None or window.place_code != place_code):
        raise NotFound("no such window at this place")
    context = {
        name: value
        for name, value in (("place", place_code), ("window", window_code))
        if value
    }
    asked = [each for each in matter.guide.materials if each.from_applicant]
    township = published.township_of(place_code) if place_code else None
    text = draw(
        "guide.html",
        tab="matters",
        elder=elder,
        elder_link=f"?{urlencode(context | {'ui': 'standard' if elder else 'elder'})}",
        matter=matter,
        back_link=f"/places/{place_code}" if place else "/matters",
        back_word=place.name if place else "找事项",
        place=place,
        window=window,
        by_township=matter.needs_township,
        township=township,
        office_name=office_name(published, matter, place),
        asked=asked,
        needed=sum(each.must_be_uploaded for each in asked),
        office_papers=[e for e in matter.guide.materials if not e.from_applicant],
        limit_figure=limit_figure,
        last_day=last_day(matter),
        apply_link=f"?{urlencode({'apply': '1'} | context)}",
        supervision_link="/supervision?" + urlencode({"matter": matter.code} | context),
        packages=[
            {"name": each.name, "href": f"/packages/{each.code}"}
            for each in published.packages_with(matter.code)
        ],
        release_number=matter.release_number,
    )
    body = squeezed(text).encode()
    return Ready(
        body=body,
        compressed=gzip.compress(body, 9, mtime=0),
        etag=f'"{hashlib.sha256(body).hexdigest()[:24]}"',
    )


def office_name(
    published: Snapshot, matter: PublishedMatter, place: Place | None
) -> str:
    """Return who handles a matter at a place, in words.

    While the township is not known the department that guides it is named.
    """
    if matter.needs_township:
        township = published.township_of(place.code) if place else None
        code = township.office_code if township else None
        if code is None:
            return "您所在的乡镇（街道）"
    else:
        code = matter.office_code
    office = published.offices.get(code)
    return office.name if office else matter.guide.department


def limit_figure(limit: Limit | None) -> Markup:
    """Return a time limit as a large figure with its unit."""
    if limit is None:
        return Markup('<span class="gap">{}</span>').format(NOT_PROVIDED)
    if limit.is_on_the_spot:
        return Markup('<span class="n">当场</span><small>办好</small>')
    if limit.amount is None:
        return Markup("<small>{}</small>").format(limit.text)
    unit = {
        LimitUnit.WORKDAY: "个工作日",
        LimitUnit.DAY: "天",
        LimitUnit.UNKNOWN: "天左右（来源没写清是工作日还是自然日）",
    }[limit.unit]
    return Markup('<span class="n">{}</span><small>{}</small>').format(
        limit.amount, escape(unit)
    )


def last_day(matter: PublishedMatter) -> Due | None:
    """Return the last day to decide if the matter is accepted today.

    None where the guide names no number, or settles the matter on the spot.
    """
    limit = matter.guide.ordinary_limit
    if limit is None or not limit.amount:
        return None
    with reading() as session:
        days = calendar.load(session)
    found = rules.deadlines(matter.guide, office_date(now()), days, local=local_rules())
    on = found.promised_due_on or found.due_on
    return Due(on, provisional=found.provisional) if on else None
