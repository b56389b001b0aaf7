"""Following a case: progress, correction, withdrawal, receipt, tracking, inbox."""

import pytest
from sqlalchemy import select

from app.cases.rules import Defect, Subject
from app.cases.workflow import Action
from app.forms.definitions import FieldType
from app.kernel.outbox import OutboxEntry
from app.notices import service as notices
from notifications.plans import messages_for
from tests.http.mobile.conftest import GUIDE, upload


@pytest.fixture
def token(submitted):
    return submitted.path.split("/")[2]


@pytest.fixture
def defects(published):
    """One field and one material of the guide, and what is wrong with them."""
    matter = published.matter(GUIDE)
    field = next(e for e in matter.form.fields if e.type is FieldType.TEXT)
    material = next(e for e in matter.guide.materials if e.must_be_uploaded)
    return (
        field,
        material,
        [
            Defect(Subject.FIELD, field.key, "姓名与身份证不一致。"),
            Defect(Subject.MATERIAL, material.key, "照片看不清，请重拍。"),
        ],
    )


def test_the_next_thing_stands_on_top(page, token):
    shown = page.get(f"/cases/{token}")
    first = shown.soup.select_one("main .card")
    assert "已收到，等受理" in first.get_text()
    assert "最晚 2026年3月9日(周一) 告知您是否受理" in first.get_text()
    assert "您" in shown.soup.select_one(".timeline li").get_text()
    assert "张小明" in shown.words


def test_a_decision_can_be_followed_to_its_end(page, token, desk):
    desk(token, Action.ACCEPT)
    shown = page.get(f"/cases/{token}")
    assert "已受理" in shown.soup.select_one(".next-state").get_text()
    assert "作出决定" in shown.words
    desk(token, Action.GRANT)
    desk(token, Action.START_DELIVERY, reason="到3号窗口领，带身份证。")
    shown = page.get(f"/cases/{token}")
    assert "通过了，请领取（准予）" in shown.soup.select_one(".next-state").get_text()
    assert "要您处理" in page.get("/cases").words
    closed = shown.press("确认收到")
    assert "已确认收到" in closed.words
    assert "已办结" in closed.words
    assert "已经结束" in page.get("/cases").words


def test_a_refusal_is_shown_with_its_reason_and_remedies(page, token, desk):
    desk(token, Action.ACCEPT)
    desk(token, Action.REFUSE, reason="家庭收入高于标准。")
    shown = page.get(f"/cases/{token}")
    assert "家庭收入高于标准。" in shown.words
    assert "行政复议" in shown.words


def test_a_correction_opens_what_the_notice_names_and_nothing_else(
    page, token, desk, defects, photo, published
):
    field, material, listed = defects
    desk(token, Action.RETURN, defects=listed)
    shown = page.get(f"/cases/{token}")
    assert "要改 2 处" in shown.words
    assert shown.soup.select_one(".next-state").get_text() == "要您改 2 处"
    assert "要您修改" in page.get("/cases").words
    assert "姓名与身份证不一致。" in shown.words
    early = shown.press("提交补正")
    assert early.status == 422
    assert len(early.errors) == 2
    assert field.label in early.errors[0] + early.errors[1]
    assert material.name in early.errors[0] + early.errors[1]

    form = page.get(f"/cases/{token}/form")
    asked = {
        e["name"]
        for e in form.soup.select("input.input, select, textarea, [type=radio]")
    }
    assert field.key in asked
    other = {e.key for e in published.matter(GUIDE).form.fields} - {field.key}
    assert not asked & {e for e in other if not _depends(published, e, field.key)}
    assert "姓名与身份证不一致。" in form.words
    amended = form.press("保存修改", **{field.key: "张晓明"})
    assert "修改已保存" in amended.words

    slots = page.get(f"/cases/{token}/materials")
    assert [e["id"] for e in slots.soup.select(".slot")] == [f"slot-{material.key}"]
    assert "照片看不清" in slots.words
    assert "这 1 份要重传" in slots.words
    assert "都齐了" not in slots.words
    slots = upload(slots, material.key, ("new.jpg", photo))
    assert "要重传的都传好了" in slots.words
    assert "已改" in slots.soup.select_one(f"#slot-{material.key} .notice.good").text
    assert not slots.soup.select(".notice.bad")
    done = slots.follow("回到办件").press("提交补正")
    assert "补正已提交" in done.words
    assert "预审中" in done.words
    assert "张晓明" in done.words
    assert page.get(f"/cases/{token}/form").path == f"/cases/{token}"


