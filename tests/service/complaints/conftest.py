import pytest

from tests.builders.cases import give_days
from tests.builders.complaints import make_desks
from tests.builders.people import actor_of, make_citizen


@pytest.fixture
def desks(session):
    give_days(session)
    return make_desks(session)


@pytest.fixture
def person(session):
    """A signed-in citizen."""
    return actor_of(session, make_citizen(session, name="李秀英"))
