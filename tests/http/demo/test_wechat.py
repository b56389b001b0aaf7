import httpx
import pytest

from app.gateways.wechat import CodeRefused, WeChatClient
from app.kernel.errors import TooMany, Unavailable
from demo.wechat import FakeWeChat, create_app

APP_ID = "wxdemo0000000000"
SECRET = "0123456789abcdef"


class Seconds:
    def __init__(self):
        self.passed = 0.0

    def __call__(self):
        return self.passed


@pytest.fixture
def seconds():
    return Seconds()


@pytest.fixture
def wechat(seconds):
    return FakeWeChat(APP_ID, SECRET, seconds=seconds)


@pytest.fixture
def transport(wechat):
    return httpx.WSGITransport(create_app(wechat))


@pytest.fixture
def client(transport):
    return WeChatClient(APP_ID, SECRET, "http://wechat", transport=transport)


def test_the_product_signs_a_person_in(client, wechat):
    openid = client.openid_for(wechat.log_in("李阿姨"))
    assert openid == wechat.openid_of("李阿姨")
    assert len(openid) == 28


def test_a_person_is_the_same_at_the_next_login_and_another_is_not(client, wechat):
    first = client.openid_for(wechat.log_in("李阿姨"))
    assert client.openid_for(wechat.log_in("李阿姨")) == first
    assert client.openid_for(wechat.log_in("王大爷")) != first


def test_a_code_is_good_once(client, wechat):
    code = wechat.log_in("李阿姨")
    client.openid_for(code)
    with pytest.raises(CodeRefused, match="already used"):
        client.openid_for(code)


def test_a_code_is_good_for_five_minutes(client, wechat, seconds):
    in_time, late = wechat.log_in("甲"), wechat.log_in("乙")
    seconds.passed = 300
    client.openid_for(in_time)
    seconds.passed = 301
    with pytest.raises(CodeRefused, match="invalid"):
        client.openid_for(late)


def test_an_invented_code_is_refused(client):
    with pytest.raises(CodeRefused, match="invalid"):
        client.openid_for("invented")


def test_a_wrong_secret_is_a_fault_of_ours(wechat, transport):
    client = WeChatClient(APP_ID, "wrong", "http://wechat", transport=transport)
    with pytest.raises(Unavailable, match="configuration 40125"):
        client.openid_for(wechat.log_in("李阿姨"))


def test_a_person_who_hurries_is_asked_to_wait(client, wechat, seconds):
    for _ in range(100):
        client.openid_for(wechat.log_in("李阿姨"))
    with pytest.raises(TooMany):
        client.openid_for(wechat.log_in("李阿姨"))
    seconds.passed = 61
    client.openid_for(wechat.log_in("李阿姨"))


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"appid": ""}, 41002),
        ({"appid": "other"}, 40013),
        ({"secret": ""}, 41004),
        ({"grant_type": "x"}, 40002),
        ({"js_code": ""}, 41008),
    ],
)
def test_a_wrong_question_gets_wechats_own_number(transport, change, errcode):
    query = {
        "appid": APP_ID,
        "secret": SECRET,
        "js_code": "c",
        "grant_type": "authorization_code",
    }
    with httpx.Client(base_url="http://wechat", transport=transport) as client:
        response = client.get("/sns/jscode2session", params=query | change)
    assert response.status_code == 200
    assert response.json()["errcode"] == errcode
    assert "rid: " in response.json()["errmsg"]


def test_only_get_is_taken(transport):
    with httpx.Client(base_url="http://wechat", transport=transport) as client:
        assert client.post("/sns/jscode2session").json()["errcode"] == 43001


def test_a_script_gets_a_code_as_a_phone_would(client, transport, wechat):
    with httpx.Client(base_url="http://wechat", transport=transport) as phone:
        code = phone.post("/demo/login", json={"person": "李阿姨"}).json()["code"]
    assert client.openid_for(code) == wechat.openid_of("李阿姨")
