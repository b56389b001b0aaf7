import pytest
import time_machine

from app.kernel.errors import TooMany
from app.web.limits import RateLimits
from tests.conftest import NOW, FixedClock


def use_up(limits, rule, *keys):
    for used in range(2000):
        try:
            limits.hit(rule, *keys)
        except TooMany as stopped:
            return used, stopped
    raise AssertionError("never stopped")


def test_a_limit_holds_and_says_when_to_come_back(keyring):
    used, stopped = use_up(
        RateLimits("", keyring, FixedClock(NOW)), "look-up", "address:1"
    )
    assert used == 20
    assert 0 < stopped.retry_after_s <= 600
    assert "分钟" in stopped.zh


def test_a_key_is_limited_whatever_the_address(keyring):
    limits = RateLimits("", keyring, FixedClock(NOW))
    for at in range(10):
        limits.hit("look-up", f"address:{at}", "case:7")
    with pytest.raises(TooMany):
        limits.hit("look-up", "address:99", "case:7")


def test_many_addresses_together_meet_a_limit_of_all(keyring):
    limits = RateLimits("", keyring, FixedClock(NOW))
    for at in range(2000):
        limits.hit("look-up", f"address:{at}", f"case:{at}")
    with pytest.raises(TooMany):
        limits.hit("look-up", "address:new", "case:new")


def test_the_wait_is_what_is_left_of_the_window(keyring):
    limits = RateLimits("", keyring, FixedClock(NOW), telephone="12345")
    with time_machine.travel(NOW, tick=False) as travel:
        use_up(limits, "look-up", "address:1")
        travel.shift(400)
        _, stopped = use_up(limits, "look-up", "address:1")
    assert 0 < stopped.retry_after_s <= 200
    assert "12345" in stopped.zh


def test_limits_hold_while_redis_is_away(keyring):
    limits = RateLimits("redis://127.0.0.1:1/0", keyring, FixedClock(NOW))
    used, _ = use_up(limits, "look-up", "address:1")
    assert used == 20
