"""Who comes in, where they land, when they are out again."""

from datetime import timedelta

from app.kernel.actors import SYSTEM_ACTOR, Role
from app.people import staff
from app.people.models import StaffSession
from tests.builders.people import PASSWORD
from tests.http.console.strict import Browser

COOKIE = "mb_staff"


def test_a_page_asks_to_sign_in_and_leads_back(web, here, member):
    person = member()
    browser = Browser(web.test_client())
    asked = browser.get("/console/cases?mine=1")
    assert asked.path.startswith("/console/sign-in?next=")
    shown = asked.press("登录", username=person.username, password=PASSWORD)
    assert shown.path == "/console/cases?mine=1"
    assert person.display_name in shown.soup.header.get_text()
    assert "首席事务代表" in shown.soup.header.get_text()


def test_signing_in_leads_to_no_stranger(web, here, member):
    person = member()
    for target in (
        "https://evil.example/",
        "//evil.example/console/",
        "/console/\\evil.example",
        "/console/\n/x",
        "/me",
        "javascript:alert(1)",
    ):
        answer = web.test_client().post(
            "/console/sign-in",
            data={
                "username": person.username,
                "password": PASSWORD,
                "next": target,
                "csrf_token": "",
            },
        )
        assert answer.status_code == 400  # no form token, no sign-in
        browser = Browser(web.test_client())
        form = browser.get("/console/sign-in", query={"next": target})
        assert form.soup.select_one("[name=next]")["value"] == "/console/"
        token = form.soup.select_one("[name=csrf_token]")["value"]
        answer = browser.client.post(
            "/console/sign-in",
            data={
                "username": person.username,
                "password": PASSWORD,
                "next": target,
                "csrf_token": token,
            },
        )
        assert answer.headers["Location"] == "/console/"


def test_a_wrong_password_says_nothing_more(web, here, member):
    person = member()
    browser = Browser(web.test_client())
    for name in (person.username, "nobody-has-this"):
        shown = browser.get("/console/sign-in").press(
            "登录", username=name, password="wrong"
        )
        assert shown.status == 401
        assert "用户名或密码不正确。" in shown.words
        assert shown.soup.select_one("[name=username]")["value"] == name
        assert browser.cookie(COOKIE) is None


def test_guessing_has_to_wait(web, here, member):
    person = member()
    browser = Browser(web.test_client())
    for _ in range(5):
        browser.get("/console/sign-in").press(
            "登录", username=person.username, password="wrong"
        )
    shown = browser.get("/console/sign-in").press(
        "登录", username=person.username, password=PASSWORD
    )
    assert shown.status == 429
    assert int(shown.response.headers["Retry-After"]) > 0


def test_nothing_typed_is_asked_for(web, here):
    shown = Browser(web.test_client()).get("/console/sign-in").press("登录")
    assert shown.status == 422


def test_the_cookie_is_kept_to_the_console_and_from_scripts(desk):
    browser = desk()
    kept = browser.client.get_cookie(COOKIE, path="/console")
    assert kept.path == "/console"
    assert kept.http_only
    assert kept.same_site == "Strict"
    assert browser.client.get_cookie(COOKIE, path="/") is None


def test_half_an_hour_of_silence_ends_a_session(desk, clock):
    browser = desk()
    clock.advance(minutes=29)
    assert browser.get("/console/cases").path == "/console/cases"
    clock.advance(minutes=29)
    assert browser.get("/console/cases").path == "/console/cases"
    clock.advance(minutes=31)
    shown = browser.get("/console/cases")
    assert shown.path.startswith("/console/sign-in")
    assert "请重新登录" in shown.said


def test_a_post_that_was_taken_away_is_gone_at_once(desk, database, clock, member):
    browser = desk(Role.SUPERVISOR, short_name="区营商环境办")
    assert browser.get("/console/complaints").status == 200
    with database.transaction() as session:
        staff.disable(session, SYSTEM_ACTOR, browser.person.username, now=clock.now())
    assert browser.get("/console/complaints").path.startswith("/console/sign-in")


def test_signing_out_closes_the_session_on_the_server(desk, database):
    browser = desk()
    raw = browser.client.get_cookie(COOKIE, path="/console").value
    shown = browser.home.press("退出")
    assert "您已退出登录" in shown.said
    browser.client.set_cookie(COOKIE, raw, path="/console")
    assert browser.get("/console/").path.startswith("/console/sign-in")
    with database.reading() as session:
        assert all(each.closed_at for each in session.query(StaffSession))


def test_what_was_typed_survives_a_session_that_ended(desk, filed, clock):
    case = filed()
    browser = desk()
    editor = browser.get(f"/console/cases/{case.token}/correction/return")
    tick = editor.soup.select_one("[name=wrong]")["value"]
    clock.advance(minutes=31)
    form, _ = editor.form("下一步：预览通知")
    token = form.select_one("[name=csrf_token]")["value"]
    asked = browser.post(
        form["action"],
        {
            "csrf_token": token,
            "seen_version": str(case.version),
            "wrong": tick,
            f"problem-{tick}": "身份证照片不清楚，请重新拍。",
            "do": "preview",
        },
        status=401,
    )
    assert "您刚才填的内容还在" in asked.words
    kept = asked.press("登录", username=browser.person.username, password=PASSWORD)
    assert kept.heading == "刚才填的内容还在"
    preview = kept.press("接着提交")
    assert preview.status == 200
    assert "身份证照片不清楚" in preview.words


def test_a_made_up_form_is_not_taken_up_again(web, here, member):
    person = member()
    browser = Browser(web.test_client())
    form = browser.get("/console/sign-in")
    token = form.soup.select_one("[name=csrf_token]")["value"]
    shown = browser.post(
        "/console/sign-in",
        {
            "username": person.username,
            "password": PASSWORD,
            "kept": "bm90IG91cnM=",
            "csrf_token": token,
        },
    )
    assert shown.path == "/console/"


def test_the_demonstration_lists_its_people(web, here):
    shown = Browser(web.test_client()).get("/console/sign-in")
    assert "窗口员小王" in shown.words
    filled = shown.follow("窗口员小王")
    assert filled.soup.select_one("[name=username]")["value"] == "chuangkou"


def test_use_is_written_down_at_most_once_a_minute(desk, database, clock):
    browser = desk()
    before = _last_seen(database)
    clock.advance(seconds=30)
    browser.get("/console/")
    assert _last_seen(database) == before
    clock.advance(seconds=40)
    browser.get("/console/")
    assert _last_seen(database) - before == timedelta(seconds=70)


def _last_seen(database):
    with database.reading() as session:
        return session.query(StaffSession).one().last_seen_at
