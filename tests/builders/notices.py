"""People who are told things, and the things they are told."""

import itertools

from app.cases.events import CaseMoved
from app.kernel import outbox
from app.kernel.actors import citizen_actor
from app.kernel.outbox import OutboxEntry
from app.kernel.references import new_token
from app.notices.models import LinkKind, Notice
from app.people.models import Citizen
from tests.conftest import NOW

_serial = itertools.count(1)


def make_reader(session):
    """Store a citizen and return them as an actor."""
    citizen = Citizen(
        phone_sealed=b"sealed", phone_index=f"reader-{new_token()}", created_at=NOW
    )
    session.add(citizen)
    session.flush()
    return citizen_actor(citizen.id)


def make_event(session, reader, *, action="accept", case_token=None, now=NOW):
    """Record that a case of the reader was taken a step; return the entry."""
    outbox.record(
        session,
        CaseMoved(
            case_id=1,
            case_token=case_token or new_token(),
            applicant_id=reader.id,
            office_id=1,
            matter_code="M-1",
            action=action,
            state="accepted",
            outcome="",
            step_number=1,
        ),
        now=now,
    )
    session.flush()
    return session.scalars(
        OutboxEntry.__table__.select()
        .with_only_columns(OutboxEntry.id)
        .order_by(OutboxEntry.id.desc())
    ).first()


def make_notice(session, reader, **said):
    """Store a notice. Every call makes a different one."""
    notice = Notice(
        **{
            "token": new_token(),
            "event_id": 1_000_000 + next(_serial),
            "citizen_id": reader.id,
            "template": "case-accept",
            "facts": {},
            "link_kind": LinkKind.CASE,
            "link_token": new_token(),
            "happened_at": NOW,
            "created_at": NOW,
        }
        | said
    )
    session.add(notice)
    session.flush()
    return notice
