"""A database that several threads can work on at once, as in production."""

from datetime import timedelta

import pytest

from app.kernel.db import Base, Database
from app.models import import_all
from tests.conftest import NOW


@pytest.fixture
def shared_database(empty_database_url, keyring):
    import_all()
    shared = Database.connect(empty_database_url, keyring)
    Base.metadata.create_all(shared.engine)
    yield shared
    shared.engine.dispose()


@pytest.fixture
def later():
    """Return the moment some seconds, minutes or hours after NOW."""

    def moved(**delta):
        return NOW + timedelta(**delta)

    return moved
