"""Posters: choose matters, say where they hang, get codes and sheets in one PDF."""

from __future__ import annotations

import http
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode, urlsplit

from flask import Response, flash, request

from app.catalogue.guide import Guide
from app.catalogue.places import PlaceKind
from app.codes import addresses, queries, service
from app.codes.models import Code, CodeKind
from app.codes.workflow import LIVE
from app.kernel import references
from app.kernel.actors import Actor
from app.kernel.clock import office_date
from app.kernel.errors import AppError, Invalid, Unavailable
from app.people.permissions import Permission, require
from app.printing.posters import Poster, render_pdf
from app.web.context import now, reading, settings, snapshot, transaction
from app.web.problems import status_of
from console import words
from console.blueprints import PREFIX, desk
from console.coding import placed, placements
from console.pages import at_desk, link_with, number_in, page, see_other
from console.scenes import (
    elsewhere_words,
    handled_words,
    placement_words,
    target_words,
)

MOST = 50
"""Posters of one request: about ten seconds of work on a small machine."""

_SIZE = 40


@desk.get("/posters")
def choose_matters() -> Response:
    """Let poster staff find matters and tick those they want."""
    require(at_desk().actor, Permission.POSTER_PRINT)
    return _draw_choice()


def _draw_choice(*, failure: AppError | None = None) -> Response:
    published = snapshot()
    asked = {
        name: request.args.get(name, "")[:80] for name in ("q", "theme", "department")
    }
    number = max(1, number_in("page", otherwise=1))
    found = published.find(**asked, limit=_SIZE, offset=(number - 1) * _SIZE)
    chosen = _chosen()
    listed = {hit.matter.code for hit in found.items}
    return page(
        "posters.html",
        title="印海报：选事项",
        status=status_of(failure) if failure else http.HTTPStatus.OK,
        job="codes",
        asked=asked,
        themes_words=[(each.name, each.name) for each in published.themes],
        departments_words=[(d.code, d.name) for d in published.departments],
        rows=[hit.matter for hit in found.items],
        total=found.total,
        chosen=chosen,
        elsewhere=[published.matters[code] for code in chosen if code not in listed],
        number=number,
        previous=link_with(page=str(number - 1)) if number > 1 else "",
        next=link_with(page=str(number + 1)) if number * _SIZE < found.total else "",
        failure=failure,
        most=MOST,
    )


def _chosen() -> list[str]:
    """Return the ticked matters that are published, each once, in order."""
    published = snapshot()
    ticked = dict.fromkeys(request.values.getlist("matter"))
    return [code for code in ticked if code in published.matters]


@desk.get("/posters/place")
def choose_place() -> Response:
    """Ask where the sheets of the chosen matters hang."""
    require(at_desk().actor, Permission.POSTER_PRINT)
    try:
        return _draw_place(_some(_chosen()))
    except Invalid as failure:
        return _draw_choice(failure=failure)


def _some(chosen: list[str]) -> list[str]:
    """Return the choice if it is one.

    Raises:
        Invalid: nothing, or too much at once.
    """
    if not chosen:
        raise Invalid("nothing chosen", zh="请至少选一个事项。")
    if len(chosen) > MOST:
        raise Invalid(
            "too many at once",
            zh=f"一次最多印{MOST}张海报，现在选了{len(chosen)}个事项，请分几次印。",
        )
    return chosen


def _draw_place(
    chosen: list[str],
    *,
    typed: Mapping[str, str] | None = None,
    failure: AppError | None = None,
) -> Response:
    published = snapshot()
    return page(
        "poster_place.html",
        title="印海报：贴在哪里",
        status=status_of(failure) if failure else http.HTTPStatus.OK,
        job="codes",
        matters=[
            (published.matters[code], handled_words(published.matters[code]))
            for code in chosen
        ],
        townships=sum(published.matters[code].needs_township for code in chosen),
        placements=placements(published),
        back=f"{PREFIX}/posters?{urlencode([('matter', code) for code in chosen])}",
        typed=typed or {},
        errors=dict(failure.errors) if isinstance(failure, Invalid) else {},
        failure=failure,
    )


