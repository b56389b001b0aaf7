"""Who must keep away from a complaint: the accused, their office, the first handler.

One rule, told twice: for an actor and one complaint in memory, and as a condition
inside a query, so that lists, counts and searches never hold what must be hidden.
A test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Container

from sqlalchemy import ColumnElement, and_, or_, select, true, union
from sqlalchemy.sql.expression import SQLColumnExpression

from app.kernel.actors import Actor
from app.people.models import Staff, StaffPost

_NO_OFFICE = 0


def is_recused(
    actor: Actor,
    *,
    subject_office_id: int | None,
    subject_staff_id: int | None,
    handled_by: Container[int],
    own_offices: Container[int] = (),
) -> bool:
    """Whether an actor must neither see nor handle what is said of a subject.

    Members of staff are recused when they are the person complained of, when they
    act for or belong to the office complained of, or when they took a step in the
    case that it is about. Nobody else is: citizens and timers judge nobody.

    Args:
        actor: Who wants to see or act.
        subject_office_id: The office complained of; None if none was named.
        subject_staff_id: The person complained of; None if none was named.
        handled_by: Ids of staff who handled the original case.
        own_offices: Further offices that the actor belongs to, from
            :func:`app.people.staff.offices_of`: acting for another office today
            makes nobody impartial towards their own.

    Source:
        检举控告工作规则 art. 47 (no material or identity to the reported body or
        person); practice of 回避, domain notes §4.4.
    """
    if not actor.is_staff:
        return False
    own_office = subject_office_id is not None and (
        subject_office_id == actor.office_id or subject_office_id in own_offices
    )
    return own_office or actor.id == subject_staff_id or actor.id in handled_by


def not_recused(
    actor: Actor,
    *,
    subject_office_id: SQLColumnExpression[int | None],
    subject_staff_id: SQLColumnExpression[int | None],
    handled_by_actor: ColumnElement[bool],
) -> ColumnElement[bool]:
    """Return :func:`is_recused`, turned round, as a condition of a query.

    Args:
        actor: Who asks.
        subject_office_id: Column of the office complained of.
        subject_staff_id: Column of the person complained of.
        handled_by_actor: True where the actor handled the original case: an
            ``exists()`` over its steps, or ``false()`` where there is no case.
    """
    if not actor.is_staff:
        return true()
    own_offices = union(
        select(StaffPost.office_id).where(StaffPost.staff_id == actor.id),
        select(Staff.office_id).where(Staff.id == actor.id),
    )
    # A subject that was not named is NULL, which equals nobody and hides nothing.
    other_office = or_(
        subject_office_id.is_(None),
        and_(
            subject_office_id.not_in(own_offices),
            subject_office_id != (actor.office_id or _NO_OFFICE),
        ),
    )
    other_person = or_(subject_staff_id.is_(None), subject_staff_id != actor.id)
    return and_(other_office, other_person, ~handled_by_actor)
