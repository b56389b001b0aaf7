"""The correction notice: tick everything that is wrong, see it as sent, send it once.

Editor, preview, sent; refused or overtaken, the editor again with what was typed.
"""

from __future__ import annotations

import http
from collections.abc import Mapping

from flask import Response, flash, request

from app.cases import queries, rules, service
from app.cases.changes import ChangedMeanwhile
from app.cases.models import Case
from app.cases.rules import Defect, Subject
from app.cases.workflow import TRANSITIONS, Action, step
from app.clocks import arithmetic, calendar
from app.kernel.clock import office_date
from app.kernel.errors import AppError, Conflict, Invalid, NotFound
from app.web.context import local_rules, now, reading, settings, transaction
from app.web.problems import status_of
from console import casefile, words
from console.blueprints import PREFIX, desk
from console.casework import news_since
from console.pages import at_desk, number_in, page, see_other

Groups = list[tuple[str, tuple[casefile.Asked, ...]]]

_TICK = "wrong"
_LONGEST = 2000


@desk.get("/cases/<token>/correction/<action>")
def edit_correction(token: str, action: str) -> Response:
    """Let the clerk tick each field and material that is wrong, on one page."""
    return _draw(token, _notice_action(action))


@desk.post("/cases/<token>/correction/<action>")
def check_correction(token: str, action: str) -> Response:
    """Show the notice as the applicant will read it, or send it."""
    act, do = _notice_action(action), request.form.get("do", "preview")
    if do == "edit":
        return _draw(token, act, typed=_typed())
    try:
        if do == "send":
            return _send(token, act)
        return _preview(token, act)
    except (Conflict, Invalid) as failure:
        return _draw(token, act, typed=_typed(), failure=failure)


def _notice_action(text: str) -> Action:
    if text not in set(Action) or Action(text) not in casefile.NOTICES:
        raise NotFound("no such notice")
    return Action(text)


def _typed() -> dict[str, str]:
    """Return the problems as written, by subject and key, and the reason."""
    typed = {
        name: request.form.get(f"problem-{name}", "")[:_LONGEST]
        for name in request.form.getlist(_TICK)[: rules.MAX_DEFECTS + 1]
    }
    typed["reason"] = request.form.get("reason", "")[:_LONGEST]
    return typed


def _defects(typed: Mapping[str, str]) -> list[Defect]:
    found = []
    for name, problem in typed.items():
        subject, _, key = name.partition(":")
        if subject in set(Subject):
            found.append(Defect(Subject(subject), key, problem))
    return found


def _draw(
    token: str,
    action: Action,
    *,
    typed: Mapping[str, str] | None = None,
    failure: AppError | None = None,
) -> Response:
    here = at_desk()
    with reading() as session:
        found = queries.get(session, here.actor, token)
        allowed = queries.actions_for(here.actor, found, now=now())
        shown = casefile.load(session, here.actor, found)
    if action not in allowed and failure is None:
        _refuse(found, action)
    wrong = dict(failure.errors) if isinstance(failure, Invalid) else {}
    row = TRANSITIONS.get((found.state, action))
    further = action is Action.PROPOSE_NOTICE
    groups = shown.everything
    if further:
        groups = [
            (heading, rows)
            for heading, all_rows in groups
            if (rows := tuple(r for r in all_rows if r.name in shown.changed_names))
        ]
    return page(
        "correction.html",
        title=row.label if row else "一次性告知补正",
        status=status_of(failure) if failure else http.HTTPStatus.OK,
        job="cases",
        c=shown,
        row=row,
        action=action,
        groups=groups,
        further=further,
        can_go_on=action in allowed,
        typed=typed or {},
        failure=failure,
        news=news_since(shown, failure),
        errors=wrong,
        anchors=_anchors(shown, groups, wrong),
        max_problem=rules.MAX_PROBLEM,
        seen_steps=len(found.steps),
    )


def _refuse(found: Case, action: Action) -> None:
    """Say why a notice cannot be begun now.

    Raises:
        Invalid: the workflow closes it; which rule, its class says.
        Forbidden: it is for others.
    """
    step(
        found.state,
        action,
        roles=at_desk().actor.roles,
        situation=queries.situation_of(found, now=now()),
        reason="-",
        has_defects=True,
    )


def _anchors(
    shown: casefile.CaseFilePage,
    listed: Groups,
    wrong: Mapping[str, str],
) -> list[tuple[str, str]]:
    """Return where each error leads: ids count the lines of the list, in order."""
    lines = [each.name for _, rows in listed for each in rows]
    labels = {each.name: each.label for _, rows in shown.everything for each in rows}
    found = []
    for name, said in wrong.items():
        anchor = "reason" if name == "reason" else "defects"
        if name in lines:
            anchor = f"asked-{lines.index(name) + 1}"
        label = labels.get(name)
        found.append((anchor, f"{label}：{said}" if label else said))
    return found


def _preview(token: str, action: Action) -> Response:
    """Show the notice before it is sent.

    Raises:
        Invalid: nothing is ticked, or a problem is not said.
        ChangedMeanwhile: the case moved on while the list was written.
    """
    here = at_desk()
    typed = _typed()
    defects = _defects(typed)
    with reading() as session:
        found = queries.get(session, here.actor, token)
        shown = casefile.load(session, here.actor, found)
        days = calendar.load(session)
    if found.version != number_in("seen_version"):
        raise _overtaken()
    step(
        found.state,
        action,
        roles=here.actor.roles,
        situation=queries.situation_of(found, now=now()),
        reason=typed["reason"],
        has_defects=bool(defects),
    )
    rules.check_defects(defects, shown.form, shown.guide)
    due = arithmetic.add_working_days(
        office_date(now()), local_rules().correction_days, days
    )
    return page(
        "notice_preview.html",
        title="发出前请再看一遍",
        job="cases",
        c=shown,
        action=action,
        further=action is Action.PROPOSE_NOTICE,
        lines=[
            (
                f"{each.subject}:{each.key}",
                casefile.label_of(shown.form, shown.guide, each.subject, each.key),
                each.problem.strip(),
            )
            for each in defects
        ],
        reason=typed["reason"].strip(),
        supply_by=due,
        telephone=settings().telephone,
        seen_steps=number_in("seen_steps"),
    )


def _overtaken() -> ChangedMeanwhile:
    return ChangedMeanwhile("the case moved on while the notice was written")


def _send(token: str, action: Action) -> Response:
    typed = _typed()
    with transaction() as session:
        service.take_step(
            session,
            at_desk().actor,
            token,
            action,
            seen_version=number_in("seen_version"),
            reason=typed["reason"],
            defects=_defects(typed),
            local=local_rules(),
            now=now(),
        )
    flash(words.CASE_DONE[action], "good")
    return see_other(f"{PREFIX}/cases/{token}")
