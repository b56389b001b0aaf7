"""Offices, citizens and staff, each call a different one."""

import itertools
from datetime import timedelta
from functools import cache

from app.kernel import crypto
from app.kernel.actors import Actor, ActorKind, Role, citizen_actor
from app.people import citizens, passwords
from app.people.models import (
    Channel,
    Citizen,
    NameBasis,
    Office,
    OfficeKind,
    Staff,
    StaffPost,
)
from tests.conftest import NOW

PASSWORD = "Mashang-2026"

_serial = itertools.count(1)


@cache
def _password_hash():
    return passwords.hashed(PASSWORD)


def make_office(session, **said):
    """Store an office."""
    number = next(_serial)
    office = Office(
        **{
            "code": f"test-{number}",
            "name": f"测试局{number}",
            "short_name": f"测{number}",
            "kind": OfficeKind.DEPARTMENT,
            "name_basis": NameBasis.TYPICAL,
        }
        | said
    )
    session.add(office)
    session.flush()
    return office


def a_phone():
    """Return a mobile number that no other call returns."""
    return f"139{next(_serial):08}"


def make_citizen(session, *, phone=None, name="", id_number="", now=NOW):
    """Store a citizen whose number was proven, with what they told of themselves."""
    citizen = citizens.of_phone(session, phone or a_phone(), now=now)
    if name or id_number:
        change = citizens.ProfileChange(name=name, id_number=id_number)
        citizens.update_profile(session, citizen.id, change, now=now)
    session.flush()
    return citizen


def sign_in_citizen(session, citizen, *, channel=Channel.PAGE, now=NOW):
    """Open a session of twelve hours and return its raw token."""
    raw = citizens.open_session(
        session, citizen, channel, now=now, lifetime=timedelta(hours=12)
    )
    session.flush()
    return raw


def make_staff(session, *, roles=(Role.CLERK,), office=None, **said):
    """Store a member of staff with posts at one office, all with PASSWORD."""
    office = office or make_office(session)
    number = next(_serial)
    member = Staff(
        **{
            "username": f"test{number}",
            "display_name": f"测试员{number}",
            "password_hash": _password_hash(),
            "office_id": office.id,
            "created_at": NOW,
        }
        | said
    )
    session.add(member)
    session.flush()
    session.add_all(
        StaffPost(staff_id=member.id, role=role, office_id=office.id) for role in roles
    )
    session.flush()
    return member


def actor_of(session, person):
    """Return the actor that a citizen or a member of staff is at their office."""
    if isinstance(person, Citizen):
        return citizen_actor(person.id)
    roles = frozenset(
        post.role
        for post in session.query(StaffPost).filter_by(
            staff_id=person.id, office_id=person.office_id, active=True
        )
    )
    return Actor(
        person.id, ActorKind.STAFF, roles, person.office_id, person.display_name
    )


def opened_phone(session, citizen):
    """Return the number that is sealed in a citizen's row."""
    return crypto.of(session).open_text(
        citizen.phone_sealed, context=f"citizens:{citizen.token}:phone"
    )