def _depends(published, key, named):
    field = published.matter(GUIDE).form.field(key)
    return field.show_if is not None and field.show_if.key == named


def test_withdrawing_asks_first_and_keeps_the_reason(page, token):
    asked = page.get(f"/cases/{token}").follow("撤回申请")
    assert "确定要撤回吗" in asked.heading
    gone = asked.press("确定撤回", reason="不办了")
    assert "申请已撤回" in gone.words
    assert "不办了" in gone.words
    again = gone.follow("重新申请")
    assert "开始填写" in again.words
    assert f"/cases/{token}/withdraw" not in gone.links


def test_a_stale_button_says_that_the_case_has_moved(page, token, desk):
    asked = page.get(f"/cases/{token}/withdraw")
    desk(token, Action.ACCEPT)
    refused = asked.press("确定撤回")
    assert refused.status == 409
    assert "刚刚变过" in refused.heading
    assert "工作人员" in refused.words


def test_tracking_needs_no_sign_in(page, submitted, token, desk):
    words = submitted.soup.select_one(".ticket")
    reference = words.select_one("dd.code").get_text(strip=True)
    code = words.select_one(".receipt-code").get_text(strip=True)
    page.get("/me").press("退出登录")
    desk(token, Action.ACCEPT)
    asked = page.get("/tracking")
    shown = asked.press("查进度", reference=reference, lookup_code=code.lower())
    assert shown.status == 200
    assert "已受理" in shown.words
    assert "张小明" not in shown.text
    wrong = asked.press("查进度", reference=reference, lookup_code="AAAA2222")
    assert wrong.status == 404
    assert wrong.soup.select_one("#reference")["value"] == reference
    assert asked.press("查进度").status == 422
    assert "Set-Cookie" not in page.client.get("/tracking").headers


def test_the_receipt_can_be_opened_again(page, submitted, token):
    again = page.get(f"/cases/{token}").follow("申请回执")
    assert again.words == submitted.words


def test_notices_are_read_one_by_one_and_all_at_once(
    page, token, desk, database, web, clock
):
    desk(token, Action.ACCEPT)
    carry(database, clock)
    shown = page.get("/inbox")
    assert "2 条" in shown.words
    assert "您的申请已受理" in shown.words
    newest, before = (e.get_text(" ", strip=True) for e in shown.soup.select("main li"))
    assert "最低生活保障" in newest
    assert "最低生活保障" in before
    assert "作出决定" in newest, "until when, on the newest alone"
    assert "最晚" not in before
    assert page.get("/").soup.select_one(".dot").get_text() == "2"
    opened = shown.press("您的申请已受理")
    assert opened.path == f"/cases/{token}"
    shown = page.get("/inbox")
    assert "1 条" in shown.words
    assert "未读" not in shown.press("全部标为已读").words


def test_an_empty_inbox_and_an_empty_list_lead_on(page, sign_in):
    sign_in()
    assert "/cases" in page.get("/inbox").links
    assert "/matters" in page.get("/cases").links
    assert "/supervision" in page.get("/complaints").links


@pytest.mark.parametrize("mode", ["standard", "elder"])
def test_every_own_page_is_in_order(page, token, mode):
    if mode == "elder":
        page.elder()
    for path in (
        "/", "/cases", f"/cases/{token}", f"/cases/{token}/receipt",
        f"/cases/{token}/withdraw", "/inbox", "/complaints", "/me", "/me/profile",
    ):  # fmt: skip
        shown = page.get(path, status=200)
        assert shown.soup.html.get("data-mode") == (
            "elder" if mode == "elder" else None
        )


def carry(database, clock):
    """Do what the worker does with what has been recorded."""
    with database.transaction() as session:
        entries = session.scalars(select(OutboxEntry).order_by(OutboxEntry.id))
        told = [message for entry in entries for message in messages_for(entry)]
        notices.write(session, told, now=clock.now())
