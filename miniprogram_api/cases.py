"""Applying for a matter, and following the case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import marshmallow as ma
import orjson
from flask import Response, request
from flask.views import MethodView
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from app.cases import idempotency, queries, service, timeline, viewing
from app.cases import pinned as pins
from app.cases.models import Case, CaseSource
from app.cases.rules import MAX_REASON
from app.cases.sealing import problem_of
from app.cases.workflow import (
    TRANSITIONS,
    Action,
    Outcome,
    State,
    next_for_applicant,
)
from app.kernel.errors import Invalid, NotFound
from app.web.context import (
    local_rules,
    now,
    reading,
    snapshot,
    transaction,
)
from miniprogram_api.auth import SecuredBlueprint, current_actor, limit_writes
from miniprogram_api.schemas import CursorQuerySchema, StrictInteger, StrictSchema, text

blp = SecuredBlueprint(
    "cases", __name__, url_prefix="/api/v1/cases", description=__doc__
)

_OWN_ACTIONS = (Action.SUPPLEMENT, Action.WITHDRAW, Action.CONFIRM_RECEIPT)
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "8 to 64 signs, made once per tap: repeating the request with"
    " the same key and body gets the same answer",
    "schema": {"type": "string", "minLength": 8, "maxLength": 64},
}


class CaseKeySchema(StrictSchema):
    """Which matter, and where."""

    matter = text(40, least=1, required=True)
    place = text(40, load_default=None, allow_none=True)
    source = fields.Enum(
        CaseSource,
        by_value=True,
        load_default=CaseSource.MINIPROGRAM,
        validate=validate.OneOf([CaseSource.MINIPROGRAM, CaseSource.SCAN]),
    )


class DraftSchema(StrictSchema):
    """What has been typed so far; anything goes, checking is at submission."""

    answers = fields.Dict(keys=text(80), required=True)
    version = StrictInteger(required=True)


class GivenMaterialSchema(StrictSchema):
    """An uploaded file for a material."""

    material = text(80, least=1, required=True)
    file = text(40, least=1, required=True)


class StepRequestSchema(StrictSchema):
    """What the applicant wants to do."""

    action = fields.Enum(
        Action,
        by_value=True,
        required=True,
        validate=validate.OneOf([Action.SUBMIT, *_OWN_ACTIONS]),
    )
    version = StrictInteger(
        load_default=None,
        allow_none=True,
        metadata={"description": "As shown; not needed to submit"},
    )
    reason = text(MAX_REASON, load_default="")


class DefectSchema(ma.Schema):
    """One thing to put right."""

    subject = fields.String()
    key = fields.String()
    problem = fields.String()
    changed = fields.Boolean()


class CorrectionSchema(ma.Schema):
    """The notice that is open: only this may be changed, all of it must be."""

    number = fields.String()
    issued_at = fields.AwareDateTime(format="iso")
    supply_by_on = fields.Date(allow_none=True)
    defects = fields.List(fields.Nested(DefectSchema))


class EntrySchema(ma.Schema):
    """A line of the history."""

    at = fields.AwareDateTime(format="iso")
    told = fields.String()
    who = fields.String()
    reason = fields.String()
    state = fields.Enum(State, by_value=True)


class ActionSchema(ma.Schema):
    """Something the applicant may do now."""

    action = fields.Enum(Action, by_value=True)
    label = fields.String()


class CaseSummarySchema(ma.Schema):
    """A case in a list."""

    token = fields.String()
    reference = fields.String(allow_none=True)
    matter = fields.String()
    matter_name = fields.String()
    state = fields.Enum(State, by_value=True)
    state_zh = fields.String()
    outcome = fields.Enum(Outcome, by_value=True, allow_none=True)
    drafted_at = fields.AwareDateTime(format="iso")
    submitted_at = fields.AwareDateTime(format="iso", allow_none=True)
    version = fields.Integer()


class CaseSchema(CaseSummarySchema):
    """A case as its applicant sees it."""

    place = fields.String(allow_none=True)
    answers = fields.Dict()
    files = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "File tokens by material"},
    )
    accept_by_on = fields.Date(allow_none=True)
    due_on = fields.Date(allow_none=True)
    promised_due_on = fields.Date(allow_none=True)
    due_provisional = fields.Boolean()
    next = fields.String()
    actions = fields.List(fields.Nested(ActionSchema))
    correction = fields.Nested(CorrectionSchema, allow_none=True)
    timeline = fields.List(fields.Nested(EntrySchema))


class CasesSchema(ma.Schema):
    """A stretch of one's own cases."""

    items = fields.List(fields.Nested(CaseSummarySchema))
    next_cursor = fields.String(allow_none=True)


