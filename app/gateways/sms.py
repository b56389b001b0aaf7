"""Short messages that carry sign-in codes."""

from __future__ import annotations

import logging

import httpx

from app.kernel.errors import Unavailable
from app.people.masking import mask_phone

logger = logging.getLogger(__name__)

_TIMEOUT_S = 5.0


class HttpSms:
    """The district's own SMS service: one POST a message.

    Sends ``{"phone": …, "text": …}`` as JSON with a bearer token and takes any
    2xx answer as accepted.

    Args:
        url: The service's https address (setting SMS_URL).
        token: Its bearer token (setting SMS_TOKEN).
        signature: Name at the head of the text, as carriers demand.
    """

    def __init__(
        self,
        url: str,
        token: str,
        signature: str,
        *,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._url = url
        self._signature = signature
        self._client = httpx.Client(
            timeout=_TIMEOUT_S,
            headers={"Authorization": f"Bearer {token}"},
            transport=transport,
        )

    def send_code(self, phone: str, code: str) -> None:
        """Send a sign-in code.

        Raises:
            Unavailable: the service did not take it; the person may ask again.
        """
        text = f"【{self._signature}】您的验证码是{code}，5分钟内有效，请勿告诉他人。"
        try:
            answer = self._client.post(self._url, json={"phone": phone, "text": text})
            answer.raise_for_status()
        except httpx.HTTPError as failure:
            logger.warning("sms away", extra={"cause": type(failure).__name__})
            raise Unavailable(
                "the SMS service did not take the message",
                zh="短信没有发出去，请过一会儿再点“获取验证码”，或拨打12345。",
            ) from None


class LogSms:
    """The demonstration's stand-in: writes the code to the log. Never in production."""

    def send_code(self, phone: str, code: str) -> None:
        """Write the code, and only the masked number, to the log."""
        logger.warning("demo sms %s to %s", code, mask_phone(phone))
