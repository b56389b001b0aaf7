"""One house and one browser for all tests of this folder; each test its own contexts."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect, sync_playwright

from tests.e2e.browsing import CALM, CHROMIUM, DESK, FLAGS, PATIENCE_MS, PHONE, Watch
from tests.e2e.desk import Desk
from tests.e2e.house import ROOT, running_house
from tests.e2e.phone import Phone
from tests.e2e.world import World

FAILURES = ROOT / "build" / "failures"


@pytest.fixture(scope="package")
def house(tmp_path_factory):
    """The whole system, loaded with the real catalogue, in its own folder."""
    with running_house(tmp_path_factory.mktemp("house")) as running:
        yield running


@pytest.fixture(scope="package")
def world(house):
    """The same house, lived in: for tests that look at what is there."""
    return World(house)


@pytest.fixture(scope="package")
def chromium():
    """The browser; it starts once."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Let fixtures see whether the test failed."""
    report = yield
    setattr(item, f"report_{report.when}", report)
    return report


@pytest.fixture
def visit(chromium, house, request):
    """Open a page in a context of its own; nothing may go wrong in any of them."""
    watch = Watch(house.url)
    contexts = []

    def open_page(**said):
        context = chromium.new_context(base_url=house.url, **CALM, **said)
        context.set_default_timeout(PATIENCE_MS)
        watch.over(context)
        contexts.append(context)
        return context.new_page()

    yield open_page
    report = getattr(request.node, "report_call", None)
    if report is not None and report.failed:
        _keep(contexts, request.node.name)
    for context in contexts:
        context.close()
    assert not watch.complaints, "\n".join(watch.complaints)


def _keep(contexts, name: str) -> None:
    """Keep what the pages of a failed test showed last."""
    FAILURES.mkdir(parents=True, exist_ok=True)
    pages = [page for context in contexts for page in context.pages]
    for number, page in enumerate(pages):
        safe = "".join(sign if sign.isalnum() else "-" for sign in name)
        page.screenshot(path=FAILURES / f"{safe}-{number}.png", full_page=True)


@pytest.fixture
def phone(visit, house):
    """A telephone: narrow, touched by a finger."""
    return Phone(visit(**PHONE), house)


@pytest.fixture
def wide(visit, house):
    """The citizens' pages on the screen of a desk."""
    return Phone(visit(**DESK), house)


@pytest.fixture
def desk(visit, house):
    """Somebody at a desk; sign in as whom the test needs."""

    def sit_down(username):
        return Desk(visit(**DESK), house).sign_in(username)

    return sit_down


@pytest.fixture(scope="session")
def photo(tmp_path_factory) -> Path:
    """A photograph of a paper, as small as a scan."""
    path = tmp_path_factory.mktemp("photos") / "paper.jpg"
    Image.new("RGB", (800, 600), "white").save(path, "JPEG")
    return path


@pytest.fixture(scope="session")
def large_photo(tmp_path_factory) -> Path:
    """A photograph as a telephone takes it: more than the page sends on."""
    path = tmp_path_factory.mktemp("photos") / "large.jpg"
    grain = np.random.default_rng(7).integers(0, 255, (375, 500, 3), dtype="uint8")
    picture = Image.fromarray(grain).resize((4000, 3000), Image.Resampling.BILINEAR)
    written = BytesIO()
    picture.save(written, "JPEG", quality=95)
    path.write_bytes(written.getvalue())
    assert path.stat().st_size > 1_500_000
    return path