class ReceiptSchema(ma.Schema):
    """What is given when an application is handed in."""

    reference = fields.String()
    lookup_code = fields.String()
    submitted_at = fields.AwareDateTime(format="iso")
    accept_by_on = fields.Date()


class StepAnswerSchema(ma.Schema):
    """The receipt after submission; after any other step the case as it stands."""

    receipt = fields.Nested(ReceiptSchema, allow_none=True)
    case = fields.Nested(CaseSchema, allow_none=True)


# Made once: a schema copies all its fields when it is made.
_CASE = CaseSchema()
_STEP_ANSWER = StepAnswerSchema()


@blp.route("")
class Cases(MethodView):
    """The applicant's cases."""

    @blp.arguments(CursorQuerySchema, location="query")
    @blp.response(200, CasesSchema)
    def get(self, where: dict[str, Any]) -> dict[str, Any]:
        """List one's own cases and drafts, newest first."""
        with reading() as session:
            page = queries.list_own(session, current_actor(), **where)
        return {
            "items": [_summary(case) for case in page.cases],
            "next_cursor": page.next_cursor,
        }

    @blp.doc(parameters=[_KEY])
    @blp.arguments(CaseKeySchema)
    @blp.response(201, CaseSchema)
    def post(self, wanted: dict[str, Any]) -> Response:
        """Begin a draft; the one begun before for this matter and place is kept."""
        here = snapshot()
        matter = here.matters.get(wanted["matter"])
        if matter is None:
            raise NotFound("no such matter", matter=wanted["matter"])

        def begin(session: Session) -> dict[str, Any]:
            case = service.open_draft(
                session,
                current_actor(),
                snapshot=here,
                matter=matter,
                place_code=wanted["place"],
                source=wanted["source"],
                now=now(),
            )
            # Its row must be there to be read back with files and notices.
            session.flush()
            return _whole(session, case.token)

        return _once("POST /cases", 201, begin, _CASE)


@blp.route("/<token>")
class CaseByToken(MethodView):
    """One case."""

    @blp.response(200, CaseSchema)
    def get(self, token: str) -> dict[str, Any]:
        """Show a case, what to do next, and its history."""
        with reading() as session:
            return _whole(session, token)

    @blp.response(204)
    def delete(self, token: str) -> None:
        """Delete a draft for good. What was handed in cannot be deleted."""
        limit_writes()
        with transaction() as session:
            service.discard_draft(session, current_actor(), token, now=now())


@blp.route("/<token>/draft")
class CaseDraft(MethodView):
    """What has been typed."""

    @blp.arguments(DraftSchema)
    @blp.response(200, CaseSchema)
    @blp.alt_response(409, "CONFLICT")
    def put(self, draft: dict[str, Any], token: str) -> dict[str, Any]:
        """Keep the answers as they are; nothing is checked yet, nothing is lost."""
        limit_writes()
        with transaction() as session:
            service.save_draft(
                session,
                current_actor(),
                token,
                draft["answers"],
                seen_version=draft["version"],
                now=now(),
            )
            session.flush()  # the answer carries the new version
            return _whole(session, token)


@blp.route("/<token>/materials")
class CaseMaterials(MethodView):
    """Files given for materials."""

    @blp.arguments(GivenMaterialSchema)
    @blp.response(201, CaseSchema)
    def post(self, given: dict[str, str], token: str) -> dict[str, Any]:
        """Give an uploaded file for a material; giving it twice is giving it once."""
        limit_writes()
        with transaction() as session:
            service.put_material(
                session,
                current_actor(),
                token,
                given["material"],
                given["file"],
                now=now(),
            )
            session.flush()  # the answer carries the file
            return _whole(session, token)


@blp.route("/<token>/materials/<file>")
class CaseMaterial(MethodView):
    """One file given."""

    @blp.response(200, CaseSchema)
    def delete(self, token: str, file: str) -> dict[str, Any]:
        """Take a file away again; what was handed in stays on record."""
        limit_writes()
        with transaction() as session:
            service.remove_material(session, current_actor(), token, file, now=now())
            session.flush()  # the answer no longer carries the file
            return _whole(session, token)


