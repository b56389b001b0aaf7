"""Applying: from a guide to a receipt. Every step is a page that works by itself.

    start ─→ form ─→ materials ─→ review ─→ submit ─→ receipt
             (kept while one types; checked when one goes on)

The server keeps what was typed at every step, right or wrong. When a session
ends in between, :mod:`mobile.resuming` carries the posted form through sign-in.
"""

from __future__ import annotations

import http
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, jsonify, request
from sqlalchemy.orm import Session

from app.cases import pinned, queries, rules, sealing, service, viewing
from app.cases.changes import ChangedMeanwhile
from app.cases.models import Case, CaseSource
from app.cases.rules import IncompleteApplication, Subject
from app.cases.workflow import WAITING_FOR_APPLICANT, State
from app.catalogue.current import PlaceNeeded, PublishedMatter, Snapshot
from app.catalogue.guide import Guide
from app.catalogue.places import Place
from app.clocks import calendar
from app.forms import checking
from app.forms.definitions import FieldType, Form
from app.kernel.actors import Actor
from app.kernel.clock import OFFICE_ZONE, office_date
from app.kernel.errors import Invalid
from app.people import offices, profiles
from app.web.context import local_rules, now, reading, snapshot, transaction
from mobile import formats, guides, questions
from mobile.blueprints import open_pages, own_pages
from mobile.identity import signed_in
from mobile.materials import Slot, slots_of
from mobile.pages import page, see_other

_SECONDS_A_QUESTION = 25
_SECONDS_A_PAPER = 60
_MINUTE = 60


@dataclass(frozen=True, kw_only=True)
class Opened:
    """One's own case with what it was pinned to and what was said so far.

    Attributes:
        answers: As kept: canonical, or as typed.
        allowed: Keys of the fields that may be changed; None for all.
        problems: What the open notice says, by field or material key.
    """

    case: Case
    form: Form
    guide: Guide
    answers: Mapping[str, Any]
    allowed: frozenset[str] | None
    problems: Mapping[str, str]
    slots: tuple[Slot, ...]

    @property
    def is_draft(self) -> bool:
        """Whether it has not been handed in."""
        return self.case.state is State.DRAFT

    @property
    def is_open(self) -> bool:
        """Whether the applicant may change anything now."""
        return self.is_draft or self.case.state in WAITING_FOR_APPLICANT

    @property
    def href(self) -> str:
        """The page of the case."""
        return f"/cases/{self.case.token}"


def opened(session: Session, actor: Actor, name: str) -> Opened:
    """Load one's own case with everything its pages show.

    Raises:
        NotFound: the actor has no such case.
    """
    case = queries.get(session, actor, name)
    form = pinned.form_of(session, case)
    guide = pinned.guide_of(session, case)
    notice = queries.open_notice(case)
    problems: dict[str, str] = {}
    allowed = None
    changed: frozenset[str] = frozenset()
    if notice is not None:
        problems = {
            each.key: sealing.problem_of(session, case, notice.number, each)
            for each in notice.defects
        }
        named = {each.key for each in notice.defects if each.subject is Subject.FIELD}
        allowed = rules.open_fields(form, named)
        changed = frozenset(each.key for each in notice.defects if each.changed_at)
    return Opened(
        case=case,
        form=form,
        guide=guide,
        answers=viewing.answers_for(session, actor, case, form),
        allowed=allowed,
        problems=problems,
        slots=slots_of(session, case, form, guide, problems, changed=changed),
    )


def office_of(session: Session, case: Case) -> str:
    """Return the name of the office in charge of a case."""
    office = offices.find_by_id(session, case.office_id)
    return office.name if office else ""


# Start


@open_pages.get("/matters/<code>/apply")
def apply(code: str) -> Response:
    """Say what applying takes, and begin."""
    published = snapshot()
    if code in published.withdrawn and code not in published.matters:
        return guides.withdrawn(published, code)
    matter = published.matter(code)
    place_code = request.args.get("place", "")
    place = published.place(place_code) if place_code else None
    return _draw_start(published, matter, place, request.args.get("via", ""))


