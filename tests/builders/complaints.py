"""Complaints and the desks they come to. Every value has a default."""

from dataclasses import dataclass

from sqlalchemy import select

from app.catalogue.current import load_snapshot
from app.complaints import desk, queries
from app.complaints.categories import Kind
from app.complaints.filing import Filing, file
from app.complaints.models import Complaint
from app.complaints.rules import rules
from app.files import tickets
from app.kernel import crypto
from app.kernel.actors import Actor, Role
from app.kernel.db import Base
from app.people.models import Office
from tests.builders.catalogue import make_place, make_window
from tests.builders.people import actor_of, make_office, make_staff
from tests.conftest import NOW


@dataclass
class Desks:
    """The two offices that take complaints in, a department, and their people.

    Attributes:
        window: Code of the window at which the department serves people.
    """

    service: Office
    discipline: Office
    department: Office
    other: Office
    handler: Actor
    inspector: Actor
    accused: Actor
    """Handler at the department that the window belongs to."""
    outsider: Actor
    """Handler at another department."""
    snapshot: object
    place: str
    window: str


def make_handler(session, office, *roles, **said):
    """Store a member of staff who handles complaints, and return the actor."""
    return actor_of(
        session,
        make_staff(session, roles=roles or (Role.HANDLER,), office=office, **said),
    )


def make_desks(session):
    """Store the offices that the rules name, a department with a window, people."""
    decided = rules()
    service = make_office(session, short_name=decided.service_office)
    discipline = make_office(session, short_name=decided.discipline_office)
    department, other = make_office(session), make_office(session)
    place = make_place(session, office_code=service.code)
    window = make_window(session, place, office_code=department.code)
    return Desks(
        service=service,
        discipline=discipline,
        department=department,
        other=other,
        handler=make_handler(session, service),
        inspector=make_handler(session, discipline),
        accused=make_handler(session, department),
        outsider=make_handler(session, other),
        snapshot=load_snapshot(session),
        place=place.code,
        window=window.code,
    )


def a_filing(**said):
    """Return an anonymous complaint about nothing in particular."""
    kind = said.get("kind", Kind.COMPLAINT)
    return Filing(
        **{
            "kind": kind,
            "category": {Kind.REPORT: "bribe", Kind.PRAISE: "person"}.get(
                kind, "other"
            ),
            "text": "窗口的人让我跑了三趟。",
        }
        | said
    )


def make_ticket(session, now=NOW):
    """Issue a ticket, as the page with the form does."""
    return tickets.issue(crypto.of(session), now=now)


def make_complaint(session, desks, *, now=NOW, **said):
    """File a complaint by the use case; return its row and its receipt."""
    receipt = file(session, a_filing(**said), snapshot=desks.snapshot, now=now)
    session.flush()
    complaint = session.scalar(
        select(Complaint).where(Complaint.number == receipt.number)
    )
    return complaint, receipt


def everything_stored(session):
    """Return every value of every row of every table, as one text to search."""
    session.flush()
    values = []
    for table in Base.metadata.sorted_tables:
        for row in session.execute(select(table)):
            for value in row:
                raw = isinstance(value, bytes)
                values.append(value.decode("latin-1") if raw else str(value))
    return "\n".join(values)


def act(session, actor, complaint, action, *, now=NOW, **said):
    """Take a step as somebody who has just looked."""
    version = queries.get(session, actor, complaint.token).version
    return desk.take_step(
        session, actor, complaint.token, action, seen_version=version, now=now, **said
    )
