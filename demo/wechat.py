"""A stand-in for WeChat's server, for a machine that has no mini-program.

It keeps what the real one keeps: a login code belongs to one person, lives five
minutes and is good for one exchange. It listens on this machine only, and the
settings of production refuse its address.

Source: WeChat documentation, 小程序登录凭证校验 (code2Session); 40163 is seen in
practice and not in WeChat's own table.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, request

CODE_LIFETIME_S = 300
LOGINS_PER_MINUTE = 100
"""A person; above it WeChat asks to wait."""

_MAX_NAME = 64


@dataclass
class _LoginCode:
    person: str
    given_at: float
    is_used: bool = False


class Refused(Exception):
    """What WeChat would answer instead."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errmsg)
        self.errcode = errcode
        self.errmsg = errmsg


@dataclass
class FakeWeChat:
    """One mini-program and the people who opened it.

    Attributes:
        seconds: A clock that never goes back.
    """

    app_id: str
    secret: str = field(repr=False)
    seconds: Callable[[], float] = time.monotonic
    _codes: dict[str, _LoginCode] = field(default_factory=dict)
    _logins: dict[str, deque[float]] = field(default_factory=dict)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def log_in(self, person: str) -> str:
        """Do what ``wx.login`` does on a person's phone.

        Returns:
            A code for one exchange within :data:`CODE_LIFETIME_S`.
        """
        code = secrets.token_urlsafe(24)
        with self._turn:
            self._forget_old()
            self._codes[code] = _LoginCode(person, self.seconds())
        return code

    def exchange(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Answer ``/sns/jscode2session``.

        Raises:
            Refused: with WeChat's own number.
        """
        self._check_app(query)
        if query.get("grant_type") != "authorization_code":
            raise Refused(40002, "invalid grant_type")
        with self._turn:
            person = self._use(query.get("js_code", ""))
            self._count(person)
        session_key = base64.b64encode(secrets.token_bytes(16)).decode()
        return {"openid": self.openid_of(person), "session_key": session_key}

    def openid_of(self, person: str) -> str:
        """Name a person as this mini-program sees them: the same every time."""
        said = f"{self.app_id}:{person}".encode()
        digest = hmac.digest(self.secret.encode(), said, hashlib.sha256)
        return "o" + base64.urlsafe_b64encode(digest).decode()[:27]

    def _check_app(self, query: Mapping[str, str]) -> None:
        if not query.get("appid"):
            raise Refused(41002, "appid missing")
        if query["appid"] != self.app_id:
            raise Refused(40013, "invalid appid")
        if not query.get("secret"):
            raise Refused(41004, "appsecret missing")
        if not hmac.compare_digest(query["secret"].encode(), self.secret.encode()):
            raise Refused(40125, "invalid appsecret")

    def _use(self, code: str) -> str:
        if not code:
            raise Refused(41008, "missing code")
        known = self._codes.get(code)
        if known is None or self._is_old(known):
            raise Refused(40029, "invalid code")
        if known.is_used:
            raise Refused(40163, "code been used")
        known.is_used = True
        return known.person

    def _count(self, person: str) -> None:
        recent = self._logins.setdefault(person, deque())
        now = self.seconds()
        while recent and recent[0] <= now - 60:
            recent.popleft()
        if len(recent) >= LOGINS_PER_MINUTE:
            raise Refused(45011, "api minute-quota reach limit mustslower")
        recent.append(now)

    def _is_old(self, code: _LoginCode) -> bool:
        return self.seconds() - code.given_at > CODE_LIFETIME_S

    def _forget_old(self) -> None:
        for code in [
            code for code, known in self._codes.items() if self._is_old(known)
        ]:
            del self._codes[code]


def create_app(wechat: FakeWeChat) -> Flask:
    """Serve a fake: WeChat's own address, and the phone's side of it."""
    app = Flask("demo.wechat", static_folder=None)

    @app.errorhandler(Refused)
    def refuse(refused: Refused) -> dict[str, Any]:
        """Say no as WeChat does: with status 200 and a number."""
        rid = "-".join(secrets.token_hex(4) for _ in range(3))
        return {"errcode": refused.errcode, "errmsg": f"{refused.errmsg}, rid: {rid}"}

    @app.get("/sns/jscode2session")
    def code2session() -> dict[str, Any]:
        """Exchange a login code for an openid."""
        return wechat.exchange(request.args)

    @app.post("/sns/jscode2session")
    def code2session_by_post() -> dict[str, Any]:
        """Refuse the wrong method."""
        raise Refused(43001, "require GET method")

    @app.post("/demo/login")
    def login() -> dict[str, str]:
        """Hand out the code that a person's phone would get from ``wx.login``."""
        person = (request.get_json(silent=True) or {}).get("person", "demo")
        return {"code": wechat.log_in(str(person)[:_MAX_NAME])}

    return app


def from_env() -> Flask:
    """Build the app for the mini-program that the environment names."""
    env = os.environ  # noqa: TID251 -- a program of its own, beside the product
    return create_app(FakeWeChat(env["WECHAT_APP_ID"], env["WECHAT_APP_SECRET"]))
