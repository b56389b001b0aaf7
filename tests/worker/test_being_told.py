"""Event → notice, through real processes, whatever happens to them."""

import json
import os
import signal
import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import psutil
import pytest
from redis.exceptions import RedisError
from rq import Callback, Queue
from rq.serializers import DefaultSerializer
from sqlalchemy import func, select, text

from app.kernel.outbox import EntryState, OutboxEntry
from app.notices.models import Notice
from notifications import leases, queues
from notifications.bell import Bell
from notifications.relay import Relay
from notifications.worker import is_ours
from tests.builders.notices import make_event, make_reader
from tests.worker.conftest import eventually

SHORT = timedelta(seconds=0.4)


@pytest.fixture
def reader(house):
    with house.transaction() as session:
        return make_reader(session)


@pytest.fixture
def record(house, reader):
    """Commit so many events, each owing the reader one notice."""

    def commit(number=1):
        with house.transaction() as session:
            for _ in range(number):
                make_event(session, reader)

    return commit


@pytest.fixture
def told(house):
    """Count the notices that are written."""

    def count():
        with house.reading() as session:
            return session.scalar(select(func.count()).select_from(Notice))

    return count


@pytest.fixture
def states(house):
    """Return how many outbox entries are in which state."""

    def count():
        with house.reading() as session:
            return dict(
                session.execute(
                    select(OutboxEntry.state, func.count()).group_by(OutboxEntry.state)
                ).all()
            )

    return count


@contextmanager
def notices_blocked(house):
    """Let no process write a notice."""
    with house.transaction() as session:
        if not house.is_sqlite:  # on SQLite the open transaction is enough
            session.execute(text("LOCK TABLE notices IN ACCESS EXCLUSIVE MODE"))
        yield


@contextmanager
def relaying(house, redis):
    """Run a relay with short leases in a thread."""
    relay = Relay(house, redis, lease=SHORT)
    thread = threading.Thread(target=relay.run)
    thread.start()
    try:
        yield
    finally:
        relay.stop()
        thread.join(timeout=10)
        assert not thread.is_alive()


def children_of(program):
    return psutil.Process(program.pid).children(recursive=True)


class TestPool:
    def test_a_notice_is_there_within_two_seconds_of_the_click(
        self, run, record, told, workers_ready, redis_server, redis
    ):
        run("pool", "--workers", "2")
        workers_ready(2)
        eventually(lambda: redis.exists(queues.HEARTBEAT))
        bell = Bell(redis_server.url)
        for number in range(1, 4):
            clicked = time.monotonic()
            record()
            bell.ring()
            eventually(lambda number=number: told() == number)
            assert time.monotonic() - clicked < 2

    def test_what_was_recorded_without_redis_arrives_when_it_is_back(
        self, run, record, told, workers_ready, redis_server
    ):
        run("pool", "--workers", "1")
        workers_ready(1)
        redis_server.kill()
        bell = Bell(redis_server.url)
        began = time.monotonic()
        record(3)
        bell.ring()
        assert time.monotonic() - began < 1
        assert told() == 0

        redis_server.start()

        eventually(lambda: told() == 3, within_s=20)

    def test_replaces_a_worker_and_a_relay_that_were_killed(
        self, run, record, told, workers_ready, redis
    ):
        pool = run("pool", "--workers", "1")
        workers_ready(1)
        eventually(lambda: len(children_of(pool)) == 2)
        old = children_of(pool)
        for child in old:
            child.kill()
        record(120)

        eventually(lambda: told() == 120)
        assert not {child.pid for child in old} & {
            child.pid for child in children_of(pool)
        }

    def test_ends_with_all_its_children_within_five_seconds(
        self, run, record, workers_ready
    ):
        pool = run("pool", "--workers", "2")
        workers_ready(2)
        children = children_of(pool)
        assert len(children) == 3

        began = time.monotonic()
        pool.ask_to_stop()
        assert pool.wait(timeout_s=6)

        assert time.monotonic() - began < 5
        assert pool.exit_code == 0
        assert not any(child.is_running() for child in children)

    def test_its_children_end_when_it_is_killed(self, run, workers_ready):
        pool = run("pool", "--workers", "1")
        workers_ready(1)
        children = children_of(pool)
        os.kill(pool.pid, signal.SIGKILL)
        eventually(lambda: not any(child.is_running() for child in children))

    def test_says_in_one_line_what_is_wrong_with_a_setting(self, run, environment):
        del environment["REDIS_URL"]
        pool = run("pool")
        assert pool.wait(timeout_s=10)
        assert pool.exit_code == 1
        assert pool.log.read_text() == "settings: REDIS_URL is not set\n"

    def test_a_worker_makes_room_for_a_fresh_one(
        self, run, record, told, workers_ready, house, redis
    ):
        pool = run("pool", "--workers", "1", "--max-jobs", "1", "--no-relay")
        workers_ready(1)
        first = {child.pid for child in children_of(pool)}
        record()
        Relay(house, redis).pump()
        eventually(lambda: told() == 1)
        eventually(lambda: not first & {child.pid for child in children_of(pool)})


