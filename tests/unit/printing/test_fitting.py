import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.printing import fonts
from app.printing.fitting import Box, balanced, breakable, clip, type_size

BOX = Box(200, 60, 20)


def test_short_texts_get_the_largest_type():
    assert type_size("办证", BOX) == 20
    assert type_size(["办证", "领证"], BOX) == 20


def test_more_text_never_gets_larger_type():
    sizes = [type_size("证" * n, BOX) for n in range(1, 200)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < 10


def test_more_room_never_gets_smaller_type():
    text = "变更登记" * 12
    assert type_size(text, Box(100, 60, 20)) <= type_size(text, Box(200, 60, 20))
    assert type_size(text, Box(200, 30, 20)) <= type_size(text, Box(200, 60, 20))


@given(st.lists(st.text("办证登记ABC，（） ", max_size=60), min_size=1, max_size=6))
def test_whatever_the_text_type_has_a_size(texts):
    assert 0 < type_size(texts, BOX) <= 20


def test_a_line_that_fits_is_kept_whole():
    size, ems = balanced("失业登记", Box(500, 150, 96, line=1.2))
    assert size == 96
    assert ems > 4


def test_a_headline_is_broken_into_lines_of_like_length():
    name = "证" * 20
    size, ems = balanced(name, Box(500, 150, 96, line=1.2))
    assert 10 < ems < 13
    assert size > 500 / 20.1


@given(st.text("办证登记ABC，（） ", min_size=1, max_size=200))
def test_a_headline_never_leaves_its_box(name):
    box = Box(500, 150, 96, line=1.2)
    size, ems = balanced(name, box)
    assert 0 < size <= 96
    assert size * ems <= box.width + 1


@pytest.mark.parametrize(
    ("text", "most", "clipped"),
    [
        ("居民身份证", 5, "居民身份证"),
        ("居民身份证", 4, "居民身…"),
        ("居民、身份证", 4, "居民…"),
        ("  居民 \n 身份证 ", 9, "居民 身份证"),
        ("", 5, ""),
    ],
)
def test_what_is_too_long_is_cut_with_a_sign_of_it(text, most, clipped):
    assert clip(text, most) == clipped


@given(st.text(max_size=80), st.floats(1, 30))
def test_what_was_cut_is_never_too_wide(text, most):
    assert fonts.width_em(clip(text, most)) <= most or len(clip(text, most)) <= 1


def test_long_latin_runs_may_be_broken():
    assert breakable("短 short") == "短 short"
    assert breakable("A" * 25) == "A" * 12 + "\u200b" + "A" * 12 + "\u200b" + "A"


def test_chinese_type_is_as_wide_as_high():
    assert fonts.width_em("办证登记") == 4
    assert 0.4 < fonts.width_em("A") < 0.8
    assert fonts.width_em("𠮷") == 1


def test_chinese_and_latin_stand_apart():
    apart = fonts.width_em("第A号") - fonts.width_em("第号") - fonts.width_em("A")
    assert apart == pytest.approx(0.5)
