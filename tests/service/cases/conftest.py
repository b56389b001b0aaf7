import pytest

from tests.builders.cases import give_days, make_world


@pytest.fixture
def world(session):
    """An office with its people and a published matter, in a spring of known days."""
    give_days(session)
    return make_world(session)
