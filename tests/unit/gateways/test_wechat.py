import httpx
import pytest

from app.gateways.wechat import CodeRefused, WeChatClient
from app.kernel.errors import Forbidden, TooMany, Unavailable


def client(answer, status=200):
    def respond(request):
        assert request.url.path == "/sns/jscode2session"
        assert dict(request.url.params) == {
            "appid": "wx1", "secret": "top", "js_code": "c", "grant_type": "authorization_code",
        }  # fmt: skip
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, str):
            return httpx.Response(status, text=answer)
        return httpx.Response(status, json=answer)

    return WeChatClient(
        "wx1", "top", "https://wechat.test", transport=httpx.MockTransport(respond)
    )


@pytest.mark.parametrize("extra", [{}, {"errcode": 0, "errmsg": "ok"}])
def test_a_code_becomes_an_openid(extra):
    assert client({"openid": "o1", "session_key": "k"} | extra).openid_for("c") == "o1"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"errcode": 40029}, CodeRefused),
        ({"errcode": 40163}, CodeRefused),
        ({"errcode": 40226}, Forbidden),
        ({"errcode": 45011}, TooMany),
        ({"errcode": -1}, Unavailable),
        ({"errcode": 40013}, Unavailable),
        ({}, Unavailable),
        ([], Unavailable),
        ({"openid": 7}, Unavailable),
        ("<html>", Unavailable),
        (httpx.ConnectTimeout("slow"), Unavailable),
    ],
    ids=str,
)
def test_wechats_failures_have_names(answer, error):
    with pytest.raises(error):
        client(answer).openid_for("c")


def test_the_secret_is_never_logged(caplog):
    with pytest.raises(Unavailable):
        client(httpx.ConnectTimeout("https://wechat.test/?secret=top")).openid_for("c")
    assert "top" not in caplog.text
