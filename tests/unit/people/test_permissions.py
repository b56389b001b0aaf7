"""The table of permissions, whole and without surprises."""

import pytest

from app.kernel.actors import Actor, ActorKind, Role, citizen_actor
from app.kernel.errors import Forbidden
from app.people.permissions import GRANTS, Permission, is_allowed, require


def staff(*roles):
    return Actor(70, ActorKind.STAFF, frozenset(roles), 3, "张三")


def test_every_permission_is_granted_to_somebody():
    assert set(GRANTS) == set(Permission)
    assert all(GRANTS.values())


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", Role)
def test_require_agrees_with_the_table(permission, role):
    actor = staff(role)
    if role in GRANTS[permission]:
        require(actor, permission)
    else:
        with pytest.raises(Forbidden):
            require(actor, permission)


def test_one_of_several_roles_is_enough():
    require(staff(Role.POSTER, Role.CLERK), Permission.CASE_PROCESS)


def test_without_a_role_nothing_is_allowed():
    assert not any(is_allowed(staff(), permission) for permission in Permission)


def test_a_citizen_has_the_citizens_permissions_only():
    allowed = {each for each in Permission if is_allowed(citizen_actor(7), each)}
    assert allowed == {
        Permission.CASE_APPLY,
        Permission.CASE_READ,
        Permission.CASE_PROCESS,
        Permission.FILE_UPLOAD,
        Permission.INBOX_READ,
    }


def test_the_administrator_sees_no_case_and_no_complaint():
    admin = staff(Role.ADMIN)
    for permission in Permission:
        if permission.startswith(("case.", "complaint.")):
            assert not is_allowed(admin, permission)
