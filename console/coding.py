"""Printed codes of the office: the list, one code, its life, its pictures."""

from __future__ import annotations

import http
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Response, flash, request
from sqlalchemy.orm import Session

from app.catalogue.current import Snapshot
from app.catalogue.places import PlaceKind
from app.codes import addresses, queries, service
from app.codes import reading as codes_reading
from app.codes.models import Code, CodeEvent, CodeKind
from app.codes.workflow import LIFE, LIVE, Act, CodeState, acts_open_to
from app.kernel import references
from app.kernel.actors import ActorKind
from app.kernel.errors import AppError, Conflict, Invalid, NotFound
from app.people.models import Staff
from app.people.permissions import Permission, require
from app.web.context import now, reading, settings, snapshot, transaction
from app.web.problems import status_of
from console import words
from console.blueprints import PREFIX, desk
from console.pages import at_desk, link_with, page, see_other
from console.scenes import placement_words, target_words
from qr import images
from qr.posters import POSTER_LEVEL
from qr.symbol import Symbol, encode

_MONTH = timedelta(days=30)
_WEEK = timedelta(days=7)
_PNG_SCALE = 24
"""Pixels of a module: a symbol of 60 mm is then printed at over 300 dpi."""


@desk.get("/codes")
def code_list() -> Response:
    """List the codes that the office looks after; lead to the one that is typed."""
    here = at_desk()
    typed = request.args.get("q", "").strip()[:80]
    if typed and (found_code := _find_typed(typed)):
        return see_other(f"{PREFIX}/codes/{found_code}")
    kind = request.args.get("kind", "")
    state = request.args.get("state", "")
    with reading() as session:
        found = queries.list_codes(
            session,
            here.actor,
            kind=CodeKind(kind) if kind in set(CodeKind) else None,
            state=CodeState(state) if state in set(CodeState) else None,
            target=request.args.get("target") or None,
            after=request.args.get("after") or None,
        )
        scans = queries.counts(session, [c.id for c in found.codes], now() - _MONTH)
    return page(
        "codes.html",
        title="海报与码",
        job="codes",
        typed=typed,
        rows=[]
        if typed
        else [
            {
                "code": each,
                "shown": references.grouped(each.code),
                "target": target_words(each),
                "placement": placement_words(each),
                "mark": words.CODE_STATES[each.state],
                "scans": scans[each.id].people,
            }
            for each in found.codes
        ],
        kind=kind,
        state=state,
        states_words=[(each.value, m.word) for each, m in words.CODE_STATES.items()],
        target=request.args.get("target", ""),
        more=link_with(after=found.next_cursor)
        if found.next_cursor and not typed
        else "",
        first=link_with(after="") if request.args.get("after") else "",
        can_issue=here.may(Permission.CODE_ISSUE),
    )


def _find_typed(typed: str) -> str | None:
    """Return the office's code that was typed off a sheet, or None."""
    code = codes_reading.read(typed)
    if code is None:
        return None
    with reading() as session:
        try:
            return queries.get(session, at_desk().actor, code).code
        except NotFound:
            return None


@desk.get("/codes/new")
def new_code() -> Response:
    """Let poster staff choose what another kind of code opens."""
    require(at_desk().actor, Permission.CODE_ISSUE)
    return _draw_new(request.args.get("kind", ""))


@desk.post("/codes/new")
def issue_code() -> Response:
    """Issue a code for a department, a place, a window, or for supervision."""
    kind = request.form.get("kind", "")
    typed = {
        name: request.form.get(name, "")[:400] for name in ("target", "hangs", "note")
    }
    try:
        wanted = _wanted(kind, typed)
        with transaction() as session:
            code = service.issue(
                session, at_desk().actor, note=typed["note"], now=now(), **wanted
            )
            address = f"{PREFIX}/codes/{code.code}"
    except Invalid as failure:
        return _draw_new(kind, typed=typed, failure=failure)
    flash("码已制好。相同的码再制一次，还是这一个。", "good")
    return see_other(address)


