"""`make run` as a person uses it: real processes, real signals."""

import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import psutil
import pytest

from demo.installation import free_port
from demo.servers import wait_until

pytestmark = pytest.mark.timeout(300)

READY = "Ctrl-C stops everything."


class Run:
    """A `python -m demo.run` of its own, and what it prints."""

    def __init__(self, folder, port):
        self.folder = folder
        self.port = port
        self.output = folder.parent / f"output-{port}.txt"
        with self.output.open("wb") as output:
            self.started = subprocess.Popen(
                [sys.executable, "-m", "demo.run"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=_environment(MASHANGBAN_VAR=str(folder), PORT=str(port)),
                start_new_session=True,
            )

    @property
    def printed(self):
        return self.output.read_text()

    def becomes_ready(self):
        is_over = lambda: READY in self.printed or self.started.poll() is not None  # noqa: E731
        wait_until(is_over, timeout_s=200)
        return READY in self.printed

    def family(self):
        return psutil.Process(self.started.pid).children(recursive=True)

    def web_process(self):
        """The main process of the web server; None while there is none."""
        for each in psutil.Process(self.started.pid).children():
            if "wsgi:app" in each.cmdline() and "granian" in each.cmdline():
                return each
        return None

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}") as answer:
            return answer.status, answer.read().decode()

    def answers(self):
        try:
            return self.get("/readyz")[0] == 200
        except (OSError, urllib.error.URLError):
            return False

    def end(self):
        if self.started.poll() is None:
            self.started.send_signal(signal.SIGTERM)
            self.started.wait(20)


def _environment(**more):
    mine = os.environ  # noqa: TID251 -- the harness's own
    kept = {name: mine[name] for name in ("PATH", "LANG", "TMPDIR") if name in mine}
    return kept | {"CI": "true", "HOME": "/nonexistent", **more}


def refused(folder, **more):
    """Run what cannot run, and return its exit code and what it said."""
    ended = subprocess.run(
        [sys.executable, "-m", "demo.run"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=_environment(MASHANGBAN_VAR=str(folder), **more),
    )
    return ended.returncode, ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("demonstration") / "var"


@pytest.fixture(scope="module")
def running(folder):
    run = Run(folder, free_port())
    try:
        assert run.becomes_ready(), run.printed
        yield run
    finally:
        run.end()


def test_everything_that_a_person_needs_is_printed(running):
    said = running.printed
    for address in ("/", "/console", "/api/docs"):
        assert re.search(rf"http://[\d.]+:{running.port}{address}\s", said)
    for account in ("tiema", "chuangkou", "shencha", "jueding", "tousu"):
        assert account in said
    assert re.search(r"yanshi-\d{4}-\d{4}", said)
    assert "█" in said


def test_the_pages_and_the_catalogue_are_there(running):
    assert "演示" in running.get("/")[1]
    assert '"total":1251' in running.get("/api/v1/matters")[1].replace(" ", "")


def test_a_web_process_that_dies_is_replaced(running):
    running.web_process().kill()
    assert wait_until(
        lambda: "web ended" in running.printed and running.answers(), timeout_s=60
    )


def test_another_run_in_the_same_folder_is_refused_in_one_line(running, folder):
    code, said = refused(folder, PORT=str(free_port()))
    assert code == 1
    assert "stop that one first" in said
    assert "Traceback" not in said


def test_a_taken_port_is_refused_in_one_line(running, tmp_path):
    code, said = refused(tmp_path / "var", PORT=str(running.port))
    assert code == 1
    assert "is taken" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ({"PORT": "web"}, "not a port number"),
        ({"PUBLIC_URL": "banshi.cn"}, "PUBLIC_URL"),
        ({"DATABASE_URL": "postgresql+psycopg://u@127.0.0.1:1/x"}, "'migrate' failed"),
    ],
)
def test_a_wrong_setting_is_refused_in_one_line(tmp_path, setting, told):
    code, said = refused(tmp_path / "var", **{"PORT": str(free_port()), **setting})
    assert code == 1
    assert told in said
    assert "Traceback" not in said


def test_an_unwritable_folder_is_refused_in_one_line(tmp_path):
    (tmp_path / "file").touch()
    code, said = refused(tmp_path / "file" / "var", PORT=str(free_port()))
    assert code == 1
    assert "Cannot write" in said
    assert "Traceback" not in said


def test_stopping_ends_all_within_ten_seconds_and_keeps_the_data(tmp_path):
    folder = tmp_path / "var"
    first = Run(folder, free_port())
    try:
        assert first.becomes_ready(), first.printed
        family = first.family()
        assert len(family) >= 6
        first.started.send_signal(signal.SIGINT)
        assert first.started.wait(10) == 0
        assert not psutil.wait_procs(family, timeout=0)[1]
    finally:
        first.end()
    keys = (folder / "demo.env").read_text()

    second = Run(folder, first.port)
    try:
        assert second.becomes_ready(), second.printed
        assert (folder / "demo.env").read_text() == keys
        assert "accounts created: 0" in (folder / "logs/accounts.log").read_text()

        # Killed outright it can stop nobody; the kernel must do it.
        family = second.family()
        second.started.kill()
        second.started.wait()
        assert not psutil.wait_procs(family, timeout=10)[1]
    finally:
        second.end()
