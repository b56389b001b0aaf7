"""A load generator: a process of its own, so that it shares no interpreter.

    python -m benchmarks.load PLAN.json

Plain sockets kept alive, one request in flight on each, sent again as soon as the
answer is whole. It understands answers with a Content-Length, and no others.
"""

from __future__ import annotations

import json
import selectors
import socket
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import cycle
from pathlib import Path

RECEIVE_BYTES = 256 * 1024

END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length:"


class Unreadable(ValueError):
    """An answer without a Content-Length."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to send.

    Attributes:
        port: On this machine.
        connections: Requests in flight at a time.
        seconds: How long to go on.
        requests: Whole requests as text, head and body.
        once: Send each of them once, and stop early when they are used up.
        offset: How many of them were used before.
    """

    port: int
    connections: int
    seconds: float
    requests: list[str]
    once: bool = False
    offset: int = 0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came back.

    Attributes:
        done: Whole answers.
        seconds: From the first request to the last answer.
        p50_ms: Half of the answers came within it.
        statuses: How many answers of each status.
    """

    done: int
    seconds: float
    p50_ms: float
    p99_ms: float
    statuses: dict[str, int]

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return self.done / self.seconds


@dataclass
class _Line:
    """One connection."""

    socket: socket.socket
    sent_at: float = 0.0
    buffer: bytes = b""
    wanted: int = field(default=0)

    def send(self, request: bytes) -> None:
        self.buffer = b""
        self.wanted = 0
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def is_whole(self) -> bool:
        """Read what is there; say whether the answer is complete."""
        part = self.socket.recv(RECEIVE_BYTES)
        if not part:
            raise ConnectionError("the server closed the connection")
        self.buffer = self.buffer + part if self.buffer else part
        if not self.wanted:
            end = self.buffer.find(END_OF_HEAD)
            if end < 0:
                return False
            self.wanted = end + len(END_OF_HEAD) + _length(self.buffer[:end])
        return len(self.buffer) >= self.wanted


def _length(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.find(LENGTH)
    if at < 0:
        raise Unreadable(head.decode("latin-1"))
    return int(lowered[at + len(LENGTH) :].split(b"\r\n", 1)[0])


def run(plan: Plan) -> Outcome:
    """Send until the time or the requests are used up.

    Raises:
        ConnectionError: the server hung up.
        Unreadable: an answer has no length.
    """
    encoded = [request.encode() for request in plan.requests]
    queue = iter(encoded[plan.offset :]) if plan.once else cycle(encoded)
    statuses: Counter[str] = Counter()
    latencies: list[float] = []
    with selectors.DefaultSelector() as selector:
        lines = _connect(plan, selector)
        began = time.perf_counter()
        deadline = began + plan.seconds
        waiting = sum(_send_next(line, queue) for line in lines)
        while waiting:
            for key, _ in selector.select():
                line: _Line = key.data
                if not line.is_whole():
                    continue
                now = time.perf_counter()
                latencies.append(now - line.sent_at)
                statuses[line.buffer[9:12].decode()] += 1
                if now > deadline or not _send_next(line, queue):
                    waiting -= 1
        ended = time.perf_counter()
        for line in lines:
            line.socket.close()
    return Outcome(
        done=len(latencies),
        seconds=ended - began,
        p50_ms=statistics.median(latencies) * 1000,
        p99_ms=percentile(latencies, 0.99) * 1000,
        statuses=dict(statuses),
    )


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _connect(plan: Plan, selector: selectors.BaseSelector) -> list[_Line]:
    lines = []
    for _ in range(plan.connections):
        connection = socket.create_connection(("127.0.0.1", plan.port), timeout=30)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line = _Line(connection)
        selector.register(connection, selectors.EVENT_READ, line)
        lines.append(line)
    return lines


def _send_next(line: _Line, queue: Iterator[bytes]) -> bool:
    request = next(queue, None)
    if request is None:
        return False
    line.send(request)
    return True


def main() -> int:
    """Carry out a plan and print what came back."""
    plan = Plan(**json.loads(Path(sys.argv[1]).read_text()))
    print(json.dumps(asdict(run(plan))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
