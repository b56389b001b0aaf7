"""Complaints at the desk: the queue, one complaint, what the workflow allows."""

from __future__ import annotations

import http
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, request
from sqlalchemy.orm import Session

from app.cases import queries as cases
from app.clocks import calendar
from app.clocks.arithmetic import Light
from app.complaints import desk as work
from app.complaints import queries
from app.complaints.categories import Kind, book
from app.complaints.desk import Contact, Dossier
from app.complaints.models import Author
from app.complaints.workflow import MAX_TEXT, TRANSITIONS, Action, State, Track
from app.complaints.workflow import Transition as Row
from app.files import service as files
from app.kernel.actors import Actor
from app.kernel.clock import office_date
from app.kernel.errors import AppError, Conflict, Forbidden, Invalid, NotFound
from app.people.models import Office
from app.web.context import now, reading, runtime, transaction
from app.web.problems import status_of
from console import formats, told, words
from console.blueprints import PREFIX, desk
from console.casework import as_file
from console.pages import at_desk, link_with, number_in, page, see_other
from console.queues import complaint_rows
from console.scenes import scene_words

_LONGEST = MAX_TEXT * 2
_LABELS = {
    "answer": "答复",
    "reason": "原因或说明",
    "office": "承办单位",
    "text": "给反映人留言",
}
_TYPED = ("reason", "answer", "office", "text")


@desk.get("/complaints")
def complaint_queue() -> Response:
    """List the complaints that this desk may know of."""
    here = at_desk()
    filters = queries.QueueFilters(
        state=_one_of(State, "state"),
        kind=_one_of(Kind, "kind"),
        light=_one_of(Light, "light"),
        mine=bool(request.args.get("mine")),
        closed=bool(request.args.get("closed")),
    )
    with reading() as session:
        found = queries.queue(
            session,
            here.actor,
            filters,
            request.args.get("after") or None,
            now=now(),
            limit=30,
        )
        lights = queries.counts(session, here.actor, now=now()).by_light
        days = calendar.load(session)
    address = f"{PREFIX}/complaints"
    bare = not (filters.state or filters.light or filters.kind)
    return page(
        "complaints.html",
        title="投诉",
        job="complaints",
        rows=complaint_rows(found.rows, days),
        lights=lights,
        filters=filters,
        states_words=[(each.value, each.zh) for each in State],
        kinds_words=[
            (each.kind.value, each.label)
            for each in book().on(office_date(now())).kinds
        ],
        tabs=[
            ("在办", address, bare and not filters.mine and not filters.closed),
            ("本单位承办", f"{address}?mine=1", bare and filters.mine),
            ("已结束", f"{address}?closed=1", bare and filters.closed),
        ],
        more=link_with(after=found.next_cursor) if found.next_cursor else "",
        first=link_with(after="") if request.args.get("after") else "",
    )


def _one_of(kind: Any, name: str) -> Any:
    asked = request.args.get(name, "")
    return kind(asked) if asked in set(kind) else None


@dataclass(frozen=True)
class Act:
    """One act that the workflow allows, with what it asks for."""

    action: Action
    row: Row
    primary: bool
    risky: bool

    @property
    def is_plain(self) -> bool:
        """Whether it needs nothing but a button."""
        return not (self.row.reason or self.row.is_answer or self.row.names_office)


@desk.get("/complaints/<token>")
def complaint(token: str) -> Response:
    """Show a complaint; the look is written down."""
    return _draw(token)


def _draw(
    token: str,
    *,
    failure: AppError | None = None,
    typed: Mapping[str, str] | None = None,
    contact: Contact | None = None,
) -> Response:
    here = at_desk()
    with transaction() as session:
        found = work.read(session, here.actor, token, now=now())
        days = calendar.load(session)
        linked = _linked_case(session, here.actor, found.case_reference)
        acts = _acts(found)
        targets = (
            work.offices_to_dispatch_to(session, here.actor, token)
            if any(each.row.names_office for each in acts)
            else []
        )
    due = formats.left(found.due_on, office_date(now()), days) if found.due_on else ""
    return page(
        "complaint.html",
        title=f"{found.kind_label}：{found.category}",
        status=status_of(failure) if failure else http.HTTPStatus.OK,
        job="complaints",
        d=found,
        href=f"{PREFIX}/complaints/{token}",
        light=words.LIGHTS[found.light],
        due=due,
        scene=scene_words(found.place_code, found.window_code, found.matter_code),
        linked=linked,
        acts=acts,
        targets_words=[(each.code, each.name) for each in _sorted(targets)],
        is_sealed=found.track is Track.SEALED,
        by_reporter=Author.REPORTER,
        failure=failure,
        news=_news(found, failure),
        errors=dict(failure.errors) if isinstance(failure, Invalid) else {},
        links=_links(failure, typed or {}),
        typed=typed or {},
        contact=contact,
        max_text=MAX_TEXT,
    )


