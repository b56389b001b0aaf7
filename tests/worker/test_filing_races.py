"""Many taps on one form at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from app.complaints.filing import file
from app.complaints.models import Complaint
from tests.builders.complaints import a_filing, make_desks, make_ticket
from tests.conftest import NOW

TAPS = 8


def test_many_taps_file_once_and_give_one_receipt(house):
    with house.transaction() as session:
        desks = make_desks(session)
        ticket = make_ticket(session)
    start = Barrier(TAPS)

    def tap(_):
        start.wait()
        with house.transaction() as session:
            filing = a_filing(ticket=ticket)
            return file(session, filing, snapshot=desks.snapshot, now=NOW)

    with ThreadPoolExecutor(TAPS) as hands:
        receipts = set(hands.map(tap, range(TAPS)))

    assert len(receipts) == 1
    with house.reading() as session:
        assert session.query(Complaint).count() == 1
