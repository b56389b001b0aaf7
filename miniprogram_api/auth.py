"""Who is asking: the bearer token, and what the database says of it now."""

from __future__ import annotations

from typing import Any, cast

from flask import g, request

from app.kernel.actors import Actor
from app.kernel.errors import Unauthenticated
from app.people import citizens
from app.web import tokens
from app.web.context import check_limit, now, reading, settings
from miniprogram_api.blueprints import ApiBlueprint

SECURITY: list[dict[str, list[str]]] = [{"bearer": []}]


class SecuredBlueprint(ApiBlueprint):
    """A blueprint whose every operation needs a signed-in citizen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before_request(authenticate_bearer)
        self._prepare_doc_cbks.append(_say_secured)


def _say_secured(doc: dict[str, Any], _info: Any, **_: Any) -> dict[str, Any]:
    return doc | {"security": SECURITY}


def authenticate_bearer() -> None:
    """Identify the citizen from the Authorization header.

    Raises:
        Unauthenticated: no token, a bad one, or its session has been closed.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated("no bearer token")
    here = settings()
    claims = tokens.read(
        token.strip(), key=here.jwt_key, issuer=here.public_url, now=now()
    )
    with reading() as session:
        actor = citizens.by_family(session, claims.session, now=now())
    if actor is None:
        raise Unauthenticated("the session is closed")
    g.actor = actor


def current_actor() -> Actor:
    """Return who is asking. The blueprint's guard has put it there."""
    return cast(Actor, g.actor)


def limit_writes() -> None:
    """Count one write of the person who is asking."""
    check_limit("write", f"citizen:{current_actor().id}")
