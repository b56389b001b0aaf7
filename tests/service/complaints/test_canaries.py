"""What must not be in the database is looked for in all of it."""

import random
from datetime import UTC, datetime

import pytest

from app.complaints import desk, queries, reporters, sealing
from app.complaints.categories import Kind
from app.complaints.models import Complaint
from app.complaints.reporters import ByReceipt
from app.complaints.subjects import NobodyToTakeItIn
from app.complaints.workflow import Action
from app.files.service import Owner
from app.kernel import crypto
from app.kernel.actors import Role
from app.kernel.crypto import SealBroken
from app.people.models import StaffPost
from app.people.recusal import is_recused
from tests.builders.complaints import (
    act,
    everything_stored,
    make_complaint,
    make_handler,
    make_ticket,
)
from tests.builders.files import MemoryStore, make_stored_file
from tests.builders.people import make_citizen, make_office, sign_in_citizen
from tests.conftest import NOW

AT = datetime(2026, 3, 2, 5, 37, 41, 987654, tzinfo=UTC)
PHONE = "13917654321"
WORDS = "金丝雀甲在柜台上收了钱"
ACCUSED = "金丝雀乙"
FILE_NAME = "金丝雀丙.jpg"


@pytest.fixture
def filed(session, desks):
    """An anonymous report by somebody who is also signed in on the same phone."""
    citizen = make_citizen(session, phone=PHONE, name="金丝雀丁")
    sign_in_citizen(session, citizen)
    before = everything_stored(session).splitlines()
    ticket, store = make_ticket(session, now=AT), MemoryStore()
    owner = Owner.ticket(crypto.of(session), ticket, now=AT)
    photo = make_stored_file(
        session, store, owner=owner, name_hint=FILE_NAME, now=AT
    ).token
    report, receipt = make_complaint(
        session,
        desks,
        kind=Kind.REPORT,
        text=f"{WORDS}，打我电话{PHONE}",
        accused_name=ACCUSED,
        ticket=ticket,
        files=(photo,),
        window_code=desks.window,
        now=AT,
    )
    reporter = ByReceipt(receipt.code)
    reporters.write(session, reporter, f"补充：{WORDS}", now=AT)
    act(session, desks.inspector, report, Action.ACCEPT)
    act(session, desks.inspector, report, Action.REPLY, answer=f"回复：{WORDS}")
    reporters.take_step(session, reporter, Action.REOPEN, reason=WORDS, now=AT)
    return citizen, report, receipt, ticket, before


def test_nothing_of_an_anonymous_person_is_stored_in_clear(session, filed):
    _, _, receipt, ticket, _ = filed
    stored = everything_stored(session)
    for canary in (WORDS, ACCUSED, FILE_NAME, PHONE, receipt.code, ticket, "金丝雀"):
        assert canary not in stored


def test_nothing_stored_leads_to_the_citizen(session, keyring, filed):
    citizen, report, _, _, before = filed
    added = set(everything_stored(session).splitlines()) - set(before)
    for trace in (
        sealing.owner_index(keyring, citizen.id),
        citizen.token,
        citizen.phone_index,
    ):
        assert trace not in added
    assert report.citizen_id is report.owner_index is report.identity_sealed is None


def test_nothing_stored_tells_the_minute(session, filed):
    stored = everything_stored(session)
    for trace in ("05:37", "13:37", "37:41", "987654"):
        assert trace not in stored


def test_no_table_of_complaints_could_hold_a_way_to_the_person():
    names = {
        column.name
        for table in Complaint.metadata.tables.values()
        if table.name.startswith("complaint")
        for column in table.columns
    }
    for trace in ("address", "agent", "openid", "session", "phone", "device", "ip"):
        assert not [name for name in names if trace in name.split("_")]


def test_a_named_report_stores_its_writer_under_seal_only(session, desks, filed):
    citizen, *_ = filed
    report, _ = make_complaint(
        session, desks, kind=Kind.REPORT, named_citizen_id=citizen.id
    )
    assert report.citizen_id is None
    assert sealing.citizen_to_tell(session, report) == citizen.id


def test_sealed_words_open_nowhere_else(session, desks, filed):
    _, report, *_ = filed
    other, _ = make_complaint(session, desks, kind=Kind.REPORT)
    other.content_sealed = report.content_sealed
    with pytest.raises(SealBroken):
        desk.read(session, desks.inspector, other.token, now=NOW)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_taken_in_can_be_read_by_somebody(session, desks, seed):
    """Random people with several posts, named or not; refused, or somebody reads."""
    chance = random.Random(seed)
    offices = [desks.service, desks.discipline, desks.department]
    people = [desks.handler, desks.inspector]
    people += [make_handler(session, chance.choice(offices)) for _ in range(3)]
    for person in people:
        office = chance.choice(offices)
        if office.id != person.office_id:
            session.add(
                StaffPost(staff_id=person.id, role=Role.CLERK, office_id=office.id)
            )
    session.flush()
    refused = 0
    for _ in range(25):
        said = {
            "kind": chance.choice([Kind.COMPLAINT, Kind.REPORT]),
            "accused_name": chance.choice([""] + [each.name for each in people]),
            "place_code": chance.choice([None, desks.place]),
            "window_code": chance.choice([None, desks.window]),
        }
        try:
            complaint, _ = make_complaint(session, desks, **said)
        except NobodyToTakeItIn:
            refused += 1
            continue
        assert [
            each
            for each in people
            if each.office_id == complaint.intake_office_id
            and session.scalar(
                queries.visible_to(each).where(Complaint.id == complaint.id)
            )
        ]
    assert refused < 25


@pytest.mark.parametrize("seed", range(4))
def test_lists_counts_and_pages_hide_exactly_what_the_rule_hides(session, desks, seed):
    """Random offices, people with several posts, and complaints about them."""
    chance = random.Random(seed)
    offices = [desks.service, desks.department, *(make_office(session) for _ in "ab")]
    people = [make_handler(session, chance.choice(offices)) for _ in range(8)]
    posts = {person.id: {person.office_id} for person in people}
    for person in people:
        for office in chance.sample(offices, chance.randrange(3)):
            if office.id not in posts[person.id]:
                posts[person.id].add(office.id)
                session.add(
                    StaffPost(staff_id=person.id, role=Role.CLERK, office_id=office.id)
                )
    session.flush()
    complaints = []
    for _ in range(25):
        kind = chance.choice([Kind.COMPLAINT, Kind.HELP])
        complaint, _ = make_complaint(session, desks, kind=kind)
        complaint.office_id = chance.choice(offices).id
        if kind.is_adverse:
            complaint.subject_office_id = chance.choice(
                [office.id for office in offices] + [None]
            )
            complaint.case_office_id = chance.choice(
                [office.id for office in offices] + [None] * 4
            )
            complaint.subject_staff_id = chance.choice(
                [person.id for person in people] + [None] * 4
            )
        complaints.append(complaint)
    session.flush()

    for person in people:
        may_know = {
            each.token
            for each in complaints
            if person.office_id in (each.intake_office_id, each.office_id)
            and not any(
                is_recused(
                    person,
                    subject_office_id=office,
                    subject_staff_id=each.subject_staff_id,
                    handled_by=(),
                    own_offices=posts[person.id],
                )
                for office in (each.subject_office_id, each.case_office_id)
            )
        }
        page = queries.queue(session, person, now=NOW, limit=100)
        assert {row.token for row in page.rows} == may_know
        counts = queries.counts(session, person, now=NOW)
        assert sum(counts.by_state.values()) == len(may_know)
        assert sum(counts.by_light.values()) == len(may_know)
