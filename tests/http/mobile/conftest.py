"""Phone pages, read strictly: see :mod:`tests.http.mobile.strict`."""

from io import BytesIO

import pytest
from PIL import Image

from app.codes import service
from app.codes.models import CodeKind
from app.kernel.actors import SYSTEM_ACTOR
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
