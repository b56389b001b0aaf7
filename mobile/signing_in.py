"""Signing in by a code sent to the phone."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode

from flask import Response, request
from flask import session as cookie

from app.kernel.errors import AppError, Invalid, TooMany, Unavailable
from app.people import citizens
from app.people.masking import mask_phone
from app.people.models import Channel
from app.people.phones import normalise_mobile
from app.web.context import check_limit, now, runtime, settings, transaction
from app.web.problems import status_of
from mobile import applying, identity, resuming, supervision
from mobile.blueprints import open_pages
from mobile.pages import local_path, page, see_other


@open_pages.get("/sign-in")
def sign_in() -> Response:
    """Ask for the phone number."""
    target = local_path(request.args.get("next"))
    if identity.current_citizen() is not None:
        return see_other(target)
    return _ask_number(target, kept="")


@open_pages.post("/sign-in")
def send_code() -> Response:
    """Send a code to the number, and ask for it."""
    target, kept = _carried()
    typed = request.form.get("phone", "")
    try:
        phone = normalise_mobile(typed)
        check_limit("sign-in-code", f"phone:{phone}")
        with transaction() as session:
            issued = citizens.send_code(
                session, phone, now=now(), address_key=request.remote_addr or "-"
            )
    except Invalid as refusal:
        return _ask_number(target, kept=kept, typed=typed, refusal=refusal)
    except TooMany as refusal:
        # The code sent before is still good: go on to the page that takes it.
        return _ask_code(phone, target, kept, is_new=False, refusal=refusal)
    try:
        runtime().sms.send_code(phone, issued.code)
    except Unavailable as away:
        unsent = Invalid("the message was not sent", errors={"phone": away.zh})
        return _ask_number(target, kept=kept, typed=typed, refusal=unsent)
    if settings().is_demo:
        cookie[_DEMO] = [phone, issued.code, issued.expires_at.isoformat()]
    return _ask_code(phone, target, kept)


_DEMO = "demo_code"
"""A demonstration sends no messages: its code stays on the banner while it is good."""


def _demo_code(phone: str) -> str:
    """Return the code last sent to a number on this phone; empty unless in a demo."""
    known = cookie.get(_DEMO) if settings().is_demo else None
    if not isinstance(known, list):
        return ""
    number, code, until = known
    is_good = number == phone and now() < datetime.fromisoformat(until)
    return str(code) if is_good else ""


@open_pages.post("/sign-in/code")
def take_code() -> Response:
    """Take the code; lead back to where the person came from."""
    target, kept = _carried()
    typed = request.form.get("phone", "")
    try:
        phone = normalise_mobile(typed)
    except Invalid as refusal:
        return _ask_number(target, kept=kept, typed=typed, refusal=refusal)
    lifetime = timedelta(seconds=settings().page_session_lifetime_s)
    try:
        check_limit("sign-in", f"phone:{phone}")
        with transaction() as session:
            outcome = citizens.sign_in_by_code(
                session, phone, request.form.get("code", ""), now=now()
            )
            if not isinstance(outcome, AppError):
                raw = citizens.open_session(
                    session, outcome, Channel.PAGE, now=now(), lifetime=lifetime
                )
        if isinstance(outcome, AppError):
            raise outcome
    except (Invalid, TooMany) as refusal:
        return _ask_code(phone, target, kept, refusal=refusal)
    identity.remember(raw)
    cookie.pop(_DEMO, None)
    form = resuming.unseal(kept)
    return _go_on(form) if form else see_other(target)


def _go_on(form: resuming.Posted) -> Response:
    """Lead on to what the person was about to do before signing in.

    A draft is opened at once, since nothing is sent by it; what says something in
    the person's name is shown first.
    """
    if form.endpoint == resuming.START:
        return applying.begin(
            form.path.split("/")[2], form.field("place"), form.field("via")
        )
    if form.endpoint == resuming.NAMED:
        return supervision.ask_to_confirm(form)
    return resuming.offer(form, heading="登录好了", text=f"点“{form.word}”继续。")


@open_pages.post("/sign-out")
def sign_out() -> Response:
    """Sign out on this phone."""
    identity.sign_out()
    return see_other("/me?said=signed-out")


def _carried() -> tuple[str, str]:
    """Return where to go afterwards, and the sealed form of before."""
    return local_path(request.form.get("next")), request.form.get("kept", "")


def _here(target: str) -> str:
    return f"/sign-in?{urlencode({'next': target})}"


def _ask_number(
    target: str, *, kept: str, typed: str = "", refusal: Invalid | None = None
) -> Response:
    sentence = refusal and (refusal.errors.get("phone") or refusal.zh)
    return page(
        "sign_in.html",
        status=status_of(refusal) if refusal else 200,
        phone="",
        typed=typed,
        here=_here(target),
        errors=[("phone", sentence)] if sentence else [],
        next=target,
        kept=kept,
        waiting=resuming.unseal(kept),
    )


def _ask_code(
    phone: str,
    target: str,
    kept: str,
    *,
    is_new: bool = True,
    refusal: Invalid | TooMany | None = None,
) -> Response:
    response = page(
        "sign_in.html",
        status=status_of(refusal) if refusal else 200,
        phone=phone,
        masked=mask_phone(phone),
        here=_here(target),
        errors=[("code", refusal.zh)] if refusal else [],
        next=target,
        kept=kept,
        waiting=resuming.unseal(kept),
        is_new=is_new,
        demo_code=_demo_code(phone),
    )
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after_s)
    return response
