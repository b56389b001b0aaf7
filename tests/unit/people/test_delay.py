"""How long to wait after failed sign-ins."""

from datetime import timedelta

import pytest

from app.people.staff import StaffRules, delay_after


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (4, 0), (5, 30), (6, 60), (7, 120), (11, 1920), (12, 3600), (9999, 3600)],
)
def test_it_doubles_up_to_an_hour(failures, seconds):
    assert delay_after(failures, 5) == timedelta(seconds=seconds)


def test_it_never_shrinks():
    waits = [delay_after(failures, 5) for failures in range(100)]
    assert waits == sorted(waits)


def test_the_numbers_are_the_operators():
    rules = StaffRules(first_delay=timedelta(seconds=1))
    assert delay_after(3, 2, rules) == timedelta(seconds=2)
