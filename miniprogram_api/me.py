"""What a person has told of themselves."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask.views import MethodView
from marshmallow import fields

from app.forms.checking import id_number_error
from app.kernel.clock import office_date
from app.kernel.errors import Invalid
from app.people import citizens
from app.people.masking import mask_id_number, mask_name, mask_phone
from app.people.models import RealNameStatus
from app.web.context import now, reading, transaction
from miniprogram_api.auth import SecuredBlueprint, current_actor, limit_writes
from miniprogram_api.schemas import StrictSchema, text

blp = SecuredBlueprint("me", __name__, url_prefix="/api/v1/me", description=__doc__)


class ProfileChangeSchema(StrictSchema):
    """What to change; what is left out stays."""

    name = text(50)
    id_number = text(30)
    elder_mode = fields.Boolean()


class ProfileSchema(ma.Schema):
    """A profile; name and numbers masked, the phone shows no more than it must."""

    phone = fields.String()
    name = fields.String()
    id_number = fields.String()
    real_name_status = fields.Enum(RealNameStatus, by_value=True)
    elder_mode = fields.Boolean()


@blp.route("")
class Me(MethodView):
    """The profile."""

    @blp.response(200, ProfileSchema)
    def get(self) -> dict[str, Any]:
        """Show the profile, masked."""
        with reading() as session:
            return _masked(citizens.profile(session, current_actor().id))

    @blp.arguments(ProfileChangeSchema)
    @blp.response(200, ProfileSchema)
    def put(self, change: dict[str, Any]) -> dict[str, Any]:
        """Keep what the person tells of themselves."""
        limit_writes()
        number = change.get("id_number")
        if number and (fault := id_number_error(number, office_date(now()))):
            raise Invalid("not an identity number", errors={"id_number": fault})
        with transaction() as session:
            return _masked(
                citizens.update_profile(
                    session,
                    current_actor().id,
                    citizens.ProfileChange(**change),
                    now=now(),
                )
            )


def _masked(profile: citizens.Profile) -> dict[str, Any]:
    return {
        "phone": mask_phone(profile.phone),
        "name": mask_name(profile.name) if profile.name else "",
        "id_number": mask_id_number(profile.id_number) if profile.id_number else "",
        "real_name_status": profile.real_name_status,
        "elder_mode": profile.elder_mode,
    }