def _wanted(kind: str, typed: Mapping[str, str]) -> dict[str, Any]:
    """Return what to issue.

    Raises:
        Invalid: nothing that exists was chosen.
    """
    published = snapshot()
    target = typed["target"]
    known: Mapping[str, Mapping[str, Any]] = {
        CodeKind.DEPARTMENT: published.offices,
        CodeKind.PLACE: published.places,
        CodeKind.WINDOW: published.windows,
        CodeKind.SUPERVISION: {**published.places, **published.windows},
    }
    if kind not in known:
        raise NotFound("no such kind of code")
    if target not in known[kind]:
        raise Invalid("no target", errors={"target": "请选择这个码要打开的内容。"})
    if kind == CodeKind.DEPARTMENT:
        place, window = placed(typed["hangs"])
        return {
            "kind": CodeKind.DEPARTMENT,
            "target": target,
            "place_code": place,
            "window_code": window,
        }
    found = published.windows.get(target)
    place = found.place_code if found else target
    window = target if found else None
    own = "" if kind == CodeKind.SUPERVISION else target
    return {
        "kind": CodeKind(kind),
        "target": own,
        "place_code": place,
        "window_code": window,
    }


def placed(choice: str) -> tuple[str | None, str | None]:
    """Return place and window of a choice such as ``window:HALL-01``; None for none."""
    published = snapshot()
    sort, _, code = choice.partition(":")
    if sort == "window" and code in published.windows:
        return published.windows[code].place_code, code
    if sort == "place" and code in published.places:
        return code, None
    return None, None


