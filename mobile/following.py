"""Following a case: one's own list, its page, what can be done with it, tracking."""

from __future__ import annotations

import http
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from sqlalchemy.orm import Session

from app.cases import queries, service, timeline
from app.cases.models import Case
from app.cases.queries import Tracking
from app.cases.rules import IncompleteApplication, Subject
from app.cases.workflow import (
    UNANSWERED,
    UNDER_EXAMINATION,
    WAITING_FOR_APPLICANT,
    Action,
    Outcome,
    State,
)
from app.forms import checking
from app.kernel.actors import Actor
from app.kernel.clock import office_date
from app.kernel.errors import NotFound, TooMany
from app.kernel.references import normalise
from app.web.context import (
    check_limit,
    local_rules,
    now,
    reading,
    snapshot,
    transaction,
)
from app.web.problems import status_of
from mobile import formats, questions, showing
from mobile.applying import Opened, office_of, opened
from mobile.blueprints import open_pages, own_pages
from mobile.identity import signed_in
from mobile.pages import page, see_other

_SAID = {
    "saved": "已存草稿，随时可以接着填。",
    "amended": "修改已保存。都改好以后，请点“提交补正”。",
    "supplemented": "补正已提交，请等候结果。",
    "received": "已确认收到，这件事办完了。",
    "withdrawn": "申请已撤回。",
    "discarded": "草稿已删除。",
}


@own_pages.get("/cases")
def cases() -> Response:
    """List one's own cases: what waits for me, what is going on, what is over."""
    actor = signed_in()
    with reading() as session:
        own = queries.list_own(session, actor, cursor=request.args.get("cursor"))
    groups: dict[str, list[dict[str, Any]]] = {
        "要您处理": [],
        "正在办": [],
        "已经结束": [],
    }
    for each in own.cases:
        heading = (
            "要您处理"
            if showing.is_to_do(each)
            else "已经结束"
            if showing.is_over(each)
            else "正在办"
        )
        groups[heading].append(showing.row(each))
    return page(
        "cases.html",
        tab="cases",
        groups=[(heading, rows) for heading, rows in groups.items() if rows],
        more=own.next_cursor or "",
        said=_SAID.get(request.args.get("said", ""), ""),
    )


@own_pages.get("/cases/<token>")
def case(token: str) -> Response:
    """Show how a case stands and what to do next."""
    actor = signed_in()
    with reading() as session:
        return _draw(session, actor, token)


def _draw(
    session: Session,
    actor: Actor,
    token: str,
    *,
    errors: Mapping[str, str] | None = None,
    status: int = http.HTTPStatus.OK,
) -> Response:
    shown = opened(session, actor, token)
    found = shown.case
    actions = queries.actions_for(actor, found, now=now())
    divisions = snapshot().divisions()
    values = checking.check(
        shown.form, shown.answers, today=office_date(now()), divisions=divisions
    ).values
    wrong = errors or {}
    return page(
        "case.html",
        status=status,
        tab="cases",
        back_link="/cases",
        back_word="我的办件",
        said="" if wrong else _SAID.get(request.args.get("said", ""), ""),
        errors=[
            ("#defects", _named(shown, key, sentence))
            for key, sentence in wrong.items()
        ],
        can_supplement=Action.SUPPLEMENT in actions,
        can_confirm=Action.CONFIRM_RECEIPT in actions,
        can_withdraw=Action.WITHDRAW in actions or shown.is_draft,
        case=_view(session, actor, shown, wrong)
        | {
            "answers": questions.read_back(
                shown.form,
                {**shown.answers, **values},
                checking.visible(shown.form, values),
                divisions,
            )
            if shown.answers
            else [],
            "slots": shown.slots,
        },
    )


def _named(shown: Opened, key: str, sentence: str) -> str:
    """Return a sentence with the question or paper it is about."""
    slot = next((each for each in shown.slots if each.key == key), None)
    if slot is not None and slot.name not in sentence:
        return f"{slot.name}：{sentence}"
    return questions.named(shown.form, key, sentence)


