"""Mobile numbers: one spelling for each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import Invalid
from app.people.phones import normalise_mobile


@pytest.mark.parametrize(
    "typed",
    [
        "13812345678",
        " 138 1234 5678 ",
        "138-1234-5678",
        "+8613812345678",
        "+86 138 1234 5678",
        "008613812345678",
        "(86)13812345678".replace("(86)", "+86"),
        "１３８１２３４５６７８",
        "138\u00a01234\u20115678",
    ],
)
def test_every_spelling_is_the_same_number(typed):
    assert normalise_mobile(typed) == "13812345678"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "1381234567",
        "138123456789",
        "12812345678",
        "03942661234",
        "+8513812345678",
        "8613812345678",
        "13812345678a",
        "١٣٨١٢٣٤٥٦٧٨",
        "1" * 100_000,
    ],
)
def test_anything_else_is_refused_at_its_field(typed):
    with pytest.raises(Invalid) as refusal:
        normalise_mobile(typed)
    assert "11 位手机号码" in refusal.value.errors["phone"]


@given(st.text(max_size=60))
def test_what_is_accepted_is_plain(typed):
    try:
        number = normalise_mobile(typed)
    except Invalid:
        return
    assert number.isascii()
    assert number.isdigit()
    assert normalise_mobile(number) == number


def test_a_number_that_holds_the_prefix_inside_stays_whole():
    assert normalise_mobile("13900861312") == "13900861312"
