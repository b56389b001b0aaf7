"""What staff do in the console, by what is written there."""

import re

from playwright.sync_api import expect


class Desk:
    """A page of the console, and the member of staff before it."""

    def __init__(self, page, house) -> None:
        self.page = page
        self.house = house

    def sign_in(self, username: str):
        page = self.open("/console/").page
        page.get_by_label("用户名").fill(username)
        page.get_by_label("密码").fill(self.house.password)
        self.press("登录")
        expect(page.get_by_role("button", name="退出")).to_be_visible()
        return self

    def open(self, path: str):
        answer = self.page.goto(path)
        assert answer.status < 400, f"{path}: {answer.status}"
        return self

    def press(self, name: str):
        self.page.get_by_role("button", name=name, exact=True).click()
        return self

    @property
    def heading(self):
        return self.page.get_by_role("heading", level=1)

    @property
    def said(self):
        """What the console answers to an act."""
        return self.page.locator(".said")

    # Posters

    def print_poster(self, matter, placement: str) -> bytes:
        """Choose a matter and where the sheet hangs; return the PDF."""
        page = self.open("/console/posters").page
        page.get_by_label("事项名称").fill(matter.name)
        self.press("找")
        page.locator(f'input[name=matter][value="{matter.code}"]').check()
        self.press("下一步：贴在哪里")
        page.get_by_label("贴在哪里").select_option(label=placement)
        self.press("制码")
        expect(self.heading).to_have_text("海报可以打印了")
        with page.expect_download() as download:
            page.get_by_role("button", name="下载海报").click()
        return download.value.path().read_bytes()

    # Cases

    def open_case(self, reference: str):
        """Find a case in the own office's queue."""
        page = self.open("/console/cases").page
        page.get_by_label("办件编号").fill(reference)
        self.press("筛选")
        page.locator("table a.row-link").first.click()
        expect(page.locator("main")).to_contain_text(reference)
        return self

    def notify_once(self, wrong: dict[str, str]):
        """Send the one correction notice: what is wrong, by label."""
        page = self.page
        page.get_by_role("link", name="一次性告知补正").click()
        for label, problem in wrong.items():
            asked = page.locator(
                ".asked", has=page.locator(f"label b:text-is('{label}')")
            )
            asked.get_by_role("checkbox").check()
            asked.get_by_role("textbox").fill(problem)
        self.press("下一步：预览通知")
        self.press("确认发出")
        expect(self.said).to_be_visible()
        return self

    def take_step(self, label: str, reason: str = ""):
        """Press a button of the workflow, and confirm where that is asked."""
        if reason:
            self.page.locator("[name=reason]").first.fill(reason)
        self.press(label)
        confirm = self.page.get_by_role("button", name=re.compile(f"^确认{label}"))
        expect(self.said.or_(confirm).first).to_be_visible()
        if confirm.is_visible():
            confirm.click()
            expect(self.said).to_be_visible()
        return self

    # Complaints

    def open_complaint(self, text: str):
        """Find the newest complaint that says this."""
        page = self.open("/console/complaints").page
        for row in page.locator("table a.row-link").all():
            address = row.get_attribute("href")
            self.open(address)
            if page.get_by_text(text, exact=True).count():
                return self
            page.go_back()
        raise AssertionError(f"no complaint says {text}")

    def answer(self, text: str):
        """Answer the reporter."""
        page = self.page
        self.unfold("答复")
        page.get_by_label("答复", exact=True).fill(text)
        self.press("答复")
        expect(self.said).to_contain_text("已答复")
        return self

    def unfold(self, word: str):
        """Open a part of the page that is folded away."""
        part = self.page.locator(
            "details", has=self.page.locator(f"summary:text-is('{word}')")
        )
        if not part.evaluate("each => each.open"):
            part.locator("summary").click()
        return self
