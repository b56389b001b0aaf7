"""Reading printed symbols as telephones do: two decoders, clean and damaged pages."""

import io

import numpy as np
import pypdfium2
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter
from pyzbar import pyzbar

DPI = 100


def rasterise(pdf, dpi=DPI):
    """Return every page of a PDF as a grey image."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [
            page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
            for page in document
        ]
    finally:
        document.close()


def by_zxing(image):
    found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
    return {each.text for each in found if each.valid}


def by_zbar(image):
    found = pyzbar.decode(image, symbols=[pyzbar.ZBarSymbol.QRCODE])
    return {each.data.decode() for each in found}


DECODERS = {"zxing": by_zxing, "zbar": by_zbar}


def blurred(image, _random):
    """A camera slightly out of focus."""
    return image.filter(ImageFilter.GaussianBlur(1.2))


def noisy(image, random):
    """A dim hall: sensor noise."""
    pixels = np.asarray(image, float) + random.normal(
        0, 16, (image.height, image.width)
    )
    return Image.fromarray(pixels.clip(0, 255).astype("uint8"))


def compressed(image, _random):
    """Sent through a chat: JPEG at low quality."""
    written = io.BytesIO()
    image.save(written, "JPEG", quality=32)
    return Image.open(io.BytesIO(written.getvalue())).convert("L")


def tilted(image, random):
    """Held at an angle: a slight perspective."""
    width, height = image.size
    shift = width * 0.035

    def near(x, y):
        dx, dy = random.uniform(0, shift, 2)
        return x + (dx if x == 0 else -dx), y + (dy if y == 0 else -dy)

    corners = [near(0, 0), near(width, 0), near(width, height), near(0, height)]
    framed = Image.new("L", image.size, 255)
    framed.paste(image)
    return framed.transform(
        image.size,
        Image.Transform.PERSPECTIVE,
        _perspective(corners, [(0, 0), (width, 0), (width, height), (0, height)]),
        Image.Resampling.BICUBIC,
        fillcolor=255,
    )


def _perspective(seen_at, source):
    """Coefficients that map the seen corners back to the source's."""
    rows = []
    for (x, y), (u, v) in zip(seen_at, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    wanted = np.array(source, float).reshape(8)
    return np.linalg.solve(np.array(rows, float), wanted).tolist()


def faded(image, _random):
    """Sun and years: dark turns grey, white turns yellow."""
    pixels = 118 + np.asarray(image, float) * (205 - 118) / 255
    return Image.fromarray(pixels.astype("uint8"))


def stained(image, random, boxes=()):
    """A stain over a small part of each symbol: two in a hundred of its area."""
    spoiled = image.copy()
    draw = ImageDraw.Draw(spoiled)
    for left, top, right, bottom in boxes:
        side = (right - left) * 0.14
        x = random.uniform(left + (right - left) * 0.35, right - side)
        y = random.uniform(top + (bottom - top) * 0.35, bottom - side)
        draw.rectangle((x, y, x + side, y + side), fill=int(random.choice([60, 200])))
    return spoiled


DAMAGE = {
    "blurred": blurred,
    "noisy": noisy,
    "compressed": compressed,
    "tilted": tilted,
    "faded": faded,
    "stained": stained,
}


def boxes_of(image):
    """Where the symbols of a clean page are, in pixels."""
    boxes = []
    for found in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode):
        corners = [
            found.position.top_left,
            found.position.top_right,
            found.position.bottom_right,
            found.position.bottom_left,
        ]
        xs, ys = [p.x for p in corners], [p.y for p in corners]
        boxes.append((min(xs), min(ys), max(xs), max(ys)))
    return boxes


def damaged(image, kind, seed):
    """Return a page as one kind of damage leaves it; the same seed, the same page."""
    random = np.random.default_rng(seed)
    if kind == "stained":
        return stained(image, random, boxes_of(image))
    return DAMAGE[kind](image, random)
