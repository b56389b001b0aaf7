import os
import signal
import subprocess
import sys

import psutil
import pytest

from demo.programs import Program, stop_all
from demo.servers import EmbeddedPostgres, EmbeddedRedis, wait_until

FOREVER = "import signal\nwhile True: signal.pause()"
STUBBORN = (
    "import signal\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "print('deaf', flush=True)\n"
    "while True: signal.pause()"
)
WITH_A_CHILD = (
    "import subprocess, sys, signal\n"
    f"child = subprocess.Popen([sys.executable, '-c', {FOREVER!r}])\n"
    "print(child.pid, flush=True)\n"
    "while True: signal.pause()"
)


@pytest.fixture
def make_program(tmp_path):
    made = []

    def make(code):
        program = Program(
            name=f"p{len(made)}",
            command=[sys.executable, "-c", code],
            log=tmp_path / f"{len(made)}.log",
        )
        made.append(program)
        program.start()
        return program

    yield make
    for program in made:
        program.kill_group()
        program.wait(5)


def is_gone(pid):
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie"


def test_one_that_stops_when_asked_is_not_killed(make_program):
    program = make_program(FOREVER)
    stop_all([program], grace_s=5)
    assert program.exit_code == -signal.SIGTERM


def test_one_that_does_not_listen_is_killed_in_the_end(make_program):
    program = make_program(STUBBORN)
    assert wait_until(lambda: program.last_words() == "deaf", timeout_s=5)
    stop_all([program], grace_s=0.2)
    assert program.exit_code == -signal.SIGKILL


def test_what_a_dead_program_started_goes_with_it(make_program):
    program = make_program(WITH_A_CHILD)
    assert wait_until(lambda: program.last_words().isdecimal(), timeout_s=5)
    child = int(program.last_words())
    os.kill(program.pid, signal.SIGKILL)
    assert wait_until(lambda: not program.is_running(), timeout_s=5)
    assert wait_until(lambda: is_gone(child), timeout_s=5)


def test_a_program_ends_with_the_one_that_started_it(tmp_path):
    log = tmp_path / "child.log"
    starting = (
        "import sys, signal\n"
        "from pathlib import Path\n"
        "from demo.programs import Program\n"
        f"p = Program(name='p', command=[sys.executable, '-c', {FOREVER!r}],"
        f" log=Path({str(log)!r}))\n"
        "p.start()\n"
        "print(p.pid, flush=True)\n"
        "signal.pause()"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", starting], stdout=subprocess.PIPE, text=True
    )
    with starter:
        child = int(starter.stdout.readline())
        assert psutil.pid_exists(child)
        starter.kill()
    assert wait_until(lambda: is_gone(child), timeout_s=5)


def test_an_old_large_log_is_set_aside(tmp_path, monkeypatch):
    monkeypatch.setattr("demo.programs.MAX_LOG_BYTES", 10)
    log = tmp_path / "p.log"
    log.write_text("from an earlier life\n")
    program = Program(name="p", command=[sys.executable, "-c", "print('new')"], log=log)
    program.start()
    assert program.wait(5)
    assert log.read_text() == "new\n"
    assert (tmp_path / "p.old.log").read_text() == "from an earlier life\n"


def test_redis_comes_back_empty_after_a_kill(tmp_path):
    import redis

    with EmbeddedRedis(tmp_path) as server:
        client = redis.Redis.from_url(server.url)
        client.set("key", "value")
        server.kill()
        assert not server.answers()
        server.start()
        assert client.get("key") is None
        client.close()
    assert not server.answers()


def test_redis_lives_in_a_folder_with_a_long_name(tmp_path):
    folder = tmp_path / ("long" * 30)
    with EmbeddedRedis(folder) as server:
        assert server.answers()
    assert not server.socket.exists()


@pytest.mark.postgres
def test_postgres_keeps_what_was_committed_through_a_kill():
    import sqlalchemy

    with EmbeddedPostgres() as server:
        engine = sqlalchemy.create_engine(server.url, pool_pre_ping=True)
        with engine.begin() as connection:
            connection.exec_driver_sql("create table t (name text)")
            connection.exec_driver_sql("insert into t values ('办件')")
        server.kill()
        server.start()
        with engine.begin() as connection:
            rows = connection.exec_driver_sql("select name from t").all()
        engine.dispose()
    assert rows == [("办件",)]
    assert not server.folder.exists()