def _links(failure: AppError | None, typed: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return where each error leads: fields are named for the act they belong to."""
    if not isinstance(failure, Invalid):
        return []
    action = typed.get("action", "")
    ending = "" if action == "message" else f"-{action}"
    sentences = told.named(failure.errors, _LABELS)
    return [(f"{name}{ending}", said) for name, said in sentences.items()]


def _sorted(found: list[Office]) -> list[Office]:
    return sorted(found, key=lambda each: (each.kind, each.code))


def _linked_case(session: Session, actor: Actor, reference: str) -> str:
    """Return the page of the case a complaint is about, if the reader may see it."""
    if not reference:
        return ""
    try:
        found = cases.get(session, actor, reference)
    except (NotFound, Forbidden):
        return ""
    return f"{PREFIX}/cases/{found.token}"


def _acts(found: Dossier) -> list[Act]:
    return [
        Act(
            action,
            TRANSITIONS[found.state, action],
            primary=number == 0,
            risky=action is Action.REJECT,
        )
        for number, action in enumerate(found.actions)
    ]


def _news(found: Dossier, failure: AppError | None) -> list[dict[str, Any]]:
    if not isinstance(failure, Conflict):
        return []
    seen = number_in("seen_steps", otherwise=len(found.steps))
    return [
        {"told": each.label, "who": each.staff or "反映人", "at": each.at}
        for each in found.steps[seen:]
    ]


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "")[:_LONGEST] for name in _TYPED}


@desk.post("/complaints/<token>/steps")
def take_complaint_step(token: str) -> Response:
    """Take a complaint along the workflow."""
    text = request.form.get("action", "")
    if text not in set(Action):
        raise NotFound("no such act on a complaint")
    typed = _typed() | {"action": text}
    try:
        with transaction() as session:
            found = work.take_step(
                session,
                at_desk().actor,
                token,
                Action(text),
                seen_version=number_in("seen_version"),
                reason=typed["reason"],
                answer=typed["answer"],
                to_office_code=typed["office"] or None,
                now=now(),
            )
    except (Conflict, Invalid) as failure:
        return _draw(token, failure=failure, typed=typed)
    flash(words.COMPLAINT_DONE[Action(text)], "good")
    if not found.parties:
        return see_other(f"{PREFIX}/complaints")
    return see_other(f"{PREFIX}/complaints/{token}")


@desk.post("/complaints/<token>/messages")
def write_message(token: str) -> Response:
    """Ask or tell the reporter something; it moves neither state nor clock."""
    typed = _typed() | {"action": "message"}
    try:
        with transaction() as session:
            work.write(session, at_desk().actor, token, typed["text"], now=now())
    except (Conflict, Invalid) as failure:
        return _draw(token, failure=failure, typed=typed)
    flash("留言已发出。", "good")
    return see_other(f"{PREFIX}/complaints/{token}#messages")


@desk.post("/complaints/<token>/reporter")
def reveal_reporter(token: str) -> Response:
    """Show who put their name to it, for a call back; written down."""
    with transaction() as session:
        contact = work.reveal_reporter(session, at_desk().actor, token, now=now())
    return _draw(token, contact=contact)


@desk.get("/complaints/<token>/photos/<file_token>")
def view_photo(token: str, file_token: str) -> Response:
    """Show a photo that came with a complaint; the look is written down."""
    here = runtime()
    with transaction() as session:
        stored = work.open_photo(session, at_desk().actor, token, file_token, now=now())
    content = files.unseal(here.keyring, here.store, stored)
    return as_file(content, stored.media_type)
