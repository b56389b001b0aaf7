"""The web application of the tests, on a database that holds the catalogue."""

from dataclasses import replace

import pytest

from app.catalogue import loading
from app.catalogue.current import SnapshotHolder
from app.clocks import calendar
from app.codes.resolving import CodeBook
from app.factory import build
from app.gateways.store import FolderStore
from app.kernel.db import Base, Database, make_engine
from app.models import import_all
from app.web.context import init_app, runtime
from app.web.limits import RateLimits
from app.web.scans import ScanCounter
from notifications.bell import SilentBell
from tests.conftest import NOW, FixedClock


@pytest.fixture(scope="session")
def loaded_url(fresh_database, keyring):
    """A database with the whole catalogue in it, published in two releases."""
    import_all()
    url = fresh_database()
    engine = make_engine(url)
    Base.metadata.create_all(engine)
    with Database(engine, keyring).transaction() as session:
        calendar.seed(session, now=NOW)
        loading.load_demo_catalogue(session, "data/catalogue", now=NOW)
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def engine(loaded_url):
    engine = make_engine(loaded_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def snapshots(engine, keyring):
    """The published catalogue, read once for all tests."""
    return SnapshotHolder(Database(engine, keyring))


@pytest.fixture(scope="session")
def published(snapshots):
    return snapshots.get()


@pytest.fixture(scope="session")
def web(settings):
    return build(settings, clock=FixedClock(NOW))


class Messages:
    """Catches sign-in codes on their way to a phone."""

    def __init__(self):
        self.codes = {}

    def send_code(self, phone, code):
        self.codes[phone] = code


class OneOpenidPerCode:
    """Stands for WeChat: a code is good once."""

    def __init__(self):
        self.used = set()

    def openid_for(self, code):
        from app.gateways.wechat import CodeRefused

        if code in self.used or not code.startswith("demo-"):
            raise CodeRefused("code already used")
        self.used.add(code)
        return f"openid-{code.split('-')[1]}"


@pytest.fixture
def sms():
    return Messages()


@pytest.fixture
def here(web, database, clock, keyring, settings, snapshots, sms, tmp_path):
    """The runtime of this test: real rooms, a database that forgets."""
    with web.app_context():
        given = replace(
            runtime(),
            database=database,
            clock=clock,
            snapshots=snapshots,
            codebook=CodeBook(database),
            scans=ScanCounter(database, in_background=False),
            store=FolderStore(tmp_path / "files"),
            limits=RateLimits("", keyring, clock, factor=100),
            bell=SilentBell(),
            wechat=OneOpenidPerCode(),
            sms=sms,
        )
    init_app(web, given)
    return given


@pytest.fixture
def client(web, here):
    return web.test_client()
