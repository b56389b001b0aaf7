"""axe-core finds nothing: on any page, with much on it, with nothing, in error."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from tests.e2e import examples, scenes
from tests.e2e.browsing import CALM, DESK, PATIENCE_MS, PHONE, Watch
from tests.e2e.examples import ANYWHERE, LOST, NEWCOMER, NOBODY, PERSON

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]

FIND = """async (tags) => {
    const found = await axe.run(
        {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]});
    return found.violations.map((each) => [
        each.id, each.help,
        each.nodes.slice(0, 4).map((node) => `${node.target}: ${node.html.slice(0, 160)}`
            + ` -- ${(node.any[0] || node.all[0] || node.none[0] || {}).message}`)]);
}"""


class Look:
    """Looks at pages as different people, and collects what is wrong."""

    def __init__(self, chromium, house, world, watch, **said):
        self.chromium, self.house, self.world, self.watch = (
            chromium,
            house,
            world,
            watch,
        )
        self.said = said
        self.elder = False
        self.contexts = {}
        self.wrong = []

    def page_of(self, who, *, alone=False):
        """Return the page of a person, signed in."""
        key = (who, len(self.contexts) if alone else 0)
        if key not in self.contexts:
            context = self.chromium.new_context(
                base_url=self.house.url, **CALM, **self.said
            )
            context.set_default_timeout(PATIENCE_MS)
            context.add_init_script(AXE_SCRIPT)
            self.watch.over(context)
            if who in (PERSON, NEWCOMER):
                context.add_cookies(
                    self.world.cookies_of_citizen(getattr(self.world, who))
                )
            elif who != NOBODY:
                context.add_cookies(self.world.cookies_of_staff(who))
            if self.elder:
                context.add_cookies(
                    [{"name": "ui_mode", "value": "elder", "url": self.house.url}]
                )
            self.contexts[key] = context.new_page()
        return self.contexts[key]

    def at(self, example):
        """Open an example and judge it."""
        page = self.page_of(example.who)
        answer = page.goto(self.world.filled(example.path))
        name = f"{example.path} as {example.who}"
        if answer.status != example.status:
            self.wrong.append(f"{name}: status {answer.status}, not {example.status}")
        self.judge(page, name)

    def after(self, scene):
        """Send a form and judge the answer."""
        page = self.page_of(scene.who, alone=scene.alone)
        page.goto(self.world.filled(scene.path))
        scene.send(page, self.world)
        expect(page.locator(scene.shows).first, scene.name).to_be_visible()
        self.judge(page, f"{scene.name} ({scene.path})")

    def judge(self, page, name):
        """Run axe on what a page shows now."""
        for rule, why, nodes in page.evaluate(FIND, RULES):
            self.wrong.append(f"{name}: {rule}: {why}\n    " + "\n    ".join(nodes))

    def close(self):
        for page in self.contexts.values():
            page.context.close()


@pytest.fixture
def look(chromium, house, world, request):
    watch = Watch(house.url)
    looks = []

    def begin(*, elder=False, **said):
        made = Look(chromium, house, world, watch, **said)
        made.elder = elder
        looks.append(made)
        return made

    yield begin
    for each in looks:
        each.close()
    assert not watch.complaints, "\n".join(watch.complaints)


def test_every_page_has_an_example(house):
    """A new route is shown to axe too: add an example of it to tests/e2e/examples.py."""
    known = examples.PHONE | examples.DESK | ANYWHERE
    pages = {
        each.endpoint
        for each in house.app.url_map.iter_rules()
        if examples.is_page(each)
    }
    assert pages == set(known)


@pytest.mark.parametrize("mode", ["standard", "elder"])
def test_the_phone_pages(look, mode):
    looking = look(elder=mode == "elder", **PHONE)
    for shown in (*examples.PHONE.values(), *ANYWHERE.values(), [LOST["phone"]]):
        for example in shown:
            looking.at(example)
    assert not looking.wrong, "\n".join(looking.wrong)


@pytest.mark.parametrize("mode", ["standard", "elder"])
def test_what_the_phone_answers_to_forms(look, mode):
    looking = look(elder=mode == "elder", **PHONE)
    for scene in scenes.PHONE:
        looking.after(scene)
    assert not looking.wrong, "\n".join(looking.wrong)


def test_the_console(look):
    looking = look(**DESK)
    for shown in (*examples.DESK.values(), [LOST["desk"]]):
        for example in shown:
            looking.at(example)
    assert not looking.wrong, "\n".join(looking.wrong)


def test_what_the_console_answers_to_forms(look):
    looking = look(**DESK)
    for scene in scenes.DESK:
        looking.after(scene)
    assert not looking.wrong, "\n".join(looking.wrong)
