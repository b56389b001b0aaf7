"""What a person was told."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask.views import MethodView
from marshmallow import fields

from app.notices import queries, service
from app.notices.models import LinkKind, Notice
from app.web.context import now, reading, transaction
from miniprogram_api.auth import SecuredBlueprint, current_actor, limit_writes
from miniprogram_api.schemas import CursorQuerySchema
from notifications.wording import words_for

blp = SecuredBlueprint(
    "inbox", __name__, url_prefix="/api/v1/inbox", description=__doc__
)


class LinkSchema(ma.Schema):
    """What a notice leads to."""

    kind = fields.Enum(LinkKind, by_value=True)
    token = fields.String(
        allow_none=True, metadata={"description": "None leads to the list"}
    )


class NoticeSchema(ma.Schema):
    """One notice, in words that may stand on a locked screen."""

    id = fields.String()
    title = fields.String()
    body = fields.String()
    to_do = fields.Boolean(metadata={"description": "The person has to act"})
    happened_at = fields.AwareDateTime(format="iso")
    read = fields.Boolean()
    link = fields.Nested(LinkSchema, allow_none=True)


class InboxSchema(ma.Schema):
    """A stretch of the inbox, newest first."""

    items = fields.List(fields.Nested(NoticeSchema))
    next_cursor = fields.String(allow_none=True)
    unread = fields.Integer()


@blp.route("")
class Inbox(MethodView):
    """The inbox."""

    @blp.arguments(CursorQuerySchema, location="query")
    @blp.response(200, InboxSchema)
    def get(self, where: dict[str, Any]) -> dict[str, Any]:
        """List notices, newest first."""
        with reading() as session:
            page = queries.inbox(session, current_actor(), **where)
        return {
            "items": [plain(notice) for notice in page.notices],
            "next_cursor": page.next_cursor,
            "unread": page.unread,
        }


@blp.route("/<notice_id>/read")
class InboxRead(MethodView):
    """Reading."""

    @blp.response(200, NoticeSchema)
    def post(self, notice_id: str) -> dict[str, Any]:
        """Mark a notice as read; repeating it changes nothing."""
        limit_writes()
        with transaction() as session:
            return plain(
                service.mark_read(session, current_actor(), notice_id, now=now())
            )


def plain(notice: Notice) -> dict[str, Any]:
    """Put a notice into words."""
    words = words_for(notice.template)
    link = None
    if notice.link_kind is not None:
        link = {"kind": notice.link_kind, "token": notice.link_token}
    return {
        "id": notice.token,
        "title": words.title,
        "body": words.body,
        "to_do": words.to_do,
        "happened_at": notice.happened_at,
        "read": notice.read_at is not None,
        "link": link,
    }
