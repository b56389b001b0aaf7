"""Every page of the console is a page, for everybody who may open it."""

import pytest

from app.kernel.actors import Role
from app.people.permissions import GRANTS, Permission

PAGES = {
    "/console/": None,
    "/console/cases": Permission.CASE_READ,
    "/console/cases?mine=1": Permission.CASE_READ,
    "/console/cases?closed=1": Permission.CASE_READ,
    "/console/cases?state=submitted&light=red&reference=4116": Permission.CASE_READ,
    "/console/complaints": Permission.COMPLAINT_READ,
    "/console/complaints?closed=1": Permission.COMPLAINT_READ,
    "/console/complaints?light=green&kind=complaint&state=new": (
        Permission.COMPLAINT_READ
    ),
    "/console/codes": Permission.CODE_READ,
    "/console/codes?kind=matter&state=active": Permission.CODE_READ,
    "/console/codes/new": Permission.CODE_ISSUE,
    "/console/codes/new?kind=window": Permission.CODE_ISSUE,
    "/console/codes/new?kind=supervision": Permission.CODE_ISSUE,
    "/console/posters": Permission.POSTER_PRINT,
    "/console/posters?q=低保&matter=M0345": Permission.POSTER_PRINT,
    "/console/posters/place?matter=M0345": Permission.POSTER_PRINT,
    "/console/posters/ready": Permission.POSTER_PRINT,
    "/console/matters": Permission.CATALOGUE_READ,
    "/console/matters?q=低保&level=township": Permission.CATALOGUE_READ,
    "/console/matters?q=没有这样的事": Permission.CATALOGUE_READ,
    "/console/matters/M0345": Permission.CATALOGUE_READ,
    "/console/releases": Permission.CATALOGUE_READ,
}

STAFF = sorted(set(Role) - {Role.CITIZEN, Role.SYSTEM})


@pytest.mark.parametrize("role", STAFF)
def test_a_page_opens_for_whoever_has_the_permission_and_nobody_else(desk, role):
    browser = desk(role)
    for path, permission in PAGES.items():
        allowed = permission is None or role in GRANTS[permission]
        shown = browser.get(path)
        assert shown.status == (200 if allowed else 403), (path, shown.words[:200])


@pytest.mark.parametrize("role", STAFF)
def test_the_navigation_leads_only_where_one_may_go(desk, role):
    browser = desk(role)
    for each in browser.home.soup.select("nav.side a, main a[href]"):
        if each["href"].startswith("/console/"):
            browser.get(each["href"], status=200)


def test_pages_that_do_not_exist_are_pages_too(desk):
    browser = desk()
    for path in ("/console/nothing", "/console/cases/nothing", "/console/matters/X"):
        shown = browser.get(path)
        assert shown.status in (403, 404)
        assert "回工作台" in shown.words


def test_a_wrong_method_says_so(desk):
    shown = desk().get("/console/cases/x/steps", status=405)
    assert "不能这样打开" in shown.heading


def test_styles_may_be_kept_by_their_hash(client):
    address = client.get("/console/sign-in").text.split("console.css")[1].split('"')[0]
    with client.get(f"/console/static/console.css{address}") as kept:
        assert "max-age=31536000" in kept.headers["Cache-Control"]
    with client.get("/console/static/console.css") as kept:
        assert "max-age=300" in kept.headers["Cache-Control"]
