from datetime import UTC, datetime, timedelta

import pytest

from app.complaints.workflow import Action
from app.kernel.outbox import EntryState, OutboxEntry
from app.notices import queries
from notifications import jobs, leases, runtime
from notifications.leases import LEASE, MAX_ATTEMPTS, Due, Lease
from notifications.relay import PER_JOB, jobs_for
from tests.builders.complaints import act, make_complaint, make_desks
from tests.builders.notices import make_event, make_reader
from tests.conftest import NOW

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def reader(session):
    return make_reader(session)


@pytest.fixture
def entry(session, reader):
    return session.get(OutboxEntry, make_event(session, reader))


def expire(session, *entries):
    for each in entries:
        each.lease_until = LONG_AGO
    session.flush()


def take(session, limit=100):
    taken, _ = leases.take(session, limit=limit)
    session.expire_all()
    return taken


class TestTake:
    def test_leases_what_is_due_by_the_databases_clock(self, session, entry):
        before = leases.database_now(session)
        assert take(session) == [Lease(entry.id, 1)]
        assert entry.state is EntryState.LEASED
        assert before <= entry.lease_until - LEASE <= leases.database_now(session)

    def test_the_databases_clock_is_right(self, session):
        apart = leases.database_now(session) - datetime.now(UTC)
        assert abs(apart) < timedelta(seconds=5)

    def test_leaves_what_is_leased_done_parked_or_not_yet_due(self, session, reader):
        ids = [make_event(session, reader) for _ in range(4)]
        waiting, leased, done, parked = (session.get(OutboxEntry, i) for i in ids)
        waiting.due_at = leases.database_now(session) + timedelta(minutes=1)
        leased.state = EntryState.LEASED
        leased.lease_until = leases.database_now(session) + LEASE
        done.state = EntryState.DONE
        parked.state = EntryState.PARKED
        session.flush()

        assert leases.look(session) == Due(fresh=False, expired=False)
        assert take(session) == []

    def test_the_oldest_come_first(self, session, reader):
        ids = [make_event(session, reader) for _ in range(3)]
        assert [lease.entry_id for lease in take(session, limit=2)] == ids[:2]
        assert [lease.entry_id for lease in take(session, limit=2)] == ids[2:]

    def test_a_lease_that_is_over_is_given_again_with_a_new_number(
        self, session, entry
    ):
        take(session)
        expire(session, entry)
        assert leases.look(session) == Due(fresh=False, expired=True)
        assert take(session) == [Lease(entry.id, 2)]

    def test_a_lease_from_before_the_clock_was_set_back_is_over(self, session, entry):
        take(session)
        entry.lease_until += timedelta(hours=2)
        session.flush()
        assert take(session) == [Lease(entry.id, 2)]

    def test_parks_what_killed_every_worker(self, session, entry):
        for attempt in range(1, MAX_ATTEMPTS + 1):
            assert take(session) == [Lease(entry.id, attempt)]
            expire(session, entry)
        taken, parked = leases.take(session, limit=10)
        session.expire_all()
        assert (taken, parked) == ([], [entry.id])
        assert (entry.state, entry.last_error) == (EntryState.PARKED, leases.WORN_OUT)
        assert leases.look(session) == Due(fresh=False, expired=False)


class TestClaim:
    def test_only_under_the_number_in_force(self, session, entry):
        (old,) = take(session)
        expire(session, entry)
        (new,) = take(session)
        assert leases.claim(session, [old]) == []
        assert leases.claim(session, [new]) == [entry]

    def test_never_twice(self, session, entry):
        (lease,) = take(session)
        leases.finish(session, leases.claim(session, [lease]))
        session.flush()
        assert leases.claim(session, [lease]) == []
        assert entry.state is EntryState.DONE
        assert entry.done_at is not None
        assert entry.lease_until is None


class TestGiveBack:
    def test_counts_as_no_attempt(self, session, entry):
        leases.give_back(session, take(session))
        session.expire_all()
        assert (entry.state, entry.attempt) == (EntryState.PENDING, 0)
        assert take(session) == [Lease(entry.id, 1)]

    def test_leaves_what_another_has_taken_since(self, session, entry):
        taken = take(session)
        expire(session, entry)
        take(session)
        leases.give_back(session, taken)
        session.expire_all()
        assert (entry.state, entry.attempt) == (EntryState.LEASED, 2)


