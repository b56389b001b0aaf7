"""The main job, end to end: what the issue asks to be shown.

poster → decode → scan → apply with a photo → correction → resubmit → accept →
decide → deliver, the inbox saying each step; then a complaint through the second
code, its answer and the look-up.
"""

import re

import pytest
from playwright.sync_api import expect

from app.forms.definitions import FieldType
from tests.e2e.browsing import DESK, PHONE
from tests.e2e.desk import Desk
from tests.e2e.keyboard import Keyboard
from tests.e2e.phone import ANSWERS, FEW, Phone, applies
from tests.e2e.world import CLERK, DECIDER, HANDLER, MATTER, POSTERS, WINDOW
from tests.unit.printing.scanning import DECODERS, rasterise

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

TOLD_WITHIN_S = 2
"""From the clerk's click to the line in the inbox."""

BLURRED = "照片看不清，请重拍。"
MISNAMED = "姓名与身份证不一致。"


@pytest.fixture
def matter(house):
    with house.rooms() as rooms:
        return rooms.snapshots.get().matter(MATTER)


@pytest.fixture
def window(house):
    with house.rooms() as rooms:
        return rooms.snapshots.get().windows[WINDOW]


@pytest.fixture
def sheet(desk, matter, window):
    """The addresses on a poster for the window: the guide's, then supervision's."""
    return scanned(desk(POSTERS).print_poster(matter, window.shown), matter)


def scanned(pdf, matter):
    """Read both codes of a poster with both decoders, which must agree."""
    (page,) = rasterise(pdf)
    readings = {name: read(page) for name, read in DECODERS.items()}
    assert readings["zxing"] == readings["zbar"], readings
    assert len(readings["zxing"]) == 2, readings
    return readings["zxing"]


def open_guide(person, sheet, matter):
    """Scan one code after the other; return the address of the second."""
    other = []
    for address in sorted(sheet):
        assert address.startswith(f"{person.house.url}/q/"), address
        person.open(address)
        if person.page.get_by_role("link", name="我要办理").count() == 0:
            other.append(address)
    (second,) = other
    (first,) = sheet - {second}
    person.open(first)
    expect(person.heading).to_have_text(matter.name)
    return second


def apply(person, number, matter, window, photos):
    """Go from the guide to the receipt; return reference and look-up code."""
    expect(person.page.locator(".place")).to_contain_text("政务服务")
    person.tap("我要办理").press("开始填写")
    expect(person.heading).to_have_text("手机号登录")
    person.sign_in(number)
    expect(person.heading).to_have_text("填信息")
    person.fill(matter.form, window.place_code)
    person.press("下一步：传材料")
    expect(person.heading).to_have_text("传材料")
    for material, photo in zip(required(matter), photos, strict=True):
        person.upload(material.key, photo)
    person.tap("下一步：核对")
    expect(person.heading).to_have_text("核对后提交")
    person.page.get_by_label("我填的都是真实的").check()
    person.press("提交申请")
    expect(person.heading).to_have_text("申请已提交")
    return person.reference, person.lookup_code


def required(matter):
    return [each for each in matter.guide.materials if each.must_be_uploaded]


def correct(person, photo, field, material):
    """Follow the notice from the inbox; change what it names, and nothing else."""
    person.open_notice("您的申请需要补正")
    expect(person.main).to_contain_text("要改 2 处")
    person.tap(re.compile(f"去改.*{field.label}"))
    expect(person.main).to_contain_text(MISNAMED)
    asked = person.page.locator("[data-field]")
    expect(asked).to_have_count(1)
    expect(asked).to_have_attribute("data-field", field.key)
    person.page.locator(f"#field-{field.key}").fill("张晓明")
    person.press("保存修改")
    person.tap(re.compile(f"去改.*{material.name}"))
    expect(person.main).to_contain_text(BLURRED)
    expect(person.page.locator("input[type=file]")).to_have_count(1)
    person.upload(material.key, photo)
    person.tap("改好了，回到办件")
    person.press("都改好了，提交补正")
    expect(person.page.locator(".next-state")).to_contain_text("预审")


