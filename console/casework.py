"""The page of a case, and everything done there but correction notices."""

from __future__ import annotations

import http
from collections.abc import Mapping
from typing import Any

from flask import Response, flash, request

from app.cases import queries, service, workflow
from app.cases.changes import ChangedMeanwhile
from app.cases.service import RevealPurpose
from app.cases.workflow import TRANSITIONS, Action
from app.files import service as files
from app.kernel.errors import AppError, Conflict, Forbidden, Invalid, NotFound
from app.web.context import local_rules, now, reading, runtime, transaction
from app.web.problems import status_of
from console import casefile, told, words
from console.blueprints import PREFIX, desk
from console.pages import at_desk, number_in, page, see_other

_LONGEST_REASON = 4000
_LABELS = {"reason": "意见或理由", "purpose": "查看明文的原因"}


@desk.get("/cases/<token>")
def case(token: str) -> Response:
    """Show a case: what the guide asks beside what was given."""
    return draw(token)


def draw(
    token: str,
    *,
    failure: AppError | None = None,
    typed: Mapping[str, str] | None = None,
    unmasked: Mapping[str, Any] | None = None,
    applicant: str = "",
    purpose: str = "",
) -> Response:
    """Draw the page of a case.

    Args:
        token: The case.
        failure: What went wrong with the act that was tried, to be told on top.
        typed: What had been written for it; nothing typed is lost.
        unmasked: Answers in full, after an audited look.
        applicant: The name in full, likewise.
        purpose: Why the look was taken, in words.
    """
    here = at_desk()
    with reading() as session:
        found = queries.get(session, here.actor, token)
        shown = casefile.load(
            session, here.actor, found, unmasked=unmasked, applicant=applicant
        )
    wrong = dict(failure.errors) if isinstance(failure, Invalid) else {}
    return page(
        "case.html",
        title=found.matter_name,
        status=status_of(failure) if failure else http.HTTPStatus.OK,
        job="cases",
        c=shown,
        failure=failure,
        news=news_since(shown, failure),
        errors_map=wrong,
        errors_links=list(told.named(wrong, _LABELS).items()),
        typed=typed or {},
        purposes_words=[(each.value, each.zh) for each in RevealPurpose],
        purpose=purpose,
        seen_steps=len(found.steps),
    )


def news_since(
    shown: casefile.CaseFilePage, failure: AppError | None
) -> list[dict[str, Any]]:
    """Return what was done since the page was opened, when that is the trouble."""
    if not isinstance(failure, Conflict):
        return []
    seen = number_in("seen_steps", otherwise=len(shown.entries))
    return [
        {"told": each.told, "who": each.staff_name or each.who, "at": each.at}
        for each in shown.entries
        if each.number > seen
    ]


@desk.post("/cases/<token>/claim")
def claim(token: str) -> Response:
    """Take a case on."""
    try:
        with transaction() as session:
            service.claim(
                session,
                at_desk().actor,
                token,
                seen_version=number_in("seen_version"),
                now=now(),
            )
    except (Conflict, Invalid) as failure:
        return draw(token, failure=failure)
    flash("已认领，这件办件现在由您办理。", "good")
    return see_other(f"{PREFIX}/cases/{token}")


@desk.post("/cases/<token>/assign")
def assign(token: str) -> Response:
    """Hand a case to a colleague, or put it back into the queue."""
    username = request.form.get("username", "")
    try:
        with transaction() as session:
            service.assign(
                session,
                at_desk().actor,
                token,
                username or None,
                seen_version=number_in("seen_version"),
                now=now(),
            )
    except (Conflict, Invalid) as failure:
        return draw(token, failure=failure, typed={"username": username})
    flash("已转给同事。" if username else "已放回待办，同事可以认领。", "good")
    return see_other(f"{PREFIX}/cases/{token}")


@desk.post("/cases/<token>/steps")
def take_step(token: str) -> Response:
    """Take a case along the workflow; acts of the law are asked twice."""
    here = at_desk()
    action = _action(request.form.get("action", ""))
    reason = request.form.get("reason", "")[:_LONGEST_REASON]
    typed = {"reason": reason, "action": action.value}
    try:
        if action in casefile.ASKED_TWICE and not request.form.get("confirmed"):
            return _confirm(token, action, reason)
        with transaction() as session:
            service.take_step(
                session,
                here.actor,
                token,
                action,
                seen_version=number_in("seen_version"),
                reason=reason,
                local=local_rules(),
                now=now(),
            )
    except (Conflict, Invalid, Forbidden) as failure:
        if isinstance(failure, Forbidden) and not _is_possible(token, action):
            raise
        return draw(token, failure=failure, typed=typed)
    flash(words.CASE_DONE[action], "good")
    return see_other(f"{PREFIX}/cases/{token}")


def _action(text: str) -> Action:
    if text not in set(Action):
        raise NotFound("no such act on a case")
    return Action(text)


def _is_possible(token: str, action: Action) -> bool:
    """Whether the workflow gives the actor this act: then a refusal is about facts."""
    with reading() as session:
        found = queries.get(session, at_desk().actor, token)
        return action in queries.actions_for(at_desk().actor, found, now=now())


def _confirm(token: str, action: Action, reason: str) -> Response:
    """Show once more what is about to be decided.

    Raises:
        IllegalTransition, Forbidden, Invalid: see :func:`app.cases.workflow.step`.
        ChangedMeanwhile: the case moved on while the page was open.
    """
    here = at_desk()
    with reading() as session:
        found = queries.get(session, here.actor, token)
        shown = casefile.load(session, here.actor, found)
    if found.version != number_in("seen_version"):
        raise ChangedMeanwhile("the case moved on before it was confirmed")
    workflow.step(
        found.state,
        action,
        roles=here.actor.roles,
        situation=queries.situation_of(found, now=now()),
        reason=reason,
    )
    row = TRANSITIONS[found.state, action]
    return page(
        "confirm.html",
        title=f"确认{row.label}",
        job="cases",
        c=shown,
        row=row,
        action=action,
        risky=action in casefile.RISKY,
        reason=reason.strip(),
        seen_steps=number_in("seen_steps"),
    )


@desk.post("/cases/<token>/reveal")
def reveal(token: str) -> Response:
    """Show the answers in full, once; who looked and why is written down."""
    here = at_desk()
    text = request.form.get("purpose", "")
    if text not in set(RevealPurpose):
        wrong = Invalid(
            "no purpose",
            zh="请选择查看明文的原因。",
            errors={"purpose": "请选择原因。"},
        )
        return draw(token, failure=wrong)
    purpose = RevealPurpose(text)
    with transaction() as session:
        revealed = service.reveal(
            session, here.actor, token, purpose=purpose, now=now()
        )
    return draw(
        token,
        unmasked=revealed.answers,
        applicant=revealed.applicant,
        purpose=purpose.zh,
    )


@desk.get("/cases/<token>/files/<file_token>")
def view_file(token: str, file_token: str) -> Response:
    """Show a paper as it was rebuilt; the look is written down."""
    here = runtime()
    with transaction() as session:
        found = service.open_file(session, at_desk().actor, file_token, now=now())
        if found.token != token:
            raise NotFound("the file belongs to another case")
        stored = files.get(session, file_token)
    content = files.unseal(here.keyring, here.store, stored)
    return as_file(content, stored.media_type)


def as_file(content: bytes, media_type: str) -> Response:
    """Answer with a stored file: pictures in the page, documents as a download."""
    shown = media_type.startswith("image/")
    return Response(
        content,
        mimetype=media_type,
        headers={
            "Content-Disposition": "inline"
            if shown
            else 'attachment; filename="file.pdf"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )
