"""What was measured: a table for people, build/bench.json for machines."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

BUILD = Path("build")


@dataclass(frozen=True, kw_only=True)
class Result:
    """One number next to what the machine does bare.

    Attributes:
        value: The median of the runs.
        baseline: The median of the bare runs, or the goal where nothing is bare.
        ratio: How close we come, 1 being as good as bare: above is better.
        runs: Our single runs, in order.
    """

    name: str
    value: float
    unit: str
    baseline: float
    ratio: float
    runs: tuple[float, ...]
    goal: float | None = None


def compared(
    name: str,
    unit: str,
    ours: Sequence[float],
    bare: Sequence[float],
    *,
    goal: float | None = None,
    less_is_better: bool = False,
) -> Result:
    """Set our runs against the bare ones that were made between them.

    The goal is a ratio. Times are better when they are less.
    """
    value, baseline = statistics.median(ours), statistics.median(bare)
    ratio = baseline / value if less_is_better else value / baseline
    return Result(
        name=name,
        value=round(value, 2),
        unit=unit,
        baseline=round(baseline, 2),
        ratio=round(ratio, 3),
        runs=tuple(round(run, 2) for run in ours),
        goal=goal,
    )


def as_table(results: Sequence[Result]) -> str:
    """Lay the results out for a terminal."""
    lines = [
        f"{'name':<16}{'value':>11} {'unit':<6}{'baseline':>11}{'ratio':>8}{'goal':>7}"
    ]
    for result in results:
        goal = "" if result.goal is None else f"{result.goal:.2f}"
        missed = "  ← missed" if result.goal and result.ratio < result.goal else ""
        lines.append(
            f"{result.name:<16}{result.value:>11,.1f} {result.unit:<6}"
            f"{result.baseline:>11,.1f}{result.ratio:>8.2f}{goal:>7}{missed}"
        )
    return "\n".join(lines)


def write(results: Sequence[Result], path: Path = BUILD / "bench.json") -> None:
    """Write the results as a list of objects."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {
            "name": result.name,
            "value": result.value,
            "unit": result.unit,
            "baseline": result.baseline,
            "ratio": result.ratio,
            "runs": list(result.runs),
        }
        for result in results
    ]
    path.write_text(json.dumps(rows, indent=2) + "\n")
