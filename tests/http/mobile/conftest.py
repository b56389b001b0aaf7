"""Phone pages, read strictly: see :mod:`tests.http.mobile.strict`."""

from io import BytesIO
from urllib.parse import quote

import pytest
from PIL import Image

from app.cases import queries
from app.cases import service as cases
from app.codes import service
from app.codes.models import CodeKind
from app.kernel.actors import SYSTEM_ACTOR, Role
from app.people import offices
from app.web.context import local_rules
from tests.builders.people import actor_of, make_staff
from tests.http.mobile.strict import Browser

PHONE = "13800138000"
GUIDE = "M0345"
"""最低生活保障: a matter of the townships, with a guide read from a source."""


@pytest.fixture
def page(client):
    """A phone that reads every page strictly."""
    return Browser(client)


@pytest.fixture
def township(published):
    return published.townships()[0]


@pytest.fixture
def sign_in(page, sms):
    """Sign in by code, through the pages."""

    def with_number(phone=PHONE, *, target="/"):
        asked = page.get(f"/sign-in?next={target}").press("获取验证码", phone=phone)
        return asked.press("登录", code=sms.codes[phone])

    return with_number


@pytest.fixture
def photo():
    out = BytesIO()
    Image.new("RGB", (64, 48), "white").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def code_for(database, clock):
    """Issue a printed code, by default for the guide."""

    def issue(kind=CodeKind.MATTER, target=GUIDE, **said):
        with database.transaction() as session:
            return service.issue(
                session, SYSTEM_ACTOR, kind=kind, target=target, now=clock.now(), **said
            ).code

    return issue


ANSWERS = {
    "id_number": "11010519491231002X",
    "credit_code": "91350100M000100Y43",
    "mobile": PHONE,
    "date": "2026-02-01",
    "yes_no": "yes",
    "number": "3",
    "money": "1200.00",
    "long_text": "家里三口人，收入不高。",
}


def answers_for(form, place):
    """Return what a person would post for every field of a form."""
    given = {}
    for field in form.fields:
        kind = field.type.value
        if kind == "address":
            given[f"{field.key}__division"] = place
            given[f"{field.key}__detail"] = "一组12号"
        elif kind in ("choice", "choices"):
            given[field.key] = field.choices[0].value
        elif kind != "file":
            given[field.key] = ANSWERS.get(kind, "张小明")
    return given


@pytest.fixture
def begin(page, sign_in, township):
    """Begin an application for the guide in the first township; return its form."""

    def with_matter(code=GUIDE, place=None):
        target = f"/matters/{code}/apply?place={place or township.code}"
        return sign_in(target=quote(target)).press("开始填写")

    return with_matter


@pytest.fixture
def fill(published, township, photo):
    """Answer everything, upload what must be there; return the review page."""

    def application(form, code=GUIDE):
        matter = published.matter(code)
        shown = form.press("下一步", **answers_for(matter.form, township.code))
        assert not shown.errors, shown.errors
        for material in matter.guide.materials:
            if material.must_be_uploaded:
                shown = upload(shown, material.key, ("photo.jpg", photo))
        return shown.follow("下一步")

    return application


def upload(shown, key, *files):
    """Send files for a material, as the page's own form does."""
    form = shown.soup.select_one(f'form[action$="/materials/{key}"]')
    token = form.select_one("[name=csrf_token]")["value"]
    sent = [(content, name) for name, content in files]
    return shown.browser.post(
        form["action"], {"csrf_token": token}, files={"files": sent}
    )


@pytest.fixture
def submitted(begin, fill):
    """An application that was handed in; returns its receipt page."""
    return fill(begin()).press("提交申请", promise="yes")


@pytest.fixture
def colleague(database, published, township):
    """Somebody who does every job at the township's office."""
    roles = (Role.CLERK, Role.REVIEWER, Role.DECIDER)
    with database.transaction() as session:
        code = published.office_in_charge(GUIDE, township.code)
        office = offices.get_by_code(session, code)
        return actor_of(session, make_staff(session, roles=roles, office=office))


@pytest.fixture
def desk(database, clock, web, colleague):
    """Take a step at the desk of the office in charge."""

    def step(token, action, **said):
        with web.app_context():
            local = local_rules()
        with database.transaction() as session:
            case = queries.get(session, colleague, token)
            cases.take_step(
                session,
                colleague,
                token,
                action,
                seen_version=case.version,
                local=local,
                now=clock.now(),
                **said,
            )

    return step