def _view(
    session: Session, actor: Actor, shown: Opened, wrong: Mapping[str, str]
) -> dict[str, Any]:
    found = shown.case
    lines = timeline.entries(session, actor, found)
    newest = lines[-1] if lines else None
    place = snapshot().places.get(found.place_code or "")
    context = {
        name: value
        for name, value in (
            ("matter", found.matter_code),
            ("place", found.place_code or ""),
            ("case", found.reference or ""),
        )
        if value
    }
    return {
        "href": shown.href,
        "matter_name": found.matter_name,
        "reference": found.reference,
        "office_name": office_of(session, found),
        "place_name": place.name if place else "",
        "version": found.version,
        "is_draft": shown.is_draft,
        "to_do": showing.is_to_do(found),
        "state_word": showing.state_word(found, to_change=len(shown.problems)),
        "next": showing.next_sentence(found),
        "due": due_sentence(found),
        "reason": newest.reason if newest else "",
        "reason_word": newest.told if newest else "",
        "primary": _primary(shown),
        "receipt": f"{shown.href}/receipt" if found.reference else "",
        "supply_by": found.supply_by_on,
        "defects": _defects(shown, wrong),
        "steps": [_step(each) for each in reversed(lines)],
        "guide_link": f"/matters/{found.matter_code}{_place_query(found)}",
        "supervision_link": f"/supervision?{urlencode(context)}",
    }


def _place_query(found: Case) -> str:
    return f"?{urlencode({'place': found.place_code})}" if found.place_code else ""


def _primary(shown: Opened) -> dict[str, str] | None:
    """Return the one thing to go on with, where it is a page to open."""
    found = shown.case
    if shown.is_draft:
        return {"href": f"{shown.href}/form", "word": "接着填"}
    is_given_up = (
        found.state is State.WITHDRAWN or found.outcome is Outcome.NOT_SUPPLIED
    )
    if (
        is_given_up
        and showing.is_over(found)
        and found.matter_code in snapshot().matters
    ):
        link = f"/matters/{found.matter_code}/apply{_place_query(found)}"
        return {"href": link, "word": "重新申请"}
    return None


def _defects(shown: Opened, wrong: Mapping[str, str]) -> list[dict[str, Any]]:
    notice = queries.open_notice(shown.case)
    if notice is None:
        return []
    out = []
    for each in notice.defects:
        field = shown.form.field(each.key) if each.subject is Subject.FIELD else None
        slot = next((slot for slot in shown.slots if slot.key == each.key), None)
        if slot is not None:
            title, href = slot.name, f"{shown.href}/materials#{slot.id}"
        else:
            title = field.label if field else each.key
            href = f"{shown.href}/form#{questions.anchor(each.key)}"
        out.append(
            {
                "title": title,
                "text": shown.problems[each.key],
                "fixed": each.changed_at is not None,
                "wrong": wrong.get(each.key, ""),
                "href": href,
            }
        )
    return out


def _step(entry: timeline.Entry) -> dict[str, Any]:
    return {
        "told": entry.told,
        "at": entry.at,
        "by": "您" if entry.who == timeline.APPLICANT else entry.who,
        "reason": entry.reason,
    }


def due_sentence(found: Case) -> str:
    """Return until when the office has to act, in words; empty when no clock runs."""
    if found.state in UNANSWERED:
        return _until(found.accept_by_on, "告知您是否受理", provisional=False)
    if found.state in UNDER_EXAMINATION:
        return _until(
            found.promised_due_on or found.due_on,
            "作出决定",
            provisional=found.due_provisional,
        )
    return ""


def _until(on: date | None, what: str, *, provisional: bool) -> str:
    if on is None:
        return ""
    doubt = "（暂定，节假日安排公布后可能有变化）" if provisional else ""
    return f"最晚 {formats.day(on)} {what}{doubt}"


@own_pages.post("/cases/<token>/supplement")
def supplement(token: str) -> Response:
    """Hand in what the notice asked for."""
    actor = signed_in()
    try:
        _take(actor, token, Action.SUPPLEMENT)
    except IncompleteApplication as missing:
        with reading() as session:
            return _draw(
                session,
                actor,
                token,
                errors=missing.errors,
                status=http.HTTPStatus.UNPROCESSABLE_ENTITY,
            )
    return see_other(f"/cases/{token}?said=supplemented")


