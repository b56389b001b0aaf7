"""码上监督: bringing something forward, in one's name or in nobody's.

    kinds ─→ form ─┬─ anonymous ─→ receipt                 (no cookie, no session)
                   └─ named ─→ sign in ─→ confirm ─→ receipt

The forms of the anonymous way carry no authority, so they carry no form token
and no cookie is made for one. A ticket, which names nobody, ties photos to the
form and makes a second tap harmless.
"""

from __future__ import annotations

import http
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from flask import Response, request
from werkzeug.datastructures import FileStorage

from app.catalogue.current import Snapshot
from app.complaints import service, subjects
from app.complaints.categories import CategoryList, Kind, KindFacts, book
from app.complaints.filing import MAX_FILES, Filing, Receipt
from app.complaints.workflow import MAX_TEXT
from app.files import kinds, tickets
from app.files import service as files
from app.files.service import Owner
from app.kernel.clock import office_date
from app.kernel.errors import (
    AppError,
    Conflict,
    Gone,
    Invalid,
    NotFound,
    TooMany,
    Unavailable,
)
from app.people import profiles
from app.web.context import (
    check_limit,
    now,
    reading,
    runtime,
    settings,
    snapshot,
    transaction,
)
from app.web.problems import status_of
from mobile import formats, resuming
from mobile.blueprints import open_pages, own_pages
from mobile.identity import current_citizen, signed_in
from mobile.pages import page
from mobile.uploading import put_away, shortened
from qr import images
from qr.symbol import encode

_SCENE = ("place", "window", "matter")
_TYPED = ("category", "text", "case_reference", "accused_name", "accused_post")
_CARRIED = ("kind", *_SCENE, *_TYPED, "ticket")
_NAMED = "named"
_MANY = 6
"""More categories than this are chosen from a list that unfolds."""

_MARKS: Mapping[Kind, str] = {
    Kind.COMPLAINT: "alert",
    Kind.CONSULTATION: "info",
    Kind.HELP: "people",
    Kind.SUGGESTION: "edit",
    Kind.PRAISE: "heart",
    Kind.REPORT: "shield",
}


def _categories() -> CategoryList:
    return book().on(office_date(now()))


@open_pages.get("/supervision")
def supervise() -> Response:
    """Let a person choose what they want, then write it down."""
    scene = {name: request.args.get(name, "") for name in _SCENE}
    case = request.args.get("case", "")
    kind = _kind(request.args.get("kind", ""))
    if kind is None:
        return form_for(case=case, **scene)
    return _draw_form(kind, scene | {"case_reference": case})


def form_for(*, matter: str, place: str, window: str, case: str = "") -> Response:
    """Show the kinds of thing one can bring forward at a place."""
    given = {"place": place, "window": window, "matter": matter, "case": case}
    context = {name: value for name, value in given.items() if value}
    return page(
        "supervision.html",
        about=_about(snapshot(), given),
        kinds=[
            {
                "label": each.label,
                "help": each.help,
                "mark": _MARKS[each.kind],
                "href": "/supervision?"
                + urlencode(context | {"kind": each.kind.value}),
            }
            for each in _categories().kinds
        ],
    )


def _kind(text: str) -> Kind | None:
    return Kind(text) if text in set(Kind) else None


