import pytest

from app.kernel.crypto import Keyring, SealBroken


def test_what_was_sealed_opens_in_its_place(keyring):
    blob = keyring.seal("张三", context="citizens:t1:name")
    assert "张三".encode() not in blob
    assert keyring.open_text(blob, context="citizens:t1:name") == "张三"


def test_a_value_moved_to_another_row_does_not_open(keyring):
    blob = keyring.seal("张三", context="citizens:t1:name")
    with pytest.raises(SealBroken):
        keyring.open(blob, context="citizens:t2:name")


def test_a_damaged_value_does_not_open(keyring):
    blob = keyring.seal("张三", context="c")
    for at in range(len(blob)):
        damaged = blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :]
        with pytest.raises(SealBroken):
            keyring.open(damaged, context="c")


def test_old_keys_still_open_after_a_change_of_key(keyring):
    blob = keyring.seal("x", context="c")
    both = Keyring(
        {"k1": b"1" * 32, "k2": b"2" * 32}, current="k2", index_key=b"i" * 32
    )
    assert both.open_text(blob, context="c") == "x"
    with pytest.raises(SealBroken):
        keyring.open(both.seal("x", context="c"), context="c")


def test_equal_values_of_different_purposes_have_different_indexes(keyring):
    assert keyring.index("1", purpose="phone") != keyring.index("1", purpose="receipt")
