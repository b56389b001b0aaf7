"""Signing in by code; what was typed survives it."""

import re
from dataclasses import replace
from datetime import timedelta

from app.kernel.errors import Unavailable
from app.web.context import init_app
from tests.http.mobile.conftest import GUIDE, PHONE


def test_the_demonstration_shows_the_code_on_its_banner(page, sms):
    asked = page.get("/sign-in?next=/cases").press(
        "获取验证码", phone="+86 138-0013-8000"
    )
    assert "138****8000" in asked.words
    assert sms.codes[PHONE] in asked.soup.select_one(".demo").get_text()
    assert sms.codes[PHONE] not in asked.words
    assert PHONE not in asked.words
    back = asked.press("登录", code=sms.codes[PHONE])
    assert back.path == "/cases"
    assert sms.codes[PHONE] not in page.get("/sign-in").text
    assert back.heading == "我的办件"


def test_a_real_installation_shows_no_code(page, sms, here, web, monkeypatch):
    from app.settings import Settings

    monkeypatch.setattr(Settings, "is_demo", property(lambda _: False))
    asked = page.get("/sign-in").press("获取验证码", phone=PHONE)
    assert sms.codes[PHONE] not in asked.text
    assert not asked.soup.select(".demo")


def test_a_number_that_is_none_is_refused_at_the_field(page):
    asked = page.get("/sign-in").press("获取验证码", phone="1234")
    assert asked.status == 422
    assert asked.errors
    field = asked.soup.select_one("input#phone")
    assert field["value"] == "1234"
    assert field["aria-invalid"] == "true"


def test_a_wrong_code_says_how_many_tries_are_left(page, sms):
    asked = page.get("/sign-in?next=/me").press("获取验证码", phone=PHONE)
    wrong = "000000" if sms.codes[PHONE] != "000000" else "111111"
    again = asked.press("登录", code=wrong)
    assert again.status == 422
    assert "还可以再试" in again.words
    assert sms.codes[PHONE] in again.soup.select_one(".demo").get_text()
    assert again.press("登录", code=sms.codes[PHONE]).path == "/me"


def test_asking_twice_at_once_keeps_the_first_code(page, sms, clock):
    asked = page.get("/sign-in").press("获取验证码", phone=PHONE)
    first = sms.codes[PHONE]
    again = asked.press("重新发送")
    assert again.status == 429
    assert "已发到" not in again.words
    assert "秒后" in again.errors[0]
    assert first in again.soup.select_one(".demo").get_text()
    assert int(again.response.headers["Retry-After"]) > 0
    assert again.press("登录", code=first).path == "/"


def test_an_own_page_leads_to_sign_in_and_back(page, sms):
    asked = page.get("/inbox")
    assert asked.heading == "手机号登录"
    code = asked.press("获取验证码", phone=PHONE)
    assert code.press("登录", code=sms.codes[PHONE]).path == "/inbox"


def test_who_is_signed_in_is_not_asked_again(page, sign_in):
    sign_in()
    assert page.get("/sign-in?next=/me").path == "/me"


def test_signing_in_never_leads_to_a_strangers_page(page, sms, clock):
    for bad in (
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "/a\nb",
        "me",
    ):
        asked = page.get("/sign-in", query={"next": bad})
        assert asked.soup.select_one("input[name=next]")["value"] == "/"


def test_signing_out_closes_the_session_for_good(page, client, sign_in):
    sign_in()
    kept = client.get_cookie("mashangban").value
    out = page.get("/me").press("退出登录")
    assert "已退出登录" in out.words
    client.set_cookie("mashangban", kept)
    assert page.get("/me").soup.select_one('a[href^="/sign-in"]')


def test_a_session_ends_after_its_lifetime(page, sign_in, clock, settings):
    sign_in()
    clock.at += timedelta(seconds=settings.page_session_lifetime_s + 1)
    assert page.get("/cases").heading == "手机号登录"


def test_the_session_cookie_is_kept_from_scripts(client, page, sign_in):
    sign_in()
    cookie = client.get_cookie("mashangban")
    assert cookie.http_only
    assert cookie.same_site == "Lax"


