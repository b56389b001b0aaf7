"""Signing in by WeChat or by a code to the phone, renewing, signing out."""

from __future__ import annotations

import base64
import binascii
from datetime import timedelta
from typing import Any

import marshmallow as ma
import orjson
from flask import request
from flask.views import MethodView
from marshmallow import fields, validate

from app.kernel.crypto import SealBroken
from app.kernel.errors import AppError, Unauthenticated
from app.people import citizens
from app.people.models import Channel
from app.web import tokens
from app.web.context import check_limit, now, runtime, settings, transaction
from miniprogram_api.blueprints import ApiBlueprint
from miniprogram_api.schemas import StrictSchema, text

blp = ApiBlueprint(
    "session", __name__, url_prefix="/api/v1/session", description=__doc__
)

_TICKET = "api:wechat-ticket"
_TICKET_LIFETIME = timedelta(minutes=10)
_MOBILE = r"^1[3-9][0-9]{9}\Z"


class TicketRefused(Unauthenticated):
    """The WeChat ticket is not ours or older than ten minutes."""

    code = "ticket-refused"
    zh = "微信登录已过期，请退出小程序重新打开。"


class WechatSchema(StrictSchema):
    """What wx.login gave."""

    code = text(200, least=1, required=True)


class PhoneSchema(StrictSchema):
    """Where to send a code."""

    phone = fields.String(required=True, validate=validate.Regexp(_MOBILE))


class PhoneCodeSchema(PhoneSchema):
    """The code as it was typed."""

    code = text(20, least=1, required=True)
    wechat_ticket = text(
        600,
        metadata={"description": "From /session/wechat; binds WeChat to the number"},
    )


class RefreshSchema(StrictSchema):
    """The refresh token; good for one exchange."""

    refresh_token = text(200, least=1, required=True)


class SessionSchema(ma.Schema):
    """A session, or how to get one."""

    access_token = fields.String(allow_none=True)
    expires_in = fields.Integer(allow_none=True, metadata={"description": "Seconds"})
    refresh_token = fields.String(allow_none=True)
    wechat_ticket = fields.String(
        allow_none=True,
        metadata={
            "description": "Given when this WeChat is not bound to a number yet:"
            " send it along with the phone's code"
        },
    )


class CodeSentSchema(ma.Schema):
    """A code is on its way."""

    expires_in = fields.Integer(metadata={"description": "Seconds"})


@blp.route("/wechat")
class WechatSession(MethodView):
    """By WeChat."""

    @blp.arguments(WechatSchema)
    @blp.response(200, SessionSchema)
    @blp.alt_response(401, "UNAUTHORIZED")
    def post(self, given: dict[str, str]) -> dict[str, Any]:
        """Sign in with a login code.

        A WeChat that is bound to a number gets tokens. One that is not gets a
        ticket: a verified number is the person's key, WeChat alone is not.
        """
        check_limit("sign-in")
        openid = runtime().wechat.openid_for(given["code"])
        with transaction() as session:
            citizen = citizens.by_openid(session, openid)
            if citizen is None:
                return _NO_TOKENS | {"wechat_ticket": _ticket_for(openid)}
            raw = citizens.open_session(
                session, citizen, Channel.API, now=now(), lifetime=_refresh_lifetime()
            )
        return _tokens(citizen.token, raw)


@blp.route("/phone/code")
class PhoneCode(MethodView):
    """A code to the phone."""

    @blp.arguments(PhoneSchema)
    @blp.response(202, CodeSentSchema)
    def post(self, given: dict[str, str]) -> dict[str, Any]:
        """Send a code; nothing tells whether the number is known."""
        phone = given["phone"]
        check_limit("sign-in-code", f"phone:{phone}")
        with transaction() as session:
            issued = citizens.send_code(
                session, phone, now=now(), address_key=request.remote_addr or ""
            )
        runtime().sms.send_code(phone, issued.code)
        return {"expires_in": int((issued.expires_at - now()).total_seconds())}


@blp.route("/phone")
class PhoneSession(MethodView):
    """By the code."""

    @blp.arguments(PhoneCodeSchema)
    @blp.response(200, SessionSchema)
    @blp.alt_response(401, "UNAUTHORIZED")
    def post(self, given: dict[str, str]) -> dict[str, Any]:
        """Sign in with the code that was sent, binding WeChat if it is asked."""
        check_limit("sign-in", f"phone:{given['phone']}")
        ticket = given.get("wechat_ticket")
        openid = _openid_of(ticket) if ticket else None
        with transaction() as session:
            found = citizens.sign_in_by_code(
                session, given["phone"], given["code"], now=now()
            )
            if not isinstance(found, AppError):
                if openid:
                    citizens.bind_openid(session, openid, found, now=now())
                raw = citizens.open_session(
                    session, found, Channel.API, now=now(), lifetime=_refresh_lifetime()
                )
        if isinstance(found, AppError):
            # Raised only now: the wrong try must stay counted.
            raise found
        return _tokens(found.token, raw)


@blp.route("/refresh")
class Refresh(MethodView):
    """Renewing."""

    @blp.arguments(RefreshSchema)
    @blp.response(200, SessionSchema)
    @blp.alt_response(401, "UNAUTHORIZED")
    def post(self, given: dict[str, str]) -> dict[str, Any]:
        """Exchange a refresh token; a second exchange of it closes the session."""
        check_limit("refresh")
        with transaction() as session:
            renewed = citizens.rotate_session(
                session,
                given["refresh_token"],
                Channel.API,
                now=now(),
                lifetime=_refresh_lifetime(),
            )
        if isinstance(renewed, AppError):
            raise renewed
        return _tokens(renewed.citizen_token, renewed.raw)


@blp.route("")
class Session(MethodView):
    """Signing out."""

    @blp.arguments(RefreshSchema)
    @blp.response(204)
    def delete(self, given: dict[str, str]) -> None:
        """Close the session and every token of it; an unknown one does nothing."""
        check_limit("refresh")
        with transaction() as session:
            citizens.close_session(session, given["refresh_token"], now=now())


_NO_TOKENS: dict[str, Any] = {
    "access_token": None,
    "expires_in": None,
    "refresh_token": None,
}


def _refresh_lifetime() -> timedelta:
    return timedelta(seconds=settings().refresh_lifetime_s)


def _tokens(citizen: str, raw: str) -> dict[str, Any]:
    here = settings()
    return {
        "access_token": tokens.issue(
            tokens.Claims(citizen=citizen, session=citizens.family_of(raw)),
            key=here.jwt_key,
            issuer=here.public_url,
            lifetime_s=here.access_lifetime_s,
            now=now(),
        ),
        "expires_in": here.access_lifetime_s,
        "refresh_token": raw,
        "wechat_ticket": None,
    }


def _ticket_for(openid: str) -> str:
    until = int((now() + _TICKET_LIFETIME).timestamp())
    sealed = runtime().keyring.seal(orjson.dumps([openid, until]), context=_TICKET)
    return base64.urlsafe_b64encode(sealed).decode()


def _openid_of(ticket: str) -> str:
    try:
        blob = base64.urlsafe_b64decode(ticket.encode())
        openid, until = orjson.loads(runtime().keyring.open(blob, context=_TICKET))
    except (binascii.Error, ValueError, SealBroken):
        raise TicketRefused("not a ticket of ours") from None
    if now().timestamp() > until:
        raise TicketRefused("the ticket is over")
    return str(openid)
