import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue.places import PlaceBasis, PlaceKind, distance_m, nearest
from tests.builders.catalogue import a_place

LAT = st.floats(-90, 90)
LNG = st.floats(-180, 180)


def test_a_degree_of_latitude_is_111_kilometres():
    assert distance_m(33, 114, 34, 114) == pytest.approx(111_195, abs=5)


def test_beijing_to_shanghai():
    found = distance_m(39.9042, 116.4074, 31.2304, 121.4737)
    assert found == pytest.approx(1_067_300, rel=0.003)


def test_over_the_date_line_it_is_not_far():
    assert distance_m(0, 179.9, 0, -179.9) < 25_000


@given(LAT, LNG, LAT, LNG)
def test_distance_is_symmetric_and_bounded(lat, lng, other_lat, other_lng):
    there = distance_m(lat, lng, other_lat, other_lng)
    back = distance_m(other_lat, other_lng, lat, lng)
    assert there == pytest.approx(back, abs=1e-3)
    assert 0 <= there <= math.pi * 6_371_009


def test_the_nearest_comes_first_and_the_unknown_last():
    far = a_place(lat=34.5, lng=115.0)
    near = a_place(lat=33.7, lng=114.9)
    unknown = a_place(code="A")
    found = nearest([unknown, far, near], 33.7, 114.88)
    assert [each.place for each in found] == [near, far, unknown]
    assert found[-1].metres is None
    assert found[0].metres < 2_000


def test_a_place_on_the_equator_is_located():
    assert a_place(lat=0.0, lng=0.0).is_located


def test_only_real_places_go_without_a_mark():
    assert {each for each in PlaceBasis if not each.mark} == {
        PlaceBasis.READ,
        PlaceBasis.OFFICIAL,
    }


def test_every_kind_has_a_word():
    assert all(each.zh for each in PlaceKind)
