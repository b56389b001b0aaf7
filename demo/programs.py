"""Running other programs: start, watch, stop, and leave nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

TETHER = Path(__file__).with_name("tether.py")

POLL_S = 0.02
"""How often a wait looks again."""

MAX_LOG_BYTES = 10 * 1024 * 1024
"""A log larger than this is set aside when its program is started."""


@dataclass(kw_only=True)
class Program:
    """A program in a process group of its own, tied to the life of this process.

    Start it from the main thread: the kernel watches the thread that started
    it, not the process.
    """

    name: str
    command: Sequence[str]
    log: Path
    env: Mapping[str, str] | None = None
    """The whole environment; None hands on this process's own."""
    user: str = ""
    """Whom to become; empty stays who we are. Needs root."""
    stop_signal: signal.Signals = signal.SIGTERM
    folder: Path | None = None
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def pid(self) -> int:
        """The process id.

        Raises:
            RuntimeError: the program was never started.
        """
        if self._process is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended, negative for a signal; None before its end."""
        return None if self._process is None else self._process.returncode

    def start(self) -> None:
        """Start the program; its output goes to the end of its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > MAX_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".old.log"))
        tether = [
            *(sys.executable, "-I", "-S", str(TETHER)),
            *(str(os.getpid()), str(int(self.stop_signal)), self.user),
        ]
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [*tether, *self.command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=None if self.env is None else dict(self.env),
                cwd=self.folder,
                start_new_session=True,
            )

    def is_running(self) -> bool:
        """Look whether it still runs; at its end, clear away what it left."""
        if self._process is None or self._process.returncode is not None:
            return False
        ended = os.waitid(
            os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT
        )
        if ended is None:
            return True
        # Not yet reaped, so the group's number still belongs to it.
        self.kill_group()
        self._process.wait()
        return False

    def wait(self, timeout_s: float) -> bool:
        """Wait for its end.

        Returns:
            Whether it has ended.
        """
        deadline = time.monotonic() + timeout_s
        while self.is_running():
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_S)
        return True

    def ask_to_stop(self) -> None:
        """Send the stop signal to the program itself."""
        if self.is_running():
            os.kill(self.pid, self.stop_signal)

    def kill_group(self) -> None:
        """End the program and everything it started, at once."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def last_words(self) -> str:
        """The last line of its log that says something."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 8192))
            lines = log.read().decode("utf-8", "replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


def stop_all(programs: Sequence[Program], *, grace_s: float) -> None:
    """Ask all to stop at once, wait, and end those that did not.

    Args:
        programs: Any of them may have ended already.
        grace_s: How long all of them together may take.
    """
    for program in programs:
        program.ask_to_stop()
    deadline = time.monotonic() + grace_s
    for program in programs:
        if not program.wait(max(0.0, deadline - time.monotonic())):
            program.kill_group()
            program.wait(timeout_s=2)
