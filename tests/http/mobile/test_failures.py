"""When something fails: what happened, what is kept, what to do next."""

from dataclasses import replace

import pytest

from app.kernel.errors import AppError, Conflict, Forbidden, Gone, TooMany, Unavailable
from app.web.context import init_app
from app.web.limits import RateLimits
from mobile.failures import _WORDS


@pytest.fixture
def failing(web, page, monkeypatch):
    """Make the about page fail in some way."""

    def fail(error):
        def view(**_):
            raise error

        monkeypatch.setitem(web.view_functions, "mobile.about", view)
        return page.get("/about")

    return fail


@pytest.mark.parametrize("mode", ["standard", "elder"])
@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Forbidden("no"), 403),
        (Conflict("late"), 409),
        (Gone("gone"), 410),
        (TooMany("slow", retry_after_s=60), 429),
        (Unavailable("away", retry_after_s=7), 503),
        (AppError("?"), 500),
        (RuntimeError("secret cause"), 500),
    ],
)
def test_every_failure_is_a_page_that_leads_on(page, failing, error, status, mode):
    if mode == "elder":
        page.elder()
    shown = failing(error)
    assert shown.status == status
    assert "/" in shown.links
    assert "secret cause" not in shown.text
    if status in (429, 503):
        assert int(shown.response.headers["Retry-After"]) > 0


def test_an_unexpected_failure_has_a_number_to_tell(failing):
    shown = failing(RuntimeError("secret"))
    assert shown.soup.select_one(".code").get_text()
    assert "不是您的操作有错" in shown.words


def test_the_wrong_method_leads_back(client, page):
    answer = client.post("/places")
    assert answer.status_code in (400, 405)
    assert "回首页" in answer.text


def test_every_status_has_words():
    assert {400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 503} == set(
        _WORDS
    )
    for words in _WORDS.values():
        assert words.heading
        assert words.leads


def test_an_address_without_a_page_is_a_page(page):
    shown = page.get("/没有这一页", status=404)
    assert "没有找到" in shown.heading


def test_signing_in_too_often_says_how_long_to_wait(page, here, web, clock, keyring):
    init_app(web, replace(here, limits=RateLimits("", keyring, clock)))
    shown = page.get("/sign-in")
    for number in range(31):
        again = shown.press("获取验证码", phone=f"138{number:08}")
    assert again.status == 429
    assert "以后再试" in again.words


def test_looking_up_too_often_says_how_long_to_wait(page, here, web, clock, keyring):
    init_app(web, replace(here, limits=RateLimits("", keyring, clock)))
    asked = page.get("/tracking")
    for _ in range(11):
        again = asked.press(
            "查进度", reference="411603202603020000015", lookup_code="AAAA2222"
        )
    assert again.status == 429
    assert int(again.response.headers["Retry-After"]) > 0


def test_an_unknown_asset_is_not_found(client):
    assert client.get("/static/none.css").status_code == 404
    assert client.get("/static/..%2f__init__.py").status_code == 404


def test_an_asset_without_its_hash_is_kept_for_a_moment_only(client):
    answer = client.get("/static/tokens.css")
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    again = client.get(
        "/static/tokens.css", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304
