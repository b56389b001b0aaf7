"""码上监督: bringing something forward, following it, answering."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask.views import MethodView
from flask_smorest.fields import Upload
from marshmallow import fields
from werkzeug.datastructures import FileStorage

from app.complaints import service
from app.complaints.categories import Kind, book
from app.complaints.filing import MAX_FILES, Filing, Receipt
from app.complaints.models import Author
from app.complaints.reporters import ReporterView
from app.complaints.workflow import MAX_TEXT, TRANSITIONS, Action, State
from app.files import tickets
from app.files.models import StoredFile
from app.files.service import Owner
from app.kernel.clock import office_date
from app.web.context import (
    check_limit,
    now,
    reading,
    runtime,
    snapshot,
    transaction,
)
from miniprogram_api.auth import authenticate_bearer, current_actor
from miniprogram_api.blueprints import ApiBlueprint
from miniprogram_api.files import FileSchema, UploadSchema, keep
from miniprogram_api.schemas import StrictSchema
from miniprogram_api.schemas import text as string

blp = ApiBlueprint("supervision", __name__, url_prefix="/api/v1", description=__doc__)

_RECEIPT = 60


class CategorySchema(ma.Schema):
    """What it may be about."""

    code = fields.String()
    label = fields.String()
    help = fields.String()


class KindSchema(ma.Schema):
    """What one may bring forward."""

    kind = fields.Enum(Kind, by_value=True)
    label = fields.String()
    help = fields.String()
    sealed = fields.Boolean(
        metadata={"description": "Only inspectors will know that it exists"}
    )
    categories = fields.List(fields.Nested(CategorySchema))


class CategoriesSchema(ma.Schema):
    """The list in force, and a ticket for photos."""

    version = fields.Integer()
    kinds = fields.List(fields.Nested(KindSchema))
    report_guidance = fields.List(fields.String())
    anonymous_notice = fields.List(fields.String())
    ticket = fields.String(
        metadata={
            "description": "Names nobody; ties photos to one complaint and makes"
            " a second tap harmless"
        }
    )


class ComplaintSchema(StrictSchema):
    """What a person brings forward. Send no token to stay anonymous."""

    kind = fields.Enum(Kind, by_value=True, required=True)
    category = string(60, least=1, required=True)
    text = string(MAX_TEXT * 2, required=True)
    place_code = string(40, load_default=None, allow_none=True)
    window_code = string(40, load_default=None, allow_none=True)
    matter_code = string(40, load_default=None, allow_none=True)
    case_reference = string(60, load_default="")
    accused_name = string(120, load_default="")
    accused_post = string(120, load_default="")
    files = fields.List(string(40), load_default=list)
    ticket = string(200, least=1, required=True)
    named = fields.Boolean(
        load_default=False,
        metadata={
            "description": "true puts the signed-in person's name to it and needs"
            " the bearer token; false reads no token at all"
        },
    )


class ComplaintReceiptSchema(ma.Schema):
    """Shown once; leads back to the complaint."""

    code = fields.String()
    number = fields.String()
    answer_by_on = fields.Date(allow_none=True)


class ReceiptLookupSchema(StrictSchema):
    """The receipt, in the body and never in an address."""

    receipt = string(_RECEIPT, least=1, required=True)


class MessageSchema(ReceiptLookupSchema):
    """A message of the reporter's, or their verdict on the answer."""

    text = string(MAX_TEXT * 2, load_default="")
    action = fields.Enum(Action, by_value=True, load_default=None, allow_none=True)


class MomentSchema(ma.Schema):
    """A day and a half of it: anonymous people must not be found by the minute."""

    on = fields.Date()
    half = fields.String()


class SeenStepSchema(ma.Schema):
    """A line of the progress."""

    told = fields.String()
    reason = fields.String()
    office = fields.String()
    when = fields.Nested(MomentSchema)


class SeenMessageSchema(ma.Schema):
    """A message."""

    text = fields.String()
    by = fields.Enum(Author, by_value=True)
    is_answer = fields.Boolean()
    office = fields.String()
    when = fields.Nested(MomentSchema)


class SeenActionSchema(ma.Schema):
    """What the reporter may do now."""

    action = fields.Enum(Action, by_value=True)
    label = fields.String()


