"""The program that opens hostile files: run as a child, never imported.

Reads the upload from standard input; writes one line of JSON and then the clean
file to standard output. It limits itself before it loads any decoder, imports
nothing of ours, and answers ``{"error": …}`` for what it refuses. The parent is
:mod:`app.files.rebuild`.
"""

from __future__ import annotations

import io
import json
import re
import resource
import sys
import warnings
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image

MAX_SIDE = 4096
"""Longest side of a rebuilt image: A4 at 350 dpi, more than any reader needs."""

SMALL_PIXELS = 4_000_000
"""Up to this size a PNG stays a PNG; a larger one is a photo and becomes JPEG."""

MAX_OUTPUT = 10 * 1024 * 1024
JPEG_QUALITY = 88
MAX_OBJECTS = 50_000
MAX_DEPTH = 40
MAX_INFLATED = 150 * 1024 * 1024
"""Most bytes that all streams of a PDF may inflate to, images apart."""

ORIENTATION = 0x0112


class Refused(Exception):
    """The file is refused; ``code`` is what the parent understands."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


def main() -> None:
    """Answer one upload."""
    order = json.loads(sys.argv[1])
    limit(order["memory_bytes"], order["cpu_s"])
    raw = sys.stdin.buffer.read()
    content = b""
    head: dict[str, object]
    try:
        head, content = rebuilt(raw, order)
    except Refused as refused:
        head = {"error": refused.code, "why": str(refused)}
    except MemoryError:
        head = {"error": "too-complex", "why": "memory"}
    except Exception as failure:  # noqa: BLE001 - decoders raise anything
        head = {"error": "broken", "why": type(failure).__name__}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + content)
    sys.stdout.buffer.flush()


def limit(memory_bytes: int, cpu_s: int) -> None:
    """Take from this process what a bomb would use."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def rebuilt(raw: bytes, order: dict[str, Any]) -> tuple[dict[str, object], bytes]:
    """Return the head of the answer and the clean file."""
    if order["kind"] == "application/pdf":
        pages, content = rebuilt_pdf(raw, order["max_pages"], order["max_pixels"])
        return {"media_type": "application/pdf", "pages": pages}, content
    media_type, content = rebuilt_image(raw, order["kind"], order["max_pixels"])
    return {"media_type": media_type, "pages": 1}, content


# Images ---------------------------------------------------------------------


def rebuilt_image(raw: bytes, kind: str, max_pixels: int) -> tuple[str, bytes]:
    """Decode an image and encode its pixels anew."""
    from PIL import Image, ImageFile  # noqa: PLC0415 - after the limits

    Image.MAX_IMAGE_PIXELS = max_pixels
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    if kind == "image/heic":
        import pillow_heif  # noqa: PLC0415 - slow to load, seldom needed

        pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)
    # The decoder of the sniffed kind only: no other gets to see hostile bytes.
    decoder = {
        "image/jpeg": "JPEG",
        "image/png": "PNG",
        "image/webp": "WEBP",
        "image/heic": "HEIF",
    }[kind]
    try:
        image = Image.open(io.BytesIO(raw), formats=[decoder])
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as bomb:
        raise Refused("too-complex", "pixels") from bomb
    if image.width * image.height > max_pixels:
        raise Refused("too-complex", "pixels")
    image.draft(None, (MAX_SIDE, MAX_SIDE))
    image.load()
    # Only now: reading metadata may load pixels too, and hide that they are cut.
    upright = turned(image, orientation_of(image))
    small = upright.width * upright.height <= SMALL_PIXELS
    if small and (kind == "image/png" or has_transparency(image)):
        content = encoded(pixels_only(upright, png_mode(upright)), "PNG")
        if len(content) <= MAX_OUTPUT:
            return "image/png", content
    flat = on_white(upright)
    for quality in (JPEG_QUALITY, 70, 50):
        content = encoded(flat, "JPEG", quality=quality)
        if len(content) <= MAX_OUTPUT:
            return "image/jpeg", content
    raise Refused("too-complex", "size")


def orientation_of(image: Image.Image) -> int:
    """Return how the camera was held, 1 to 8; 1 when it does not say."""
    try:
        said = image.getexif().get(ORIENTATION, 1)
    except Exception:  # noqa: BLE001 - metadata may be anything
        return 1
    return said if said in range(1, 9) else 1


def turned(image: Image.Image, orientation: int) -> Image.Image:
    """Return the image at its largest useful size, upright."""
    from PIL import Image as Pillow  # noqa: PLC0415 - after the limits

    if max(image.size) > MAX_SIDE:
        if image.mode in ("P", "1"):
            image = image.convert("RGBA" if has_transparency(image) else "RGB")
        image.thumbnail((MAX_SIDE, MAX_SIDE))
    turn = {
        2: Pillow.Transpose.FLIP_LEFT_RIGHT,
        3: Pillow.Transpose.ROTATE_180,
        4: Pillow.Transpose.FLIP_TOP_BOTTOM,
        5: Pillow.Transpose.TRANSPOSE,
        6: Pillow.Transpose.ROTATE_270,
        7: Pillow.Transpose.TRANSVERSE,
        8: Pillow.Transpose.ROTATE_90,
    }.get(orientation)
    return image if turn is None else image.transpose(turn)


