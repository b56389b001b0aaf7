"""Finding what one came for: home, lists, departments, places, packages, batches.

Lists come from the catalogue in memory. They carry a tag made from the release
and the question, so a phone that has the page is told so without it being drawn.
"""

from __future__ import annotations

import hashlib
import http
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from app.cases import queries as cases
from app.cases.workflow import WAITING_FOR_APPLICANT
from app.catalogue.current import PublishedMatter, Snapshot
from app.catalogue.guide import LimitUnit, Tier
from app.catalogue.packages import Package
from app.catalogue.places import Place, PlaceKind
from app.catalogue.terms import Audience
from app.kernel.errors import NotFound
from app.notices import queries as notices
from app.people.models import NameBasis
from app.web.context import reading, settings, snapshot
from mobile import assets, identity, showing, themes
from mobile.blueprints import open_pages
from mobile.pages import (
    is_elder,
    numbered,
    page,
    page_number,
)

PAGE = 20
_TILES = 8
_OFTEN = 6
_PACKAGES = 3
_RECENT = 2

_MODES = (
    ("zero", "一次都不跑"),
    ("once", "最多跑一次"),
    ("full", "全程网办"),
    ("partial", "可网上申请"),
    ("window", "窗口办理"),
)
_UNITS = {
    LimitUnit.WORKDAY: "个工作日",
    LimitUnit.DAY: "天",
    LimitUnit.UNKNOWN: "天左右",
}
_FILTERS = ("theme", "department", "audience", "mode", "place", "level")

Line = dict[str, Any]


def line(matter: PublishedMatter, published: Snapshot, context: str = "") -> Line:
    """Return a matter as a row of a list."""
    guide = matter.guide
    office = published.offices.get(matter.office_code)
    by = "乡镇（街道）" if matter.needs_township else ""
    who = "、".join(each.zh for each in guide.audience)
    chips = []
    if guide.zero_visit:
        chips.append(("一次都不跑", "good"))
    elif guide.at_most_one_visit:
        chips.append(("最多跑一次", "good"))
    limit = guide.ordinary_limit
    if limit and limit.is_on_the_spot:
        chips.append(("当场办好", ""))
    elif limit and limit.amount:
        chips.append((f"{limit.amount}{_UNITS[limit.unit]}", ""))
    return {
        "name": guide.name,
        "href": f"/matters/{matter.code}{context}",
        "sub": " · ".join(
            part for part in (by or (office.short_name if office else ""), who) if part
        ),
        "chips": chips,
    }


def tagged(draw: Callable[[], Response]) -> Response:
    """Answer with a page made from the catalogue alone, or 304."""
    said = "|".join(
        (
            snapshot().etag,
            assets.build(),
            request.full_path,
            "elder" if is_elder() else "",
        )
    )
    etag = f'W/"{hashlib.sha256(said.encode()).hexdigest()[:24]}"'
    if etag in request.headers.get("If-None-Match", ""):
        response = Response(status=http.HTTPStatus.NOT_MODIFIED)
        response.headers.remove("Content-Type")
    else:
        response = draw()
    if response.status_code < http.HTTPStatus.BAD_REQUEST:
        response.headers["ETag"] = etag
        response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Cookie"
    return response


@open_pages.get("/")
def home() -> Response:
    """Show where to begin; a person who is signed in sees what waits for them."""
    published = snapshot()
    tiles = [_theme(name) for name in _themes(published)]
    return page(
        "home.html",
        tab="home",
        themes=tiles[:_TILES],
        more_themes=tiles[_TILES:],
        total=len(published.matters),
        packages=[
            _package_line(each, published)
            for each in list(published.packages.values())[:_PACKAGES]
        ],
        often=_often(published),
        **_mine(),
    )


def _themes(published: Snapshot) -> list[str]:
    """Return the themes, those with most matters of persons first."""
    persons = Counter(
        each.guide.theme
        for each in published.matters.values()
        if Audience.PERSON in each.guide.audience
    )
    names = [each.name for each in published.themes]
    return sorted(names, key=lambda name: -persons[name])


def _theme(name: str) -> Line:
    return {
        "name": name,
        "href": f"/matters?{urlencode({'theme': name})}",
        "mark": themes.mark(name),
    }


def _often(published: Snapshot) -> list[Line]:
    """Return core matters of persons alone that have a guide, one of each theme."""
    chosen: dict[str, PublishedMatter] = {}
    for each in published.matters.values():
        guide = each.guide
        if (
            guide.tier is Tier.CORE
            and guide.materials
            and set(guide.audience) == {Audience.PERSON}
        ):
            chosen.setdefault(guide.theme, each)
        if len(chosen) == _OFTEN:
            break
    return [line(each, published) for each in chosen.values()]


