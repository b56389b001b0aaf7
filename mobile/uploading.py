"""Materials: photographs and documents, one slot for each paper."""

from __future__ import annotations

import http
from collections.abc import Mapping

from flask import Response, request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from app.cases import queries, service
from app.files import kinds
from app.files import service as files
from app.files.rebuild import rebuild
from app.files.service import Owner, PutAway
from app.kernel.actors import Actor
from app.kernel.errors import Invalid, NotFound, TooMany
from app.web import problems
from app.web.context import check_limit, now, reading, runtime, transaction
from mobile import formats
from mobile.applying import Opened, opened
from mobile.blueprints import own_pages
from mobile.identity import current_citizen, signed_in
from mobile.pages import page, see_other

_MOST_AT_ONCE = 10
"""Files of one request; they are rebuilt one after the other."""


@own_pages.get("/cases/<token>/materials")
def materials(token: str) -> Response:
    """Show which papers are asked for, and which are there."""
    actor = signed_in()
    with reading() as session:
        shown = opened(session, actor, token)
    if not shown.is_open:
        return see_other(shown.href)
    return _draw(shown, said=_SAID.get(request.args.get("said", ""), ""))


_SAID = {
    "added": "已上传。",
    "removed": "已删除。",
}


@own_pages.post("/cases/<token>/materials/<key>")
def add(token: str, key: str) -> Response:
    """Take files for a paper; say for each that cannot be taken why not."""
    actor = signed_in()
    sent = [each for each in request.files.getlist("files") if each.filename]
    if not sent:
        return _refused(actor, token, key, "请先选择照片或文件，再点上传。")
    if len(sent) > _MOST_AT_ONCE:
        return _refused(
            actor, token, key, f"一次最多传 {_MOST_AT_ONCE} 个文件，请分几次传。"
        )
    with reading() as session:
        # Before a stranger's file is opened: the case and slot must be one's own.
        queries.get(session, actor, token)
    failures = []
    for each in sent:
        try:
            check_limit("upload", f"citizen:{actor.id}")
            _give(actor, token, key, each)
        except (Invalid, TooMany) as refusal:
            failures.append(f"“{shortened(each.filename or '')}”：{refusal.zh}")
    if failures:
        return _refused(actor, token, key, " ".join(failures))
    return see_other(f"/cases/{token}/materials?said=added#slot-{key}")


def _give(actor: Actor, token: str, key: str, sent: FileStorage) -> None:
    """Rebuild one file and give it for the paper."""
    owner = Owner.citizen(actor.id)
    put = put_away(sent, owner)
    with files.undone_if_refused(runtime().store, put), transaction() as session:
        stored = files.record(
            session,
            put,
            owner=owner,
            name_hint=sent.filename or "",
            now=now(),
        )
        service.put_material(session, actor, token, key, stored.token, now=now())


def put_away(sent: FileStorage, owner: Owner) -> PutAway:
    """Rebuild an upload and seal it into the store, outside any transaction.

    Raises:
        Invalid: it is too large, of another kind, broken or too complex.
        TooManyLoose, TicketUsed: the sender may send none; it was not opened.
        Unavailable: too many files wait, or the store cannot take it.
    """
    with reading() as session:
        files.require_room(session, owner)
    raw = sent.stream.read(kinds.MAX_BYTES + 1)
    here = runtime()
    rebuilt = rebuild(raw)
    return files.put_away(here.store, here.keyring, rebuilt, at=owner.moment(now()))


@own_pages.post("/cases/<token>/materials/<key>/remove")
def remove(token: str, key: str) -> Response:
    """Take a file away again."""
    actor = signed_in()
    with transaction() as session:
        service.remove_material(
            session, actor, token, request.form.get("file", ""), now=now()
        )
    return see_other(f"/cases/{token}/materials?said=removed#slot-{key}")


@own_pages.get("/cases/<token>/files/<file_token>")
def view(token: str, file_token: str) -> Response:
    """Show one's own file as it was rebuilt."""
    actor = signed_in()
    here = runtime()
    with reading() as session:
        case, _ = queries.find_file(session, actor, file_token)
        if case.token != token:
            raise NotFound("the file belongs to another case")
        stored = files.get(session, file_token)
    content = files.unseal(here.keyring, here.store, stored)
    # A phone shows pictures in the page and hands documents to another program.
    shown = stored.media_type.startswith("image/")
    return Response(
        content,
        mimetype=stored.media_type,
        headers={
            "Content-Disposition": "inline"
            if shown
            else 'attachment; filename="file.pdf"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


@own_pages.errorhandler(RequestEntityTooLarge)
def say_too_large(error: RequestEntityTooLarge) -> Response:
    """Say at its slot that what was sent is too large; nothing of it was read."""
    actor = current_citizen()
    where = request.view_args or {}
    if actor is None or request.endpoint != f"{own_pages.name}.{add.__name__}":
        return problems.show(problems.from_http(error))
    size = formats.size(request.content_length or 0)
    response = _refused(
        actor,
        where["token"],
        where["key"],
        f"这次选的文件有 {size}，每个最大 {formats.size(kinds.MAX_BYTES)}。"
        "请分几次传，或者改为拍照。",
    )
    response.status_code = http.HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return response


def shortened(name: str) -> str:
    """Return the end of a file's name, where names of photographs differ."""
    return name[-24:]


def _refused(actor: Actor, token: str, key: str, sentence: str) -> Response:
    with reading() as session:
        shown = opened(session, actor, token)
    return _draw(shown, failed={key: sentence})


def _draw(
    shown: Opened, *, said: str = "", failed: Mapping[str, str] | None = None
) -> Response:
    failed = failed or {}
    slots = [each for each in shown.slots if shown.is_draft or each.is_open]
    errors = [
        (f"slot-{key}", sentence)
        for key, sentence in failed.items()
        if any(each.key == key for each in slots)
    ]
    status = http.HTTPStatus.UNPROCESSABLE_ENTITY if failed else http.HTTPStatus.OK
    return page(
        "materials.html",
        status=status,
        tab="cases",
        matter_name=shown.case.matter_name,
        correcting=not shown.is_draft,
        back_link=f"{shown.href}/form" if shown.is_draft else shown.href,
        form_link=f"{shown.href}/form",
        slots=slots,
        missing=sum(each.needed and not each.files for each in slots),
        again=sum(not each.is_changed for each in slots),
        errors=errors or [("main", sentence) for sentence in failed.values()],
        failed=failed,
        most=kinds.MAX_BYTES,
        said=said,
        next_link=f"{shown.href}/review" if shown.is_draft else shown.href,
        next_word="下一步：核对" if shown.is_draft else "改好了，回到办件",
    )
