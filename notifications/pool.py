"""The relay and the workers, kept running: ``python -m notifications.pool``.

Each is a process of its own. One that ends is replaced at once if it had lived,
and after growing pauses if it keeps dying. When the pool is told to stop, all
end within five seconds; when it is killed, the kernel ends its children.
"""

from __future__ import annotations

import argparse
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FrameType

from notifications import processes
from notifications.worker import MAX_JOBS

logger = logging.getLogger(__name__)

GRACE_S = 4.0
"""How long children may take to end before they are killed."""

HEALTHY_S = 10.0
"""Who lived this long did not die of starting."""

_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 10.0
_IDLE_S = 60.0


@dataclass
class Child:
    """A process that is to run for ever.

    Attributes:
        name: For the log.
        command: Program and arguments.
        process: The one running now, if any.
        start_at: When to start the next one (monotonic seconds).
        pause_s: The wait before that one if the next dies young.
    """

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    pause_s: float = _FIRST_PAUSE_S

    def start(self, now: float) -> None:
        """Start it."""
        self.process = subprocess.Popen(  # noqa: S603 -- our own modules
            self.command, stdin=subprocess.DEVNULL
        )
        self.started_at = now

    def look(self, now: float) -> None:
        """If it has ended, decide when to start it again."""
        if self.process is None or (code := self.process.poll()) is None:
            return
        self.process = None
        if code == 0 or now - self.started_at >= HEALTHY_S:
            self.start_at, self.pause_s = now, _FIRST_PAUSE_S
            if code == 0:
                return
        else:
            self.start_at = now + self.pause_s
            self.pause_s = min(self.pause_s * 2, _LONGEST_PAUSE_S)
        logger.warning(
            "%s ended with %s, next in %.1f s", self.name, code, self.start_at - now
        )


@dataclass
class Pool:
    """Children, and the one place that starts and ends them.

    Must run in the main thread: it owns the process's signals, and the kernel
    ties children to the thread that started them.
    """

    children: list[Child]
    _stopping: bool = field(default=False, init=False)

    def run(self) -> None:
        """Keep the children running until SIGTERM or SIGINT."""
        ear, mouth = socket.socketpair()
        ear.setblocking(False)
        mouth.setblocking(False)
        # The handlers do next to nothing; the byte written here ends the select.
        signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        try:
            while not self._stopping:
                pause = self._tend()
                select.select([ear], [], [], pause)
                _drain(ear)
        finally:
            self._end_all()
            signal.set_wakeup_fd(-1)
            ear.close()
            mouth.close()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _tend(self) -> float:
        """Start what is to start; return the seconds until that is needed again."""
        now = time.monotonic()
        pause = _IDLE_S
        for child in self.children:
            child.look(now)
            if child.process is None:
                if child.start_at <= now:
                    child.start(now)
                else:
                    pause = min(pause, child.start_at - now)
        return pause

    def _end_all(self) -> None:
        running = [child.process for child in self.children if child.process]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + GRACE_S
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                logger.warning("process %s killed", process.pid)
                process.kill()
                process.wait()


def _drain(ear: socket.socket) -> None:
    try:
        while ear.recv(64):
            pass
    except BlockingIOError:
        pass


def children(workers: int, *, with_relay: bool, max_jobs: int) -> list[Child]:
    """Return the children of a pool: workers and, unless it is elsewhere, the relay."""
    tied = ("--parent", str(os.getpid()))

    def module(name: str, *more: str) -> list[str]:
        return [sys.executable, "-m", f"notifications.{name}", *more, *tied]

    relays = [Child("relay", module("relay"))] if with_relay else []
    return relays + [
        Child(f"worker {number}", module("worker", "--max-jobs", str(max_jobs)))
        for number in range(1, workers + 1)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a pool."""
    parser = argparse.ArgumentParser(prog="notifications.pool", description=__doc__)
    parser.add_argument("--workers", type=int, help="default: the setting WORKERS")
    parser.add_argument(
        "--no-relay", action="store_true", help="relays run somewhere else"
    )
    parser.add_argument(
        "--max-jobs",
        type=int,
        default=MAX_JOBS,
        help="jobs after which a worker is replaced (default: %(default)s)",
    )
    processes.add_parent_option(parser)
    options = parser.parse_args(arguments)
    settings = processes.begin(options.parent)
    Pool(
        children(
            options.workers or settings.workers,
            with_relay=not options.no_relay,
            max_jobs=options.max_jobs,
        )
    ).run()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
