"""Reading pages as strictly as the strictest browser and a careful reader would."""

import re
from io import BytesIO
from urllib.parse import urljoin, urlsplit

import html5lib
from bs4 import BeautifulSoup

WITHOUT_AUTHORITY = {
    "/supervision",
    "/supervision/lookup",
    "/supervision/messages",
    "/supervision/steps",
    "/tracking",
}
"""Where forms may be posted without a form token: they act for nobody."""

_TYPED = "input:not([type=hidden]), select, textarea"


class Page:
    """One answer, read; raises as soon as the page is not in order."""

    def __init__(self, browser, response, path):
        self.browser = browser
        self.response = response
        self.status = response.status_code
        self.path = path
        self.text = response.text
        html5lib.HTMLParser(strict=True).parse(self.text)
        self.soup = BeautifulSoup(self.text, "html.parser")
        self._check()

    # Reading

    @property
    def title(self):
        return self.soup.title.get_text(strip=True)

    @property
    def heading(self):
        return self.soup.h1.get_text(strip=True)

    @property
    def words(self):
        return " ".join(self.soup.main.get_text(" ").split())

    @property
    def links(self):
        return [each["href"] for each in self.soup.select("a[href]")]

    @property
    def errors(self):
        """Sentences of the error summary."""
        return [e.get_text(strip=True) for e in self.soup.select(".error-summary li")]

    def link(self, word):
        """Return where the link with these words leads."""
        for each in self.soup.select("a[href]"):
            if word in each.get_text(" ", strip=True):
                return each["href"]
        raise AssertionError(f"no link {word!r} on {self.path}: {self.words[:300]}")

    # Going on

    def follow(self, word):
        return self.browser.get(urljoin(self.path, self.link(word)))

    def form(self, word):
        """Return the form with a button of these words."""
        for form in self.soup.select("form"):
            for button in form.select("button"):
                if word in button.get_text(" ", strip=True):
                    return form, button
        raise AssertionError(f"no button {word!r} on {self.path}: {self.words[:300]}")

    def press(self, word, files=None, **typed):
        """Send the form with this button, as a browser without script would."""
        form, button = self.form(word)
        data = {}
        for control in form.select(_TYPED + ", input[type=hidden]"):
            name = control.get("name")
            if name:
                self._collect(data, control, name)
        for name, value in typed.items():
            key = name.replace("__", ".")
            assert form.select(f'[name="{key}"]'), f"no field {key} in the form"
            data[key] = value
        if button.get("name"):
            data[button["name"]] = button["value"]
        target = urljoin(self.path, form.get("action", self.path))
        if form.get("method", "get").lower() == "get":
            return self.browser.get(target, query=data)
        return self.browser.post(target, data, files=files)

    @staticmethod
    def _collect(data, control, name):
        kind = control.get("type")
        if kind in ("radio", "checkbox"):
            if control.has_attr("checked"):
                data.setdefault(name, []).append(control["value"])
        elif kind == "file":
            return
        elif control.name == "select":
            chosen = control.select_one("option[selected]")
            data[name] = chosen["value"] if chosen else ""
        elif control.name == "textarea":
            data[name] = control.get_text()
        elif name in data and kind == "hidden":
            earlier = data[name]
            data[name] = [
                *(earlier if isinstance(earlier, list) else [earlier]),
                control["value"],
            ]
        else:
            data[name] = control.get("value", "")

    # Checking

    def _check(self):
        soup = self.soup
        assert soup.html["lang"] == "zh-CN"
        assert self.title, self.path
        assert len(soup.select("h1")) == 1, (
            f"{self.path}: one heading, not {soup.select('h1')}"
        )
        assert self.heading, self.path
        assert len(soup.select("main#main")) == 1
        assert soup.select_one('a.skip[href="#main"]')
        self._check_ids()
        self._check_headings()
        for control in soup.select(_TYPED):
            assert self._label_of(control), f"{self.path}: no label for {control}"
        for each in soup.select("a, button"):
            assert each.get_text(strip=True) or each.get("aria-label"), (
                f"{self.path}: {each}"
            )
        for form in soup.select("form"):
            self._check_form(form)
        self._check_policy()
        self._check_address()

    def _check_ids(self):
        ids = [each["id"] for each in self.soup.select("[id]")]
        doubles = {each for each in ids if ids.count(each) > 1}
        assert not doubles, f"{self.path}: {doubles}"
        for each in self.soup.select("label[for]"):
            assert each["for"] in ids, f"{self.path}: label for {each['for']}"
        for name in ("aria-describedby", "aria-labelledby"):
            for each in self.soup.select(f"[{name}]"):
                for target in each[name].split():
                    assert target in ids, f"{self.path}: {name} {target}"
        for each in self.soup.select('a[href^="#"]'):
            assert each["href"][1:] in ids, f"{self.path}: {each['href']}"

    def _check_headings(self):
        before = 0
        for each in self.soup.select("h1, h2, h3, h4"):
            level = int(each.name[1])
            # The error summary stands before the first heading of its page's body.
            assert level <= before + 1 or before == 0, f"{self.path}: {each}"
            before = level

    def _label_of(self, control):
        if control.get("aria-label"):
            return control["aria-label"]
        if control.get("id"):
            label = self.soup.select_one(f'label[for="{control["id"]}"]')
            if label:
                return label.get_text(strip=True)
        return ""

    def _check_address(self):
        """An answer to a form can be gone back to without sending it again."""
        if self.response.request.method != "POST":
            return
        here = self.soup.main.get("data-here", "")
        assert here.startswith("/"), f"{self.path}: no page to go back to"
        self.browser.require_page(here)

    def _check_form(self, form):
        action = urlsplit(urljoin(self.path, form.get("action", "")))
        assert not action.netloc, f"{self.path}: a form that leaves the site"
        if form.get("method", "get").lower() != "post":
            assert not form.select("[name=csrf_token]"), (
                f"{self.path}: a token in an address"
            )
            return
        tokens = form.select("input[type=hidden][name=csrf_token]")
        if action.path in WITHOUT_AUTHORITY:
            assert not tokens, f"{self.path}: a token where nobody acts"
        else:
            assert len(tokens) == 1, f"{self.path}: no token: {form}"
            assert tokens[0]["value"]

    def _check_policy(self):
        policy = self.response.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert not self.soup.select("[style]"), (
            f"{self.path}: {self.soup.select('[style]')}"
        )
        assert not self.soup.select("style")
        assert all(each.get("src") for each in self.soup.select("script"))
        for each in self.soup.find_all(True):
            handlers = [name for name in each.attrs if name.startswith("on")]
            assert not handlers, f"{self.path}: {each}"
        for each in self.soup.select("script[src], link[href], img[src], use[href]"):
            address = each.get("src") or each["href"]
            assert address.startswith("/static/"), f"{self.path}: {address}"
            self.browser.require_asset(address.partition("#")[0])
            mark = address.partition("#")[2]
            if mark:
                assert mark in self.browser.icons, f"{self.path}: no picture {mark}"


