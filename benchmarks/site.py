"""Ours in production mode, filled with a district's catalogue, codes and drafts."""

from __future__ import annotations

import http.client
import shutil
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import func, select

from app.cases import service as cases
from app.cases.models import CaseSource
from app.cases.rules import missing_materials
from app.catalogue import loading
from app.catalogue.current import PublishedMatter, Snapshot, load_snapshot
from app.clocks import calendar
from app.codes import service as codes
from app.codes.models import CodeKind, ScanCount
from app.factory import keyring_of
from app.forms import checking
from app.forms.definitions import Field, FieldType
from app.kernel.actors import SYSTEM_ACTOR, citizen_actor
from app.kernel.clock import office_date
from app.kernel.crypto import Keyring
from app.kernel.db import Base, Database
from app.models import import_all
from app.people import citizens
from app.people.models import Channel
from app.settings import Settings
from app.web import tokens
from demo.installation import free_port, secrets_of
from demo.programs import Program, stop_all
from demo.servers import EmbeddedRedis, wait_until

ROOT = Path(__file__).resolve().parents[1]

PUBLIC_URL = "https://banshi.example.gov.cn"

PRODUCT = (
    "app", "qr", "miniprogram_api", "mobile", "console", "notifications",
    "migrations", "data", "wsgi.py", "alembic.ini",
)  # fmt: skip
"""What deploy/install.sh installs: production refuses to start beside demo/."""

GRANIAN = (
    *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
    *("--host", "127.0.0.1", "--workers", "2", "--blocking-threads", "8"),
    *("--backlog", "2048"),
)
"""The same for ours and for the bare views."""

START_S = 60

CODES = 200

_PER_TRANSACTION = 50


@dataclass(frozen=True)
class Draft:
    """An application that is ready to be handed in."""

    token: str
    access_token: str


class Site:
    """An installation in a folder of its own, behind nothing, serving on a port."""

    def __init__(self, folder: Path, *, database_url: str = "") -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.folder = folder.resolve()
        self.port = free_port()
        self._redis = EmbeddedRedis(self.folder / "redis")
        self.database_url = database_url or f"sqlite:///{self.folder / 'bench.db'}"
        keys = secrets_of(self.folder)
        keys.pop("DEMO_PASSWORD")
        self.env = keys | {
            "APP_ENV": "production",
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self._redis.url,
            "PUBLIC_URL": PUBLIC_URL,
            "MASHANGBAN_VAR": str(self.folder / "var"),
            "SMS_URL": "https://sms.invalid/send",
            "SMS_TOKEN": "unused",
            "WECHAT_APP_ID": "wx0000000000000000",
            "TRUSTED_PROXIES": "1",
            "RATE_LIMIT_FACTOR": "1000000",
            "ACCESS_LIFETIME_S": "86400",
            "PATH": "/usr/bin:/bin",
        }
        self.settings = Settings.from_env(self.env | {"APP_ENV": "test"})
        self.database = Database.connect(self.database_url, keyring_of(self.settings))
        self._program = Program(
            name="ours",
            command=[*GRANIAN, "--port", str(self.port), "wsgi:app"],
            log=self.folder / "ours.log",
            env=self.env,
            folder=self.folder / "product",
        )
        self._running = ExitStack()

    def __enter__(self) -> Self:
        """Install, fill and start."""
        self._install()
        with self._running as running:
            running.enter_context(self._redis)
            self._fill()
            self._program.start()
            running.callback(stop_all, [self._program], grace_s=10)
            self._running = running.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self._running.close()
        self.database.engine.dispose()

    def wait(self) -> None:
        """Wait until it serves.

        Raises:
            RuntimeError: it does not.
        """
        if not wait_until(lambda: is_ready(self.port), timeout_s=START_S):
            raise RuntimeError(f"ours does not serve: {self._program.last_words()}")

    def _install(self) -> None:
        (self.folder / "var").mkdir()
        product = self.folder / "product"
        product.mkdir()
        skipped = shutil.ignore_patterns("__pycache__")
        for name in PRODUCT:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, product / name, ignore=skipped)
            else:
                shutil.copy(source, product / name)

    def _fill(self) -> None:
        """Migrate, load and publish the catalogue, issue codes."""
        migration = Program(
            name="migration",
            command=[sys.executable, "-m", "alembic", "upgrade", "head"],
            log=self.folder / "migration.log",
            env=self.env,
            folder=self.folder / "product",
        )
        migration.start()
        if not migration.wait(120) or migration.exit_code:
            raise RuntimeError(f"no migration: {migration.last_words()}")
        import_all()
        now = datetime.now(UTC)
        with self.database.transaction() as session:
            calendar.seed(session, now=now)
            loading.load_demo_catalogue(session, ROOT / "data/catalogue", now=now)
        self.snapshot = self._snapshot()
        hall = next(p.code for p in self.snapshot.places.values() if p.kind == "hall")
        office = Base.metadata.tables["offices"]
        with self.database.transaction() as session:
            office_id = session.scalar(select(office.c.id).limit(1))
            self.codes = [
                codes.issue(
                    session,
                    SYSTEM_ACTOR,
                    kind=CodeKind.MATTER,
                    target=matter,
                    place_code=hall,
                    office_id=office_id,
                    now=now,
                ).code
                for matter in list(self.snapshot.matters)[:CODES]
            ]

    def _snapshot(self) -> Snapshot:
        with self.database.reading() as session:
            return load_snapshot(session)

    def guided(self) -> list[str]:
        """Codes of the matters that have a guide with materials, the longest pages."""
        return [
            code
            for code, matter in self.snapshot.matters.items()
            if matter.guide.materials
        ]

    def scans_counted(self) -> int:
        """How many scans are in the database."""
        with self.database.reading() as session:
            return session.scalar(select(func.sum(ScanCount.scans))) or 0

    def drafts(self, count: int) -> list[Draft]:
        """Make citizens, each with a session and a draft that lacks nothing."""
        matter, answers = self._easy_matter()
        made: list[Draft] = []
        while len(made) < count:
            batch = min(_PER_TRANSACTION, count - len(made))
            made += self._some_drafts(matter, answers, len(made), batch)
        return made

    def _some_drafts(
        self,
        matter: PublishedMatter,
        answers: Mapping[str, object],
        start: int,
        count: int,
    ) -> list[Draft]:
        now = datetime.now(UTC)
        made = []
        with self.database.transaction() as session:
            for number in range(start, start + count):
                phone = f"1399999{number:04}"
                citizen = citizens.of_phone(session, phone, now=now)
                session.flush()  # its id is needed below
                raw = citizens.open_session(
                    session, citizen, Channel.API, now=now, lifetime=timedelta(days=1)
                )
                actor = citizen_actor(citizen.id)
                case = cases.open_draft(
                    session,
                    actor,
                    snapshot=self.snapshot,
                    matter=matter,
                    place_code=None,
                    source=CaseSource.MINIPROGRAM,
                    now=now,
                )
                session.flush()  # its version is needed below
                cases.save_draft(
                    session,
                    actor,
                    case.token,
                    dict(answers),
                    seen_version=case.version,
                    now=now,
                )
                claims = tokens.Claims(citizen.token, citizens.family_of(raw))
                access = tokens.issue(
                    claims,
                    key=self.settings.jwt_key,
                    issuer=self.settings.public_url,
                    lifetime_s=self.settings.access_lifetime_s,
                    now=now,
                )
                made.append(Draft(case.token, access))
        return made

    def _easy_matter(self) -> tuple[PublishedMatter, dict[str, object]]:
        """Find a matter for persons that asks for no file, and answer its form."""
        today = office_date(datetime.now(UTC))
        divisions = self.snapshot.divisions()
        for matter in self.snapshot.matters.values():
            if matter.needs_township or "person" not in matter.guide.audience:
                continue
            if missing_materials(matter.guide, {}):
                continue
            answers = answers_for(matter, divisions)
            checked = checking.check(
                matter.form, answers, today=today, divisions=divisions
            )
            if not checked.errors:
                return matter, answers
        raise RuntimeError("no matter can be applied for without a file")


