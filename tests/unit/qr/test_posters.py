import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr import encode, posters

ADDRESS = encode("https://msb.example.gov.cn/q/AB3K7M9PX2Q", posters.POSTER_LEVEL)


def test_a_poster_code_of_a_printed_address_has_wide_modules():
    printed = posters.MIN_POSTER_CODE_MM
    assert posters.is_printable(ADDRESS, printed)
    assert posters.module_mm(ADDRESS, printed) == pytest.approx(60 / 33)
    assert posters.full_mm(ADDRESS, printed) == pytest.approx(60 / 33 * 41)


def test_a_sticker_may_be_too_small():
    assert not posters.is_printable(ADDRESS, 33 * posters.MIN_MODULE_MM - 0.1)
    assert posters.is_printable(ADDRESS, 33 * posters.MIN_MODULE_MM)


def test_ten_times_the_width_for_a_symbol_of_25_modules():
    small = encode("HTTPS://A.CN/Q/AB3K7M9PX2Q", "M")
    assert small.width == 25
    assert posters.reading_distance_mm(small, 50) == pytest.approx(500)


@given(st.floats(100, 10_000))
def test_size_and_distance_are_each_others_reverse(distance):
    printed = posters.printed_mm_for(ADDRESS, distance)
    assert posters.module_mm(ADDRESS, printed) >= posters.MIN_MODULE_MM
    assert posters.reading_distance_mm(ADDRESS, printed) >= distance - 1e-6


@pytest.mark.parametrize("nothing", [0, -1, float("nan")])
def test_sizes_that_make_no_sense_are_refused(nothing):
    with pytest.raises(ValueError):
        posters.module_mm(ADDRESS, nothing)
    with pytest.raises(ValueError):
        posters.printed_mm_for(ADDRESS, nothing)