@own_pages.post("/cases/<token>/receipt")
def confirm(token: str) -> Response:
    """Confirm that the result has arrived."""
    _take(signed_in(), token, Action.CONFIRM_RECEIPT)
    return see_other(f"/cases/{token}?said=received")


@own_pages.get("/cases/<token>/withdraw")
def ask_to_withdraw(token: str) -> Response:
    """Ask once more before a case is withdrawn or a draft deleted."""
    actor = signed_in()
    with reading() as session:
        found = queries.get(session, actor, token)
        actions = queries.actions_for(actor, found, now=now())
    if found.state is not State.DRAFT and Action.WITHDRAW not in actions:
        return see_other(f"/cases/{token}")
    return page(
        "withdraw.html",
        tab="cases",
        matter_name=found.matter_name,
        is_draft=found.state is State.DRAFT,
        case_link=f"/cases/{token}",
        version=found.version,
        typed="",
        errors=[],
    )


@own_pages.post("/cases/<token>/withdraw")
def withdraw(token: str) -> Response:
    """Withdraw a case, or delete a draft."""
    actor = signed_in()
    with reading() as session:
        is_draft = queries.get(session, actor, token).state is State.DRAFT
    if is_draft:
        with transaction() as session:
            service.discard_draft(session, actor, token, now=now())
        return see_other("/cases?said=discarded")
    _take(actor, token, Action.WITHDRAW, reason=request.form.get("reason", ""))
    return see_other(f"/cases/{token}?said=withdrawn")


def _take(actor: Actor, token: str, action: Action, *, reason: str = "") -> None:
    text = request.form.get("version", "")
    version = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 -- a version has fewer digits
    with transaction() as session:
        service.take_step(
            session,
            actor,
            token,
            action,
            seen_version=version,
            reason=reason,
            local=local_rules(),
            now=now(),
        )


# Tracking without signing in


@open_pages.get("/tracking")
def ask_reference() -> Response:
    """Ask for the reference and the look-up code of a receipt."""
    return page("tracking.html", tab="cases", errors=[], typed={"reference": ""})


@open_pages.post("/tracking")
def track() -> Response:
    """Show how a case stands to whoever holds its look-up code."""
    reference = request.form.get("reference", "")
    code = request.form.get("lookup_code", "")
    errors = []
    if not normalise(reference):
        errors.append(("reference", "请输入办件编号。"))
    if not normalise(code):
        errors.append(("lookup_code", "请输入查询码。"))
    if errors:
        return _ask_again(reference, errors, http.HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        check_limit("look-up", f"case:{normalise(reference)[:24]}")
        with reading() as session:
            found = queries.by_lookup(session, reference[:60], code[:60])
    except NotFound:
        sentence = "编号或查询码不对，请对照回执再输一遍。"
        return _ask_again(
            reference, [("lookup_code", sentence)], http.HTTPStatus.NOT_FOUND
        )
    except TooMany as refusal:
        response = _ask_again(
            reference, [("lookup_code", refusal.zh)], status_of(refusal)
        )
        response.headers["Retry-After"] = str(refusal.retry_after_s)
        return response
    return page("tracked.html", tab="cases", case=found, **_tracked(found))


def _ask_again(reference: str, errors: list[tuple[str, str]], status: int) -> Response:
    return page(
        "tracking.html",
        status=status,
        tab="cases",
        errors=errors,
        typed={"reference": reference[:60]},
    )


def _tracked(found: Tracking) -> dict[str, Any]:
    due = ""
    if found.state in UNANSWERED:
        due = _until(found.accept_by_on, "告知是否受理", provisional=False)
    elif found.state in UNDER_EXAMINATION:
        due = _until(found.due_on, "作出决定", provisional=found.provisional)
    elif found.state in WAITING_FOR_APPLICANT:
        due = _until(found.supply_by_on, "前补正", provisional=False)
    word = showing.plain_word(found.state, found.outcome)
    steps: list[tuple[str, datetime]] = [
        (each.told, each.at) for each in reversed(found.steps)
    ]
    return {"due": due, "state_word": word, "steps": steps}
