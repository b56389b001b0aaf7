import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from qr import ENGINES, LEVELS, QUIET_ZONE, Symbol, TooLong, encode
from tests.unit.printing.scanning import DECODERS

URL = "https://msb.example.gov.cn/q/AB3K7M9PX2Q"
PRINTABLE = string.ascii_letters + string.digits + "-._:/?#[]@!$&'()*+,;=%"


def drawn(symbol, scale=4):
    """Draw a symbol without the code under test."""
    image = Image.new("L", (symbol.full_width, symbol.full_width), 255)
    for y, row in enumerate(symbol.rows):
        for x, dark in enumerate(row):
            if dark:
                image.putpixel((x + QUIET_ZONE, y + QUIET_ZONE), 0)
    side = symbol.full_width * scale
    return image.resize((side, side), Image.Resampling.NEAREST)


@pytest.mark.parametrize("engine", ENGINES)
@settings(deadline=None, max_examples=40)
@given(text=st.text(PRINTABLE, min_size=1, max_size=120), level=st.sampled_from(LEVELS))
def test_two_decoders_read_back_what_was_encoded(engine, text, level):
    image = drawn(encode(text, level, engine=engine))
    for name, decode in DECODERS.items():
        assert decode(image) == {text}, name


@pytest.mark.parametrize("engine", ENGINES)
def test_chinese_is_read_back(engine):
    text = "码上办：失业登记"
    assert DECODERS["zxing"](drawn(encode(text, engine=engine))) == {text}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("level", LEVELS)
def test_a_symbol_is_square_and_knows_its_size(engine, level):
    symbol = encode(URL, level, engine=engine)
    assert symbol.level == level
    assert symbol.width == 17 + 4 * symbol.version
    assert symbol.full_width == symbol.width + 8
    assert {len(row) for row in symbol.rows} == {symbol.width}
    assert {module for row in symbol.rows for module in row} == {0, 1}
    # The finder pattern, top left.
    assert symbol.rows[0][:8] == bytes([1, 1, 1, 1, 1, 1, 1, 0])


@pytest.mark.parametrize("level", LEVELS)
def test_both_engines_need_the_same_room_for_a_printed_address(level):
    assert encode(URL, level).version == encode(URL, level, engine="zxing").version


def test_a_level_more_never_makes_a_symbol_smaller():
    versions = [encode(URL, level).version for level in LEVELS]
    assert versions == sorted(versions)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("level", "most"), [("L", 2953), ("M", 2331), ("Q", 1663), ("H", 1273)]
)
def test_the_largest_symbol_is_filled_to_the_last_byte(engine, level, most):
    """Byte capacities of version 40, ISO/IEC 18004:2015, table 7."""
    assert encode("a" * most, level, engine=engine).version == 40
    with pytest.raises(TooLong):
        encode("a" * (most + 1), level, engine=engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_far_too_long_is_said_the_same_way(engine):
    with pytest.raises(TooLong, match="20000 characters at level Q"):
        encode("a" * 20_000, engine=engine)


def test_refuses_what_makes_no_symbol():
    with pytest.raises(ValueError, match="nothing"):
        encode("")
    with pytest.raises(ValueError, match="level"):
        encode(URL, "X")
    with pytest.raises(ValueError, match="engine"):
        encode(URL, engine="x")


def test_a_symbol_is_a_value():
    assert encode(URL) == encode(URL)
    assert hash(encode(URL)) == hash(encode(URL))
    assert isinstance(encode(URL), Symbol)
