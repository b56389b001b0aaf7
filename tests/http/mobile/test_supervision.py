"""码上监督 on the phone: anonymous without a trace, named with a notice."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import zxingcpp
from PIL import Image, ImageDraw
from sqlalchemy import select

from app.complaints import queries, service
from app.complaints.models import Complaint
from app.complaints.workflow import Action
from app.kernel.actors import Role
from app.people import offices
from app.web.context import init_app
from app.web.limits import RateLimits
from tests.builders.people import actor_of, make_staff
from tests.http.mobile.conftest import GUIDE, PHONE


@pytest.fixture
def form(page, published):
    """The complaint form as the second code of a poster opens it."""

    def open_form(kind="投诉"):
        window = next(iter(published.windows.values()))
        context = f"place={window.place_code}&window={window.code}&matter={GUIDE}"
        return page.get(f"/supervision?{context}").follow(kind)

    return open_form


@pytest.fixture
def handler(database):
    """Somebody of the office that takes complaints in."""
    return handler_at(database, "区营商环境办")


def handler_at(database, short_name):
    with database.transaction() as session:
        office = offices.by_name(session)[short_name]
        return actor_of(
            session, make_staff(session, roles=(Role.HANDLER,), office=office)
        )


@pytest.fixture
def answered(database, handler, clock):
    """Answer the only complaint there is."""

    def answer(text="已经核实，当天就办。"):
        with database.transaction() as session:
            token = session.scalars(select(Complaint.token)).one()
            for action, said in ((Action.ACCEPT, {}), (Action.REPLY, {"answer": text})):
                found = queries.get(session, handler, token)
                service.take_step(
                    session,
                    handler,
                    token,
                    action,
                    seen_version=found.version,
                    now=clock.now(),
                    **said,
                )
                session.flush()

    return answer


def complaint_of(database):
    with database.reading() as session:
        return session.scalars(select(Complaint)).one()


def test_the_form_says_what_is_known_and_what_is_not_kept(form):
    shown = form()
    assert "最低生活保障" in shown.words
    assert "不保存您的手机号、微信号、网络地址" in shown.words
    assert "微信、手机运营商" in shown.words


def test_an_anonymous_complaint_leaves_no_cookie_and_gives_a_receipt(
    form, page, database, published
):
    window = next(iter(published.windows.values()))
    shown = form().press("提交", category="attitude", text="跑了三趟，没人理。")
    assert shown.status == 200
    assert shown.heading == "已收到"
    assert "只显示这一次" in shown.words
    assert page.cookie("mashangban") is None
    kept = complaint_of(database)
    assert (kept.citizen_id, kept.owner_index, kept.filed_at) == (None, None, None)
    assert (kept.window_code, kept.matter_code) == (window.code, GUIDE)
    code = receipt_of(shown)
    assert shown.soup.main["data-here"] == "/supervision/lookup"
    assert shown.soup.main["data-keep"] == code, "kept in the tab, in no address"
    assert code not in [each["href"] for each in shown.soup.select("a[href]")]
    download = shown.soup.select_one("a[download]")["href"]
    assert download.startswith("data:text/plain")


def receipt_of(shown):
    return shown.soup.select_one(".receipt-code").get_text(strip=True).replace(" ", "")


def test_the_receipts_symbol_keeps_the_secret_behind_the_hash(form):
    shown = form().press("提交", category="attitude", text="没人理。")
    path = shown.soup.select(".symbol svg path")[1]["d"]
    size = int(shown.soup.select_one(".symbol svg")["viewbox"].split()[2])
    picture = Image.new("L", (size * 8, size * 8), 255)
    draw = ImageDraw.Draw(picture)
    for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)v1", path):
        left, top = (int(x) + 4) * 8, (int(y) + 4) * 8
        draw.rectangle((left, top, left + int(run) * 8 - 1, top + 7), fill=0)
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == f"http://localhost/supervision/lookup#{receipt_of(shown)}"


def test_what_is_missing_is_said_at_the_field_and_nothing_is_lost(form, photo):
    again = form().press(
        "提交", category="overdue", text="  ", files={"photos": [(photo, "a.jpg")]}
    )
    assert again.status == 422
    assert again.errors == ["请写下您要反映的内容。"]
    assert again.soup.select_one("#category option[selected]")["value"] == "overdue"
    assert "已收到 1 张" in again.words
    done = again.press("提交", text="超时了。")
    assert done.heading == "已收到"


def test_every_fault_is_said_at_once(form):
    again = form().press("提交", files={"photos": [(b"not a photo", "a.jpg")]})
    assert again.status == 422
    assert len(again.errors) == 3
    empty = form().press("提交")
    assert empty.errors == ["请选择一个类别。", "请写下您要反映的内容。"]


def test_photos_come_with_it(form, photo, database):
    shown = form().press(
        "提交",
        category="attitude",
        text="见照片。",
        files={"photos": [(photo, "a.jpg"), (photo, "b.jpg")]},
    )
    seen = shown.press("看看进展")
    assert "2 张照片" in seen.soup.select_one(".messages .mine").get_text()


def test_a_bad_photo_is_refused_and_the_text_kept(form):
    again = form().press(
        "提交",
        category="attitude",
        text="见照片。",
        files={"photos": [(b"not a photo", "a.jpg")]},
    )
    assert again.status == 422
    assert "不能上传" in again.soup.select_one("#photos-error").get_text()
    assert "a.jpg" in again.errors[0]
    assert "重新选" in again.soup.select_one(".error-summary").get_text()
    assert "见照片。" in again.soup.select_one("#text").get_text()


def test_a_second_tap_gives_the_same_receipt(form, database):
    shown = form()
    first = shown.press("提交", category="attitude", text="没人理。")
    second = shown.press("提交", category="attitude", text="没人理。")
    assert receipt_of(first) == receipt_of(second)
    assert complaint_of(database)


def test_a_second_tap_with_photos_gives_the_receipt_and_says_which_count(
    form, photo, database
):
    shown = form()
    said = {"category": "attitude", "text": "见照片。"}
    first = shown.press("提交", **said, files={"photos": [(photo, "a.jpg")]})
    more = [(photo, "a.jpg"), (photo, "b.jpg")]
    second = shown.press("提交", **said, files={"photos": more})
    assert second.status == 200
    assert receipt_of(first) == receipt_of(second)
    assert "新选的没有收下" in second.words
    assert "没有收下" not in first.words
    assert "1 张照片" in second.press("看看进展").words
    other = shown.press(
        "提交", category="attitude", text="别的事。", files={"photos": more}
    )
    assert other.status == 409
    assert "没有收下" in other.errors[0]
    assert complaint_of(database)


def test_a_form_that_lay_open_too_long_keeps_its_text(form, clock, photo):
    shown = form()
    clock.at += timedelta(hours=12)
    again = shown.press(
        "提交",
        category="attitude",
        text="没人理。",
        files={"photos": [(photo, "a.jpg")]},
    )
    assert again.status in (410, 422)
    assert "没人理。" in again.soup.select_one("#text").get_text()
    done = again.press("提交")
    assert done.heading == "已收到"


def test_a_report_that_nobody_here_may_read_is_told_where_to_go(form, database):
    inspector = handler_at(database, "区纪委监委")
    again = form("举报某个人").press(
        "提交", category="bribe", text="收了五百块。", accused_name=inspector.name
    )
    assert again.status == 409
    assert "12388" in again.errors[0]
    assert "收了五百块。" in again.soup.select_one("#text").get_text()
    with database.reading() as session:
        assert session.scalars(select(Complaint)).all() == []


def test_a_report_asks_whom_and_says_who_may_read_it(form, database):
    handler_at(database, "区纪委监委")
    shown = form("举报某个人")
    assert "只有区纪委监委" in shown.words
    done = shown.press(
        "提交", category="bribe", text="收了五百块。", accused_name="某人"
    )
    assert done.heading == "已收到"
    assert complaint_of(database).track == "sealed"


def test_the_conversation_by_receipt(form, page, answered, database):
    receipt = receipt_of(form().press("提交", category="attitude", text="没人理。"))
    answered()
    asked = page.get("/supervision/lookup")
    shown = asked.press("查答复", receipt=f" {receipt.lower()} ")
    assert "已答复" in shown.words
    assert "已经核实，当天就办。" in shown.words
    assert "正式答复" in shown.words
    assert receipt not in shown.path
    empty = shown.press("发送")
    assert empty.status == 422
    more = shown.press("发送", text="还有一件事。")
    assert "还有一件事。" in more.words
    again = more.press("要求重新办理", reason="没有解决。")
    assert "重新办理" in again.soup.select_one(".next-state").get_text()
    assert page.cookie("mashangban") is None


def test_a_solved_complaint_is_closed_by_its_reporter(form, page, answered):
    receipt = receipt_of(form().press("提交", category="attitude", text="没人理。"))
    answered()
    shown = page.get("/supervision/lookup").press("查答复", receipt=receipt)
    words = shown.words
    assert words.index("已经核实，当天就办。") < words.index("解决了吗")
    both = [e.get_text() for e in shown.soup.select(".either summary.btn")]
    assert both == ["已经解决", "没有解决"]
    assert "不能再补充" in shown.form("确定，办结")[0].get_text(), "asked once more"
    closed = shown.press("确定，办结")
    assert "已办结" in closed.soup.select_one(".next-state").get_text()
    assert not closed.soup.select("textarea#text")


@pytest.mark.parametrize("typed", ["", "ABC", "2" * 26])
def test_a_wrong_receipt_gets_one_answer(page, typed):
    shown = page.get("/supervision/lookup").press("查答复", receipt=typed)
    assert shown.status in (404, 422)
    assert len(shown.errors) == 1


def test_a_named_complaint_asks_to_sign_in_and_keeps_everything(
    form, page, sms, database, photo
):
    asked = form().press(
        "提交",
        category="attitude",
        text="窗口没人。",
        identity="named",
        files={"photos": [(photo, "a.jpg")]},
    )
    assert "都还在" in asked.words
    assert "窗口没人" not in asked.text
    assert "登录太久没动" not in asked.words
    offered = asked.press("获取验证码", phone=PHONE).press(
        "登录", code=sms.codes[PHONE]
    )
    assert "窗口没人。" in offered.words, "read once more before it is sent"
    done = offered.press("提交投诉")
    assert done.heading == "已收到"
    assert "消息" in done.words
    kept = complaint_of(database)
    assert kept.citizen_id is not None
    listed = page.get("/complaints")
    shown = listed.follow("服务态度")
    assert "窗口没人。" in shown.words
    assert "1 张照片" in shown.words


def test_who_is_signed_in_confirms_under_which_name(form, page, sign_in, answered):
    sign_in()
    asked = form().press(
        "提交", category="attitude", text="窗口没人。", identity="named"
    )
    assert "138****8000" in asked.words
    offered = form().soup.select_one("label[for=identity-2]").get_text()
    assert offered.startswith("留我的手机号"), "no name is on file"
    assert "窗口没人。" in asked.words
    assert asked.press("提交投诉").heading == "已收到"
    answered()
    shown = page.get("/complaints").follow("服务态度")
    sent = shown.press("发送", text="谢谢。")
    assert "谢谢。" in sent.words
    reopened = sent.press("要求重新办理", reason="")
    assert reopened.status == 422
    assert "已办结" in sent.press("确定，办结").words


def test_somebody_elses_complaint_does_not_exist(form, page, sign_in, database):
    sign_in()
    form().press(
        "提交", category="attitude", text="窗口没人。", identity="named"
    ).press("提交投诉")
    token = complaint_of(database).token
    page.get("/me").press("退出登录")
    sign_in("13911112222")
    page.get(f"/complaints/{token}", status=404)


@pytest.mark.parametrize("mode", ["standard", "elder"])
def test_every_kind_has_a_form(page, mode):
    if mode == "elder":
        page.elder()
    for kind in ("complaint", "consultation", "help", "suggestion", "praise", "report"):
        page.get(f"/supervision?kind={kind}", status=200)


def test_too_many_complaints_say_when_to_come_back(page, here, web, clock, keyring):
    init_app(web, replace(here, limits=RateLimits("", keyring, clock)))
    shown = page.get("/supervision?kind=praise")
    for _ in range(21):
        again = shown.press("提交", text="")
    assert again.status == 429
    assert "以后再试" in again.words
    assert int(again.response.headers["Retry-After"]) > 0