def placements(published: Snapshot) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return where a sheet can hang, grouped: halls with windows, stations, others."""
    out: list[tuple[str, list[tuple[str, str]]]] = []
    for place in published.places.values():
        if place.kind is PlaceKind.HALL:
            rows = [(f"place:{place.code}", f"{place.shown}（大厅公共区域）")]
            rows += [
                (f"window:{each.code}", each.shown)
                for each in published.windows_at(place.code)
            ]
            out.append((place.name, rows))
    stations = [p for p in published.places.values() if p.kind is PlaceKind.STATION]
    if stations:
        rows = [(f"place:{each.code}", each.shown) for each in stations]
        out.append(("乡镇（街道）便民服务中心", rows))
    rest = [
        (f"place:{each.code}", each.shown)
        for each in published.places.values()
        if each.kind not in (PlaceKind.HALL, PlaceKind.STATION)
    ]
    out.append(("行政区域内其他地点", rest))
    return out


def _draw_new(
    kind: str,
    *,
    typed: Mapping[str, str] | None = None,
    failure: AppError | None = None,
) -> Response:
    published = snapshot()
    others = [each for each in CodeKind if each is not CodeKind.MATTER]
    chosen = CodeKind(kind) if kind in set(others) else CodeKind.DEPARTMENT
    offices = [(each.code, each.name) for each in published.offices.values()]
    windows = [
        (each.code, f"{published.places[each.place_code].name} {each.shown}")
        for each in published.windows.values()
        if each.place_code in published.places
    ]
    places = [(each.code, each.shown) for each in published.places.values()]
    targets = {
        CodeKind.DEPARTMENT: [("部门", offices)],
        CodeKind.PLACE: [("场所", places)],
        CodeKind.WINDOW: [("窗口", windows)],
        CodeKind.SUPERVISION: [("窗口", windows), ("场所", places)],
    }[chosen]
    return page(
        "code_new.html",
        title="制作其他码",
        status=status_of(failure) if failure else http.HTTPStatus.OK,
        job="codes",
        kinds=[(each, words.CODE_KINDS[each]) for each in others],
        chosen=chosen,
        chosen_word=words.CODE_KINDS[chosen],
        targets=[(name, rows) for name, rows in targets if rows],
        placements=placements(published),
        typed=typed or {},
        errors=dict(failure.errors) if isinstance(failure, Invalid) else {},
        failure=failure,
    )


@desk.get("/codes/<code>")
def code_page(code: str) -> Response:
    """Show one code: what it opens, where it hangs, its scans and its life."""
    return _draw_code(code)


def _draw_code(
    code: str,
    *,
    failure: AppError | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    here = at_desk()
    with reading() as session:
        found = queries.get(session, here.actor, code)
        history = queries.history(session, here.actor, code)
        moment = now()
        scans = [
            (word, queries.counts(session, [found.id], since)[found.id])
            for word, since in (
                ("最近7天", moment - _WEEK),
                ("最近30天", moment - _MONTH),
                ("制码以来", found.created_at - _WEEK),
            )
        ]
        lines = [_line(session, each) for each in reversed(history)]
    can_issue = here.may(Permission.CODE_ISSUE)
    return page(
        "code.html",
        title=target_words(found),
        status=status_of(failure) if failure else http.HTTPStatus.OK,
        job="codes",
        code=found,
        shown=references.grouped(found.code),
        href=f"{PREFIX}/codes/{found.code}",
        mark=words.CODE_STATES[found.state],
        kind_word=words.CODE_KINDS[found.kind],
        placement=placement_words(found),
        opens=addresses.address(settings().public_url, found.code),
        scans=scans,
        lines=lines,
        acts=_acts(found) if can_issue else [],
        can_print=can_issue
        and found.kind is CodeKind.MATTER
        and found.state in LIVE
        and found.target in snapshot().matters,
        failure=failure,
        errors=dict(failure.errors) if isinstance(failure, Invalid) else {},
        typed=typed or {},
    )


def _acts(code: Code) -> list[tuple[Act, str, bool]]:
    """Return what may be done: act, word, whether it must be explained."""
    return [
        (act, words.CODE_ACTS[act], LIFE[code.state, act].reason_required)
        for act in acts_open_to(code.state)
    ]


def _line(session: Session, event: CodeEvent) -> dict[str, Any]:
    member = (
        session.get(Staff, event.actor_id)
        if event.actor_kind is ActorKind.STAFF
        else None
    )
    return {
        "word": words.CODE_ACTS[event.act],
        "state": words.CODE_STATES[event.state].word,
        "who": member.display_name if member else "系统",
        "at": event.at,
        "reason": event.reason,
    }


@desk.post("/codes/<code>/acts")
def change_code(code: str) -> Response:
    """Take a code along its life; what ends it must be explained."""
    text = request.form.get("act", "")
    reason = request.form.get("reason", "")[:1000]
    actor, moment = at_desk().actor, now()
    if text not in set(Act) - {Act.ISSUE}:
        raise NotFound("no such act on a code")
    act = Act(text)
    try:
        with transaction() as session:
            if act is Act.REPLACE:
                new = service.replace(session, actor, code, reason=reason, now=moment)
                lead = new.code
            else:
                _change(session, actor, code, act, reason)
                lead = code
    except (Invalid, Conflict) as failure:
        return _draw_code(code, failure=failure, typed={"reason": reason, "act": text})
    if act is Act.REPLACE:
        flash("旧码已停用，新码在这里。请重新打印海报。", "good")
    else:
        flash(f"已{words.CODE_ACTS[act]}。", "good")
    return see_other(f"{PREFIX}/codes/{lead}")


def _change(session: Session, actor: Any, code: str, act: Act, reason: str) -> None:
    moment = now()
    if act is Act.REVOKE:
        service.revoke(session, actor, code, reason=reason, now=moment)
    elif act is Act.PAUSE:
        service.pause(session, actor, code, reason=reason, now=moment)
    elif act is Act.RESUME:
        service.resume(session, actor, code, now=moment)
    elif act is Act.ACTIVATE:
        service.activate(session, actor, code, now=moment)
    else:
        service.expire(session, actor, code, now=moment)


def _symbol(code: str) -> Symbol:
    with reading() as session:
        found = queries.get(session, at_desk().actor, code)
    address = addresses.address(settings().public_url, found.code)
    return encode(address, POSTER_LEVEL)


@desk.get("/codes/<code>/symbol.svg")
def code_svg(code: str) -> Response:
    """Return the symbol as a vector picture."""
    return _picture(images.svg(_symbol(code)).encode(), "image/svg+xml", code, "svg")


@desk.get("/codes/<code>/symbol.png")
def code_png(code: str) -> Response:
    """Return the symbol as a picture sharp enough for print."""
    return _picture(
        images.png(_symbol(code), scale=_PNG_SCALE), "image/png", code, "png"
    )


def _picture(content: bytes, media_type: str, code: str, suffix: str) -> Response:
    how = "attachment" if request.args.get("download") else "inline"
    return Response(
        content,
        mimetype=media_type,
        headers={
            "Content-Disposition": f'{how}; filename="{code}.{suffix}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )
