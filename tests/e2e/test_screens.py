"""Pictures of the main pages at 390 and 1280 pixels, to be looked at.

They go to build/screenshots/. With SCREENSHOTS=docs the two of the readme are
written too, so that an ordinary run leaves the tree as it was.
"""

import os
import shutil

import pytest

from tests.e2e.browsing import CALM, DESK, PATIENCE_MS, PHONE, Watch
from tests.e2e.examples import NOBODY, PERSON
from tests.e2e.house import ROOT
from tests.e2e.world import (
    CLERK,
    EDITOR,
    HALL,
    HANDLER,
    MATTER,
    POSTERS,
    TOWNSHIP_MATTER,
    WINDOW,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

FOLDER = ROOT / "build" / "screenshots"
TALLEST = 6000
"""Pixels; a longer page is cut."""

PAGES = {
    "home": ("/", NOBODY),
    "home-signed-in": ("/", PERSON),
    "matters": ("/matters?q=低保", NOBODY),
    "guide": (f"/matters/{MATTER}?place={HALL}", NOBODY),
    "guide-township": (f"/matters/{TOWNSHIP_MATTER}", NOBODY),
    "guide-bare": ("/matters/{bare}", NOBODY),
    "places": ("/places", NOBODY),
    "place": (f"/places/{HALL}", NOBODY),
    "packages": ("/packages", NOBODY),
    "scan-revoked": ("/q/{code:revoked}", NOBODY),
    "apply": (f"/matters/{MATTER}/apply?place={HALL}", NOBODY),
    "sign-in": ("/sign-in", NOBODY),
    "form": ("/cases/{case:full draft}/form", PERSON),
    "form-correction": ("/cases/{case:returned}/form", PERSON),
    "materials": ("/cases/{case:full draft}/materials", PERSON),
    "review": ("/cases/{case:full draft}/review", PERSON),
    "receipt": ("/cases/{case:submitted}/receipt", PERSON),
    "cases": ("/cases", PERSON),
    "case-returned": ("/cases/{case:returned}", PERSON),
    "case-delivery": ("/cases/{case:delivery}", PERSON),
    "inbox": ("/inbox", PERSON),
    "me": ("/me", PERSON),
    "tracking": ("/tracking", NOBODY),
    "supervision": (
        f"/supervision?place={HALL}&window={WINDOW}&matter={MATTER}",
        NOBODY,
    ),
    "complaint": (f"/supervision?kind=complaint&place={HALL}&window={WINDOW}", NOBODY),
    "complaint-own": ("/complaints/{complaint:named}", PERSON),
    "lost": ("/nowhere", NOBODY),
    "api-docs": ("/api/docs", NOBODY),
    "console-sign-in": ("/console/sign-in", NOBODY),
    "console-home": ("/console/", CLERK),
    "console-queue": ("/console/cases", CLERK),
    "console-case": ("/console/cases/{case:submitted}", CLERK),
    "console-case-returned": ("/console/cases/{case:returned}", CLERK),
    "console-correction": ("/console/cases/{case:submitted}/correction/return", CLERK),
    "console-complaints": ("/console/complaints", HANDLER),
    "console-complaint": ("/console/complaints/{complaint:replied}", HANDLER),
    "console-posters": ("/console/posters?q=低保", POSTERS),
    "console-codes": ("/console/codes", POSTERS),
    "console-code": ("/console/codes/{code:matter}", POSTERS),
    "console-matters": ("/console/matters", EDITOR),
    "console-matter": (f"/console/matters/{MATTER}", EDITOR),
}
ELDER = ("home", "guide", "form", "cases", "case-returned", "inbox", "complaint")
WIDTHS = {"390": PHONE, "1280": DESK}


@pytest.fixture
def camera(chromium, house, world):
    """Take pictures of pages as different people, at a width."""
    watch = Watch(house.url)
    pages = {}

    def open_page(said, who, elder):
        context = chromium.new_context(base_url=house.url, **CALM, **said)
        context.set_default_timeout(PATIENCE_MS)
        watch.over(context)
        if who == PERSON:
            context.add_cookies(world.cookies_of_citizen(world.person))
        elif who != NOBODY:
            context.add_cookies(world.cookies_of_staff(who))
        if elder:
            context.add_cookies(
                [{"name": "ui_mode", "value": "elder", "url": house.url}]
            )
        return context.new_page()

    def shoot(width, name, *, elder=False, whole=True):
        path, who = PAGES[name]
        said = WIDTHS[width]
        key = (width, who, elder)
        if key not in pages:
            pages[key] = open_page(said, who, elder)
        page = pages[key]
        page.set_viewport_size(said["viewport"])
        page.goto(world.filled(path))
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
            f"{name} is wider than {width} pixels"
        )
        if whole:
            height = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size(said["viewport"] | {"height": min(height, TALLEST)})
        target = FOLDER / (width + "-elder" if elder else width) / f"{name}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=target)
        return target

    yield shoot
    for page in pages.values():
        page.context.close()
    assert not watch.complaints, "\n".join(watch.complaints)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_main_pages_are_pictured(camera, width):
    """No page is wider than its screen, and each has its picture."""
    for name in PAGES:
        camera(width, name)


def test_the_elder_pages_are_pictured(camera):
    for name in ELDER:
        camera("390", name, elder=True)


def test_the_readme_is_pictured(camera):
    """The two pictures of the readme, as they would be taken now."""
    phone = camera("390", "guide", whole=False)
    console = camera("1280", "console-case", whole=False)
    if os.environ.get("SCREENSHOTS") == "docs":  # noqa: TID251 -- asked for by make screenshots
        shutil.copy(phone, ROOT / "docs" / "images" / "phone.png")
        shutil.copy(console, ROOT / "docs" / "images" / "console.png")
