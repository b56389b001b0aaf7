"""Uploads: one file a request, as wx.uploadFile sends them."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Response, request
from flask.views import MethodView
from flask_smorest.fields import Upload
from marshmallow import fields
from werkzeug.datastructures import FileStorage

from app.cases import service as cases
from app.files import rebuild, service
from app.files.models import StoredFile
from app.files.service import Owner
from app.kernel.errors import Invalid
from app.people.permissions import Permission, require
from app.web.context import check_limit, now, reading, runtime, transaction
from miniprogram_api.auth import SecuredBlueprint, current_actor
from miniprogram_api.schemas import StrictSchema

blp = SecuredBlueprint(
    "files", __name__, url_prefix="/api/v1/files", description=__doc__
)


class UploadSchema(StrictSchema):
    """The file."""

    file = Upload(
        required=True,
        metadata={"description": "JPEG, PNG, HEIC, WebP or PDF; at most 10 MB"},
    )


class NothingElseSchema(StrictSchema):
    """No form field beside the file."""


class FileSchema(ma.Schema):
    """A file as it was kept: rebuilt from pixels, without metadata."""

    token = fields.String()
    media_type = fields.String()
    size = fields.Integer(metadata={"description": "Bytes"})
    pages = fields.Integer()


@blp.route("")
class Files(MethodView):
    """Uploads."""

    @blp.arguments(NothingElseSchema, location="form")
    @blp.arguments(UploadSchema, location="files")
    @blp.response(201, FileSchema)
    @blp.alt_response(413, "REQUEST_ENTITY_TOO_LARGE")
    def post(
        self, _nothing: dict[str, str], given: dict[str, FileStorage]
    ) -> StoredFile:
        """Upload a file; give it to a case or complaint afterwards.

        A file that is given to nothing within a day is deleted.
        """
        actor = current_actor()
        require(actor, Permission.FILE_UPLOAD)
        check_limit("upload", f"citizen:{actor.id}")
        return keep(given["file"], Owner.citizen(actor.id))


@blp.route("/<token>")
class FileByToken(MethodView):
    """One file."""

    @blp.response(
        200,
        {"type": "string", "format": "binary"},
        content_type="application/octet-stream",
    )
    def get(self, token: str) -> Response:
        """Download a file of one's own case."""
        here = runtime()
        with transaction() as session:
            cases.open_file(session, current_actor(), token, now=now())
            record = service.get(session, token)
        content = service.unseal(here.keyring, here.store, record)
        return as_download(content, record.media_type)


def keep(upload: FileStorage, owner: Owner) -> StoredFile:
    """Rebuild and keep an upload; opening it happens outside any transaction.

    Raises:
        Invalid: it is too large, of another kind, broken, encrypted or too complex.
        TooManyLoose, TicketUsed: see :func:`app.files.service.require_room`.
        Unavailable: too many files wait, or the store cannot take it.
    """
    if request.content_length is None:
        raise Invalid("the length is not said", zh="上传没有完成，请重试。")
    with reading() as session:
        service.require_room(session, owner)
    rebuilt = rebuild.rebuild(upload.stream.read())
    here = runtime()
    put = service.put_away(here.store, here.keyring, rebuilt, at=owner.moment(now()))
    with service.undone_if_refused(here.store, put), transaction() as session:
        return service.record(
            session, put, owner=owner, name_hint=upload.filename or "", now=now()
        )


def as_download(content: bytes, media_type: str) -> Response:
    """Answer with bytes that no browser will mistake for a page."""
    response = Response(content, mimetype=media_type)
    headers: dict[str, Any] = {
        "Content-Disposition": "attachment",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }
    response.headers.update(headers)
    return response
