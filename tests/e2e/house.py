"""The demonstration, run by the tests as `make run` runs it."""

import http.client
import os
from contextlib import contextmanager
from pathlib import Path

from app.factory import build
from app.settings import Settings
from app.web.context import runtime
from demo import installation
from demo.installation import Installation
from demo.run import Demonstration

ROOT = Path(__file__).resolve().parents[2]

OURS = (
    "APP_ENV", "DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "PORT", "HOST", "MASHANGBAN_VAR",
    "TEST_DATABASE_URL", "WECHAT_BASE_URL",
)  # fmt: skip
"""What a house of the tests takes from nobody's environment."""


class House:
    """A running demonstration, and its rooms for arranging what a test starts from.

    Attributes:
        place: Its folder, port and settings.
        demonstration: Its processes.
    """

    def __init__(self, folder: Path) -> None:
        port = installation.free_port()
        given = {key: said for key, said in os.environ.items() if key not in OURS}  # noqa: TID251 -- handed on, as make run does
        self.place = Installation(
            folder=folder,
            port=port,
            host="127.0.0.1",
            public_url=f"http://127.0.0.1:{port}",
            given=given | {"RATE_LIMIT_FACTOR": "100", "APP_ENV": "demo"},
        )
        self.demonstration = Demonstration(self.place)
        self._app = None

    @property
    def url(self) -> str:
        return self.place.public_url

    @property
    def password(self) -> str:
        """The one password of the demonstration's staff."""
        return installation.secrets_of(self.place.folder)["DEMO_PASSWORD"]

    @property
    def redis(self):
        return self.demonstration.redis

    @property
    def app(self):
        """The same application in this process, on the same database."""
        if self._app is None:
            # No bell and no shared counters: what is arranged here rings nobody.
            self._app = build(Settings.from_env(self.place.environment(REDIS_URL="")))
        return self._app

    @contextmanager
    def rooms(self):
        """Give the runtime, for use cases called directly."""
        with self.app.app_context():
            yield runtime()

    def status_of(self, path: str) -> int:
        """Ask for a page without a browser."""
        connection = http.client.HTTPConnection(
            self.place.host, self.place.port, timeout=10
        )
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def words_of_logs(self) -> str:
        """The ends of all logs, for the report of a failed test."""
        ends = []
        for log in sorted(self.place.logs.glob("*.log")):
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
            ends.append(f"--- {log.name}\n" + "\n".join(lines[-15:]))
        return "\n".join(ends)


@contextmanager
def running_house(folder: Path):
    """Run a house; whatever happens, all its processes end with the block."""
    house = House(folder)
    try:
        house.demonstration.start()
        yield house
    finally:
        house.demonstration.stop()
