"""`make bench`: measure everything, print a table, write build/bench.json.

    python -m benchmarks [NAME ...]

Names are web, printing, searching; all of them when none is given. The database is
SQLite on the disk of build/ unless BENCH_DATABASE_URL names an empty PostgreSQL one.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from benchmarks import printing, report, searching, web
from benchmarks.site import catalogue_alone

PARTS = ("searching", "printing", "web")


def main() -> int:
    """Measure what is asked for.

    Returns:
        0; missing a goal is shown, not punished.
    """
    wanted = sys.argv[1:] or list(PARTS)
    if unknown := set(wanted) - set(PARTS):
        print(f"unknown: {', '.join(sorted(unknown))}; choose from {', '.join(PARTS)}")
        return 2
    results = []
    if "searching" in wanted:
        print("· 搜索  searching 10,000 matters …", flush=True)
        results += searching.measure(catalogue_alone())
    if "printing" in wanted:
        print("· 海报  printing 1,000 posters …", flush=True)
        results += printing.measure()
    if "web" in wanted:
        print("· 网页和接口  requests a second …", flush=True)
        url = os.environ.get("BENCH_DATABASE_URL", "")  # noqa: TID251 -- the harness
        results += web.measure(Path("build/bench"), database_url=url)
    print(f"\n{report.as_table(results)}")
    report.write(results)
    print("build/bench.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