class SeenSchema(ma.Schema):
    """A complaint as the one who filed it sees it."""

    number = fields.String()
    kind = fields.Enum(Kind, by_value=True)
    kind_label = fields.String()
    category = fields.String()
    state = fields.Enum(State, by_value=True)
    state_zh = fields.String()
    next = fields.String()
    filed = fields.Nested(MomentSchema)
    answer_by_on = fields.Date(allow_none=True)
    text = fields.String()
    photos = fields.Integer()
    steps = fields.List(fields.Nested(SeenStepSchema))
    messages = fields.List(fields.Nested(SeenMessageSchema))
    actions = fields.List(fields.Nested(SeenActionSchema))
    can_write = fields.Boolean()


class TicketedUploadSchema(UploadSchema):
    """A photo."""

    file = Upload(required=True, metadata={"description": "At most 10 MB"})


class TicketSchema(StrictSchema):
    """The right to send photos for one complaint."""

    ticket = string(200, least=1, required=True)


@blp.route("/supervision/categories")
class Categories(MethodView):
    """Reference data."""

    @blp.response(200, CategoriesSchema)
    def get(self) -> dict[str, Any]:
        """List what one can bring forward, and issue a ticket for the form."""
        listed = book().on(office_date(now()))
        return {
            "version": listed.version,
            "kinds": [
                {
                    "kind": each.kind,
                    "label": each.label,
                    "help": each.help,
                    "sealed": each.kind is Kind.REPORT,
                    "categories": each.categories,
                }
                for each in listed.kinds
            ],
            "report_guidance": listed.report_guidance,
            "anonymous_notice": listed.anonymous_notice,
            "ticket": tickets.issue(runtime().keyring, now=now()),
        }


@blp.route("/complaints")
class Complaints(MethodView):
    """Filing."""

    @blp.arguments(ComplaintSchema)
    @blp.response(201, ComplaintReceiptSchema)
    @blp.alt_response(401, "UNAUTHORIZED")
    def post(self, given: dict[str, Any]) -> Receipt:
        """File a complaint and get the receipt that leads back to it.

        An anonymous one is never joined to the token, WeChat or address of the
        request; a named one needs the bearer token.
        """
        check_limit("complaint")
        named = given.pop("named")
        citizen_id = None
        if named:
            authenticate_bearer()
            citizen_id = current_actor().id
        given["files"] = tuple(given["files"][: MAX_FILES + 1])
        here = snapshot()  # before the transaction: a new release takes a second
        with transaction() as session:
            return service.file(
                session,
                Filing(**given, named_citizen_id=citizen_id),
                snapshot=here,
                now=now(),
            )


@blp.route("/complaints/files")
class ComplaintFiles(MethodView):
    """Photos."""

    @blp.arguments(TicketSchema, location="form")
    @blp.arguments(TicketedUploadSchema, location="files")
    @blp.response(201, FileSchema)
    def post(self, ticket: dict[str, str], given: dict[str, FileStorage]) -> StoredFile:
        """Upload a photo for a complaint; it belongs to the ticket, to nobody."""
        check_limit("upload")
        owner = Owner.ticket(runtime().keyring, ticket["ticket"], now=now())
        return keep(given["file"], owner)


@blp.route("/complaints/lookup")
class ComplaintLookup(MethodView):
    """Following."""

    @blp.arguments(ReceiptLookupSchema)
    @blp.response(200, SeenSchema)
    @blp.alt_response(404, "NOT_FOUND")
    def post(self, given: dict[str, str]) -> dict[str, Any]:
        """Look a complaint up by its receipt; every wrong one is answered alike."""
        check_limit("look-up")
        with reading() as session:
            return _seen(service.look_up(session, given["receipt"], now=now()))


@blp.route("/complaints/messages")
class ComplaintMessages(MethodView):
    """Answering."""

    @blp.arguments(MessageSchema)
    @blp.response(201, SeenSchema)
    @blp.alt_response(404, "NOT_FOUND")
    def post(self, given: dict[str, Any]) -> dict[str, Any]:
        """Write a message, or confirm or reopen after the answer."""
        check_limit("message")
        reporter = service.ByReceipt(given["receipt"])
        with transaction() as session:
            if given["action"] is None:
                return _seen(
                    service.add_message(session, reporter, given["text"], now=now())
                )
            return _seen(
                service.confirm_or_reopen(
                    session, reporter, given["action"], reason=given["text"], now=now()
                )
            )


def _seen(view: ReporterView) -> dict[str, Any]:
    return {
        **{name: getattr(view, name) for name in view.__slots__},
        "state_zh": view.state.zh,
        "actions": [
            {"action": each, "label": TRANSITIONS[view.state, each].label}
            for each in view.actions
        ],
    }
