"""Offices: found by code and name, kept up to date."""

import pytest

from app.kernel.errors import Invalid, NotFound
from app.people import offices
from app.people.models import NameBasis, OfficeKind
from app.people.offices import OfficeFacts
from tests.builders.people import make_office


def facts(**said):
    return OfficeFacts(
        **{
            "code": "mzj",
            "name": "区民政局",
            "short_name": "民政局",
            "kind": OfficeKind.DEPARTMENT,
        }
        | said
    )


class TestSave:
    def test_adds_an_office(self, session):
        make_office(session)
        saved = offices.save(session, facts())
        assert offices.find_by_code(session, "mzj").id == saved.id
        assert saved.telephone is None
        assert saved.name_basis is NameBasis.TYPICAL

    def test_brings_it_up_to_date(self, session):
        first = offices.save(session, facts())
        again = offices.save(
            session, facts(name="淮阳区民政局", name_basis=NameBasis.READ)
        )
        assert again.id == first.id
        assert offices.get_by_code(session, "mzj").name == "淮阳区民政局"

    def test_below_another(self, session):
        parent = make_office(session)
        child = offices.save(session, facts(parent_code=parent.code))
        assert child.parent_id == parent.id
        assert offices.save(session, facts()).parent_id is None

    def test_refuses_an_unknown_parent(self, session):
        with pytest.raises(Invalid):
            offices.save(session, facts(parent_code="nobody"))

    def test_refuses_a_circle(self, session):
        offices.save(session, facts(code="a", name="甲"))
        offices.save(session, facts(code="b", name="乙", parent_code="a"))
        offices.save(session, facts(code="c", name="丙", parent_code="b"))
        with pytest.raises(Invalid):
            offices.save(session, facts(code="a", name="甲", parent_code="c"))


class TestFind:
    def test_a_missing_code(self, session):
        assert offices.find_by_code(session, "nobody") is None
        with pytest.raises(NotFound):
            offices.get_by_code(session, "nobody")

    def test_by_full_and_short_name(self, session):
        office = offices.save(session, facts())
        found = offices.by_name(session)
        assert found["区民政局"] is found["民政局"] is office

    def test_a_full_name_wins_and_a_shared_short_name_leads_nowhere(self, session):
        full = make_office(session, name="税务局", short_name="税")
        make_office(session, name="区税务局", short_name="税务局")
        make_office(session, name="甲站", short_name="站")
        make_office(session, name="乙站", short_name="站")
        found = offices.by_name(session)
        assert found["税务局"] is full
        assert "站" not in found
