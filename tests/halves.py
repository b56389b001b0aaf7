"""`make test`: everything on SQLite, and beside it what touches the database on PostgreSQL.

    python -m tests.halves [PYTEST OPTION ...]

Two cores, two halves at once. The first half prints as it goes; the second writes
to build/tests-postgres.txt and is shown when both are done.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.servers import running_postgres

DATABASE_TESTS = ("tests/service", "tests/http", "tests/worker", "tests/contract")

OUTPUT = Path("build/tests-postgres.txt")


def main() -> int:
    """Run both halves.

    Returns:
        0 when both passed, else the first exit code that was not 0: 5, for
        instance, when nothing was collected.
    """
    options = sys.argv[1:]
    OUTPUT.parent.mkdir(exist_ok=True)
    began = time.monotonic()
    mine = dict(os.environ)  # noqa: TID251 -- the harness's own
    with running_postgres() as url, OUTPUT.open("wb") as output:
        print(
            "· 测试：SQLite，同时 PostgreSQL  Tests on SQLite, beside them PostgreSQL …"
        )
        second = subprocess.Popen(
            [sys.executable, "-m", "pytest", *DATABASE_TESTS, *options],
            env=mine | {"TEST_DATABASE_URL": url},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            mine.pop("TEST_DATABASE_URL", None)
            first = subprocess.run(
                [sys.executable, "-m", "pytest", *options], env=mine, check=False
            )
            print(
                "· 等 PostgreSQL 那一半  Waiting for the PostgreSQL half …", flush=True
            )
            second.wait()
        finally:
            second.terminate()
            second.wait()
    shown = OUTPUT.read_text(errors="replace").rstrip()
    if second.returncode == 0:
        shown = shown.splitlines()[-1]
    print(f"PostgreSQL: {shown}\n全部 All: {time.monotonic() - began:.0f} s")
    return first.returncode or second.returncode


if __name__ == "__main__":
    sys.exit(main())
