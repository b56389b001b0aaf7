"""Requests a second: ours with everything on, against Flask with nothing on."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import load
from benchmarks.report import Result, compared
from benchmarks.site import PUBLIC_URL, Bare, Site, ask
from demo.servers import wait_until

RUNS = 5
SECONDS = 3.0
WARM_S = 1.0
CONNECTIONS = 16

DRAFTS_A_RUN = 1500
"""Times six runs: fewer than the ten thousand numbers that drafts are given."""

_HOST = PUBLIC_URL.removeprefix("https://")
HEADERS = (
    ("Host", _HOST),
    # What the reverse proxy of deploy/nginx adds.
    ("X-Forwarded-For", "198.51.100.7"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Host", _HOST),
    ("User-Agent", "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0"),
)


@dataclass(frozen=True)
class Request:
    """One request, as both servers get it."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""

    def as_text(self) -> str:
        """The bytes on the wire, all of them ASCII."""
        size = (
            (("Content-Length", str(len(self.body))),) if self.method == "POST" else ()
        )
        lines = [f"{self.method} {self.path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in HEADERS + self.headers + size]
        return "\r\n".join(lines) + "\r\n\r\n" + self.body


@dataclass(frozen=True)
class Scenario:
    """Requests that are measured together.

    Attributes:
        bare: What the bare server gets instead; None for the same.
        goal: The ratio to reach.
    """

    name: str
    ours: Sequence[Request]
    goal: float
    bare: Sequence[Request] | None = None

    @property
    def is_used_up(self) -> bool:
        """Whether each of our requests works only once."""
        return self.bare is not None


def scenarios(site: Site) -> list[Scenario]:
    """What citizens do most, and what matters most."""
    guided = site.guided()
    lists = ["/api/v1/matters", "/api/v1/matters?page=2", "/api/v1/matters?page=7"]
    lists += [f"/api/v1/matters?audience={who}" for who in ("person", "organisation")]
    submits = [
        Request(
            "POST",
            f"/api/v1/cases/{draft.token}/steps",
            (
                ("Authorization", f"Bearer {draft.access_token}"),
                ("Content-Type", "application/json"),
                ("Idempotency-Key", f"bench-{number:012}"),
            ),
            '{"action":"submit"}',
        )
        for number, draft in enumerate(site.drafts((RUNS + 1) * DRAFTS_A_RUN))
    ]
    return [
        Scenario(
            "scan_counted",
            [Request("POST", f"/api/v1/codes/{code}/scans") for code in site.codes],
            0.8,
        ),
        Scenario("matter_list", [Request("GET", path) for path in lists], 0.8),
        Scenario(
            "guide_json",
            [Request("GET", f"/api/v1/matters/{code}") for code in guided],
            0.8,
        ),
        Scenario(
            "guide_page", [Request("GET", f"/matters/{code}") for code in guided], 0.6
        ),
        Scenario(
            "submit", submits, 0.5, bare=[_as_bare(request) for request in submits[:1]]
        ),
    ]


def _as_bare(request: Request) -> Request:
    return Request("POST", "/submit", request.headers, request.body)


def record(site: Site, wanted: Sequence[Scenario], folder: Path) -> None:
    """Keep what ours answers, for the bare views to say the same.

    Raises:
        RuntimeError: ours does not answer as it should.
    """
    folder.mkdir(exist_ok=True)
    answers = [{"path": "/readyz", "file": "ready", "type": "text/plain"}]
    (folder / "ready").write_text("ready")
    for scenario in wanted:
        for number, request in enumerate(scenario.ours):
            status, kind, body = ask(
                site.port,
                request.method,
                request.path,
                HEADERS + request.headers,
                request.body,
            )
            if not 200 <= status < 300:
                raise RuntimeError(f"{request.path}: {status} {body[:300]!r}")
            file = f"{scenario.name}-{number}"
            (folder / file).write_bytes(body)
            path = "/submit" if scenario.is_used_up else request.path
            answers.append({"path": path, "file": file, "type": kind})
            if scenario.is_used_up:
                break
    (folder / "answers.json").write_text(json.dumps(answers))


def measure(folder: Path, *, database_url: str = "") -> list[Result]:
    """Run every scenario, ours and bare in turn, and compare the medians.

    Raises:
        RuntimeError: an answer was no success, or a scan was not counted.
    """
    with Site(folder, database_url=database_url) as site:
        wanted = scenarios(site)
        site.wait()
        record(site, wanted, folder / "bare")
        results = []
        with Bare(folder / "bare", database_url=site.database_url) as bare:
            for scenario in wanted:
                ours, plain = _runs(site, bare, scenario, folder)
                results.append(_result(scenario, ours, plain))
                if scenario.name == "scan_counted":
                    scans = len(scenario.ours) + sum(run.done for run in ours)
                    _check_scans(site, scans)
    return results


def _runs(
    site: Site, bare: Bare, scenario: Scenario, folder: Path
) -> tuple[list[load.Outcome], list[load.Outcome]]:
    """Run ours and bare in turn; the first run of each warms up."""
    ours: list[load.Outcome] = []
    plain: list[load.Outcome] = []
    used = 1 if scenario.is_used_up else 0  # the one that was recorded
    for run in range(RUNS + 1):
        seconds = SECONDS if run else WARM_S
        requests = scenario.bare or scenario.ours
        plain.append(_load(folder, bare.port, requests, seconds))
        requests = scenario.ours
        if scenario.is_used_up:
            requests = requests[used : used + DRAFTS_A_RUN]
            used += DRAFTS_A_RUN
        once = scenario.is_used_up
        ours.append(_load(folder, site.port, requests, seconds, once=once))
        print(
            f"  {scenario.name:<14} {run or 'warm':>4} "
            f"{ours[-1].per_second:>8,.0f} of {plain[-1].per_second:>8,.0f} /s"
            f"   p99 {ours[-1].p99_ms:>6.1f} and {plain[-1].p99_ms:>6.1f} ms",
            flush=True,
        )
    return ours, plain


def _result(
    scenario: Scenario, ours: Sequence[load.Outcome], plain: Sequence[load.Outcome]
) -> Result:
    return compared(
        scenario.name,
        "req/s",
        [run.per_second for run in ours[1:]],
        [run.per_second for run in plain[1:]],
        goal=scenario.goal,
    )


def _check_scans(site: Site, scans: int) -> None:
    """A scan that is fast because it is not counted is no scan."""
    if not wait_until(lambda: site.scans_counted() == scans, timeout_s=5):
        raise RuntimeError(f"{scans} scans, {site.scans_counted()} counted")


def _load(
    folder: Path,
    port: int,
    requests: Sequence[Request],
    seconds: float,
    *,
    once: bool = False,
) -> load.Outcome:
    plan = load.Plan(
        port=port,
        connections=CONNECTIONS,
        seconds=seconds,
        requests=[request.as_text() for request in requests],
        once=once,
    )
    file = folder / "plan.json"
    file.write_text(json.dumps(asdict(plan)))
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", str(file)],
        capture_output=True,
        text=True,
        check=True,
    )
    outcome = load.Outcome(**json.loads(ended.stdout))
    if any(not status.startswith("2") for status in outcome.statuses):
        raise RuntimeError(f"port {port}: {outcome.statuses}")
    return outcome
