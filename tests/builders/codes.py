"""Codes, their issuers and their scans, with a default for every value."""

from datetime import UTC, datetime
from uuid import uuid4

from app.codes import service
from app.codes.models import CodeKind
from app.kernel.actors import SYSTEM_ACTOR, Actor, ActorKind, Role
from app.people.models import NameBasis, Office, OfficeKind

ISSUED_AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def make_office_row(session, **said):
    """Store an office that may look after codes. Every call makes another one."""
    key = uuid4().hex[:10]
    office = Office(
        **{
            "code": f"office-{key}",
            "name": f"测试单位{key}",
            "short_name": "测试单位",
            "kind": OfficeKind.DEPARTMENT,
            "name_basis": NameBasis.TYPICAL,
        }
        | said
    )
    session.add(office)
    session.flush()
    return office


def make_poster_staff(session, *, office_id=None, actor_id=90):
    """Return poster staff of an office, of a new one if none is named."""
    return Actor(
        actor_id,
        ActorKind.STAFF,
        frozenset({Role.POSTER}),
        office_id=office_id or make_office_row(session).id,
        name="李四",
    )


def make_code(session, actor=SYSTEM_ACTOR, **said):
    """Issue a code. Every call makes a different one."""
    return service.issue(
        session,
        actor,
        **{
            "kind": CodeKind.MATTER,
            "target": "M0001",
            "place_code": "hall",
            "note": uuid4().hex,
            "now": ISSUED_AT,
        }
        | said,
    )
