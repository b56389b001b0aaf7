"""Real servers for the tests, from Python packages unless one is given by URL.

As a program it runs another one beside a fresh PostgreSQL:

    python -m tests.servers postgres COMMAND [ARGUMENT ...]

The command finds the server in TEST_DATABASE_URL; its exit code is handed on.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.servers import EmbeddedPostgres, EmbeddedRedis


@contextmanager
def running_redis() -> Iterator[EmbeddedRedis]:
    """Run a Redis of our own; tests may stop, kill and start it again."""
    with (
        tempfile.TemporaryDirectory(prefix="mashangban-redis-") as folder,
        EmbeddedRedis(Path(folder)) as server,
    ):
        yield server


@contextmanager
def running_postgres() -> Iterator[str]:
    """Give the URL of a PostgreSQL database that is empty, or TEST_DATABASE_URL."""
    given = os.environ.get("TEST_DATABASE_URL")  # noqa: TID251 -- the harness's own
    if given:
        yield given
        return
    with EmbeddedPostgres() as server:
        yield server.url


def main() -> int:
    """Run a command beside PostgreSQL and hand on its exit code."""
    match sys.argv[1:]:
        case ["postgres", *command] if command:
            with running_postgres() as url:
                environment = os.environ | {"TEST_DATABASE_URL": url}  # noqa: TID251
                return subprocess.run(command, env=environment, check=False).returncode
        case _:
            print(__doc__, file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main())
