"""Keeping form definitions."""

import pytest

from app.forms import service
from app.kernel.errors import NotFound
from tests.builders.forms import make_field, make_form, make_form_definition
from tests.conftest import NOW


def test_a_stored_form_comes_back(session):
    kept = make_form_definition(session, make_form(key="noise"))
    kept = make_form_definition(session, make_form(key="m1", version=77))
    assert kept.version == 1
    assert service.load(session, kept.id) == make_form(key="m1", version=1)


def test_the_same_form_is_kept_once(session):
    first = service.store(session, make_form(), now=NOW)
    again = service.store(session, make_form(version=9), now=NOW)
    assert again.id == first.id


def test_a_changed_form_is_a_new_version_and_the_old_one_stays(session):
    first = service.store(session, make_form(), now=NOW)
    second = service.store(session, make_form(make_field()), now=NOW)
    other = service.store(session, make_form(make_field(), key="other"), now=NOW)
    assert (first.version, second.version, other.version) == (1, 2, 1)
    assert service.load(session, first.id) == make_form(version=1)
    assert service.load(session, second.id).version == 2


def test_going_back_finds_the_old_version_again(session):
    first = service.store(session, make_form(), now=NOW)
    service.store(session, make_form(make_field()), now=NOW)
    assert service.store(session, make_form(), now=NOW).id == first.id


def test_the_title_counts_as_content(session):
    first = service.store(session, make_form(), now=NOW)
    assert service.store(session, make_form(title="新表"), now=NOW).id != first.id


def test_a_missing_form_is_not_found(session):
    with pytest.raises(NotFound):
        service.load(session, 999_999)