def _mine() -> dict[str, Any]:
    actor = identity.current_citizen()
    if actor is None:
        return {"signed_in": False, "recent": [], "waiting": 0, "unread": 0}
    with reading() as session:
        own = cases.list_own(session, actor)
        unread = notices.unread_count(session, actor)
    return {
        "signed_in": True,
        "recent": [showing.row(each) for each in own.cases[:_RECENT]],
        "waiting": sum(each.state in WAITING_FOR_APPLICANT for each in own.cases),
        "unread": unread,
    }


@open_pages.get("/matters")
def matters() -> Response:
    """Search and filter the published matters."""
    return tagged(_draw_matters)


def _draw_matters() -> Response:
    published = snapshot()
    q = request.args.get("q", "").strip()
    asked = {name: request.args.get(name, "").strip() for name in _FILTERS}
    found = published.find(q, **asked, limit=1)
    number = page_number(-(-found.total // PAGE))
    found = published.find(q, **asked, limit=PAGE, offset=(number - 1) * PAGE)
    context = f"?{urlencode({'place': asked['place']})}" if asked["place"] else ""
    if asked["place"] not in published.places:
        context = ""
    return page(
        "matters.html",
        tab="matters",
        heading=_heading(asked, published),
        asked=asked | {"q": q},
        narrowed=sum(bool(value) for value in asked.values()),
        options=_options(published),
        items=[line(each.matter, published, context) for each in found.items],
        total=found.total,
        pages=numbered(found.total, number, PAGE),
    )


def _heading(asked: dict[str, str], published: Snapshot) -> str:
    if asked["theme"]:
        return f"{asked['theme']}事项"
    place = published.places.get(asked["place"])
    return f"{place.name}办理的事项" if place else "找事项"


def _options(published: Snapshot) -> dict[str, list[tuple[str, str]]]:
    places = [
        each
        for each in published.places.values()
        if each.kind.is_township or each.kind is PlaceKind.HALL
    ]
    return {
        "places": [(each.code, each.shown) for each in places],
        "themes": [
            (each.name, f"{each.name}（{each.count}）") for each in published.themes
        ],
        "departments": [
            (each.code, f"{each.name}（{each.count}）")
            for each in published.departments
        ],
        "audiences": [(each.value, each.zh) for each in Audience],
        "modes": list(_MODES),
    }


@open_pages.get("/departments/<code>")
def department(code: str) -> Response:
    """Show what an office handles."""
    return tagged(lambda: _draw_department(code))


def _draw_department(code: str) -> Response:
    published = snapshot()
    office = published.offices.get(code)
    if office is None:
        raise NotFound("no such office", zh="没有找到这个部门。")
    found = published.find(department=code, limit=1)
    number = page_number(-(-found.total // PAGE))
    found = published.find(department=code, limit=PAGE, offset=(number - 1) * PAGE)
    return page(
        "department.html",
        tab="matters",
        office=office,
        is_typical=office.name_basis is NameBasis.TYPICAL,
        items=[line(each.matter, published) for each in found.items],
        total=found.total,
        pages=numbered(found.total, number, PAGE),
    )


@open_pages.get("/places")
def places() -> Response:
    """List where matters are handled; for one matter, where that one is."""
    return tagged(_draw_places)


def _draw_places() -> Response:
    published = snapshot()
    code = request.args.get("matter", "")
    matter = published.matter(code) if code else None
    offered: Iterable[Place] = published.places.values()
    if matter is not None:
        offered = (
            published.townships()
            if matter.needs_township
            else published.places_handling(matter.code)
        )
    shown = [each for each in offered if each.kind is not PlaceKind.DISTRICT]
    # A station stands on its township's page; here only if it can be found by distance.
    listed = {each.code for each in shown}
    shown = [e for e in shown if e.is_located or e.parent_code not in listed]
    groups: dict[str, list[Line]] = {}
    for each in sorted(shown, key=lambda place: _ORDER[place.kind]):
        groups.setdefault(_GROUPS[each.kind], []).append(
            _place_line(each, published, matter)
        )
    return page(
        "places.html",
        tab="",
        matter=matter,
        groups=list(groups.items()),
        locatable=any(each.is_located for each in shown),
    )


_ORDER = {
    PlaceKind.HALL: 0,
    PlaceKind.STREET: 1,
    PlaceKind.TOWN: 2,
    PlaceKind.TOWNSHIP: 3,
    PlaceKind.STATION: 4,
    PlaceKind.DISTRICT: 5,
}
_GROUPS = {
    PlaceKind.HALL: "服务大厅",
    PlaceKind.STREET: "乡镇（街道）",
    PlaceKind.TOWN: "乡镇（街道）",
    PlaceKind.TOWNSHIP: "乡镇（街道）",
    PlaceKind.STATION: "便民服务中心",
    PlaceKind.DISTRICT: "区",
}


def _place_line(
    place: Place, published: Snapshot, matter: PublishedMatter | None = None
) -> Line:
    if matter is not None:
        href = f"/matters/{matter.code}?{urlencode({'place': place.code})}"
    else:
        href = f"/places/{place.code}"
    parent = published.places.get(place.parent_code or "")
    where = place.address or (parent.name if parent and parent.kind.is_township else "")
    return {
        "name": place.shown,
        "href": href,
        "sub": where,
        "hall": place.kind in (PlaceKind.HALL, PlaceKind.STATION),
        "lat": place.lat,
        "lng": place.lng,
    }


@open_pages.get("/places/<code>")
def place(code: str) -> Response:
    """Show a place: its windows, its stations, what it handles."""
    return tagged(lambda: _draw_place(code))


def _draw_place(code: str) -> Response:
    published = snapshot()
    here = published.place(code)
    found = published.find(place=code, limit=_OFTEN)
    context = f"?{urlencode({'place': code})}"
    return page(
        "place.html",
        place=here,
        window=None,
        windows=[
            {
                "code": each.code,
                "name": each.shown,
                "office": _office_name(published, each.office_code),
            }
            for each in published.windows_at(code)
        ],
        parts=[
            _place_line(each, published)
            for each in published.places.values()
            if each.parent_code == code
        ],
        items=[line(each.matter, published, context) for each in found.items],
        total=found.total,
        all_link=f"/matters?{urlencode({'place': code})}",
        supervision_link=f"/supervision{context}",
    )


def _office_name(published: Snapshot, code: str | None) -> str:
    office = published.offices.get(code or "")
    return office.name if office else ""


@open_pages.get("/places/<code>/windows/<window_code>")
def window(code: str, window_code: str) -> Response:
    """Show a window: whose it is, and what its office handles."""
    return tagged(lambda: _draw_window(code, window_code))


def _draw_window(code: str, window_code: str) -> Response:
    published = snapshot()
    here = published.place(code)
    shown = published.windows.get(window_code)
    if shown is None or shown.place_code != code:
        raise NotFound("no such window", zh="没有找到这个窗口。")
    found = published.find(department=shown.office_code, limit=_OFTEN)
    context = f"?{urlencode({'place': code, 'window': window_code})}"
    return page(
        "place.html",
        place=here,
        window=shown,
        office=_office_name(published, shown.office_code),
        windows=[],
        parts=[],
        items=[line(each.matter, published, context) for each in found.items],
        total=found.total,
        all_link=f"/matters?{urlencode({'department': shown.office_code})}",
        supervision_link=f"/supervision{context}",
    )


@open_pages.get("/packages")
def packages() -> Response:
    """List the packages (一件事)."""
    return tagged(_draw_packages)


def _draw_packages() -> Response:
    published = snapshot()
    groups: dict[str, list[Line]] = {}
    for each in published.packages.values():
        heading = "个人的事" if each.audience is Audience.PERSON else "企业的事"
        groups.setdefault(heading, []).append(_package_line(each, published))
    return page("packages.html", tab="matters", groups=list(groups.items()))


def _package_line(package: Package, published: Snapshot) -> Line:
    source = published.packages.get(package.same_as, package)
    parts = [f"{len(source.members)} 件事", package.audience.zh, package.mark]
    if not source.members:
        parts[0] = "清单未提供"
    return {
        "name": package.name,
        "href": f"/packages/{package.code}",
        "sub": " · ".join(part for part in parts if part),
    }


@open_pages.get("/packages/<code>")
def package(code: str) -> Response:
    """Show a package: its parts, each with its own guide."""
    return tagged(lambda: _draw_package(code))


def _draw_package(code: str) -> Response:
    published = snapshot()
    shown = published.packages.get(code)
    if shown is None:
        raise NotFound("no such package", zh="没有找到这个“一件事”。")
    source = published.packages.get(shown.same_as, shown)
    return page(
        "package.html",
        tab="matters",
        package=shown,
        source=source,
        members=[
            {
                "name": each.name,
                "href": f"/matters/{each.matter_code}"
                if each.matter_code in published.matters
                else "",
                "sub": "看办事指南"
                if each.matter_code in published.matters
                else "本区还没有公布这件事的指南",
            }
            for each in source.members
        ],
    )


@open_pages.get("/releases")
def releases() -> Response:
    """Show what was published in which batch."""
    return tagged(_draw_releases)


def _draw_releases() -> Response:
    published = snapshot()
    return page(
        "releases.html",
        number=published.release_number,
        total=len(published.matters),
        releases=published.releases,
    )


@open_pages.get("/about")
def about() -> Response:
    """Say what is kept of a person and why."""
    return page("about.html", supervision=settings().supervision_name)
