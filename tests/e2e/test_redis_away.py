"""Redis stops: cases are still filed, limits still hold, and nothing is lost."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import PHONE
from tests.e2e.phone import Phone

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

TOLD_WITHIN_S = 30
"""From the return of Redis to the line in the inbox."""

TRIES = 5
"""So often may a code be typed wrongly."""


@pytest.fixture
def redis(house):
    """The house's Redis; it runs again when the test ends."""
    yield house.redis
    if not house.redis.answers():
        house.redis.start()


@pytest.fixture
def applicant(visit, house, world):
    """Somebody signed in, with an application that only needs to be handed in."""
    citizen = world.new_citizen()
    person = Phone(visit(**PHONE), house)
    person.page.context.add_cookies(world.cookies_of_citizen(citizen))
    person.draft = world.complete_draft(citizen)
    return person


def hand_in(person):
    person.open(f"/cases/{person.draft}/review")
    person.page.get_by_label("我填的都是真实的").check()
    person.press("提交申请")
    expect(person.heading).to_have_text("申请已提交")


def test_a_case_is_filed_and_told_of_later(house, redis, applicant):
    redis.stop()
    assert not redis.answers()
    hand_in(applicant)
    assert house.status_of("/readyz") == 200
    applicant.open("/inbox")
    expect(applicant.main).to_contain_text("还没有消息")
    redis.start()
    applicant.is_told("您的申请已提交", within_s=TOLD_WITHIN_S)


def test_sign_in_limits_hold_meanwhile(redis, phone, world):
    redis.stop()
    number = world.new_number()
    code = phone.open("/sign-in").ask_for_code(number)
    wrong = "000000" if code != "000000" else "111111"

    phone.press("没收到")
    expect(phone.page.locator(".error-summary")).to_contain_text("刚刚发过")

    for _ in range(TRIES):
        type_code(phone, wrong)
    type_code(phone, code)
    expect(phone.heading).to_have_text("输入验证码")


def type_code(phone, code):
    """Type a code and see it refused."""
    phone.page.get_by_label("6 位验证码").fill(code)
    phone.press("登录")
    expect(phone.page.locator(".error-summary")).to_be_visible()
