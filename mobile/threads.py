"""Following what one brought forward: by receipt without a name, or as oneself.

A receipt is a secret: it travels in the body of a form and is never part of an
address, so it is in no log and no history.
"""

from __future__ import annotations

import http
from collections.abc import Mapping
from typing import Any

from flask import Response, request

from app.complaints import queries, service
from app.complaints.models import Author
from app.complaints.service import ByAccount, ByReceipt, Reporter, ReporterView
from app.complaints.workflow import MAX_TEXT, Action
from app.kernel.errors import Conflict, Invalid, NotFound, TooMany
from app.kernel.references import normalise
from app.web.context import check_limit, now, reading, transaction
from app.web.problems import status_of
from mobile import formats
from mobile.blueprints import open_pages, own_pages
from mobile.identity import signed_in
from mobile.pages import page, see_other

_SAID = {
    "sent": "已发送，答复的人会看到。",
    "confirm": "谢谢，已办结。",
    "reopen": "已要求重新办理，请等候答复。",
}
_STEPS = (Action.CONFIRM, Action.REOPEN)
_MOST = 200


# By receipt


@open_pages.get("/supervision/lookup")
def ask_receipt() -> Response:
    """Ask for the receipt."""
    return page("supervision_lookup.html", errors=[])


@open_pages.post("/supervision/lookup")
def look_up() -> Response:
    """Show what a receipt leads to."""
    receipt = request.form.get("receipt", "")[:_MOST]
    if not normalise(receipt):
        return _refused(Invalid("no receipt", zh="请输入回执码。"))
    try:
        check_limit("look-up")
        with reading() as session:
            shown = service.look_up(session, receipt, now=now())
    except (NotFound, TooMany) as refusal:
        return _refused(refusal)
    return _draw(shown, receipt=receipt)


@open_pages.post("/supervision/messages")
def add_message() -> Response:
    """Add to what was written, by receipt."""
    receipt = request.form.get("receipt", "")[:_MOST]
    return _write(ByReceipt(receipt), receipt=receipt)


@open_pages.post("/supervision/steps")
def take_step() -> Response:
    """Say that it is solved, or have it done again, by receipt."""
    receipt = request.form.get("receipt", "")[:_MOST]
    return _step(ByReceipt(receipt), receipt=receipt)


# As oneself


@own_pages.get("/complaints")
def complaints() -> Response:
    """List what one brought forward under one's name."""
    actor = signed_in()
    with reading() as session:
        own = queries.list_own(session, actor, cursor=request.args.get("cursor"))
    return page(
        "complaints.html",
        tab="me",
        rows=[
            {
                "name": f"{each.kind_label}：{each.category}",
                "href": f"/complaints/{each.token}",
                "sub": f"{each.filed.zh} 提交",
                "state": each.state.zh,
            }
            for each in own.rows
        ],
        more=own.next_cursor or "",
    )


@own_pages.get("/complaints/<token>")
def complaint(token: str) -> Response:
    """Show one of one's own."""
    with reading() as session:
        shown = service.see_own(session, ByAccount(signed_in(), token), now=now())
    return _draw(shown, said=_SAID.get(request.args.get("said", ""), ""))


@own_pages.post("/complaints/<token>/messages")
def add_own_message(token: str) -> Response:
    """Add to one of one's own."""
    return _write(ByAccount(signed_in(), token))


@own_pages.post("/complaints/<token>/steps")
def take_own_step(token: str) -> Response:
    """Say that one of one's own is solved, or have it done again."""
    return _step(ByAccount(signed_in(), token))


# Both


def _write(reporter: Reporter, *, receipt: str = "") -> Response:
    text = request.form.get("text", "")
    try:
        check_limit("message", *_keys(reporter))
        with transaction() as session:
            shown = service.add_message(session, reporter, text, now=now())
    except (Invalid, Conflict, TooMany) as refusal:
        errors = getattr(refusal, "errors", None) or {"text": refusal.zh}
        return _see_again(
            reporter,
            receipt=receipt,
            errors=errors,
            typed={"text": text},
            status=status_of(refusal),
        )
    except NotFound as refusal:
        return _lost(reporter, refusal)
    return _done(shown, receipt, "sent")


