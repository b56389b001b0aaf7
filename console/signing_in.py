"""Signing in and out."""

from __future__ import annotations

from flask import Response, flash, request, session

from app.kernel.errors import AppError, TooMany
from app.people import staff
from app.people.staff import SignInRefused
from app.web.context import check_limit, now, reading, transaction
from app.web.problems import status_of
from console import resuming
from console.blueprints import PREFIX, desk, entrance
from console.identity import COOKIE, forget, remember
from console.pages import local_path, see_other
from console.sign_in_page import draw

_CSRF_KEY = "csrf_token"
_LONGEST_PASSWORD = 200


@entrance.get("/sign-in")
def sign_in() -> Response:
    """Ask for user name and password."""
    return draw(username=request.args.get("user", "")[:60])


@entrance.post("/sign-in")
def check_sign_in() -> Response:
    """Open a session, and lead on to where the person wanted to go."""
    username = request.form.get("username", "")[:60]
    password = request.form.get("password", "")[:_LONGEST_PASSWORD]
    kept = request.form.get("kept", "")
    if not username.strip() or not password:
        return draw(
            username=username, error="请填写用户名和密码。", kept=kept, status=422
        )
    address = request.remote_addr or "-"
    try:
        check_limit("staff-sign-in", f"user:{username.strip().lower()}")
        with reading() as unit:
            proof = staff.prove(
                unit, username, password, now=now(), address_key=address
            )
        with transaction() as unit:
            outcome = staff.admit(unit, proof, now=now(), address_key=address)
        if isinstance(outcome, SignInRefused):
            raise outcome
    except (SignInRefused, TooMany) as refusal:
        return _refuse(username, refusal, kept)
    # A token that was known before signing in must not be good afterwards.
    session.pop(_CSRF_KEY, None)
    form = resuming.unseal(kept)
    response = (
        resuming.offer(form)
        if form is not None
        else see_other(local_path(request.form.get("next")))
    )
    remember(response, outcome)
    return response


def _refuse(username: str, refusal: AppError, kept: str) -> Response:
    response = draw(
        username=username, error=refusal.zh, kept=kept, status=status_of(refusal)
    )
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after_s)
    return response


@desk.post("/sign-out")
def sign_out() -> Response:
    """Close the session, here and on the server."""
    with transaction() as unit:
        staff.sign_out(unit, request.cookies.get(COOKIE, ""), now=now())
    session.pop(_CSRF_KEY, None)
    flash("您已退出登录。", "good")
    response = see_other(f"{PREFIX}/sign-in")
    forget(response)
    return response