class Browser:
    """A phone without script: reads each page strictly, keeps cookies."""

    def __init__(self, client):
        self.client = client
        self.seen = {}
        self._icons = None

    @property
    def icons(self):
        if self._icons is None:
            text = self.client.get("/static/icons.svg").text
            self._icons = set(re.findall(r'<symbol id="([\w-]+)"', text))
        return self._icons

    def require_asset(self, address):
        if address not in self.seen:
            answer = self.client.get(address)
            assert answer.status_code == 200, address
            assert "immutable" in answer.headers["Cache-Control"], address
            self.seen[address] = answer

    def require_page(self, address):
        """Fail unless a link may lead there."""
        answer = self.client.get(address)
        assert answer.status_code in (200, 303, 410), f"{address}: {answer.status_code}"

    def get(self, path, *, query=None, status=None):
        return self._read(self.client.get(path, query_string=query), path, status)

    def post(self, path, data, *, files=None, status=None):
        if files:
            data = dict(data)
            for name, sent in files.items():
                data[name] = [(BytesIO(content), called) for content, called in sent]
            answer = self.client.post(
                path, data=data, content_type="multipart/form-data"
            )
        else:
            answer = self.client.post(path, data=data)
        return self._read(answer, path, status)

    def _read(self, answer, path, status):
        for _ in range(5):
            if answer.status_code not in (301, 302, 303, 307, 308):
                break
            assert answer.status_code == 303, f"{path}: {answer.status_code}"
            path = urljoin(path, answer.headers["Location"])
            assert not urlsplit(path).netloc, path
            answer = self.client.get(path.partition("#")[0])
        if status is not None:
            assert answer.status_code == status, f"{path}: {answer.status_code}"
        return Page(self, answer, path)

    def elder(self):
        """Switch to 长辈版, as the link on every page does."""
        return self.get("/?ui=elder")

    def cookie(self, name):
        found = self.client.get_cookie(name)
        return found.value if found else None
