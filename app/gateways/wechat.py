"""WeChat's login: a code from the phone for the person's openid."""

from __future__ import annotations

import logging

import httpx

from app.kernel.errors import AppError, Forbidden, TooMany, Unauthenticated, Unavailable

logger = logging.getLogger(__name__)

_TIMEOUT_S = 4.0
_REFUSED = {
    40029: "code invalid",
    40163: "code already used",
}
_CONFIGURATION = frozenset({40013, 40125, 41002, 41004})


class CodeRefused(Unauthenticated):
    """WeChat does not know the login code, or it has been used."""

    code = "wechat-code-refused"
    zh = "微信登录没有成功，请退出小程序重新打开。"


class WeChatClient:
    """Calls WeChat's server interface.

    Args:
        app_id: Of the mini-program.
        secret: Of the mini-program; never logged, never sent to a phone.
        base_url: WeChat's own address, or the fake's in the demonstration.

    Source: WeChat documentation, 小程序登录凭证校验 (code2Session).
    """

    def __init__(
        self,
        app_id: str,
        secret: str,
        base_url: str,
        *,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._app_id = app_id
        self._secret = secret
        self._client = httpx.Client(
            base_url=base_url, timeout=_TIMEOUT_S, transport=transport
        )

    def openid_for(self, code: str) -> str:
        """Exchange a login code for the openid; a code works once.

        The session key in the answer is not kept: nothing here needs it.

        Raises:
            CodeRefused: the phone must call wx.login again.
            Forbidden: WeChat blocks this user as high-risk.
            TooMany: WeChat asks to wait a minute.
            Unavailable: WeChat is busy, away, or this installation is not set up.
        """
        if not self._app_id:
            raise Unavailable("WECHAT_APP_ID is not set")
        try:
            answer = self._client.get(
                "/sns/jscode2session",
                params={
                    "appid": self._app_id,
                    "secret": self._secret,
                    "js_code": code,
                    "grant_type": "authorization_code",
                },
            ).json()
        except (httpx.HTTPError, ValueError) as failure:
            # The request's address holds the secret: only the kind is logged.
            logger.warning("wechat away", extra={"cause": type(failure).__name__})
            raise Unavailable("WeChat did not answer") from None
        if not isinstance(answer, dict):
            raise Unavailable("WeChat answered something else")
        # A success may carry errcode 0 or none at all.
        errcode = answer.get("errcode") or 0
        if errcode:
            raise self._failure(errcode, str(answer.get("errmsg", ""))[:120])
        openid = answer.get("openid")
        if not isinstance(openid, str) or not openid:
            raise Unavailable("WeChat named no openid")
        return openid

    def _failure(self, errcode: int, errmsg: str) -> AppError:
        if errcode in _REFUSED:
            return CodeRefused(_REFUSED[errcode])
        logger.warning("wechat refused", extra={"errcode": errcode, "errmsg": errmsg})
        if errcode == 40226:  # noqa: PLR2004 -- WeChat's own number
            return Forbidden("WeChat blocks this user", zh="微信提示该账号暂不能登录。")
        if errcode == 45011:  # noqa: PLR2004 -- WeChat's own number
            return TooMany("WeChat asks to wait", retry_after_s=60)
        kind = "configuration" if errcode in _CONFIGURATION else "busy"
        return Unavailable(f"WeChat: {kind} {errcode}")