def _about(published: Snapshot, given: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what the code or page knows of the scene, in words."""
    scene = subjects.scene_of(
        published,
        place_code=given.get("place") or None,
        window_code=given.get("window") or None,
        matter_code=given.get("matter") or None,
    )
    found = []
    if scene.place_code:
        found.append(("地点", published.places[scene.place_code].shown))
    if scene.window_code:
        found.append(("窗口", published.windows[scene.window_code].shown))
    if scene.matter_code:
        found.append(("事项", published.matters[scene.matter_code].name))
    return found


def _draw_form(
    kind: Kind,
    typed: Mapping[str, str],
    *,
    errors: Mapping[str, str] | None = None,
    photos: tuple[str, ...] = (),
    ticket: str = "",
    status: int = http.HTTPStatus.OK,
) -> Response:
    listed = _categories()
    facts: KindFacts = listed.of(kind)
    options = [(each.code, each.label, each.help) for each in facts.categories]
    wrong = dict(errors or {})
    context = [(name, typed[name]) for name in _SCENE if typed.get(name)]
    return page(
        "supervision_form.html",
        status=status,
        here="/supervision?" + urlencode([("kind", kind.value), *context]),
        kind=facts,
        is_report=kind is Kind.REPORT,
        guidance=listed.report_guidance if kind is Kind.REPORT else (),
        anonymous_notice=listed.anonymous_notice,
        about=_about(snapshot(), typed),
        context=context,
        back_link="/supervision?" + urlencode(context),
        categories=options,
        options=[(code, label) for code, label, _ in options],
        many=len(options) > _MANY,
        typed=typed,
        errors=[(_ANCHORS.get(key, key), said) for key, said in wrong.items()],
        wrong=wrong,
        max_text=MAX_TEXT,
        max_photos=MAX_FILES,
        most=kinds.MAX_BYTES,
        photos=photos,
        ticket=ticket or tickets.issue(runtime().keyring, now=now()),
    )


_ANCHORS = {"files": "photos"}


@open_pages.post("/supervision")
def file_it() -> Response:
    """File what was written; ask who it is only if the person wants to be named."""
    kind = _kind(request.form.get("kind", ""))
    if kind is None:
        raise NotFound("no such kind of complaint")
    typed = {
        name: request.form.get(name, "") for name in (*_SCENE, *_TYPED, "identity")
    }
    ticket = request.form.get("ticket", "")
    photos = tuple(request.form.getlist("photo"))[:MAX_FILES]
    named = typed["identity"] == _NAMED
    try:
        check_limit("complaint")
        photos = _keep_photos(ticket, photos)
        if named:
            return _ask_who(kind, typed, photos, ticket)
        receipt = _file(kind, typed, photos, ticket, citizen_id=None)
    except _Photos as refusal:
        if isinstance(refusal.why, files.TicketUsed) and not named:
            return _draw_receipt_again(kind, typed, refusal.kept, ticket)
        over = isinstance(refusal.why, tickets.TicketInvalid)
        good = "" if over else ticket
        return _again(kind, typed, refusal.cause, refusal.kept, good)
    except (Invalid, TooMany, Conflict, Gone, Unavailable) as refusal:
        # Also when the system is busy: what was written must not be lost with it.
        return _again(kind, typed, refusal, photos, ticket)
    return _draw_receipt(receipt, is_named=False)


class _Photos(Exception):
    """A photo could not be taken; those before it were."""

    def __init__(
        self, cause: AppError, kept: tuple[str, ...], why: AppError | None = None
    ) -> None:
        super().__init__(str(cause))
        self.cause = cause
        self.kept = kept
        self.why = why


def _keep_photos(ticket: str, kept: tuple[str, ...]) -> tuple[str, ...]:
    """Take the photos of this request; they belong to the ticket, not to a person.

    Raises:
        _Photos: one of them cannot be taken.
    """
    sent: list[FileStorage] = [e for e in request.files.getlist("photos") if e.filename]
    if len(kept) + len(sent) > MAX_FILES:
        sentence = f"最多 {MAX_FILES} 张照片。"
        raise _Photos(Invalid("too many", errors={"files": sentence}), kept)
    for each in sent:
        try:
            check_limit("upload")
            owner = Owner.ticket(runtime().keyring, ticket, now=now())
            put = put_away(each, owner)
            with (
                files.undone_if_refused(runtime().store, put),
                transaction() as session,
            ):
                stored = files.record(session, put, owner=owner, now=now())
        except (Invalid, TooMany, Gone, Conflict, Unavailable) as refusal:
            which = (
                f"“{shortened(each.filename or '')}”："
                if isinstance(refusal, Invalid)
                else ""
            )
            wrong = Invalid(str(refusal), errors={"files": which + refusal.zh})
            raise _Photos(wrong, kept, refusal) from refusal
        kept = (*kept, stored.token)
    return kept


def _file(
    kind: Kind,
    typed: Mapping[str, str],
    photos: tuple[str, ...],
    ticket: str,
    *,
    citizen_id: int | None,
) -> Receipt:
    filing = Filing(
        kind=kind,
        category=typed["category"],
        text=typed["text"],
        place_code=typed.get("place") or None,
        window_code=typed.get("window") or None,
        matter_code=typed.get("matter") or None,
        case_reference=typed.get("case_reference", ""),
        accused_name=typed.get("accused_name", "") if kind is Kind.REPORT else "",
        accused_post=typed.get("accused_post", "") if kind is Kind.REPORT else "",
        files=photos,
        ticket=ticket,
        named_citizen_id=citizen_id,
    )
    with transaction() as session:
        return service.file(session, filing, snapshot=snapshot(), now=now())


def _again(
    kind: Kind,
    typed: Mapping[str, str],
    refusal: AppError,
    photos: tuple[str, ...],
    ticket: str,
) -> Response:
    """Show the form again with everything that was written."""
    errors = getattr(refusal, "errors", None) or {"text": refusal.zh}
    if isinstance(refusal, Invalid):
        errors = _wanting(kind, typed) | errors
    # A ticket that is used or over cannot be sent again; its photos are lost.
    over = isinstance(refusal, Gone) or not ticket
    response = _draw_form(
        kind,
        typed,
        errors=errors,
        photos=() if over else photos,
        ticket="" if over else ticket,
        status=status_of(refusal),
    )
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after_s)
    return response


def _ask_who(
    kind: Kind, typed: Mapping[str, str], photos: tuple[str, ...], ticket: str
) -> Response:
    """Let a person confirm that their name goes with it, signing in before."""
    if errors := _wanting(kind, typed):
        raise Invalid("the complaint is not complete", errors=errors)
    fields = [
        (name, value)
        for name in _CARRIED
        if (value := {**typed, "kind": kind.value, "ticket": ticket}.get(name, ""))
    ]
    fields += [("photo", token) for token in photos]
    if current_citizen() is None:
        form = resuming.Posted("/supervision/named", tuple(fields), resuming.NAMED)
        return page(
            "sign_in.html",
            phone="",
            typed="",
            errors=[],
            next="/supervision",
            kept=resuming.seal(form),
            waiting=form,
        )
    return _draw_confirm(kind, typed, fields)


def _wanting(kind: Kind, typed: Mapping[str, str]) -> dict[str, str]:
    """Return a sentence for each thing that must be there and is not."""
    errors = {}
    if not _categories().find(kind, typed["category"]):
        errors["category"] = "请选择一个类别。"
    if not typed["text"].strip():
        errors["text"] = "请写下您要反映的内容。"
    return errors


def ask_to_confirm(form: resuming.Posted) -> Response:
    """Show what was written before signing in, to be sent in the person's name."""
    typed = {name: form.field(name) for name in (*_SCENE, *_TYPED)}
    kind = _kind(form.field("kind"))
    if kind is None:
        raise NotFound("no such kind of complaint")
    return _draw_confirm(kind, typed, list(form.fields))


def _draw_confirm(
    kind: Kind, typed: Mapping[str, str], fields: list[tuple[str, str]]
) -> Response:
    actor = signed_in()
    with reading() as session:
        who = profiles.profile(session, actor.id).masked
    category = _categories().find(kind, typed["category"])
    return page(
        "supervision_named.html",
        who=" ".join(part for part in (who.name, who.phone) if part),
        is_report=kind is Kind.REPORT,
        kind_label=_categories().of(kind).label,
        category_word=_categories().of(kind).label
        + (f"：{category.label}" if category else ""),
        about=_about(snapshot(), typed),
        typed=typed,
        photos=sum(name == "photo" for name, _ in fields),
        fields=fields,
    )


@own_pages.post("/supervision/named")
def file_named() -> Response:
    """File it in the name of the person who is signed in."""
    actor = signed_in()
    kind = _kind(request.form.get("kind", ""))
    if kind is None:
        raise NotFound("no such kind of complaint")
    typed = {name: request.form.get(name, "") for name in (*_SCENE, *_TYPED)}
    ticket = request.form.get("ticket", "")
    photos = tuple(request.form.getlist("photo"))[:MAX_FILES]
    try:
        check_limit("complaint", f"citizen:{actor.id}")
        receipt = _file(kind, typed, photos, ticket, citizen_id=actor.id)
    except (Invalid, TooMany, Conflict, Gone) as refusal:
        return _again(kind, typed | {"identity": _NAMED}, refusal, photos, ticket)
    return _draw_receipt(receipt, is_named=True)


def _draw_receipt_again(
    kind: Kind, typed: Mapping[str, str], photos: tuple[str, ...], ticket: str
) -> Response:
    """Show the receipt of a form with photos that was sent a second time.

    The first answer may never have arrived. Whether the photos of this request are
    those of the first cannot be told, so the page says what became of them.
    """
    try:
        receipt = _file(kind, typed, photos, ticket, citizen_id=None)
    except (Invalid, TooMany, Conflict, Gone) as refusal:
        return _again(kind, typed, refusal, photos, ticket)
    return _draw_receipt(receipt, is_named=False, is_again=True)


def _draw_receipt(
    receipt: Receipt, *, is_named: bool, is_again: bool = False
) -> Response:
    """Show the receipt, once."""
    lookup = f"{settings().public_url}/supervision/lookup"
    doubt = "（暂定）" if receipt.provisional else ""
    text = "\r\n".join(
        (
            f"{settings().supervision_name} 回执",
            f"回执码：{receipt.grouped}",
            f"提交时间：{receipt.filed.zh}",
            f"查询地址：{lookup}",
            f"最晚答复：{formats.day(receipt.answer_by_on)}{doubt}",
        )
    )
    return page(
        "supervision_receipt.html",
        here="/supervision/lookup",
        keep=receipt.code,
        receipt=receipt,
        is_named=is_named,
        is_again=is_again,
        next=f"最晚 {formats.day(receipt.answer_by_on)}{doubt} 答复您。",
        download=f"data:text/plain;charset=utf-8,{quote(text)}",
        # The secret stands behind the #: scanning it sends nothing of it.
        symbol=images.svg(encode(f"{lookup}#{receipt.code}", "M"), module_mm=1.0),
    )
