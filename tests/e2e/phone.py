"""What a citizen does on the phone pages, by what is written there."""

import re

from playwright.sync_api import expect

from app.forms.definitions import YES, FieldType
from demo.servers import wait_until

FEW = 6
"""More choices than this unfold from a list."""

NAME = "张小明"
DETAIL = "一组12号"
ANSWERS = {
    FieldType.TEXT: NAME,
    FieldType.LONG_TEXT: "孩子在外地上班，需要在那边看病。",
    FieldType.NUMBER: "3",
    FieldType.MONEY: "1200.00",
    FieldType.DATE: "2026-02-01",
    FieldType.ID_NUMBER: "11010519491231002X",
    FieldType.CREDIT_CODE: "91350100M000100Y43",
}


class Phone:
    """A page of the citizens' door, and the person before it."""

    def __init__(self, page, house, *, scripted=True) -> None:
        self.page = page
        self.house = house
        self.scripted = scripted
        self.number = ""

    def open(self, path: str):
        """Go to a path, or to a whole address of this house."""
        answer = self.page.goto(path)
        assert answer.status < 500, f"{path}: {answer.status}"
        return self

    def tap(self, name: str, *, role: str = "link"):
        self.page.get_by_role(role, name=name).first.click()
        return self

    def press(self, name: str):
        return self.tap(name, role="button")

    @property
    def heading(self):
        return self.page.get_by_role("heading", level=1)

    @property
    def main(self):
        return self.page.locator("main")

    # Signing in

    def ask_for_code(self, number: str) -> str:
        """Ask for a code on the sign-in page; return what the demo shows."""
        self.number = number
        self.page.get_by_label("手机号").fill(number)
        self.press("获取验证码")
        expect(self.heading).to_have_text("输入验证码")
        return self.page.locator(".demo .code").inner_text()

    def sign_in(self, number: str):
        code = self.ask_for_code(number)
        self.page.get_by_label("6 位验证码").fill(code)
        self.press("登录")
        expect(self.heading).not_to_have_text("输入验证码")
        return self

    # Filling in

    def fill(self, form, place: str):
        """Answer every question that applies; those that do not stay out of sight."""
        said = {}
        for field in form.fields:
            if field.type is FieldType.FILE:
                continue
            box = self.page.locator(f'[data-field="{field.key}"]')
            if applies(field, said):
                expect(box).to_be_visible()
                said[field.key] = self._answer(field, place)
            elif self.scripted:
                expect(box).to_be_hidden()
        return self

    def _answer(self, field, place: str) -> str:
        control = self.page.locator(f"#field-{field.key}")
        match field.type:
            case FieldType.ADDRESS:
                control.select_option(place)
                self.page.locator(f"#field-{field.key}-detail").fill(DETAIL)
                return place
            case FieldType.CHOICE if len(field.choices) > FEW:
                control.select_option(field.choices[0].value)
                return field.choices[0].value
            case FieldType.CHOICE | FieldType.CHOICES:
                control.check()
                return field.choices[0].value
            case FieldType.YES_NO:
                control.check()
                return YES
            case FieldType.MOBILE:
                control.fill(self.number)
            case kind:
                control.fill(ANSWERS[kind])
        return ""

    def upload(self, key: str, photo):
        """Send a photograph for a material; wait until it is in its slot."""
        slot = self.page.locator(f"#slot-{key}")
        before = slot.locator("ul.files li").count()
        slot.locator("input[type=file]").set_input_files(photo)
        button = slot.get_by_role("button", name="上传")
        if button.is_visible():
            button.click()
        expect(slot.locator("ul.files li")).to_have_count(before + 1)
        return self

    # Following

    @property
    def reference(self) -> str:
        return self.page.locator("dt:text('办件编号') + dd").inner_text().strip()

    @property
    def lookup_code(self) -> str:
        return re.sub(r"\s", "", self.page.locator(".receipt-code").inner_text())

    def is_told(self, title: str, *, within_s: float) -> None:
        """Pull the inbox down until it says something; fail when it takes too long."""
        inbox = self.page.context.request
        assert wait_until(
            lambda: title in inbox.get("/inbox").text(),
            timeout_s=within_s,
            every_s=0.05,
        ), (
            f"the inbox does not say {title} within {within_s} s\n{self.house.words_of_logs()}"
        )

    def open_notice(self, title: str):
        """Open a line of the inbox; it leads to what it is about."""
        self.open("/inbox")
        self.page.get_by_role("button", name=title).first.click()
        return self

    def track(self, reference: str, lookup_code: str):
        """Follow a case by its receipt, signed in or not."""
        self.open("/tracking")
        self.page.get_by_label("办件编号").fill(reference)
        self.page.get_by_label("查询码").fill(lookup_code)
        return self.press("查进度")

    # Supervision

    def complain(self, text: str, photo) -> str:
        """Complain without a name, from the page of a supervision code."""
        self.tap("投诉")
        self.choose_first("category")
        self.page.get_by_label("写清楚是什么事").fill(text)
        self.page.get_by_label("照片").set_input_files(photo)
        expect(self.page.get_by_label("不留姓名")).to_be_checked()
        self.press("提交")
        expect(self.heading).to_have_text("已收到")
        return re.sub(r"\s", "", self.page.locator(".receipt-code").inner_text())

    def choose_first(self, name: str) -> None:
        """Choose the first of some options, however they are drawn."""
        select = self.page.locator(f"select[name={name}]")
        if select.count():
            select.select_option(index=1)
        else:
            self.page.locator(f"input[name={name}]").first.check()

    def look_up(self, receipt: str):
        """Ask for the answer by the receipt alone."""
        self.open("/supervision/lookup")
        self.page.get_by_label("回执码").fill(receipt)
        return self.press("查答复")


def applies(field, said) -> bool:
    """Whether a question is asked after what was said before."""
    asked = field.show_if
    return asked is None or said.get(asked.key) in asked.values