def _step(reporter: Reporter, *, receipt: str = "") -> Response:
    asked = request.form.get("action", "")
    reason = request.form.get("reason", "")
    if asked not in _STEPS:
        raise NotFound("no such step")
    try:
        check_limit("message", *_keys(reporter))
        with transaction() as session:
            shown = service.confirm_or_reopen(
                session, reporter, Action(asked), reason=reason, now=now()
            )
    except (Invalid, TooMany) as refusal:
        errors = getattr(refusal, "errors", None) or {"reason": refusal.zh}
        return _see_again(
            reporter,
            receipt=receipt,
            errors=errors,
            typed={"reason": reason},
            status=status_of(refusal),
        )
    except NotFound as refusal:
        return _lost(reporter, refusal)
    return _done(shown, receipt, asked)


def _keys(reporter: Reporter) -> tuple[str, ...]:
    if isinstance(reporter, ByAccount):
        return (f"citizen:{reporter.actor.id}",)
    return (f"receipt:{normalise(reporter.receipt)}",)


def _done(shown: ReporterView, receipt: str, said: str) -> Response:
    if receipt:
        return _draw(shown, receipt=receipt, said=_SAID[said])
    return see_other(f"/complaints/{shown.token}?said={said}")


def _lost(reporter: Reporter, refusal: NotFound) -> Response:
    if isinstance(reporter, ByReceipt):
        return _refused(refusal)
    raise refusal


def _refused(refusal: Invalid | NotFound | TooMany) -> Response:
    response = page(
        "supervision_lookup.html",
        status=status_of(refusal),
        here="/supervision/lookup",
        errors=[("receipt", refusal.zh)],
    )
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after_s)
    return response


def _see_again(
    reporter: Reporter,
    *,
    receipt: str,
    errors: Mapping[str, str],
    typed: Mapping[str, str],
    status: int,
) -> Response:
    try:
        with reading() as session:
            if isinstance(reporter, ByAccount):
                shown = service.see_own(session, reporter, now=now())
            else:
                shown = service.look_up(session, reporter.receipt, now=now())
    except NotFound as refusal:
        return _lost(reporter, refusal)
    return _draw(shown, receipt=receipt, errors=errors, typed=typed, status=status)


def _draw(
    shown: ReporterView,
    *,
    receipt: str = "",
    said: str = "",
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    status: int = http.HTTPStatus.OK,
) -> Response:
    doubt = "（暂定）" if shown.provisional else ""
    base = f"/complaints/{shown.token}" if not receipt else "/supervision"
    return page(
        "supervision_thread.html",
        status=status,
        tab="" if receipt else "me",
        here="/supervision/lookup" if receipt else "",
        keep=receipt,
        thread=shown,
        receipt=receipt,
        due=f"最晚 {formats.day(shown.answer_by_on)} 答复{doubt}"
        if shown.answer_by_on
        else "",
        messages=_messages(shown),
        can_confirm=Action.CONFIRM in shown.actions,
        can_reopen=Action.REOPEN in shown.actions,
        write_to=f"{base}/messages",
        step_to=f"{base}/steps",
        max_text=MAX_TEXT,
        said=said,
        errors=list((errors or {}).items()),
        typed={"text": "", "reason": ""} | dict(typed or {}),
    )


def _messages(shown: ReporterView) -> list[dict[str, Any]]:
    first = {
        "mine": True,
        "who": "您",
        "when": shown.filed.zh,
        "text": shown.text,
        "is_answer": False,
        "photos": shown.photos,
    }
    return [
        first,
        *(
            {
                "mine": each.by is Author.REPORTER,
                "who": "您" if each.by is Author.REPORTER else each.office,
                "when": each.when.zh,
                "text": each.text,
                "is_answer": each.is_answer,
                "photos": 0,
            }
            for each in shown.messages
        ),
    ]