def test_a_form_without_a_token_is_refused(client, page, sign_in):
    sign_in()
    answer = client.post("/sign-out")
    assert answer.status_code == 400
    assert "没有看懂" in answer.text
    assert page.get("/me").soup.select_one("form[action='/sign-out']")


def test_a_form_made_before_signing_in_does_not_act_afterwards(client, page, sign_in):
    before = re.search(r'name="csrf_token" value="([^"]+)"', page.get("/sign-in").text)[
        1
    ]
    sign_in()
    assert client.post("/sign-out", data={"csrf_token": before}).status_code == 400


def test_what_was_typed_survives_a_session_that_is_over(
    page, sign_in, sms, clock, settings
):
    sign_in()
    form = page.get("/me/profile")
    clock.at += timedelta(seconds=settings.page_session_lifetime_s + 61)
    asked = form.press("保存", name="张小明")
    assert asked.status == 401
    assert "都还在" in asked.words
    assert "张小明" not in asked.text, "it travels sealed"
    code = asked.press("获取验证码", phone=PHONE)
    offered = code.press("登录", code=sms.codes[PHONE])
    assert "都还在" in offered.words
    assert "1 项" in offered.words
    done = offered.press("保存")
    assert done.path == "/me?said=saved"
    assert "张*明" in done.words


def test_who_never_signed_in_is_led_straight_to_the_form(page, sms, township):
    begun = page.get(f"/matters/{GUIDE}/apply?place={township.code}")
    asked = begun.press("开始填写")
    assert "登录后接着填" in asked.words
    assert "都还在" not in asked.words
    assert "登录太久" not in asked.words
    code = asked.press("获取验证码", phone=PHONE)
    shown = code.press("登录", code=sms.codes[PHONE])
    assert shown.heading == "填信息"
    assert shown.path.endswith("/form")


def test_a_start_whose_place_was_left_out_asks_for_it_after_signing_in(
    page, sms, client, township
):
    begun = page.get(f"/matters/{GUIDE}/apply?place={township.code}")
    begun.soup.select_one("[name=place]")["value"] = ""
    code = begun.press("开始填写").press("获取验证码", phone=PHONE)
    shown = code.press("登录", code=sms.codes[PHONE])
    assert "请选您所在的乡镇" in shown.words


def test_what_was_typed_survives_a_token_that_is_over(page, sign_in, client):
    sign_in()
    form = page.get("/me/profile")
    form.soup.select_one("[name=csrf_token]")["value"] = "over"
    offered = form.press("保存", name="张小明")
    assert offered.status == 400
    assert "都还在" in offered.words
    assert "张*明" in offered.press("保存").words


def test_a_strangers_sealed_form_is_ignored(page, sms):
    asked = page.get("/sign-in?next=/me").press("获取验证码", phone=PHONE)
    form, _ = asked.form("登录")
    kept = asked.soup.new_tag(
        "input", attrs={"type": "hidden", "name": "kept", "value": "AAAA"}
    )
    form.append(kept)
    assert asked.press("登录", code=sms.codes[PHONE]).path == "/me"


def test_a_form_that_another_site_sent_is_not_offered_again(page, client, sign_in):
    sign_in()
    sent = client.post(
        "/me/profile",
        data={"name": "别人填的"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert sent.status_code == 400
    assert "别人填的" not in sent.text
    assert 'name="kept"' not in sent.text


def test_what_was_typed_survives_a_message_that_was_not_sent(page, here, web):
    class Away:
        def send_code(self, phone, code):
            raise Unavailable("away", zh="短信没有发出去，请过一会儿再点。")

    init_app(web, replace(here, sms=Away()))
    refused = page.get("/sign-in?next=/cases").press("获取验证码", phone=PHONE)
    assert refused.status == 422
    assert "短信没有发出去" in refused.words
    form, _ = refused.form("获取验证码")
    assert form.select_one("[name=next]")["value"] == "/cases"
