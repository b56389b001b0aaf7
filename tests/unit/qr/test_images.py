import io
import re
from xml.etree import ElementTree as ET

import pypdfium2
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from qr import QUIET_ZONE, encode
from qr.images import MAX_SCALE, path, png, svg
from tests.unit.printing.scanning import DECODERS

URL = "https://msb.example.gov.cn/q/AB3K7M9PX2Q"
SVG = "{http://www.w3.org/2000/svg}"


def filled(drawing, width):
    """Fill a path of upright rectangles module by module."""
    rows = [bytearray(width) for _ in range(width)]
    for x, y, run, back in re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", drawing):
        assert run == back
        for at in range(int(x), int(x) + int(run)):
            assert rows[int(y)][at] == 0, "drawn twice"
            rows[int(y)][at] = 1
    return tuple(map(bytes, rows))


@settings(deadline=None, max_examples=20)
@given(st.text("abcXYZ019:/", min_size=1, max_size=200))
def test_the_path_draws_each_dark_module_once(text):
    symbol = encode(text, engine="zxing")
    drawing = path(symbol)
    assert filled(drawing, symbol.width) == symbol.rows
    assert re.sub(r"M\d+ \d+h\d+v1h-\d+z", "", drawing) == ""


def test_svg_is_one_dark_path_on_white_with_its_quiet_zone():
    symbol = encode(URL)
    root = ET.fromstring(svg(symbol, module_mm=2))
    assert root.get("width") == root.get("height") == f"{symbol.full_width * 2:.3f}mm"
    assert root.get("viewBox") == f"-4 -4 {symbol.full_width} {symbol.full_width}"
    ground, dark = root.findall(f"{SVG}path")
    assert ground.get("fill") == "#fff"
    assert (
        ground.get("d")
        == f"M-4 -4h{symbol.full_width}v{symbol.full_width}h-{symbol.full_width}z"
    )
    assert (dark.get("fill"), dark.get("d")) == ("#000", path(symbol))
    assert len(list(root)) == 2


def test_svg_is_decoded_as_drawn_by_another_program():
    drawing = svg(encode(URL), module_mm=1)
    page = typst.compile(
        b"#set page(width:60mm,height:60mm,margin:0mm)\n"
        b'#image(bytes(sys.inputs.svg), format: "svg")',
        format="pdf",
        sys_inputs={"svg": drawing},
        ignore_system_fonts=True,
    )
    document = pypdfium2.PdfDocument(page)
    image = document[0].render(scale=2).to_pil().convert("L")
    document.close()
    for name, decode in DECODERS.items():
        assert decode(image) == {URL}, name


@pytest.mark.parametrize("scale", [1, 3, 10])
def test_png_is_black_and_white_with_its_quiet_zone(scale):
    symbol = encode(URL)
    image = Image.open(io.BytesIO(png(symbol, scale=scale)))
    assert (image.format, image.mode) == ("PNG", "1")
    assert image.size == (symbol.full_width * scale,) * 2
    edge = QUIET_ZONE * scale
    grey = image.convert("L")
    for box in (
        (0, 0, image.width, edge),
        (0, 0, edge, image.height),
        (0, image.height - edge, image.width, image.height),
        (image.width - edge, 0, image.width, image.height),
    ):
        assert grey.crop(box).getextrema() == (255, 255)
    assert grey.getpixel((edge, edge)) == 0


def test_png_is_decoded():
    image = Image.open(io.BytesIO(png(encode(URL), scale=3))).convert("L")
    for name, decode in DECODERS.items():
        assert decode(image) == {URL}, name


def test_sizes_that_make_no_sense_are_refused():
    symbol = encode(URL)
    for module_mm in (0, -1, float("nan")):
        with pytest.raises(ValueError):
            svg(symbol, module_mm=module_mm)
    for scale in (0, -1, MAX_SCALE + 1):
        with pytest.raises(ValueError):
            png(symbol, scale=scale)
