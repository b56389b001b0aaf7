"""Vectors of the domain page, §5.1 to §5.3."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.forms.identifiers import (
    clean_mobile,
    clean_number,
    credit_code_error,
    has_usual_region,
    id_number_error,
    mobile_error,
)

TODAY = date(2026, 3, 2)

GOOD_IDS = [
    "11010519491231002X",
    "440524188001010014",
    "411603199003071235",
    "411626198506153216",
    "412727198506153219",
    "630103200012240043",
]
GOOD_CODES = [
    "91350100M000100Y43",
    "91110000600037341L",
    "11440100007482575H",
    "12441500196720244T",
]


def with_check_digit(body):
    weights = [2 ** (17 - place) % 11 for place in range(17)]
    total = sum(
        weight * int(digit) for weight, digit in zip(weights, body, strict=True)
    )
    return body + "10X98765432"[total % 11]


class TestIdNumber:
    @pytest.mark.parametrize("number", GOOD_IDS)
    def test_accepts_the_vectors(self, number):
        assert id_number_error(number, TODAY) is None

    @pytest.mark.parametrize("region", ["81", "82", "83", "91", "71"])
    def test_accepts_residence_permits_and_permanent_residents(self, region):
        number = with_check_digit(region + "000019900307001")
        assert id_number_error(number, TODAY) is None
        assert has_usual_region(number)

    def test_accepts_the_older_permanent_residence_card(self):
        assert id_number_error("CAN110185021401", TODAY) is None
        assert "不存在" in id_number_error("CAN110185023101", TODAY)

    def test_forgives_gaps_full_width_signs_and_a_small_x(self):
        typed = " 110105 19491231 ００２x "
        assert id_number_error(typed, TODAY) is None
        assert clean_number(typed) == "11010519491231002X"

    def test_region_is_advice_only(self):
        number = with_check_digit("99" + "000019900307001"[:15])
        assert id_number_error(number, TODAY) is None
        stranger = with_check_digit("000000199003071"[:6] + "19900307" + "123")
        assert id_number_error(stranger, TODAY) is None
        assert not has_usual_region(stranger)

    def test_a_person_may_be_born_today_and_not_tomorrow(self):
        assert id_number_error(with_check_digit("41160320260302123"), TODAY) is None
        assert "还没有到" in id_number_error(
            with_check_digit("41160320260303123"), TODAY
        )

    @pytest.mark.parametrize(
        ("number", "word"),
        [
            ("411603900307123", "15 位"),
            ("41160319900307123", "17 位"),
            ("41160319900307123A", "X"),
            ("4116031990X3071235", "X"),
            ("411603199002301234", "不存在"),
            ("411603199013011234", "不存在"),
            ("411603000001011234", "不存在"),
            ("411603199003071236", "看错"),
            ("411603199003072135", "看错"),
            ("", "0 位"),
        ],
    )
    def test_says_what_is_wrong(self, number, word):
        assert word in id_number_error(number, TODAY)

    @given(st.sampled_from(GOOD_IDS), st.integers(0, 17), st.integers(0, 9))
    def test_every_single_wrong_digit_is_found(self, number, place, digit):
        wrong = number[:place] + str(digit) + number[place + 1 :]
        if wrong != number:
            assert id_number_error(wrong, TODAY) is not None

    @given(st.text())
    def test_never_raises(self, text):
        id_number_error(text, TODAY)
        credit_code_error(text)
        mobile_error(text)


class TestCreditCode:
    @pytest.mark.parametrize("code", GOOD_CODES)
    def test_accepts_the_vectors(self, code):
        assert credit_code_error(code) is None
        assert credit_code_error(code.lower()) is None

    def test_accepts_a_leading_letter(self):
        alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
        body = "N2411603MF1234567"
        total = sum(alphabet.index(sign) * 3**i for i, sign in enumerate(body))
        assert credit_code_error(body + alphabet[-total % 31]) is None

    @pytest.mark.parametrize("letter", "IOSVZ")
    def test_refuses_letters_that_do_not_exist(self, letter):
        assert "没有字母" in credit_code_error("91350100M00010" + letter + "Y43")

    @pytest.mark.parametrize(
        ("code", "word"),
        [
            ("91350100M000100Y44", "看错"),
            ("19350100M000100Y43", "看错"),
            ("91350100M000100Y4", "17 位"),
            ("410000123456789", "15 位"),
            ("000000000000000000", "数字和大写字母"),
            ("91350100M000100Y4#", "数字和大写字母"),
        ],
    )
    def test_says_what_is_wrong(self, code, word):
        assert word in credit_code_error(code)

    @given(
        st.sampled_from(GOOD_CODES),
        st.integers(0, 17),
        st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"),
    )
    def test_every_single_wrong_sign_is_found(self, code, place, sign):
        wrong = code[:place] + sign + code[place + 1 :]
        if wrong != code:
            assert credit_code_error(wrong) is not None


class TestMobile:
    @pytest.mark.parametrize(
        "typed",
        [
            "13800138000",
            "+86 138-0013-8000",
            "１３８００１３８０００",
            "8613800138000",
            "008613800138000",
        ],
    )
    def test_forgives_how_it_is_written(self, typed):
        assert mobile_error(typed) is None
        assert clean_mobile(typed) == "13800138000"

    @pytest.mark.parametrize(
        ("typed", "word"),
        [
            ("1380013800", "10 位"),
            ("12800138000", "不对"),
            ("0394-2660000", "以 1 开头"),
            ("1380013800a", "不对"),
        ],
    )
    def test_says_what_is_wrong(self, typed, word):
        assert word in mobile_error(typed)