def _draw_start(
    published: Snapshot,
    matter: PublishedMatter,
    place: Place | None,
    via: str,
    error: str = "",
) -> Response:
    needs_place = matter.needs_township and (
        place is None or published.township_of(place.code) is None
    )
    asked = [each for each in matter.form.fields if each.show_if is None]
    needed = sum(each.must_be_uploaded for each in matter.guide.materials)
    seconds = len(asked) * _SECONDS_A_QUESTION + needed * _SECONDS_A_PAPER
    return page(
        "apply.html",
        status=http.HTTPStatus.UNPROCESSABLE_ENTITY if error else http.HTTPStatus.OK,
        matter=matter,
        place=place,
        place_query=f"?place={place.code}" if place else "",
        office_name=guides.office_name(published, matter, place),
        needs_place=needs_place,
        places=[(each.code, each.name) for each in published.townships()],
        place_error=error,
        questions=len(asked),
        needed=needed,
        minutes=max(3, -(-seconds // _MINUTE)),
        via=via,
    )


@own_pages.post("/matters/<code>/apply")
def start(code: str) -> Response:
    """Open the draft, or the one that is there already."""
    return begin(code, request.form.get("place", ""), request.form.get("via", ""))


def begin(code: str, place_code: str, via: str) -> Response:
    """Open a draft for who is signed in, and lead to its form.

    Args:
        code: Of the matter.
        place_code: Where the person applies; empty where they did not say.
        via: The printed code that led here; empty when none did.
    """
    actor = signed_in()
    published = snapshot()
    matter = published.matter(code)
    try:
        with transaction() as session:
            case = service.open_draft(
                session,
                actor,
                snapshot=published,
                matter=matter,
                place_code=place_code or None,
                source=CaseSource.SCAN if via else CaseSource.PAGE,
                now=now(),
            )
    except PlaceNeeded as missing:
        place = published.places.get(place_code)
        return _draw_start(published, matter, place, via, error=missing.zh)
    return see_other(f"/cases/{case.token}/form")


# Form


@own_pages.get("/cases/<token>/form")
def form(token: str) -> Response:
    """Show the questions with what has been answered."""
    actor = signed_in()
    with reading() as session:
        shown = opened(session, actor, token)
        if not shown.is_open:
            return see_other(shown.href)
        answers = dict(shown.answers)
        if request.args.get(_CHECK):
            return _draw_form(shown, answers, errors=_field_errors(shown))
        if shown.is_draft and not answers:
            known = profiles.profile(session, actor.id)
            answers = questions.prefilled(shown.form, known)
    return _draw_form(shown, answers)


_CHECK = "check"
"""Asks a page to say what is still wrong; it can be gone back to, like any other."""


@own_pages.post("/cases/<token>/form")
def save_form(token: str) -> Response:
    """Keep the answers; go on when they are in order."""
    actor = signed_in()
    with reading() as session:
        shown = opened(session, actor, token)
    typed = _posted_answers(shown)
    try:
        with transaction() as session:
            service.save_draft(
                session,
                actor,
                token,
                typed,
                seen_version=_seen_version(),
                now=now(),
            )
    except ChangedMeanwhile:
        with reading() as session:
            shown = opened(session, actor, token)
        kept = checking.keep_typed(shown.form, typed)
        return _draw_form(
            shown,
            {**shown.answers, **kept},
            status=http.HTTPStatus.CONFLICT,
            stale=True,
        )
    except Invalid as refusal:
        kept = checking.keep_typed(shown.form, typed)
        return _draw_form(
            shown,
            {**shown.answers, **kept},
            errors=refusal.errors or {checking.WHOLE_FORM: refusal.zh},
        )
    if request.form.get("then") == "leave":
        return see_other(f"/cases/{token}?said=saved")
    with reading() as session:
        shown = opened(session, actor, token)
    if _field_errors(shown):
        return see_other(f"{shown.href}/form?{_CHECK}=1")
    if not shown.is_draft:
        return see_other(f"{shown.href}?said=amended")
    return see_other(f"{shown.href}/{'materials' if shown.slots else 'review'}")


@own_pages.post("/cases/<token>/draft")
def autosave(token: str) -> Response:
    """Keep the answers while they are being typed; for the page's script."""
    actor = signed_in()
    with reading() as session:
        shown = opened(session, actor, token)
    with transaction() as session:
        case = service.save_draft(
            session,
            actor,
            token,
            _posted_answers(shown),
            seen_version=_seen_version(),
            now=now(),
        )
    at = now().astimezone(OFFICE_ZONE)
    return jsonify(version=case.version, said=f"{at:%H:%M} 已自动保存")


def _seen_version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 -- a version has fewer digits


def _posted_answers(shown: Opened) -> dict[str, object]:
    typed = questions.answers_from(shown.form, request.form)
    if shown.allowed is None:
        return typed
    return {
        key: value
        for key, value in typed.items()
        if key.partition(".")[0] in shown.allowed
    }


def _checked(shown: Opened) -> checking.Checked:
    return checking.check(
        shown.form,
        shown.answers,
        today=office_date(now()),
        divisions=snapshot().divisions(),
    )


def _field_errors(shown: Opened) -> dict[str, str]:
    """Return what is wrong in the fields of this page; files come later."""
    files = {e.key for e in shown.form.fields if e.type is FieldType.FILE}
    return {
        key: sentence
        for key, sentence in _checked(shown).errors.items()
        if key not in files and (shown.allowed is None or key in shown.allowed)
    }


def _draw_form(
    shown: Opened,
    answers: Mapping[str, Any],
    *,
    errors: Mapping[str, str] | None = None,
    status: int = http.HTTPStatus.OK,
    stale: bool = False,
) -> Response:
    errors = errors or {}
    if errors:
        status = http.HTTPStatus.UNPROCESSABLE_ENTITY
    warnings = dict(_checked(shown).warnings) if answers else {}
    warnings |= {key: f"要改：{said}" for key, said in shown.problems.items()}
    back = shown.href
    if shown.is_draft:
        back = f"/matters/{shown.case.matter_code}"
        if shown.case.place_code:
            back += f"?place={shown.case.place_code}"
    return page(
        "form.html",
        status=status,
        tab="cases",
        matter_name=shown.case.matter_name,
        correcting=not shown.is_draft,
        back_link=back,
        action=f"{shown.href}/form",
        autosave=f"{shown.href}/draft",
        version=shown.case.version,
        groups=questions.groups(
            shown.form,
            answers,
            errors=errors,
            warnings=warnings,
            divisions=snapshot().divisions(),
            only=shown.allowed,
        ),
        errors=[
            (
                f"#{questions.anchor(key)}" if shown.form.field(key) else "#main",
                questions.named(shown.form, key, said),
            )
            for key, said in _in_order(shown.form, errors)
        ],
        stale=stale,
    )


def _in_order(form: Form, errors: Mapping[str, str]) -> list[tuple[str, str]]:
    order = {each.key: at for at, each in enumerate(form.fields)}
    return sorted(errors.items(), key=lambda each: order.get(each[0], len(order)))


# Review, submit, receipt


@own_pages.get("/cases/<token>/review")
def review(token: str) -> Response:
    """Show everything once more before it is handed in."""
    actor = signed_in()
    with reading() as session:
        shown = opened(session, actor, token)
        if not shown.is_draft:
            return see_other(shown.href)
        unsaid = request.args.get(_CHECK) == "promise"
        return _draw_review(session, shown, promise_error=_PROMISE if unsaid else "")


_PROMISE = "请先勾选，确认您填的都是真实的。"


@own_pages.post("/cases/<token>/review")
def submit(token: str) -> Response:
    """Hand the application in; a second tap gets the same receipt."""
    actor = signed_in()
    if request.form.get("promise") != "yes":
        with reading() as session:
            shown = opened(session, actor, token)
            if not shown.is_draft:
                return see_other(f"{shown.href}/receipt")
            return see_other(f"{shown.href}/review?{_CHECK}=promise")
    try:
        with transaction() as session:
            service.submit(
                session,
                actor,
                token,
                snapshot=snapshot(),
                local=local_rules(),
                now=now(),
            )
    except IncompleteApplication as missing:
        with reading() as session:
            shown = opened(session, actor, token)
            return _draw_review(session, shown, errors=missing.errors)
    return see_other(f"/cases/{token}/receipt")


def _draw_review(
    session: Session,
    shown: Opened,
    *,
    errors: Mapping[str, str] | None = None,
    promise_error: str = "",
) -> Response:
    checked = _checked(shown)
    divisions = snapshot().divisions()
    listed = []
    for key, said in _in_order(shown.form, errors or {}):
        slot = next((each for each in shown.slots if each.key == key), None)
        if slot is not None:
            listed.append((f"{shown.href}/materials#{slot.id}", said))
        else:
            link = f"{shown.href}/form#{questions.anchor(key)}"
            listed.append((link, questions.named(shown.form, key, said)))
    if promise_error:
        listed.append(("#promise", promise_error))
    answer_by = rules.answer_due(office_date(now()), calendar.load(session))
    published = snapshot()
    place = published.places.get(shown.case.place_code or "")
    return page(
        "review.html",
        status=http.HTTPStatus.UNPROCESSABLE_ENTITY if listed else http.HTTPStatus.OK,
        tab="cases",
        matter_name=shown.case.matter_name,
        office_name=office_of(session, shown.case),
        place_name=place.name if place else "",
        groups=questions.read_back(
            shown.form,
            {**shown.answers, **checked.values},
            checking.visible(shown.form, checked.values),
            divisions,
        ),
        warnings=list(checked.warnings.values()),
        slots=shown.slots,
        errors=listed,
        promise_error=promise_error,
        form_link=f"{shown.href}/form",
        materials_link=f"{shown.href}/materials",
        action=f"{shown.href}/review",
        version=shown.case.version,
        limit_sentence=f"提交后 {rules.ANSWER_DAYS} 个工作日内告知您是否受理，"
        f"最晚 {formats.day(answer_by.on)}。",
    )


@own_pages.get("/cases/<token>/receipt")
def receipt(token: str) -> Response:
    """Show what proves the application and opens its progress to a helper."""
    actor = signed_in()
    with reading() as session:
        case = queries.get(session, actor, token)
        if case.submitted_at is None:
            return see_other(f"/cases/{token}/review")
        given = service.receipt(session, actor, token)
        office = office_of(session, case)
    place = snapshot().places.get(case.place_code or "")
    return page(
        "receipt.html",
        tab="cases",
        matter_name=case.matter_name,
        reference=given.reference,
        lookup_code=given.lookup_code,
        office_name=office,
        place_name=place.name if place else "",
        submitted_at=given.submitted_at,
        answer_by=given.accept_by_on,
        case_link=f"/cases/{token}",
    )
