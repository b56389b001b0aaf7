"""The rule of recusal in a query, held against the rule in memory."""

import itertools

import pytest
from sqlalchemy import Integer, false, literal, select, true

from app.kernel.actors import SYSTEM_ACTOR, Role, citizen_actor
from app.people import staff
from app.people.models import StaffPost
from app.people.recusal import is_recused, not_recused
from tests.builders.people import actor_of, make_office, make_staff


@pytest.fixture
def handler(session):
    """A handler at one office with a past post at another."""
    member = make_staff(session, roles=(Role.HANDLER,))
    post = StaffPost(
        staff_id=member.id,
        role=Role.CLERK,
        office_id=make_office(session).id,
        active=False,
    )
    session.add(post)
    session.flush()
    return actor_of(session, member)


def may_see(session, actor, office_id, staff_id, *, handled):
    return bool(
        session.scalar(
            select(literal(1)).where(
                not_recused(
                    actor,
                    subject_office_id=literal(office_id, Integer),
                    subject_staff_id=literal(staff_id, Integer),
                    handled_by_actor=true() if handled else false(),
                )
            )
        )
    )


def test_query_and_rule_agree_on_every_combination(session, handler):
    own_offices = staff.offices_of(session, handler.id)
    subject_offices = [*sorted(own_offices), make_office(session).id, None]
    subject_people = [handler.id, make_staff(session).id, None]
    seen = set()
    for office_id, staff_id, handled in itertools.product(
        subject_offices, subject_people, (True, False)
    ):
        expected = not is_recused(
            handler,
            subject_office_id=office_id,
            subject_staff_id=staff_id,
            handled_by={handler.id} if handled else set(),
            own_offices=own_offices,
        )
        shown = may_see(session, handler, office_id, staff_id, handled=handled)
        assert shown is expected, (office_id, staff_id, handled)
        seen.add(shown)
    assert len(own_offices) == 2
    assert seen == {True, False}


@pytest.mark.parametrize("actor", [citizen_actor(7), SYSTEM_ACTOR])
def test_nobody_else_is_recused(session, actor):
    assert may_see(session, actor, 1, actor.id, handled=True)
