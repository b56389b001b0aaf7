"""The person: what is known of them, masked; changing it; signing out."""

from __future__ import annotations

import http

from flask import Response, request

from app.forms.checking import id_number_error
from app.kernel.clock import office_date
from app.kernel.errors import Invalid
from app.notices import queries as notices
from app.people import profiles
from app.people.models import RealNameStatus
from app.people.profiles import Profile, ProfileChange
from app.web.context import now, reading, transaction
from mobile.blueprints import open_pages, own_pages
from mobile.identity import current_citizen, signed_in
from mobile.pages import page, see_other

_SAID = {
    "saved": "已保存。",
    "signed-out": "已退出登录。",
}
_STATUS = {
    RealNameStatus.UNVERIFIED: "未核验",
    RealNameStatus.VERIFIED: "已核验",
}


@open_pages.get("/me")
def me() -> Response:
    """Show what is known of the person, masked; or where to sign in."""
    actor = current_citizen()
    shown: Profile | None = None
    unread = 0
    if actor is not None:
        with reading() as session:
            shown = profiles.profile(session, actor.id).masked
            unread = notices.unread_count(session, actor)
    return page(
        "me.html",
        tab="me",
        profile=shown,
        status_word=_STATUS[shown.real_name_status] if shown else "",
        unread=unread,
        said=_SAID.get(request.args.get("said", ""), ""),
    )


@own_pages.get("/me/profile")
def profile() -> Response:
    """Let the person say who they are."""
    actor = signed_in()
    with reading() as session:
        known = profiles.profile(session, actor.id)
    return _ask(known, {"name": known.name, "id_number": ""})


@own_pages.post("/me/profile")
def save_profile() -> Response:
    """Keep what the person says of themselves."""
    actor = signed_in()
    typed = {name: request.form.get(name, "") for name in ("name", "id_number")}
    with reading() as session:
        known = profiles.profile(session, actor.id)
    number = typed["id_number"].strip()
    wrong = id_number_error(number, office_date(now())) if number else ""
    if wrong:
        return _ask(known, typed, {"id_number": wrong})
    change = ProfileChange(name=typed["name"], id_number=number or None)
    try:
        with transaction() as session:
            profiles.update_profile(session, actor.id, change, now=now())
    except Invalid as refusal:
        return _ask(known, typed, refusal.errors)
    return see_other("/me?said=saved")


def _ask(
    known: Profile, typed: dict[str, str], errors: dict[str, str] | None = None
) -> Response:
    status = http.HTTPStatus.UNPROCESSABLE_ENTITY if errors else http.HTTPStatus.OK
    return page(
        "profile.html",
        status=status,
        tab="me",
        typed=typed,
        masked=known.masked.id_number,
        errors=list((errors or {}).items()),
    )