@pytest.mark.parametrize(
    ("size", "number"), [("phone", "13800138001"), ("wide", "13800138002")]
)
def test_the_main_job(
    size, number, request, desk, sheet, matter, window, photo, large_photo
):
    person = request.getfixturevalue(size)

    def told(title):
        person.is_told(title, within_s=TOLD_WITHIN_S)

    second = open_guide(person, sheet, matter)
    reference, lookup_code = apply(person, number, matter, window, [large_photo, photo])
    told("您的申请已提交")

    field, material = matter.form.field("name"), required(matter)[0]
    clerk = desk(CLERK).open_case(reference)
    clerk.notify_once({field.label: MISNAMED, material.name: BLURRED})
    told("您的申请需要补正")
    correct(person, photo, field, material)
    told("您的补正已提交")

    decider = desk(DECIDER)
    for staff, step, reason, title in [
        (clerk, "受理", "", "您的申请已受理"),
        (decider, "准予", "", "您的申请有了办理结果"),
        (clerk, "送达", "到3号窗口领，带身份证。", "您的办理结果可以领取"),
        (clerk, "已送达，办结", "", "您的申请已办结"),
    ]:
        staff.open_case(reference).take_step(step, reason)
        told(title)
    person.open_notice("您的申请已办结")
    expect(person.page.locator(".timeline li")).to_have_count(10)

    person.page.context.clear_cookies()
    person.track(reference, lookup_code)
    expect(person.page.locator(".next-state")).to_contain_text("已办结")

    text = f"{size}：排队很久没有人叫号。"
    person.open(second)
    expect(person.main).to_contain_text(window.shown)
    expect(person.main).to_contain_text(matter.name)
    receipt = person.complain(text, photo)
    handler = desk(HANDLER).open_complaint(text)
    handler.press("受理")
    handler.answer("已经增加叫号屏，向您致歉。")
    person.look_up(receipt)
    expect(person.main).to_contain_text("已经增加叫号屏，向您致歉。")


def test_the_main_job_without_script(visit, house, world, matter, window, photo):
    """Every page works in a browser that runs no script, on both sides."""
    bare = {"java_script_enabled": False}
    person = Phone(visit(**PHONE, **bare), house, scripted=False)
    clerk = Desk(visit(**DESK, **bare), house).sign_in(CLERK)

    person.open(f"/q/{world.codes['matter']}")
    reference, lookup_code = apply(
        person, "13800138003", matter, window, [photo, photo]
    )
    field, material = matter.form.field("name"), required(matter)[0]
    clerk.open_case(reference).notify_once(
        {field.label: MISNAMED, material.name: BLURRED}
    )
    person.is_told("您的申请需要补正", within_s=TOLD_WITHIN_S)
    correct(person, photo, field, material)
    clerk.open_case(reference).take_step("受理")
    person.is_told("您的申请已受理", within_s=TOLD_WITHIN_S)
    person.track(reference, lookup_code)
    expect(person.page.locator(".next-state")).to_contain_text("已受理")

    text = "没有开脚本，也要能反映。"
    person.open(f"/q/{world.codes['supervision']}")
    receipt = person.complain(text, photo)
    handler = Desk(visit(**DESK, **bare), house).sign_in(HANDLER).open_complaint(text)
    handler.press("受理")
    handler.answer("谢谢您的提醒。")
    person.look_up(receipt)
    expect(person.main).to_contain_text("谢谢您的提醒。")


def test_applying_by_keyboard_alone(wide, world, matter, window, photo):
    """Scan, sign in, answer, upload, hand in: Tab, Enter, Space and letters."""
    page, keys = wide.page, Keyboard(wide.page)
    wide.open(f"/q/{world.codes['matter']}")
    keys.press(page.get_by_role("link", name="我要办理"))
    keys.press(page.get_by_role("button", name="开始填写"))
    keys.type(page.get_by_label("手机号"), "13800138004").keys.press("Enter")
    code = page.locator(".demo .code").inner_text()
    keys.type(page.get_by_label("6 位验证码"), code).keys.press("Enter")
    expect(wide.heading).to_have_text("填信息")
    wide.number = "13800138004"
    answer_by_keyboard(wide, keys, matter.form, window)
    keys.press(page.get_by_role("button", name="下一步：传材料"))
    for material in required(matter):
        slot = page.locator(f"#slot-{material.key}")
        keys.choose_file(slot.locator("input[type=file]"), photo)
        expect(slot.locator("ul.files li")).to_have_count(1)
    keys.press(page.get_by_role("link", name="下一步：核对"))
    keys.tick(page.get_by_label("我填的都是真实的"))
    keys.press(page.get_by_role("button", name="提交申请"))
    expect(wide.heading).to_have_text("申请已提交")


def answer_by_keyboard(person, keys, form, window):
    """Answer every question that applies."""
    said = {}
    for field in form.fields:
        if field.type is FieldType.FILE or not applies(field, said):
            continue
        control = person.page.locator(f"#field-{field.key}")
        said[field.key] = field.choices[0].value if field.choices else "yes"
        match field.type:
            case FieldType.CHOICE if len(field.choices) > FEW:
                keys.choose_first(control)
            case FieldType.CHOICE | FieldType.CHOICES | FieldType.YES_NO:
                keys.tick(control)
            case FieldType.MOBILE:
                keys.go_to(control).keys.press("Control+A")
                keys.type(control, person.number)
            case kind:
                keys.type(control, ANSWERS[kind])
