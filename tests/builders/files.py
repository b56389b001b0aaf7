"""Files for tests, harmless and hostile. All are made here; none is stored.

``CANARY`` is a word that a hostile file carries where it should not be. It must
never come out of a rebuild.
"""

import io
import random
import struct
import zlib

import pikepdf
import pillow_heif
from PIL import Image, PngImagePlugin

from app.files import service
from app.files.rebuild import Rebuilt
from app.files.service import Owner
from app.files.store import BytesMissing
from tests.conftest import NOW

CANARY = "CANARY7f3a9c"
PHP = f"<?php echo '{CANARY}'; ?>".encode()
GPS_IFD, EXIF_IFD = 0x8825, 0x8769
DESCRIPTION, ORIENTATION, MAKER_NOTE = 0x010E, 0x0112, 0x927C

pillow_heif.register_heif_opener()


class MemoryStore:
    """A byte store that forgets everything at the end of the test."""

    def __init__(self):
        self.kept = {}
        self.put_at = NOW

    def put(self, key, content, *, at=None):
        self.kept[key] = (content, at or self.put_at)

    def get(self, key):
        try:
            return self.kept[key][0]
        except KeyError:
            raise BytesMissing(key) from None

    def delete(self, key):
        self.kept.pop(key, None)

    def entries(self):
        yield from [(key, put_at) for key, (_, put_at) in self.kept.items()]


def make_rebuilt(content=b"\xff\xd8\xff\xe0 clean", **said):
    """What a rebuild returned."""
    return Rebuilt(**{"media_type": "image/jpeg", "pages": 1} | said, content=content)


def make_stored_file(session, store, content=b"\xff\xd8\xff\xe0 clean", **said):
    """Keep a file of citizen 7."""
    return service.keep(
        session,
        store,
        make_rebuilt(content),
        **{"owner": Owner.citizen(7), "name_hint": "户口本.jpg", "now": NOW} | said,
    )


def make_picture(size=(60, 40), mode="RGB", seed=1):
    """A picture with four corners that differ, so that turning shows."""
    picture = Image.new("RGB", size, (random.Random(seed).randrange(40, 90), 120, 160))
    picture.paste((250, 0, 0), (0, 0, size[0] // 2, size[1] // 2))
    picture.paste((0, 0, 250), (size[0] // 2, size[1] // 2, *size))
    return picture.convert(mode)


def make_exif(orientation=1):
    """Metadata that tells where the photo was taken."""
    exif = Image.Exif()
    exif[DESCRIPTION] = CANARY
    exif[ORIENTATION] = orientation
    exif.get_ifd(EXIF_IFD)[MAKER_NOTE] = CANARY.encode()
    gps = exif.get_ifd(GPS_IFD)
    gps[1], gps[2], gps[3], gps[4] = "N", (33.0, 44.0, 1.5), "E", (114.0, 53.0, 9.5)
    gps[29] = CANARY
    return exif


XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><exif:GPSLatitude>'
    f"33,44.{CANARY}N</exif:GPSLatitude></x:xmpmeta>"
).encode()


def make_image(form="JPEG", picture=None, **how):
    """An image file of a format."""
    out = io.BytesIO()
    (picture or make_picture()).save(out, form, **how)
    return out.getvalue()


def make_photo(form, orientation=1):
    """A photo full of metadata, in any place its format has for it."""
    how = {"exif": make_exif(orientation).tobytes()}
    if form == "PNG":
        texts = PngImagePlugin.PngInfo()
        texts.add_text("Comment", CANARY)
        texts.add_text("Zipped", CANARY * 3, zip=True)
        texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
        texts.add(b"prIv", CANARY.encode(), after_idat=True)
        how["pnginfo"] = texts
    elif form == "JPEG":
        how |= {"comment": CANARY, "xmp": XMP}
    else:
        how["xmp"] = XMP
    return make_image(form, **how)


def make_png(width, height, *chunks, data=b"", colour=2, depth=8):
    """A PNG from its parts; what it claims need not be true."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = [(b"IHDR", head), *chunks, (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body))
        + name
        + body
        + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )


def deflated_zeros(size):
    """Many zeros, made small in pieces so that the test stays small too."""
    packer = zlib.compressobj(9)
    piece = bytes(1 << 20)
    out = [packer.compress(piece) for _ in range(size >> 20)]
    out.append(packer.compress(bytes(size & ((1 << 20) - 1))))
    return b"".join([*out, packer.flush()])


def make_bomb_png(side=12_000):
    """A few kilobytes that claim, truthfully, to be a huge black picture."""
    row = (side + 7) // 8 + 1
    return make_png(side, side, data=deflated_zeros(row * side), colour=0, depth=1)


def make_pdf(change=None, pages=1, **how):
    """A PDF with text on it; ``change`` may spoil it before it is saved."""
    pdf = pikepdf.new()
    for number in range(pages):
        page = pdf.add_blank_page(page_size=(300, 400))
        page.Contents = pdf.make_stream(f"0 0 {number + 10} 10 re f".encode())
    if change:
        change(pdf)
    out = io.BytesIO()
    pdf.save(out, **how)
    return out.getvalue()


def add_image(pdf, raw, **said):
    """Put a JPEG as it is onto the first page of a PDF."""
    with Image.open(io.BytesIO(raw)) as image:
        width, height = image.size
    stream = pikepdf.Stream(pdf, raw)
    for key, value in {
        "Type": pikepdf.Name.XObject,
        "Subtype": pikepdf.Name.Image,
        "Width": width,
        "Height": height,
        "ColorSpace": pikepdf.Name.DeviceRGB,
        "BitsPerComponent": 8,
        "Filter": pikepdf.Name.DCTDecode,
    }.items():
        stream[f"/{key}"] = said.get(key, value)
    page = pdf.pages[0]
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=stream))
    page.Contents = pdf.make_stream(b"q 100 0 0 100 0 0 cm /Im0 Do Q")