def connections(redis):
    """Return how often somebody has connected to Redis."""
    return redis.info("stats")["total_connections_received"]


class TestFaults:
    def test_a_worker_killed_in_the_middle_costs_nothing(
        self, run, house, record, told, states, redis, workers_ready
    ):
        worker = run("worker")
        workers_ready(1)
        record(3)
        os.kill(worker.pid, signal.SIGSTOP)
        Relay(house, redis, lease=SHORT).pump()
        started = queues.events_queue(redis).started_job_registry.key
        with notices_blocked(house):
            os.kill(worker.pid, signal.SIGCONT)
            eventually(lambda: redis.zcard(started) == 1)
            worker.kill_group()
            worker.wait(timeout_s=5)
        assert told() == 0

        run("worker")
        with relaying(house, redis):
            eventually(lambda: told() == 3)
        assert states() == {EntryState.DONE: 3}

    def test_a_flushed_redis_costs_nothing(
        self, run, house, record, told, states, redis
    ):
        record(60)
        Relay(house, redis, lease=SHORT).pump()
        assert states() == {EntryState.LEASED: 60}
        redis.flushall()

        run("worker")
        with relaying(house, redis):
            eventually(lambda: told() == 60)
        assert states() == {EntryState.DONE: 60}

    def test_jobs_that_come_twice_write_once(
        self, run, house, record, told, states, redis, workers_ready
    ):
        record(5)
        queue = queues.events_queue(redis)
        Relay(house, redis).pump()
        (job,) = queue.jobs
        for _ in range(4):
            queue.enqueue(queues.HANDLE_EVENTS, *job.args)
        run("worker")
        run("worker")
        eventually(lambda: queue.count == 0)
        eventually(lambda: states() == {EntryState.DONE: 5})
        assert told() == 5

    def test_a_late_job_changes_nothing(self, run, house, record, told, states, redis):
        record()
        relay = Relay(house, redis, lease=timedelta(0))
        relay.pump()
        queue = queues.events_queue(redis)
        (late,) = queue.jobs
        queue.empty()
        relay.pump()
        queue.empty()
        queue.enqueue(queues.HANDLE_EVENTS, *late.args)

        run("worker", "--max-jobs", "1").wait(timeout_s=20)

        assert told() == 0
        assert states() == {EntryState.LEASED: 1}

    def test_a_redis_that_hangs_holds_no_lock_and_spends_no_attempt(
        self, house, record, redis_server, redis
    ):
        record()
        hanging = queues.connect(redis_server.url, timeout_s=0.3)
        relay = Relay(house, hanging)
        thread = threading.Thread(target=relay.run)
        os.kill(redis_server.program.pid, signal.SIGSTOP)
        try:
            thread.start()
            for _ in range(5):
                began = time.monotonic()
                record()
                assert time.monotonic() - began < 0.2
            bell = Bell(redis_server.url)
            began = time.monotonic()
            bell.ring()
            assert time.monotonic() - began < 0.15
            began = time.monotonic()
            bell.ring()
            assert time.monotonic() - began < 0.01
            relay.stop()
            thread.join(timeout=10)
        finally:
            os.kill(redis_server.program.pid, signal.SIGCONT)
        assert not thread.is_alive()
        with house.reading() as session:
            assert set(session.scalars(select(OutboxEntry.attempt))) == {0}

    def test_a_redis_that_is_full_spends_no_attempt(self, house, record, redis):
        record()
        limit = redis.config_get("maxmemory")["maxmemory"]
        redis.config_set("maxmemory", 1)
        try:
            with pytest.raises(RedisError):
                Relay(house, redis).pump()
        finally:
            redis.config_set("maxmemory", limit)
        with house.reading() as session:
            entry = session.scalars(select(OutboxEntry)).one()
        assert (entry.state, entry.attempt) == (EntryState.PENDING, 0)

    def test_a_worker_rests_while_redis_is_full(
        self, run, house, record, told, redis, workers_ready
    ):
        """It answers but takes no write: no loop, one line in the log."""
        record()
        limit = redis.config_get("maxmemory")["maxmemory"]
        redis.config_set("maxmemory-policy", "noeviction")
        redis.config_set("maxmemory", 1)
        try:
            worker = run("worker")
            eventually(lambda: "worker lost redis" in worker.log.read_text())
            began, tried = time.monotonic(), connections(redis)
            eventually(lambda: connections(redis) >= tried + 8)
            assert time.monotonic() - began > 0.7
            assert worker.log.read_text().count("worker lost redis") == 1
        finally:
            redis.config_set("maxmemory", limit)
        workers_ready(1)
        Relay(house, redis).pump()
        eventually(lambda: told() == 1)

    def test_waiting_for_a_worker_is_no_failed_attempt(
        self, house, record, states, redis
    ):
        record()
        relay = Relay(house, redis, lease=timedelta(0))
        for _ in range(20):
            relay.pump()
        assert states() == {EntryState.LEASED: 1}
        assert queues.events_queue(redis).count == 1

    def test_relays_share_the_work(self, house, record, redis):
        record(400)
        relays = [Relay(house, redis) for _ in range(4)]
        threads = [threading.Thread(target=relay.pump) for relay in relays]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=20)
        carried = [
            pair for job in queues.events_queue(redis).jobs for pair in job.args[0]
        ]
        assert len(carried) == 400
        assert len({entry_id for entry_id, _ in carried}) == 400
        assert {attempt for _, attempt in carried} == {1}

    def test_one_bad_event_costs_the_others_nothing(
        self, run, house, record, reader, told, states, redis
    ):
        record(3)
        with house.transaction() as session:
            entry_id = make_event(session, reader)
            session.get(OutboxEntry, entry_id).type = "moon.landed.v1"
        record(3)
        run("worker")
        with relaying(house, redis):
            eventually(lambda: told() == 6)
            eventually(lambda: states().get(EntryState.PENDING) == 1)
        with house.reading() as session:
            bad = session.get(OutboxEntry, entry_id)
            assert bad.last_error == "NoPlan"
            assert bad.due_at > leases.database_now(session)


