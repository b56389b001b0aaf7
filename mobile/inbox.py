"""The inbox: what a person was told, and whether they have read it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from app.cases import queries as cases
from app.cases.models import Case
from app.cases.workflow import WAITING_FOR_APPLICANT
from app.kernel.actors import Actor
from app.notices import queries, service
from app.notices.models import LinkKind, Notice
from app.web.context import now, reading, transaction
from mobile import formats
from mobile.blueprints import own_pages
from mobile.following import due_sentence
from mobile.identity import signed_in
from mobile.pages import page, see_other
from notifications.wording import words_for


@own_pages.get("/inbox")
def inbox() -> Response:
    """Show notices, newest first."""
    actor = signed_in()
    with reading() as session:
        found = queries.inbox(session, actor, cursor=request.args.get("cursor"))
        about = _cases_of(session, actor, found.notices)
    lines: list[dict[str, Any]] = []
    for each in found.notices:
        case = about.get(each.link_token or "")
        # Only the newest notice of a case tells until when: the date is today's.
        is_newest = case is not None and all(e["case"] is not case for e in lines)
        lines.append(_line(each, case, is_newest=is_newest))
    return page(
        "inbox.html",
        tab="me",
        notices=lines,
        unread=found.unread,
        more=found.next_cursor or "",
    )


def _cases_of(
    session: Session, actor: Actor, notices: Iterable[Notice]
) -> dict[str, Case]:
    """Return the actor's cases that notices are about, by token."""
    tokens = {e.link_token for e in notices if e.link_kind is LinkKind.CASE}
    wanted = cases.visible_to(actor).where(Case.token.in_(tokens))
    return {each.token: each for each in session.scalars(wanted)}


def _line(notice: Notice, case: Case | None, *, is_newest: bool) -> dict[str, Any]:
    """Return a notice as a row: behind the sign-in it may name the matter."""
    words = words_for(notice.template)
    parts = (case.matter_name, case.reference) if case is not None else ()
    return {
        "case": case,
        "name": " · ".join(part for part in parts if part),
        "due": _due(case) if case is not None and is_newest else "",
        "token": notice.token,
        "title": words.title,
        "text": words.body,
        "to_do": words.to_do,
        "unread": notice.read_at is None,
        "at": notice.happened_at,
    }


def _due(case: Case) -> str:
    if case.state in WAITING_FOR_APPLICANT and case.supply_by_on:
        return f"请在 {formats.day(case.supply_by_on)} 前改好提交"
    return due_sentence(case)


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