@blp.route("/<token>/steps")
class CaseSteps(MethodView):
    """What happens to a case."""

    @blp.doc(parameters=[_KEY])
    @blp.arguments(StepRequestSchema)
    @blp.response(201, StepAnswerSchema)
    @blp.alt_response(409, "CONFLICT")
    def post(self, wanted: dict[str, Any], token: str) -> Response:
        """Submit, hand in what a notice asked for, withdraw, or confirm receipt."""
        # Before the transaction: reading a new release takes a second.
        here, local = snapshot(), local_rules()

        def act(session: Session) -> dict[str, Any]:
            if wanted["action"] is Action.SUBMIT:
                # The busiest write of all: it answers with what a person keeps,
                # and does not read the case back while others wait to write.
                receipt = service.submit(
                    session,
                    current_actor(),
                    token,
                    snapshot=here,
                    local=local,
                    now=now(),
                )
                return {"receipt": receipt, "case": None}
            _step(session, token, wanted, local)
            return {"receipt": None, "case": _whole(session, token)}

        return _once("POST /cases/steps", 201, act, _STEP_ANSWER, token)


def _step(
    session: Session, token: str, wanted: dict[str, Any], local: service.LocalRules
) -> None:
    if wanted["version"] is None:
        raise Invalid("the version is missing", errors={"version": "缺少版本号。"})
    service.take_step(
        session,
        current_actor(),
        token,
        wanted["action"],
        seen_version=wanted["version"],
        reason=wanted["reason"],
        local=local,
        now=now(),
    )


def _once(
    route: str,
    status: int,
    work: Callable[[Session], dict[str, Any]],
    schema: ma.Schema,
    *about: str,
) -> Response:
    """Do a write once per Idempotency-Key, and answer repeats alike."""
    limit_writes()
    key = request.headers.get("Idempotency-Key")
    owner = f"citizen:{current_actor().id}"
    body = request.get_data() + "\x00".join(about).encode()
    with transaction() as session:
        answer = None
        if key is not None:
            answer = idempotency.begin(
                session, owner=owner, key=key, route=route, body=body, now=now()
            )
        if answer is None:
            content = orjson.loads(orjson.dumps(schema.dump(work(session))))
            answer = idempotency.Answer(status, content)
            if key is not None:
                idempotency.finish(
                    session, owner=owner, key=key, status=status, body=content
                )
    return Response(
        orjson.dumps(answer.body), status=answer.status, mimetype="application/json"
    )


def _summary(case: Case) -> dict[str, Any]:
    return {
        "token": case.token,
        "reference": case.reference,
        "matter": case.matter_code,
        "matter_name": case.matter_name,
        "state": case.state,
        "state_zh": case.state.zh,
        "outcome": case.outcome,
        "drafted_at": case.drafted_at,
        "submitted_at": case.submitted_at,
        "version": case.version,
    }


def _whole(session: Session, token: str) -> dict[str, Any]:
    actor = current_actor()
    case = queries.get(session, actor, token)
    form = pins.form_of(session, case)
    return {
        **_summary(case),
        "place": case.place_code,
        "answers": viewing.answers_for(session, actor, case, form),
        "files": {key: list(held) for key, held in queries.given_files(case).items()},
        "accept_by_on": case.accept_by_on,
        "due_on": case.due_on,
        "promised_due_on": case.promised_due_on,
        "due_provisional": case.due_provisional,
        "next": next_for_applicant(case.state, case.outcome),
        "actions": [
            {"action": action, "label": TRANSITIONS[case.state, action].label}
            for action in queries.actions_for(actor, case, now=now())
        ],
        "correction": _correction(session, case),
        "timeline": timeline.entries(session, actor, case),
    }


def _correction(session: Session, case: Case) -> dict[str, Any] | None:
    notice = queries.open_notice(case)
    if notice is None:
        return None
    return {
        "number": notice.document_number,
        "issued_at": notice.issued_at,
        "supply_by_on": notice.supply_by_on,
        "defects": [
            {
                "subject": defect.subject.value,
                "key": defect.key,
                "problem": problem_of(session, case, notice.number, defect),
                "changed": defect.changed_at is not None,
            }
            for defect in notice.defects
        ],
    }
