"""What staff read when something fails."""

import pytest

from app.kernel.errors import TooMany, Unavailable
from tests.http.console.strict import Browser


def test_a_form_without_its_token_is_explained(desk):
    browser = desk()
    shown = browser.post("/console/sign-out", {}, status=400)
    assert shown.heading == "没有看懂这次提交"


def test_an_unexpected_failure_says_what_to_do(desk, web, monkeypatch):
    browser = desk()

    def fail():
        raise RuntimeError("secret")

    monkeypatch.setitem(web.view_functions, "desk.case_queue", fail)
    shown = browser.get("/console/cases", status=500)
    assert "secret" not in shown.text
    assert "报告问题时请说这个编号" in shown.words
    assert shown.soup.select_one("nav.side")


@pytest.mark.parametrize(
    ("error", "status", "heading"),
    [
        (TooMany("x", retry_after_s=60), 429, "操作太频繁了"),
        (Unavailable("x"), 503, "系统正忙"),
    ],
)
def test_waiting_is_asked_for_in_words(desk, web, monkeypatch, error, status, heading):
    browser = desk()

    def fail():
        raise error

    monkeypatch.setitem(web.view_functions, "desk.case_queue", fail)
    shown = browser.get("/console/cases", status=status)
    assert shown.heading == heading
    assert shown.response.headers["Retry-After"]


def test_a_stranger_meets_a_page_without_the_navigation(web, here):
    shown = Browser(web.test_client()).get("/console/nothing", status=404)
    assert not shown.soup.select("nav.side")


def test_every_page_behind_the_desk_is_guarded(web, here):
    """Whoever is not signed in gets the sign-in page from every address."""
    client = web.test_client()
    guarded = 0
    for rule in web.url_map.iter_rules():
        if rule.endpoint.startswith("desk."):
            guarded += 1
            path = rule.build(dict.fromkeys(rule.arguments, "x"))[1]
            answer = client.get(path) if "GET" in rule.methods else client.post(path)
            # A form without a token is refused even before the guard.
            assert answer.status_code in (303, 400), rule
            if answer.status_code == 303:
                assert answer.headers["Location"].startswith("/console/sign-in")
    assert guarded > 25
