"""What operators type: catalogue, accounts, calendar, and the nightly sweep."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from app.catalogue.models import Matter, Release
from app.clocks import calendar
from app.factory import build
from app.gateways.store import FolderStore
from app.kernel.actors import Role
from app.kernel.audit import AuditEntry
from app.kernel.outbox import EntryState, OutboxEntry
from app.people import staff
from app.people.models import SignInFailures
from app.settings import Mode
from app.web.context import init_app, runtime
from notifications.bell import SilentBell
from tests.builders.catalogue import make_matter
from tests.builders.catalogue import make_office as make_department
from tests.builders.notices import make_event, make_reader
from tests.builders.people import PASSWORD, make_office, make_staff
from tests.conftest import NOW, FixedClock, make_settings

LIST = """id,name_zh,type,department,audience,theme,level,priority
M1,甲登记,公共服务,区测试局,个人,测试,区,core
M2,乙登记,公共服务,区测试局,个人,测试,区,extended
"""
OFFICES = """name,short_name,kind,code,source_basis
区测试局,测试局,department,,typical
"""
BATCH = ("catalogue", "publish", "--title", "第一批", "--basis", "测试〔2026〕1号")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "matters.csv").write_text(LIST)
    (tmp_path / "departments.csv").write_text(OFFICES)
    return tmp_path


@pytest.fixture(scope="module")
def web(settings):
    return build(settings, clock=FixedClock(NOW))


@pytest.fixture
def here(web, database, clock, tmp_path):
    with web.app_context():
        given = replace(
            runtime(),
            database=database,
            clock=clock,
            store=FolderStore(tmp_path / "files"),
            bell=SilentBell(),
        )
    init_app(web, given)
    return given


@pytest.fixture
def in_production(web, here, monkeypatch):
    """The settings of a production, where the demonstration is not installed."""
    monkeypatch.setattr("app.settings.find_spec", lambda _: None)
    production = make_settings(
        mode=Mode.PRODUCTION,
        public_url="https://example.gov.cn",
        redis_url="redis://127.0.0.1:1",
        sms_url="https://sms.example.gov.cn/send",
        secret_key="Qm3kT8vXz1LpR5wYb7NcJ2hF6sDg4aEu9oIi0tUy",
        jwt_key="zP4mW7rKx2VnB8sLq5TdC1jG9hFf3aEy6oUi0pRt",
    )
    init_app(web, replace(here, settings=production))


@pytest.fixture
def said(web, here):
    """Run a command and return its exit code and what it printed."""

    def run(*words, **more):
        done = web.test_cli_runner().invoke(args=[str(word) for word in words], **more)
        return done.exit_code, done.output

    return run


def number_of(session, model, *where):
    return session.scalar(select(func.count()).select_from(model).where(*where))


def test_every_command_that_the_papers_name_exists(web):
    papers = [Path("README.md"), Path("README.zh-CN.md"), *Path("deploy").rglob("*.*")]
    named = {
        command
        for paper in papers
        for command in re.findall(
            r"flask --app wsgi ([a-z]+(?: [a-z]+)?)", paper.read_text()
        )
    }
    assert {"sweep", "keys new", "catalogue publish"} <= named
    for words in named:
        command = web.cli
        for word in words.split():
            command = command.commands[word]


class TestCatalogue:
    def test_the_demonstration_publishes_what_it_loads(self, said, session, folder):
        code, text = said("catalogue", "load", folder)
        assert (code, "公布 第1批 1 项" in text) == (0, True)
        assert session.scalars(select(Release.allows_gaps)).all() == [True, True]

    def test_production_publishes_nothing_with_gaps(
        self, said, session, folder, in_production
    ):
        code, text = said("catalogue", "load", folder)
        assert (code, "还没有公布" in text) == (0, True)
        assert number_of(session, Matter) == 2
        assert number_of(session, Release) == 0
        assert "保持不变" in said("catalogue", "load", folder)[1]

        code, text = said(*BATCH, "--all")
        assert code == 1
        assert "M1: " in text
        assert "来源缺项" in text
        assert number_of(session, Release) == 0

    def test_importing_tells_every_row_and_can_be_done_again(
        self, said, session, folder
    ):
        code, text = said("catalogue", "import", folder)
        assert (code, "事项：新增 2，更改 0，不变 0" in text) == (0, True)
        (folder / "matters.csv").write_text(
            LIST.replace("乙登记", "丙登记")
            + "M3,,公共服务,区测试局,个人,测试,区,core\n"
        )
        code, text = said("catalogue", "import", folder)
        assert (code, "事项：新增 0，更改 1，不变 1" in text) == (0, True)
        assert "matters.csv 第 4 行" in text
        assert number_of(session, Release) == 0

    def test_a_folder_that_cannot_be_read_is_one_line(self, said, tmp_path):
        (tmp_path / "matters.csv").write_bytes(b"\xff\xfe\x00")
        code, text = said("catalogue", "import", tmp_path)
        assert code == 1
        assert text.startswith("Error: ")

    def test_whole_guides_are_published(self, said, session, in_production):
        make_department(session)
        matters = [make_matter(session).code for _ in range(3)]
        code, text = said(*BATCH, "--matter", matters[0], "--matter", matters[1])
        assert (code, text) == (0, "published release 1: 2 matters\n")
        assert said(*BATCH, "--all") == (0, "published release 2: 3 matters\n")
        assert set(session.scalars(select(Release.allows_gaps))) == {False}

    @pytest.mark.parametrize("which", [(), ("--all", "--matter", "M1")])
    def test_it_must_be_clear_what_is_published(self, said, which):
        code, text = said(*BATCH, *which)
        assert (code, "either --matter or --all" in text) == (2, True)

    def test_nobodys_matter_is_named(self, said):
        code, text = said(*BATCH, "--matter", "nobody's")
        assert (code, "nobody's" in text) == (1, True)


class TestStaff:
    @pytest.fixture
    def clerk(self, session):
        return make_staff(session)

    def roles(self, session, member):
        raw = staff.sign_in(session, member.username, PASSWORD, now=NOW)
        session.flush()
        return staff.by_session(session, raw, now=NOW).roles

    def test_a_post_is_given_and_taken(self, said, session, clerk):
        office = make_office(session)
        clerk.office_id = office.id
        words = ("staff", "post", clerk.username, "reviewer", office.code)
        assert said(*words)[0] == 0
        assert self.roles(session, clerk) == {Role.REVIEWER}
        assert said(*words, "--revoke")[0] == 0
        session.expire_all()
        assert self.roles(session, clerk) == {Role.CLERK}

    def test_nobody_works_on_with_a_closed_account(self, said, session, clerk):
        raw = staff.sign_in(session, clerk.username, PASSWORD, now=NOW)
        session.flush()
        assert said("staff", "disable", clerk.username)[0] == 0
        session.expire_all()
        assert staff.by_session(session, raw, now=NOW) is None

    @pytest.mark.parametrize(
        "words",
        [
            ("staff", "disable", "nobody"),
            ("staff", "post", "nobody", "clerk", "nowhere"),
        ],
    )
    def test_who_does_not_exist_is_told(self, said, words):
        code, text = said(*words)
        assert (code, "no such" in text) == (1, True)

    def test_no_post_makes_a_citizen(self, said, clerk):
        assert said("staff", "post", clerk.username, "citizen", "x")[0] == 2


class TestCalendar:
    NOTICE = ("--source", "国办发明电〔2026〕7号")

    @pytest.fixture
    def imported(self, said, tmp_path):
        def run(text, year=2027):
            file = tmp_path / "days.csv"
            file.write_bytes(text if isinstance(text, bytes) else text.encode())
            return said("calendar", "import", year, file, *self.NOTICE)

        return run

    def test_days_of_the_notice_are_certain(self, imported, session):
        calendar.seed(session, now=NOW)
        code, text = imported("\ufeffday,is_workday\n2027-02-08,0\n2027-02-20,是\n")
        assert code == 0
        assert text.startswith("2 days: ")
        table = calendar.load(session)
        assert not table.is_workday(date(2027, 2, 8))
        assert table.is_workday(date(2027, 2, 20))
        assert not table.is_provisional(date(2027, 2, 20))

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("day,is_workday\n2027-02-30,1\n", "line 2: '2027-02-30' is no day"),
            ("day,is_workday\n2026-02-03,1\n", "2026-02-03 is not in 2027"),
            ("day,is_workday\n2027-02-03,maybe\n", "'maybe' is no answer"),
            ("day,is_workday\n2027-02-03\n", "None is no answer"),
            ("2027-02-03,1\n", "no columns day,is_workday"),
            ("day,is_workday\n2027-02-03,1\n2027-02-03,0\n", "contradict"),
            ("day,is_workday\n", "no days given"),
            (b"\xff\xfe\x00", "no CSV in UTF-8"),
        ],
        ids=lambda given: repr(given)[:30],
    )
    def test_what_is_wrong_is_told_and_nothing_changed(
        self, imported, session, text, why
    ):
        before = calendar.load(session).version
        code, output = imported(text)
        assert (code, why in output) == (1, True)
        assert calendar.load(session).version == before


class TestSweep:
    @pytest.fixture
    def events(self, session):
        """Five events: done long ago, parked, done of late, and two done long ago."""
        reader = make_reader(session)
        ids = [make_event(session, reader) for _ in range(5)]
        long_ago = NOW - timedelta(days=31)
        session.execute(
            update(OutboxEntry)
            .where(OutboxEntry.id.in_(ids))
            .values(state=EntryState.DONE, done_at=long_ago)
        )
        for entry_id, changed in (
            (ids[1], {"state": EntryState.PARKED}),
            (ids[2], {"done_at": NOW - timedelta(days=29)}),
        ):
            session.execute(
                update(OutboxEntry).where(OutboxEntry.id == entry_id).values(changed)
            )
        return ids

    def test_what_is_no_longer_needed_goes(self, said, session, events):
        code, text = said("sweep")
        assert code == 0, text
        assert "events: removed 2\n" in text
        left = session.scalars(select(OutboxEntry.id).order_by(OutboxEntry.id)).all()
        assert left == [events[1], events[2], events[4]]

    def test_no_event_gets_the_number_of_one_that_is_gone(self, said, session, events):
        session.execute(
            update(OutboxEntry).values(
                state=EntryState.DONE, done_at=NOW - timedelta(days=31)
            )
        )
        said("sweep")
        assert session.scalars(select(OutboxEntry.id)).all() == [events[-1]]
        assert make_event(session, make_reader(session)) > events[-1]

    def test_every_kind_is_swept_and_on_record(self, said, session, clock):
        make_staff(session)
        staff.sign_in(session, "nobody", "wrong", now=NOW)
        session.flush()
        clock.advance(days=3)
        code, text = said("sweep")
        assert code == 0, text
        assert number_of(session, SignInFailures) == 0
        swept = session.execute(
            select(AuditEntry.subject, AuditEntry.facts).where(
                AuditEntry.action == "retention.sweep"
            )
        ).all()
        assert {entry.subject: entry.facts["removed"] for entry in swept} == {
            "records:citizens": 0,
            "records:staff": 2,
            "records:answers": 0,
            "records:events": 0,
            "records:uploads": 0,
        }
        assert len(text.splitlines()) == len(swept)
