"""Who must keep away from a complaint."""

import pytest

from app.kernel.actors import SYSTEM_ACTOR, Actor, ActorKind, Role, citizen_actor
from app.people.recusal import is_recused


def staff(office_id=3):
    return Actor(70, ActorKind.STAFF, frozenset({Role.HANDLER}), office_id, "张三")


def recused(actor, **said):
    return is_recused(
        actor,
        **{"subject_office_id": 9, "subject_staff_id": 99, "handled_by": ()} | said,
    )


def test_a_handler_elsewhere_may():
    assert not recused(staff())


@pytest.mark.parametrize(
    "said",
    [
        {"subject_staff_id": 70},
        {"subject_office_id": 3},
        {"handled_by": {12, 70}},
        {"own_offices": {3, 9}},
    ],
    ids=["accused", "acts there", "handled the case", "belongs there"],
)
def test_the_accused_their_office_and_the_first_handler_may_not(said):
    assert recused(staff(), **said)


def test_what_names_nobody_recuses_nobody():
    assert not recused(
        staff(office_id=None), subject_office_id=None, subject_staff_id=None
    )


def test_a_citizen_with_the_same_number_is_somebody_else():
    assert not recused(citizen_actor(70), subject_staff_id=70)
    assert not recused(SYSTEM_ACTOR, subject_staff_id=0)