@desk.post("/posters")
def issue_posters() -> Response:
    """Issue a code for each chosen matter at the place, and one for supervision."""
    require(at_desk().actor, Permission.POSTER_PRINT)
    typed = {name: request.form.get(name, "")[:400] for name in ("hangs", "note")}
    try:
        chosen = _some(_chosen())
    except Invalid as failure:
        return _draw_choice(failure=failure)
    place, window = placed(typed["hangs"])
    if place is None:
        wrong = Invalid("no place", errors={"hangs": "请选择海报贴在哪里。"})
        return _draw_place(chosen, typed=typed, failure=wrong)
    try:
        codes = _issue(chosen, place, window, typed["note"])
    except Invalid as failure:
        return _draw_place(chosen, typed=typed, failure=failure)
    flash(f"{len(codes)}个码已制好。原来制过的，用的还是原来的码。", "good")
    query = urlencode([("code", code) for code in codes])
    return see_other(f"{PREFIX}/posters/ready?{query}")


def _issue(
    chosen: Sequence[str], place: str, window: str | None, note: str
) -> list[str]:
    actor, moment = at_desk().actor, now()
    with transaction() as session:
        codes = []
        for matter in chosen:
            code = service.issue(
                session,
                actor,
                kind=CodeKind.MATTER,
                target=matter,
                place_code=place,
                window_code=window,
                note=note,
                now=moment,
            )
            service.supervision_for(
                session,
                actor,
                place_code=place,
                window_code=window,
                matter_code=matter,
                now=moment,
            )
            codes.append(code.code)
        return codes


@desk.get("/posters/ready")
def posters_ready() -> Response:
    """Show the codes that were just made, to be printed together."""
    actor = at_desk().actor
    require(actor, Permission.POSTER_PRINT)
    codes = _codes(actor)
    return page(
        "posters_ready.html",
        title="海报可以打印了",
        job="codes",
        rows=[
            {
                "code": each,
                "shown": references.grouped(each.code),
                "target": target_words(each),
                "placement": placement_words(each),
                "elsewhere": elsewhere_words(each),
                "mark": words.CODE_STATES[each.state],
            }
            for each in codes
        ],
        most=MOST,
    )


def _codes(actor: Actor) -> list[Code]:
    """Return the codes that the request names, if they are the office's."""
    named = list(dict.fromkeys(request.values.getlist("code")))[:MOST]
    with reading() as session:
        return [queries.get(session, actor, code) for code in named]


@desk.post("/posters/print")
def print_posters() -> Response:
    """Answer with one PDF: a sheet for each code, in the order given."""
    actor = at_desk().actor
    require(actor, Permission.POSTER_PRINT)
    codes = [
        each
        for each in _codes(actor)
        if each.kind is CodeKind.MATTER
        and each.state in LIVE
        and each.target in snapshot().matters
    ]
    if not codes:
        raise Invalid(
            "nothing to print", zh="没有可以打印的码：码已停用，或事项已取消。"
        )
    supervision = _supervision(actor, codes)
    content = render_pdf([_poster(each, supervision[each.code]) for each in codes])
    name = codes[0].code if len(codes) == 1 else f"posters-{len(codes)}"
    return Response(
        content,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}.pdf"'},
    )


def _supervision(actor: Actor, codes: Sequence[Code]) -> dict[str, str]:
    """Return the supervision code that stands beside each code; made if it is gone."""
    found = {}
    with transaction() as session:
        for each in codes:
            beside = service.supervision_for(
                session,
                actor,
                place_code=each.place_code or _district(),
                window_code=each.window_code,
                matter_code=each.target,
                now=now(),
            )
            found[each.code] = beside.code
    return found


def _district() -> str:
    """Return the code of the district: where a sheet without a place hangs.

    Raises:
        Unavailable: the catalogue has no places yet.
    """
    for place in snapshot().places.values():
        if place.kind is PlaceKind.DISTRICT:
            return place.code
    raise Unavailable("no district", zh="地点还没有导入，暂时不能印海报。")


def _poster(code: Code, supervision: str) -> Poster:
    here, published = settings(), snapshot()
    guide = published.matters[code.target].guide
    return Poster(
        matter_name=guide.name,
        department=guide.department,
        code=code.code,
        url=addresses.address(here.public_url, code.code),
        telephone=here.telephone,
        supervision_code=supervision,
        supervision_url=addresses.address(here.public_url, supervision),
        platform=here.platform_name,
        supervision_name=here.supervision_name,
        domain=urlsplit(here.public_url).netloc,
        printed_on=office_date(now()),
        materials=_materials(guide),
        limit=guide.ordinary_limit.text if guide.ordinary_limit else "",
        fee=guide.fee.text if guide.fee else "",
        place=placement_words(code),
        demo=here.is_demo,
    )


def _materials(guide: Guide) -> tuple[str, ...]:
    return tuple(each.name for each in guide.materials if each.from_applicant)
