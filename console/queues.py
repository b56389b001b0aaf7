"""The workbench and the queue of cases: what waits, the most urgent first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from app.cases import queries as cases
from app.cases.workflow import State
from app.clocks import calendar
from app.clocks.arithmetic import Calendar, Light
from app.codes import queries as codes
from app.complaints import queries as complaints
from app.kernel.clock import OFFICE_ZONE, office_date
from app.people.permissions import Permission
from app.web.context import now, reading, snapshot
from console import formats, words
from console.blueprints import PREFIX, desk
from console.pages import Desk, at_desk, link_with, page
from console.scenes import scene_words, target_words

_TOP = 6


@dataclass(frozen=True)
class Row:
    """A line of a queue with its due date in words."""

    row: Any
    href: str
    light: words.Mark
    due: str
    scene: str = ""


@desk.get("/")
def home() -> Response:
    """Show what waits for whoever is signed in."""
    here = at_desk()
    with reading() as session:
        days = calendar.load(session)
        return page(
            "home.html",
            title=f"{_greeting()}，{here.actor.name}",
            job="home",
            cases=_cases_waiting(session, here, days),
            complaints=_complaints_waiting(session, here, days),
            codes=_newest_codes(session, here),
            published=snapshot(),
        )


def _greeting() -> str:
    hour = now().astimezone(OFFICE_ZONE).hour
    if hour < 12:  # noqa: PLR2004 -- noon
        return "上午好"
    return "下午好" if hour < 18 else "晚上好"  # noqa: PLR2004 -- evening


def _cases_waiting(session: Session, here: Desk, days: Calendar) -> Any:
    if not here.may(Permission.CASE_READ):
        return None
    found = cases.queue(session, here.actor, now=now(), limit=_TOP)
    mine = cases.queue(
        session,
        here.actor,
        cases.QueueFilters(mine=True),
        now=now(),
        limit=_TOP,
    )
    return {
        "lights": cases.queue_lights(session, here.actor, now=now()),
        "rows": _case_rows(found.rows, days),
        "mine": _case_rows(mine.rows, days),
    }


def _complaints_waiting(session: Session, here: Desk, days: Calendar) -> Any:
    if not here.may(Permission.COMPLAINT_READ):
        return None
    found = complaints.queue(session, here.actor, now=now(), limit=_TOP)
    return {
        "lights": complaints.counts(session, here.actor, now=now()).by_light,
        "rows": complaint_rows(found.rows, days),
    }


def _newest_codes(session: Session, here: Desk) -> Any:
    if not here.may(Permission.CODE_ISSUE):
        return None
    found = codes.list_codes(session, here.actor, limit=_TOP)
    return [(each, target_words(each)) for each in found.codes]


@desk.get("/cases")
def case_queue() -> Response:
    """List the office's cases, filtered as the address says."""
    here = at_desk()
    filters = cases.QueueFilters(
        state=_state(),
        light=_light(),
        reference=request.args.get("reference", "")[:40],
        mine=bool(request.args.get("mine")),
        closed=bool(request.args.get("closed")),
    )
    with reading() as session:
        found = cases.queue(
            session,
            here.actor,
            filters,
            request.args.get("after") or None,
            now=now(),
            limit=30,
        )
        lights = cases.queue_lights(session, here.actor, now=now())
        days = calendar.load(session)
    return page(
        "cases.html",
        title="办件",
        job="cases",
        rows=_case_rows(found.rows, days),
        lights=lights,
        filters=filters,
        states_words=[(s.value, s.zh) for s in State if s is not State.DRAFT],
        tabs=_tabs(filters),
        more=link_with(after=found.next_cursor) if found.next_cursor else "",
        first=link_with(after="") if request.args.get("after") else "",
        can_process=here.may(Permission.CASE_PROCESS),
    )


def _tabs(filters: cases.QueueFilters) -> list[tuple[str, str, bool]]:
    """Return the views of the queue: word, address, whether it is this one."""
    address = f"{PREFIX}/cases"
    bare = not (filters.state or filters.light or filters.reference)
    return [
        ("在办", address, bare and not filters.mine and not filters.closed),
        ("我认领的", f"{address}?mine=1", bare and filters.mine),
        ("已结束", f"{address}?closed=1", bare and filters.closed),
    ]


def _state() -> State | None:
    asked = request.args.get("state", "")
    return State(asked) if asked in set(State) - {State.DRAFT} else None


def _light() -> Light | None:
    asked = request.args.get("light", "")
    return Light(asked) if asked in set(Light) else None


def _case_rows(rows: tuple[cases.QueueRow, ...], days: Calendar) -> list[Row]:
    today = office_date(now())
    return [
        Row(
            row=each,
            href=f"{PREFIX}/cases/{each.token}",
            light=words.LIGHTS[each.light],
            due=formats.left(each.due_on, today, days) if each.due_on else "",
        )
        for each in rows
    ]


def complaint_rows(rows: tuple[complaints.QueueRow, ...], days: Calendar) -> list[Row]:
    """Return lines of the complaints' queue with due dates and scene in words."""
    today = office_date(now())
    return [
        Row(
            row=each,
            href=f"{PREFIX}/complaints/{each.token}",
            light=words.LIGHTS[each.light],
            due=formats.left(each.due_on, today, days) if each.due_on else "",
            scene="，".join(
                word
                for _, word in scene_words(
                    each.place_code, each.window_code, each.matter_code
                )
            ),
        )
        for each in rows
    ]
