"""A desk: staff of the real offices, who sign in through the page."""

import pytest

from app.cases import queries as case_queries
from app.cases import service as case_service
from app.complaints.categories import Kind
from app.complaints.filing import Filing, file
from app.complaints.models import Complaint
from app.kernel.actors import Role
from app.people import offices
from app.web.context import local_rules
from tests.builders.people import PASSWORD, actor_of, make_staff
from tests.http.console import filing
from tests.http.console.strict import Browser

CASE_WORK = (Role.CLERK, Role.REVIEWER, Role.DECIDER)


@pytest.fixture
def local(web, here):
    with web.app_context():
        return local_rules()


@pytest.fixture
def member(database, published):
    """Store a member of staff at an office, by default the one in charge."""

    def of(*roles, short_name=None):
        with database.transaction() as session:
            office = (
                offices.by_name(session)[short_name]
                if short_name
                else filing.office_of(session, published)
            )
            return make_staff(session, roles=roles or CASE_WORK, office=office)

    return of


@pytest.fixture
def desk(web, here, member):
    """Sign somebody in through the page; returns their browser at the workbench."""

    def at(*roles, short_name=None):
        person = member(*roles, short_name=short_name)
        browser = Browser(web.test_client())
        home = browser.get("/console/sign-in").press(
            "登录", username=person.username, password=PASSWORD
        )
        assert home.path == "/console/", home.words
        browser.person = person
        browser.home = home
        return browser

    return at


@pytest.fixture
def filed(database, published, here, local, clock):
    """Hand a case in; returns it."""

    def with_matter(code=filing.LICENCE, **said):
        with database.transaction() as session:
            return filing.file_case(
                session,
                published,
                here.store,
                local,
                now=clock.now(),
                code=code,
                **said,
            )

    return with_matter


@pytest.fixture
def step(database, clock, local, member):
    """Take a step behind the pages, as a colleague; returns the colleague."""

    def take(case, action, *roles, **said):
        person = member(*roles)
        with database.transaction() as session:
            actor = actor_of(session, person)
            found = case_queries.get(session, actor, case.token)
            case_service.take_step(
                session,
                actor,
                case.token,
                action,
                seen_version=found.version,
                local=local,
                now=clock.now(),
                **said,
            )
        return person

    return take


@pytest.fixture
def complained(database, published, clock):
    """File an anonymous complaint about a window; returns its row."""

    def about(**said):
        window = next(iter(published.windows.values()))
        filing_ = Filing(
            **{
                "kind": Kind.COMPLAINT,
                "category": "other",
                "text": "窗口的人让我跑了三趟。",
                "place_code": window.place_code,
                "window_code": window.code,
            }
            | said
        )
        with database.transaction() as session:
            receipt = file(session, filing_, snapshot=published, now=clock.now())
            return session.query(Complaint).filter_by(number=receipt.number).one()

    return about
