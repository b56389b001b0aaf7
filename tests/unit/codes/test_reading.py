from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.codes import reading
from app.kernel import references
from app.kernel.references import ALPHABET

bodies = st.text(ALPHABET, min_size=10, max_size=10)


@given(bodies)
def test_any_single_substitution_is_caught(body):
    code = references.with_check(body)
    for at, printed in enumerate(code):
        for wrong in ALPHABET:
            if wrong != printed:
                assert reading.read(code[:at] + wrong + code[at + 1 :]) is None


@given(bodies)
def test_any_swap_of_neighbours_is_caught(body):
    code = references.with_check(body)
    for at, (left, right) in enumerate(pairwise(code)):
        if left != right:
            assert reading.read(code[:at] + right + left + code[at + 2 :]) is None


def test_the_check_tells_all_pairs_of_signs_apart_in_every_position():
    """Exhaustive over positions and sign pairs; the rest of the body adds a constant."""
    for at in range(11):
        for left in ALPHABET:
            for right in ALPHABET:
                if at < 10:
                    body = ["2"] * 10
                    body[at] = left
                    code = references.with_check("".join(body))
                    if right != left:
                        assert reading.read(code[:at] + right + code[at + 1 :]) is None
                if at < 9:
                    body[at + 1] = right
                    code = references.with_check("".join(body))
                    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
                    assert (reading.read(swapped) is None) == (left != right)


def test_a_code_is_printed_in_groups_of_four():
    assert references.grouped("AB3K7M9PX2Q") == "AB3K-7M9P-X2Q"


@given(bodies, st.sampled_from(["{}", " {} ", "{}\n", "\u200b{}", "－{}"]))
def test_case_width_spaces_and_dashes_do_not_matter(body, wrapping):
    code = references.with_check(body)
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    for typed in (
        code,
        code.lower(),
        wide,
        references.grouped(code),
        references.grouped(code).replace("-", " "),
        references.grouped(code).replace("-", "—"),
        references.grouped(code).replace("-", "·"),
        "  ".join(code),
    ):
        assert reading.read(wrapping.format(typed)) == code


@given(bodies, st.integers(0, 10))
def test_one_sign_that_is_never_printed_is_read_as_what_it_resembles(body, at):
    code = references.with_check(body)
    for stranger, resembles in (
        ("0", "DQ"), ("o", "DQ"), ("1", "7JT"), ("l", "7JT"), ("I", "7JT"),
    ):  # fmt: skip
        read = reading.read(code[:at] + stranger + code[at + 1 :])
        assert read == (code if code[at] in resembles else None)


@given(bodies)
def test_two_signs_that_are_never_printed_are_refused(body):
    assert reading.read("0" + references.with_check(body)[1:9] + "1" + body[-1]) is None


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "A", "2" * 10, "2" * 12, "A" * 1000, "测试测试测试测试测试测", "2222222222淮",
        "22222222220", "2222222222%", "<script>aa", "٢" * 11, "２" * 10 + "\x00",
    ],
)  # fmt: skip
def test_what_is_no_code_is_refused(typed):
    assert reading.read(typed) is None


@given(st.text())
def test_whatever_is_typed_nothing_but_a_valid_code_comes_out(typed):
    read = reading.read(typed)
    assert read is None or (references.is_valid(read) and len(read) == 11)


def test_ten_thousand_mistyped_codes_become_no_other_code():
    """One wrong sign, or one swap: never another code. Fixed seed."""
    random = Random(20260302)
    codes = {
        references.with_check("".join(random.choices(ALPHABET, k=10)))
        for _ in range(2000)
    }
    wrong = 0
    for code in codes:
        for _ in range(5):
            at = random.randrange(11)
            if random.random() < 0.5 or at == 10 or code[at] == code[at + 1]:
                typed = code[:at] + random.choice(ALPHABET + "01ILO") + code[at + 1 :]
            else:
                typed = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
            wrong += typed != code
            assert reading.read(typed) in {None, code}
    assert wrong > 9_000