def has_transparency(image: Image.Image) -> bool:
    """Whether some of the image lets the background through."""
    return image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or (
        "transparency" in image.info
    )


def png_mode(image: Image.Image) -> str:
    """Return the mode in which a PNG keeps what is seen."""
    if has_transparency(image):
        return "RGBA"
    return "L" if image.mode in ("1", "L", "I", "I;16", "I;16B", "F") else "RGB"


def pixels_only(image: Image.Image, mode: str) -> Image.Image:
    """Return a new image that has the pixels and nothing else."""
    from PIL import Image as Pillow  # noqa: PLC0415 - after the limits

    if image.mode.startswith("I"):
        # Sixteen bits a pixel: keep the upper eight instead of clipping.
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    clean = Pillow.new(mode, image.size)
    clean.paste(image.convert(mode))
    return clean


def on_white(image: Image.Image) -> Image.Image:
    """Return the pixels as they look on white paper, in three colours."""
    from PIL import Image as Pillow  # noqa: PLC0415 - after the limits

    if not has_transparency(image):
        return pixels_only(image, "RGB")
    seen = image.convert("RGBA")
    paper = Pillow.new("RGB", seen.size, "white")
    paper.paste(seen, mask=seen.getchannel("A"))
    return paper


def encoded(image: Image.Image, form: str, **how: Any) -> bytes:
    """Return an image as bytes of a format."""
    out = io.BytesIO()
    image.save(out, form, **how)
    return out.getvalue()


# Documents ------------------------------------------------------------------

ROOT_KEYS = frozenset({"/Type", "/Pages", "/OCProperties"})
PAGE_KEYS = frozenset(
    {
        "/Type", "/Parent", "/Resources", "/Contents", "/Rotate", "/UserUnit",
        "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Group",
        "/Kids", "/Count",
    }
)  # fmt: skip
STRIPPED_KEYS = frozenset(
    {
        "/JS", "/JavaScript", "/OpenAction", "/XFA", "/EmbeddedFiles", "/EF", "/AF",
        "/RichMediaContent", "/Metadata", "/PieceInfo", "/LastModified",
        "/CreatorInfo",
    }
)  # fmt: skip
"""Gone from every dictionary. Root and pages keep only what is listed above, so
nothing that a viewer would act on can be reached; this is the second fence."""

STREAM_KEYS = frozenset(
    {
        "/F", "/FFilter", "/FDecodeParms", "/OPI", "/PS", "/Ref", "/Alternates",
        "/StructParent", "/StructParents", "/Measure",
    }
)  # fmt: skip
"""Gone from streams: data in other files, stand-ins, programs for printers."""

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
MARK, START_OF_SCAN = 0xFF, 0xDA
UNSEEN_SEGMENTS = frozenset({*range(0xE0, 0xEE), 0xEF, 0xFE})
"""Application data (except APP14) and comments of a JPEG."""

NEXT_MARK = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")

PACKED = re.compile(rb"stream\r?\n\x78")
"""Where a stream of deflated data begins."""

INFLATE_STEP = 1 << 18
MAX_FILTERS = 3
PACKING = frozenset(
    {"/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"}
)
"""Filters that make small data large."""

JPEG_FILTERS = frozenset({"/DCTDecode", "/DCT"})


def rebuilt_pdf(raw: bytes, max_pages: int, max_pixels: int) -> tuple[int, bytes]:
    """Return the number of pages and the document with nothing but its pages."""
    import pikepdf  # noqa: PLC0415 - after the limits

    check_inflated(raw)
    try:
        pdf = pikepdf.open(io.BytesIO(raw), suppress_warnings=True)
    except pikepdf.PasswordError as locked:
        raise Refused("encrypted", "password") from locked
    if pdf.is_encrypted:
        raise Refused("encrypted", "permissions")
    pages = len(pdf.pages)
    if pages == 0:
        raise Refused("broken", "no pages")
    if pages > max_pages or len(pdf.objects) > MAX_OBJECTS:
        raise Refused("too-complex", "pages or objects")
    check_streams(pdf, max_pixels)
    if "/AcroForm" in pdf.Root:
        pdf.generate_appearance_streams()
    if any("/Annots" in page.obj for page in pdf.pages):
        # What was filled in, drawn or stamped stays to be seen.
        pdf.flatten_annotations("screen")
    keep_only(pdf.Root, ROOT_KEYS)
    keep_only(pdf.trailer, frozenset({"/Root", "/Size"}))
    for page in pdf.pages:
        keep_only(page.obj, PAGE_KEYS)
    for each in containers(pdf):
        strip(each)
    out = io.BytesIO()
    pdf.save(
        out,
        deterministic_id=True,
        fix_metadata_version=False,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )
    return pages, out.getvalue()


