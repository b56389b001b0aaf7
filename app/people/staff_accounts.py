"""Accounts of staff and the posts they hold."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, union, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.kernel import audit
from app.kernel.actors import SYSTEM_ACTOR, Actor, Role
from app.kernel.errors import Invalid, NotFound
from app.people import passwords
from app.people.models import Office, Staff, StaffPost, StaffSession
from app.people.permissions import Permission, require

STAFF_ROLES = frozenset(Role) - {Role.CITIZEN, Role.SYSTEM}
"""The roles that a post can give."""

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")
_LONGEST_NAME = 60


def create(
    session: Session,
    *,
    username: str,
    display_name: str,
    password: str,
    office_id: int,
    roles: Collection[Role],
    now: datetime,
    actor: Actor = SYSTEM_ACTOR,
) -> Staff:
    """Create an account with posts at one office.

    Args:
        session: The caller's transaction.
        username: 2 to 60 small letters, digits, dots, dashes; unique.
        display_name: 1 to 60 signs, shown to colleagues and in letters.
        password: Kept as a slow hash only.
        office_id: The office they belong to.
        roles: What they do there, at least one.
        now: The current moment.
        actor: Who creates it.

    Raises:
        Forbidden: the actor may not manage staff.
        Invalid: a value is not acceptable; ``errors`` says which, in words.
        NotFound: there is no such office.
    """
    require(actor, Permission.STAFF_MANAGE)
    username = username.strip().lower()
    display_name = display_name.strip()
    _refuse_faults(username, display_name, password, roles)
    if session.get(Office, office_id) is None:
        raise NotFound("no such office")
    member = Staff(
        username=username,
        display_name=display_name,
        password_hash=passwords.hashed(password),
        office_id=office_id,
        created_at=now,
    )
    try:
        # A savepoint: the unique name decides between two at once.
        with session.begin_nested():
            session.add(member)
    except IntegrityError:
        raise Invalid(
            "the user name is taken", errors={"username": "这个用户名已经有人用了。"}
        ) from None
    session.add_all(
        StaffPost(staff_id=member.id, role=role, office_id=office_id)
        for role in sorted(set(roles))
    )
    _audit(session, actor, "staff.create", member, now=now, office=office_id)
    return member


def give_post(
    session: Session,
    actor: Actor,
    username: str,
    role: Role,
    office_id: int,
    *,
    now: datetime,
) -> None:
    """Let somebody hold a role at an office from now on. Repeating it is harmless.

    Raises:
        Forbidden: the actor may not manage staff.
        Invalid: no post gives this role.
        NotFound: there is no such account or office.
    """
    require(actor, Permission.STAFF_MANAGE)
    _refuse_roles({role})
    member = _get(session, username)
    if session.get(Office, office_id) is None:
        raise NotFound("no such office")
    post = _post(session, member, role, office_id)
    if post is None:
        session.add(StaffPost(staff_id=member.id, role=role, office_id=office_id))
    else:
        post.active = True
    _audit(
        session, actor, "staff.give_post", member, now=now, role=role, office=office_id
    )


def revoke_post(
    session: Session,
    actor: Actor,
    username: str,
    role: Role,
    office_id: int,
    *,
    now: datetime,
) -> None:
    """Take a role at an office away; it is gone at the holder's next request.

    Raises:
        Forbidden: the actor may not manage staff.
        NotFound: there is no such account or post.
    """
    require(actor, Permission.STAFF_MANAGE)
    member = _get(session, username)
    post = _post(session, member, role, office_id)
    if post is None:
        raise NotFound("no such post")
    post.active = False
    _audit(
        session,
        actor,
        "staff.revoke_post",
        member,
        now=now,
        role=role,
        office=office_id,
    )


def disable(session: Session, actor: Actor, username: str, *, now: datetime) -> None:
    """Close an account and every session of it, at once.

    Raises:
        Forbidden: the actor may not manage staff.
        NotFound: there is no such account.
    """
    require(actor, Permission.STAFF_MANAGE)
    member = _get(session, username)
    member.active = False
    session.execute(
        update(StaffSession)
        .where(StaffSession.staff_id == member.id, StaffSession.closed_at.is_(None))
        .values(closed_at=now)
    )
    _audit(session, actor, "staff.disable", member, now=now)


def list_of_office(
    session: Session, office_id: int, role: Role | None = None
) -> list[Staff]:
    """Return the active staff with a post at an office, by name.

    Args:
        session: The caller's transaction.
        office_id: The office.
        role: Only those who hold this role there.
    """
    held = select(StaffPost.staff_id).where(
        StaffPost.office_id == office_id, StaffPost.active
    )
    if role is not None:
        held = held.where(StaffPost.role == role)
    return list(
        session.scalars(
            select(Staff)
            .where(Staff.id.in_(held), Staff.active)
            .order_by(Staff.display_name, Staff.id)
        )
    )


def offices_of(session: Session, staff_id: int) -> frozenset[int]:
    """Return the offices somebody belongs to or has or had a post at.

    For recusal: who left an office yesterday does not judge it today.
    """
    return frozenset(
        session.scalars(
            union(
                select(StaffPost.office_id).where(StaffPost.staff_id == staff_id),
                select(Staff.office_id).where(Staff.id == staff_id),
            )
        )
    )


def _refuse_faults(
    username: str, display_name: str, password: str, roles: Collection[Role]
) -> None:
    errors = {}
    if not _USERNAME.fullmatch(username):
        errors["username"] = (
            "用户名要 2 到 60 位，用小写字母、数字、点或横线，以字母或数字开头。"
        )
    if not 0 < len(display_name) <= _LONGEST_NAME:
        errors["display_name"] = f"请填写姓名，最多 {_LONGEST_NAME} 个字。"
    if sentence := passwords.fault(password, username=username):
        errors["password"] = sentence
    if errors:
        raise Invalid("the account is not acceptable", errors=errors)
    _refuse_roles(roles)


def _refuse_roles(roles: Collection[Role]) -> None:
    if not roles or not STAFF_ROLES.issuperset(roles):
        raise Invalid("no post gives these roles", errors={"roles": "请选择岗位。"})


def _get(session: Session, username: str) -> Staff:
    member = session.scalar(select(Staff).where(Staff.username == username))
    if member is None:
        raise NotFound("no such account")
    return member


def _post(
    session: Session, member: Staff, role: Role, office_id: int
) -> StaffPost | None:
    return session.scalar(
        select(StaffPost).where(
            StaffPost.staff_id == member.id,
            StaffPost.role == role,
            StaffPost.office_id == office_id,
        )
    )


def _audit(
    session: Session,
    actor: Actor,
    action: str,
    member: Staff,
    *,
    now: datetime,
    **facts: str | int,
) -> None:
    audit.write(session, actor, action, f"staff:{member.username}", now=now, **facts)
