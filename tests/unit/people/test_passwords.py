"""What makes a password good, and how it is kept."""

import pytest

from app.people import passwords


@pytest.mark.parametrize("good", ["Abcdef12", "abcdef-1", "ABCDEF-1", "码上办理Ab1234"])
def test_three_of_four_kinds_are_enough(good):
    assert passwords.fault(good, username="wang") is None


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("Abc-12", "至少"),
        ("Abc-1" * 30, "最多"),
        ("abcdefgh12", "至少 3 种"),
        ("Wang-2026", "用户名"),
        ("Abcdef-1\ud800", "换一个"),
    ],
)
def test_others_are_refused_in_words(bad, why):
    assert why in passwords.fault(bad, username="wang")


class TestKeeping:
    def test_the_right_one_matches(self):
        stored = passwords.hashed("Abcdef-12")
        assert passwords.matches("Abcdef-12", stored)
        assert not passwords.matches("Abcdef-13", stored)
        assert not passwords.matches("", stored)

    def test_two_hashes_of_one_password_differ(self):
        assert passwords.hashed("Abcdef-12") != passwords.hashed("Abcdef-12")

    def test_it_is_argon2id(self):
        assert passwords.hashed("Abcdef-12").startswith("$argon2id$")

    @pytest.mark.parametrize(
        "guess", ["nobody", "", "Abcdef-12", "x" * 100_000, "\ud800"]
    )
    def test_nothing_matches_an_account_that_is_not_there(self, guess):
        assert not passwords.matches(guess, None)

    def test_a_damaged_hash_matches_nothing(self):
        assert not passwords.matches("Abcdef-12", "no hash")

    def test_a_hash_of_weaker_parameters_is_outdated(self):
        weaker = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$aW1wb3NzaWJsZWhhc2g"
        assert passwords.is_outdated(weaker)
        assert not passwords.is_outdated(passwords.hashed("Abcdef-12"))
