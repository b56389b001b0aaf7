import re
from datetime import date
from itertools import pairwise

import pytest

from app.kernel import references
from app.kernel.references import ALPHABET


def test_alphabet_is_unambiguous_and_prime_sized():
    assert len(ALPHABET) == len(set(ALPHABET)) == 31
    assert not set("01ILO") & set(ALPHABET)


def test_any_single_wrong_sign_is_caught():
    for _ in range(50):
        code = references.new_code()
        for at, sign in enumerate(code):
            for other in ALPHABET:
                if other != sign:
                    assert not references.is_valid(code[:at] + other + code[at + 1 :])


def test_any_swap_of_neighbours_is_caught():
    for _ in range(300):
        code = references.new_code()
        for at, (a, b) in enumerate(pairwise(code)):
            if a != b:
                assert not references.is_valid(code[:at] + b + a + code[at + 2 :])


def test_what_people_type_is_read_as_printed():
    code = references.new_code()
    typed = f" {code[:4].lower()}-{code[4:8]} {code[8:]}"
    assert references.normalise(typed) == code
    assert references.is_valid(references.normalise(typed))


@pytest.mark.parametrize("text", ["", "A", "测试", "0" * 11, "A" * 40])
def test_nonsense_is_not_a_code(text):
    assert not references.is_valid(text)


def test_a_case_reference_names_division_day_and_serial():
    reference = references.case_reference("411603", date(2026, 3, 2), 42)
    assert re.fullmatch(r"411603" r"20260302" r"000042" r"[2-9A-Z]", reference)
    assert references.is_case_reference(reference)
    assert not references.is_case_reference(reference.replace("42", "24"))


def test_secrets_are_long_enough():
    assert len(references.new_token()) == 22
    assert len(references.lookup_code()) == 8
    assert 31 ** len(references.receipt_code()) > 2**128