class TestFail:
    def test_waits_longer_each_time_and_is_parked_in_the_end(self, session, entry):
        pauses = []
        for attempt in range(1, MAX_ATTEMPTS + 1):
            (lease,) = take(session)
            assert lease.attempt == attempt
            leases.fail(session, lease, "KeyError")
            pauses.append(entry.due_at - leases.database_now(session))
            entry.due_at = LONG_AGO
            session.flush()
        assert pauses[0] < timedelta(seconds=3)
        assert pauses[:-1] == sorted(pauses[:-1])
        assert (entry.state, entry.last_error) == (EntryState.PARKED, "KeyError")
        assert take(session) == []

    def test_a_late_failure_changes_nothing(self, session, entry):
        (old,) = take(session)
        expire(session, entry)
        take(session)
        leases.fail(session, old, "KeyError")
        assert (entry.state, entry.last_error) == (EntryState.LEASED, "")

    def test_what_was_parked_can_be_let_go(self, session, entry):
        entry.state, entry.attempt = EntryState.PARKED, MAX_ATTEMPTS
        session.flush()
        assert leases.release_parked(session, [entry.id, entry.id + 1]) == 1
        session.flush()
        assert take(session) == [Lease(entry.id, 1)]


class TestHandleEvents:
    @pytest.fixture(autouse=True)
    def _worker(self, database, clock):
        runtime.configure(runtime.Runtime(database, clock))
        yield
        runtime.configure(None)

    @pytest.fixture
    def hand_over(self, database):
        """Record events of these actions, lease and handle them in one job."""

        def act(*actions):
            with database.transaction() as session:
                reader = make_reader(session)
                for action in actions:
                    make_event(session, reader, action=action)
            with database.transaction() as session:
                taken, _ = leases.take(session, limit=100)
            jobs.handle_events([(each.entry_id, each.attempt) for each in taken])
            return reader, taken

        return act

    def test_writes_the_notices_and_finishes_the_entries(self, hand_over, database):
        reader, taken = hand_over("accept", "grant")
        with database.reading() as session:
            page = queries.inbox(session, reader)
            entries = [session.get(OutboxEntry, each.entry_id) for each in taken]
        assert [notice.template for notice in page.notices] == [
            "case-grant",
            "case-accept",
        ]
        assert {entry.state for entry in entries} == {EntryState.DONE}
        assert {notice.created_at for notice in page.notices} == {NOW}

    def test_one_that_fails_is_put_off_alone(self, hand_over, database):
        with database.transaction() as session:
            reader = make_reader(session)
            broken = make_event(session, reader)
            session.get(OutboxEntry, broken).payload = {"case_token": "t"}
        other, _ = hand_over("accept", "grant")
        with database.reading() as session:
            assert queries.unread_count(session, other) == 2
            entry = session.get(OutboxEntry, broken)
        assert (entry.state, entry.last_error) == (EntryState.PENDING, "KeyError")

    def test_who_complained_by_name_hears_that_there_is_news(self, database):
        with database.transaction() as session:
            desks = make_desks(session)
            reader = make_reader(session)
            complaint, _ = make_complaint(session, desks, named_citizen_id=reader.id)
            act(session, desks.handler, complaint, Action.ACCEPT)
            make_complaint(session, desks)
        with database.transaction() as session:
            taken, _ = leases.take(session, limit=100)
        jobs.handle_events([(each.entry_id, each.attempt) for each in taken])
        with database.reading() as session:
            notices = queries.inbox(session, reader).notices
        assert [(each.template, each.link_token) for each in notices] == [
            ("complaint-progress", complaint.token),
            ("complaint-received", complaint.token),
        ]

    def test_a_worker_that_was_started_wrongly_says_so(self):
        runtime.configure(None)
        with pytest.raises(RuntimeError):
            runtime.runtime()


def test_what_has_failed_before_travels_alone():
    first = [Lease(number, 1) for number in range(PER_JOB + 1)]
    again = [Lease(1000, 2), Lease(1001, 5)]
    parts = jobs_for(first + again)
    assert [len(part) for part in parts] == [PER_JOB, 1, 1, 1]
    assert sorted(lease.entry_id for part in parts for lease in part) == [
        *range(PER_JOB + 1),
        1000,
        1001,
    ]