class TestParked:
    def test_are_listed_and_let_go(self, run, house, record, states):
        record(2)
        with house.transaction() as session:
            for entry in session.scalars(select(OutboxEntry)):
                entry.state, entry.last_error = EntryState.PARKED, "NoPlan"
                first = entry.id
        listed = run("parked")
        assert listed.wait(timeout_s=20)
        assert listed.exit_code == 1
        assert listed.log.read_text().count("cases.moved.v1") == 2
        assert "NoPlan" in listed.log.read_text()

        one = run("parked", "--release", str(first))
        assert one.wait(timeout_s=20)
        assert one.exit_code == 1
        assert states() == {EntryState.PARKED: 1, EntryState.PENDING: 1}

        rest = run("parked", "--release")
        assert rest.wait(timeout_s=20)
        assert rest.exit_code == 0
        assert states() == {EntryState.PENDING: 2}


class TestWhatAWorkerRuns:
    @pytest.mark.parametrize(
        "job",
        [
            {"func": "os.system", "args": ["true"]},
            {"func": queues.HANDLE_EVENTS, "args": []},
            {"func": queues.HANDLE_EVENTS, "args": ["1"]},
            {"func": queues.HANDLE_EVENTS, "args": [[[1]]]},
            {"func": queues.HANDLE_EVENTS, "args": [[["1", 1]]]},
            {"func": queues.HANDLE_EVENTS, "args": [[[True, 1]]]},
            {"func": queues.HANDLE_EVENTS, "args": [[]], "kwargs": {"a": 1}},
            {
                "func": queues.HANDLE_EVENTS,
                "args": [[[1, 1]]],
                "on_success": Callback("os.getpid"),
            },
        ],
    )
    def test_only_what_the_relay_makes(self, redis, job):
        assert not is_ours(queues.events_queue(redis).create_job(**job))

    def test_what_the_relay_makes(self, house, record, redis):
        record()
        Relay(house, redis).pump()
        (job,) = queues.events_queue(redis).jobs
        assert is_ours(job)
        stored = json.dumps([str(value) for value in redis.hgetall(job.key).values()])
        assert "2026" in stored  # the moment it was made
        assert "case" not in stored

    def test_foreign_jobs_are_thrown_away_and_the_next_is_done(
        self, run, house, record, told, redis, tmp_path
    ):
        mark = tmp_path / "mark"
        queue = queues.events_queue(redis)
        queue.enqueue("os.mkdir", str(mark))
        pickling = Queue(queue.name, connection=redis, serializer=DefaultSerializer)
        pickling.enqueue("os.mkdir", str(mark))
        record()
        run("worker")
        Relay(house, redis).pump()
        eventually(lambda: told() == 1)
        assert not mark.exists()
        eventually(lambda: redis.llen(queue.intermediate_queue_key) == 0)
