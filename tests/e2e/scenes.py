"""What only the answer to a form shows: mistakes at their fields, receipts, previews."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import expect

from tests.e2e.examples import NOBODY, PERSON
from tests.e2e.world import CLERK, HALL, HANDLER, MATTER, POSTERS, WINDOW

WRONG = ".error-summary, .trouble, .notice.bad[role=alert], p.error"
"""Where a page says that something is wrong."""


@dataclass(frozen=True)
class Scene:
    """An answer to a form, to be looked at.

    Attributes:
        name: What is shown.
        path: The page with the form.
        who: Who sends it.
        send: What they do there.
        shows: What the answer must hold, as a selector.
        alone: Whether it spoils its session, and so gets one of its own.
    """

    name: str
    path: str
    who: str
    send: Callable
    shows: str = WRONG
    alone: bool = False


def press(button, **typed):
    """Fill in fields by their names, as they are, and press a button."""

    def send(page, _world):
        page.evaluate(
            "() => { for (const form of document.forms) form.noValidate = true; }"
        )
        for name, value in typed.items():
            control = page.locator(f'main [name="{name}"]').first
            kind = control.evaluate("each => each.type")
            if kind in ("radio", "checkbox"):
                page.locator(f'main [name="{name}"][value="{value}"]').check()
            elif kind == "select-one":
                control.select_option(value)
            else:
                control.fill(value)
        page.locator("main").get_by_role("button", name=button).first.click()

    return send


def then(*acts):
    """Do one thing after the other."""

    def send(page, world):
        for act in acts:
            act(page, world)

    return send


def open_all(page, _world):
    """Unfold everything that is folded away."""
    page.evaluate(
        "() => document.querySelectorAll('details').forEach((each) => (each.open = true))"
    )


def ask_for_code(page, world):
    press("获取验证码", phone=world.new_number())(page, world)
    expect(page.locator("[name=code]")).to_be_visible()


def upload_rubbish(page, _world):
    page.locator("input[type=file]").first.set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
    )


def look_up(name):
    """Look up a complaint by its receipt."""

    def send(page, world):
        press("查答复", receipt=world.receipts[name])(page, world)
        expect(page.locator("#messages")).to_be_visible()

    return send


def track(page, world):
    press("查进度", reference=world.reference, lookup_code=world.lookup_code)(
        page, world
    )


def lose_session(page, _world):
    page.context.clear_cookies(name="mashangban")


def lose_session_at_the_desk(page, _world):
    page.context.clear_cookies(name="mb_staff")


def sign_in_again(page, world):
    ask_for_code(page, world)
    code = page.locator(".demo .code").inner_text()
    press("登录", code=code)(page, world)


def sign_in_at_the_desk(page, world):
    press("登录", username=CLERK, password=world.house.password)(page, world)


def tick_first(page, _world):
    page.locator(".asked [type=checkbox]").first.check()


def as_if_seen_long_ago(page, _world):
    page.evaluate(
        "() => document.querySelectorAll('[name=seen_version]').forEach((each) => (each.value = 1))"
    )


def within(summary, act):
    """Do something in a part of the page that is folded away."""

    def send(page, world):
        open_all(page, world)
        part = page.locator(
            "details", has=page.locator(f"summary:text-is('{summary}')")
        )
        act(page, part)

    return send


COMPLAINT = f"/supervision?kind=complaint&place={HALL}&window={WINDOW}&matter={MATTER}"
WRITTEN = {"category": "attitude", "text": "排队很久没有人叫号。"}

PHONE = [
    Scene("no number", "/sign-in", NOBODY, press("获取验证码", phone="123")),
    Scene("asking for the code", "/sign-in", NOBODY, ask_for_code, "[name=code]"),
    Scene(
        "a wrong code",
        "/sign-in",
        NOBODY,
        then(ask_for_code, press("登录", code="000000")),
    ),
    Scene("an empty form", "/cases/{case:empty draft}/form", PERSON, press("下一步")),
    Scene(
        "a broken file", "/cases/{case:empty draft}/materials", PERSON, upload_rubbish
    ),
    Scene("no promise", "/cases/{case:full draft}/review", PERSON, press("提交申请")),
    Scene(
        "papers missing",
        "/cases/{case:empty draft}/review",
        PERSON,
        press("提交申请", promise="yes"),
    ),
    Scene("nothing corrected", "/cases/{case:returned}", PERSON, press("都改好了")),
    Scene("no identity number", "/me/profile", PERSON, press("保存", id_number="123")),
    Scene(
        "no such case",
        "/tracking",
        NOBODY,
        press("查进度", reference="1", lookup_code="2"),
    ),
    Scene("progress without a name", "/tracking", NOBODY, track, ".timeline"),
    Scene("an empty complaint", COMPLAINT, NOBODY, press("提交")),
    Scene("a receipt", COMPLAINT, NOBODY, press("提交", **WRITTEN), ".receipt-code"),
    Scene(
        "a named complaint, signed in",
        COMPLAINT,
        PERSON,
        press("提交", **WRITTEN, identity="named"),
        "text=以您的名义提交",
    ),
    Scene(
        "a named complaint, not signed in",
        COMPLAINT,
        NOBODY,
        press("提交", **WRITTEN, identity="named"),
        "text=都还在",
    ),
    Scene(
        "no such receipt", "/supervision/lookup", NOBODY, press("查答复", receipt="1")
    ),
    Scene(
        "an answer", "/supervision/lookup", NOBODY, look_up("replied"), "text=正式答复"
    ),
    Scene(
        "an empty message",
        "/supervision/lookup",
        NOBODY,
        then(look_up("replied"), press("发送", text="")),
    ),
    Scene(
        "reopened without a reason",
        "/supervision/lookup",
        NOBODY,
        then(look_up("replied"), open_all, press("要求重新办理", reason="")),
    ),
    Scene(
        "an own empty message",
        "/complaints/{complaint:named}",
        PERSON,
        press("发送", text=""),
    ),
    Scene(
        "signed out while typing",
        "/cases/{case:empty draft}/form",
        PERSON,
        then(lose_session, press("下一步")),
        "text=您刚才填的内容都还在",
        alone=True,
    ),
    Scene(
        "signed in again",
        "/cases/{case:empty draft}/form",
        PERSON,
        then(lose_session, press("下一步"), sign_in_again),
        "button:text('接着办')",
        alone=True,
    ),
]

DESK = [
    Scene(
        "a wrong password",
        "/console/sign-in",
        NOBODY,
        press("登录", username=CLERK, password="no"),
    ),
    Scene("nothing typed", "/console/sign-in", NOBODY, press("登录", username="")),
    Scene(
        "no place", f"/console/posters/place?matter={MATTER}", POSTERS, press("制码")
    ),
    Scene("no target", "/console/codes/new", POSTERS, press("制码")),
    Scene("no reason", "/console/codes/{code:matter}", POSTERS, press("暂停")),
    Scene(
        "nothing ticked",
        "/console/cases/{case:submitted}/correction/return",
        CLERK,
        press("下一步：预览通知"),
    ),
    Scene(
        "ticked without words",
        "/console/cases/{case:submitted}/correction/return",
        CLERK,
        then(tick_first, press("下一步：预览通知")),
    ),
    Scene(
        "a notice as it will be sent",
        "/console/cases/{case:submitted}/correction/return",
        CLERK,
        then(
            tick_first,
            lambda page, _: page.locator(".asked textarea").first.fill("看不清。"),
            press("下一步：预览通知"),
        ),
        "button:text('确认发出')",
    ),
    Scene(
        "refused without a reason",
        "/console/cases/{case:submitted}",
        CLERK,
        press("不予受理"),
    ),
    Scene(
        "asking once more",
        "/console/cases/{case:submitted}",
        CLERK,
        press("不予受理", reason="不属于本区。"),
        "button:text('确认不予受理')",
    ),
    Scene(
        "a colleague was faster",
        "/console/cases/{case:returned}",
        CLERK,
        then(as_if_seen_long_ago, open_all, press("终止办理", reason="申请人去世。")),
    ),
    Scene("no purpose", "/console/cases/{case:submitted}", CLERK, press("查看明文")),
    Scene(
        "in clear",
        "/console/cases/{case:submitted}",
        CLERK,
        then(
            lambda page, _: page.locator("[name=purpose]").select_option(index=1),
            press("查看明文"),
        ),
        "text=正在显示明文",
    ),
    Scene(
        "no message", "/console/complaints/{complaint:new}", HANDLER, press("发出留言")
    ),
    Scene(
        "rejected without a reason",
        "/console/complaints/{complaint:new}",
        HANDLER,
        within("不予受理", lambda _page, part: part.get_by_role("button").click()),
    ),
    Scene(
        "who put their name to it",
        "/console/complaints/{complaint:named}",
        HANDLER,
        press("查看联系方式"),
        "text=这次查看已记入审计",
    ),
    Scene(
        "signed out at the desk",
        "/console/cases/{case:submitted}",
        CLERK,
        then(lose_session_at_the_desk, press("不予受理", reason="不属于本区。")),
        "text=您刚才填的内容还在",
        alone=True,
    ),
    Scene(
        "signed in again at the desk",
        "/console/cases/{case:submitted}",
        CLERK,
        then(
            lose_session_at_the_desk,
            press("不予受理", reason="不属于本区。"),
            sign_in_at_the_desk,
        ),
        "button:text('接着提交')",
        alone=True,
    ),
]