def keep_only(dictionary: Any, allowed: frozenset[str]) -> None:
    """Delete every key of a dictionary that is not allowed."""
    for key in set(dictionary.keys()) - allowed:
        del dictionary[key]


def containers(pdf: Any) -> Iterator[Any]:
    """Return every dictionary and stream of a document, nested ones too."""
    import pikepdf  # noqa: PLC0415 - after the limits

    waiting: list[tuple[Any, int]] = [(each, 0) for each in pdf.objects]
    waiting.append((pdf.trailer, 0))
    while waiting:
        each, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise Refused("too-complex", "nesting")
        if isinstance(each, pikepdf.Array):
            inner = list(each)
        elif isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
            yield each
            inner = [each[key] for key in set(each.keys())]
        else:
            continue
        # Indirect objects are in pdf.objects themselves.
        waiting += [
            (one, depth + 1)
            for one in inner
            if isinstance(one, pikepdf.Object) and not one.is_indirect
        ]


def strip(each: Any) -> None:
    """Take scripts, actions, attachments and metadata out of one dictionary."""
    import pikepdf  # noqa: PLC0415 - after the limits

    for key in STRIPPED_KEYS & set(each.keys()):
        del each[key]
    if not isinstance(each, pikepdf.Stream):
        return
    for key in STREAM_KEYS & set(each.keys()):
        del each[key]
    filters, parms = filters_of(each), each.get("/DecodeParms")
    if filters and filters[-1] in JPEG_FILTERS and len(filters) == 1:
        each.write(
            plain_jpeg(each.read_raw_bytes()),
            filter=pikepdf.Name.DCTDecode,
            decode_parms=parms if isinstance(parms, pikepdf.Dictionary) else None,
        )


def filters_of(stream: Any) -> list[str]:
    """Return the names of a stream's filters, in the order of decoding."""
    import pikepdf  # noqa: PLC0415 - after the limits

    said = stream.get("/Filter")
    if said is None:
        return []
    return (
        [str(one) for one in said] if isinstance(said, pikepdf.Array) else [str(said)]
    )


def check_inflated(raw: bytes) -> None:
    """Refuse a document that would swell, before a reader of documents opens it.

    Looks at every place where packed data may begin, whatever the document says
    of it: tables of contents and packed objects are unpacked at opening.
    """
    left = MAX_INFLATED
    for found in PACKED.finditer(raw):
        left -= inflated_size(raw, found.end() - 1, left)
        if left <= 0:
            raise Refused("too-complex", "inflated size")


def inflated_size(raw: bytes, start: int, most: int) -> int:
    """Return how many bytes deflated data holds, counting little further than most."""
    inflater = zlib.decompressobj()
    size, piece = 0, raw[start : start + INFLATE_STEP]
    try:
        while piece and size <= most and not inflater.eof:
            size += len(inflater.decompress(piece, INFLATE_STEP))
            piece = inflater.unconsumed_tail
            if not piece:
                start += INFLATE_STEP
                piece = raw[start : start + INFLATE_STEP]
    except zlib.error:
        return size
    return size


def check_streams(pdf: Any, max_pixels: int) -> None:
    """Refuse streams that are packed more than once, and pictures too large."""
    import pikepdf  # noqa: PLC0415 - after the limits

    for each in pdf.objects:
        if not isinstance(each, pikepdf.Stream):
            continue
        filters = filters_of(each)
        if sum(one in PACKING for one in filters) > 1 or len(filters) > MAX_FILTERS:
            raise Refused("too-complex", "filters in filters")
        if each.get("/Subtype") == "/Image":
            pixels = int(each.get("/Width", 0)) * int(each.get("/Height", 0))
            if pixels > max_pixels:
                raise Refused("too-complex", "pixels")


def plain_jpeg(raw: bytes) -> bytes:
    """Return a JPEG without application data, comments and whatever follows it.

    The picture itself is untouched. APP14 stays: it says how colours are kept.

    Raises:
        Refused: its segments cannot be walked.
    """
    if raw[:2] != SOI:
        raise Refused("broken", "an image of the document")
    out, place = bytearray(SOI), 2
    while place + 4 <= len(raw) and raw[place] == MARK and raw[place + 1] != EOI[1]:
        marker = raw[place + 1]
        if marker == MARK:  # marks may be padded
            place += 1
            continue
        after = place + 2 + int.from_bytes(raw[place + 2 : place + 4], "big")
        if marker == START_OF_SCAN:
            # Compressed data follows, up to the next mark that is not part of it.
            found = NEXT_MARK.search(raw, after)
            after = found.start() if found else len(raw)
        if marker not in UNSEEN_SEGMENTS:
            out += raw[place:after]
        place = after
    if START_OF_SCAN not in out:
        raise Refused("broken", "an image of the document")
    return bytes(out + EOI)


if __name__ == "__main__":
    main()