def answers_for(
    matter: PublishedMatter, divisions: Mapping[str, str]
) -> dict[str, object]:
    """Answer every field that is asked, as a person might."""
    answers: dict[str, object] = {}
    for field in matter.form.fields:
        shown = field.show_if is None or (
            answers.get(field.show_if.key) in field.show_if.values
        )
        if field.required and shown and field.type is not FieldType.FILE:
            answers[field.key] = _answer(field, divisions)
    return answers


_ANSWERS: Mapping[FieldType, object] = {
    FieldType.TEXT: "张秀兰",
    FieldType.LONG_TEXT: "家里有病人，需要照顾",
    FieldType.NUMBER: "1",
    FieldType.MONEY: "1200",
    FieldType.DATE: "2020-05-06",
    FieldType.YES_NO: True,
    FieldType.ID_NUMBER: "11010519491231002X",
    FieldType.CREDIT_CODE: "91350100M000100Y43",
    FieldType.MOBILE: "13800138000",
}


def _answer(field: Field, divisions: Mapping[str, str]) -> object:
    if field.type is FieldType.CHOICE:
        return field.choices[0].value
    if field.type is FieldType.CHOICES:
        return [field.choices[0].value]
    if field.type is FieldType.ADDRESS:
        return {"division": next(iter(divisions)), "detail": "西关村 12 号"}
    return field.min or _ANSWERS[field.type]


class Bare:
    """The bare views, answering with what was recorded from ours."""

    def __init__(self, folder: Path, *, database_url: str = "") -> None:
        self.port = free_port()
        env = {"BARE_FOLDER": str(folder), "PATH": "/usr/bin:/bin"}
        if database_url.startswith("postgresql"):
            env["BARE_DATABASE"] = database_url
        self._program = Program(
            name="bare",
            command=[
                *(*GRANIAN, "--port", str(self.port)),
                *("--factory", "benchmarks.bare:create_app"),
            ],
            log=folder / "bare.log",
            env=env,
            folder=ROOT,
        )

    def __enter__(self) -> Self:
        """Start and wait until it serves."""
        self._program.start()
        if not wait_until(lambda: is_ready(self.port), timeout_s=START_S):
            raise RuntimeError(f"bare does not serve: {self._program.last_words()}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        stop_all([self._program], grace_s=10)


def catalogue_alone() -> Snapshot:
    """Return the published catalogue, out of a database in memory."""
    import_all()
    keyring = Keyring({"k": bytes(32)}, current="k", index_key=bytes(32))
    database = Database.connect("sqlite://", keyring)
    Base.metadata.create_all(database.engine)
    now = datetime.now(UTC)
    with database.transaction() as session:
        calendar.seed(session, now=now)
        loading.load_demo_catalogue(session, ROOT / "data/catalogue", now=now)
        snapshot = load_snapshot(session)
    database.engine.dispose()
    return snapshot


def is_ready(port: int) -> bool:
    """Whether a server answers /readyz with 200."""
    try:
        return ask(port, "GET", "/readyz", ())[0] == http.HTTPStatus.OK
    except OSError:
        return False


def ask(
    port: int,
    method: str,
    path: str,
    headers: Sequence[tuple[str, str]],
    body: str = "",
) -> tuple[int, str, bytes]:
    """Send one request.

    Returns:
        Status, content type, body.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body or None, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read()
    finally:
        connection.close()
