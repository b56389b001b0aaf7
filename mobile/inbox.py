"""The inbox: what a person was told, and whether they have read it."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.notices import queries, service
from app.notices.models import LinkKind, Notice
from app.web.context import now, reading, transaction
from mobile.blueprints import own_pages
from mobile.identity import signed_in
from mobile.pages import page, see_other
from notifications.wording import words_for


@own_pages.get("/inbox")
def inbox() -> Response:
    """Show notices, newest first."""
    actor = signed_in()
    with reading() as session:
        found = queries.inbox(session, actor, cursor=request.args.get("cursor"))
    return page(
        "inbox.html",
        tab="me",
        notices=[_line(each) for each in found.notices],
        unread=found.unread,
        more=found.next_cursor or "",
    )


def _line(notice: Notice) -> dict[str, Any]:
    words = words_for(notice.template)
    return {
        "token": notice.token,
        "title": words.title,
        "text": words.body,
        "to_do": words.to_do,
        "unread": notice.read_at is None,
        "at": notice.happened_at,
    }


@own_pages.post("/inbox/<token>")
def open_notice(token: str) -> Response:
    """Mark a notice as read and lead to what it is about."""
    actor = signed_in()
    with transaction() as session:
        notice = service.mark_read(session, actor, token, now=now())
    return see_other(_target(notice))


def _target(notice: Notice) -> str:
    if notice.link_kind is LinkKind.CASE:
        return f"/cases/{notice.link_token}" if notice.link_token else "/cases"
    if notice.link_kind is LinkKind.COMPLAINT:
        token = notice.link_token
        return f"/complaints/{token}" if token else "/complaints"
    return "/inbox"


@own_pages.post("/inbox/read")
def read_all() -> Response:
    """Mark everything as read."""
    actor = signed_in()
    with transaction() as session:
        service.mark_all_read(session, actor, now=now())
    return see_other("/inbox")
