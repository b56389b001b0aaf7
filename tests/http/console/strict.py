"""Console pages, read as strictly as the phone pages."""

import re
from urllib.parse import urljoin, urlsplit

from tests.http.mobile import strict

ASSETS = ("/static/", "/console/static/", "/bootstrap/static/")
PICTURES = ("/console/codes/", "/console/cases/", "/console/complaints/")


class Page(strict.Page):
    """One answer of the console; raises as soon as the page is not in order."""

    @property
    def said(self):
        """What the page says about the act just done."""
        found = self.soup.select_one(".said")
        return found.get_text(" ", strip=True) if found else ""

    @property
    def trouble(self):
        found = self.soup.select_one(".trouble")
        return " ".join(found.get_text(" ").split()) if found else ""

    @property
    def buttons(self):
        return [
            each.get_text(" ", strip=True)
            for each in self.soup.select("main button, main a.btn")
        ]

    def form(self, word):
        form, button = super().form(word)
        if button.has_attr("formaction"):
            form["action"] = button["formaction"]
        return form, button

    def _check(self):
        super()._check()
        assert self.title.startswith(self.heading), (self.title, self.heading)

    def _check_address(self):
        """The desk answers a form at the form's own address."""

    def _check_policy(self):
        policy = self.response.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "no-store" in self.response.headers["Cache-Control"]
        assert not self.soup.select("[style]"), f"{self.path}: inline style"
        assert not self.soup.select("style")
        assert all(each.get("src") for each in self.soup.select("script"))
        for each in self.soup.find_all(True):
            handlers = [name for name in each.attrs if name.startswith("on")]
            assert not handlers, f"{self.path}: {each}"
        for each in self.soup.select("script[src], link[href], img[src], use[href]"):
            address = each.get("src") or each["href"]
            if address.startswith(PICTURES):
                continue
            assert address.startswith(ASSETS), f"{self.path}: {address}"
            self.browser.require_asset(address.partition("#")[0])
            if mark := address.partition("#")[2]:
                assert mark in self.browser.icons, f"{self.path}: no picture {mark}"


class Browser(strict.Browser):
    """A desk without script."""

    @property
    def icons(self):
        if self._icons is None:
            with self.client.get("/console/static/icons.svg") as answer:
                self._icons = set(re.findall(r'<symbol id="([\w-]+)"', answer.text))
        return self._icons

    def require_asset(self, address):
        if address not in self.seen:
            with self.client.get(address) as answer:
                assert answer.status_code == 200, address
            self.seen[address] = True

    def _read(self, answer, path, status):
        for _ in range(5):
            if answer.status_code != 303:
                break
            path = urljoin(path, answer.headers["Location"])
            assert not urlsplit(path).netloc, path
            answer = self.client.get(path.partition("#")[0])
        if status is not None:
            assert answer.status_code == status, f"{path}: {answer.status_code}"
        return Page(self, answer, path)
