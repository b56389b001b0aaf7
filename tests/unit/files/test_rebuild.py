"""Good files stay readable; hostile ones come out clean or not at all."""

import io
import json
import subprocess
import sys
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pikepdf
import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from app.files.kinds import (
    MAX_BYTES,
    FileBroken,
    FileEncrypted,
    FileKindNotAllowed,
    FileTooComplex,
    FileTooLarge,
)
from app.files.rebuild import AT_ONCE, MAX_WAITING, rebuild
from app.kernel.errors import Unavailable
from tests.builders.files import (
    CANARY,
    PHP,
    XMP,
    add_image,
    deflated_zeros,
    make_bomb_png,
    make_image,
    make_pdf,
    make_photo,
    make_picture,
    make_png,
)

ROOT = Path(__file__).resolve().parents[3]
RED, BLUE = (250, 0, 0), (0, 0, 250)


def opened(rebuilt):
    return Image.open(io.BytesIO(rebuilt.content))


def everything_in(rebuilt):
    """Return all that a reader of the file could find, streams unpacked too."""
    found = [rebuilt.content]
    if rebuilt.media_type == "application/pdf":
        with pikepdf.open(io.BytesIO(rebuilt.content)) as pdf:
            for each in pdf.objects:
                if isinstance(each, pikepdf.Object):
                    found.append(each.unparse(resolved=True))
                else:  # a damaged file may hold a bare number where an object was
                    found.append(repr(each).encode())
                if isinstance(each, pikepdf.Stream):
                    found.append(each.read_raw_bytes())
                    found.append(try_to_unpack(each))
            found.append(str(dict(pdf.trailer)).encode())
    return b"\n".join(found)


def try_to_unpack(stream):
    try:
        return stream.read_bytes()
    except pikepdf.PdfError:
        return b""


def near(pixel, colour):
    return all(abs(a - b) < 25 for a, b in zip(pixel, colour, strict=True))


class TestGoodImages:
    @pytest.mark.parametrize(
        ("form", "media_type"),
        [
            ("JPEG", "image/jpeg"),
            ("MPO", "image/jpeg"),
            ("PNG", "image/png"),
            ("WEBP", "image/jpeg"),
            ("HEIF", "image/jpeg"),
        ],
    )
    def test_stay_as_they_look(self, form, media_type):
        rebuilt = rebuild(make_image(form))
        assert (rebuilt.media_type, rebuilt.pages) == (media_type, 1)
        with opened(rebuilt) as image:
            assert Image.MIME[image.format] == media_type
            assert image.size == (60, 40)
            assert near(image.getpixel((5, 5)), RED)
            assert near(image.getpixel((55, 35)), BLUE)

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_are_turned_upright(self, orientation):
        raw = make_image("JPEG", exif=orientation_only(orientation))
        with Image.open(io.BytesIO(raw)) as image:
            from PIL import ImageOps

            expected = ImageOps.exif_transpose(image)
        with opened(rebuild(raw)) as image:
            assert image.size == expected.size
            for corner in ((3, 3), (image.width - 4, 3), (3, image.height - 4)):
                assert near(image.getpixel(corner), expected.getpixel(corner))

    @pytest.mark.parametrize(
        ("form", "mode"),
        [
            ("JPEG", "L"),
            ("JPEG", "CMYK"),
            ("PNG", "1"),
            ("PNG", "L"),
            ("PNG", "P"),
            ("PNG", "LA"),
            ("PNG", "RGBA"),
            ("PNG", "I;16"),
            ("WEBP", "RGBA"),
        ],
    )
    def test_of_every_colour_mode_open(self, form, mode):
        picture = (
            Image.new("I;16", (30, 20), 40_000)
            if mode == "I;16"
            else make_picture((30, 20), mode)
        )
        with opened(rebuild(make_image(form, picture))) as image:
            assert image.size == (30, 20)
            if mode == "I;16":
                assert abs(image.getpixel((3, 3)) - 156) < 2
            if mode in ("L", "1", "LA"):
                dark, light = image.convert("L").getpixel((3, 3)), 256
                assert dark < light

    def test_small_ones_keep_their_transparency(self):
        picture = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
        for form in ("PNG", "WEBP"):
            rebuilt = rebuild(make_image(form, picture))
            assert rebuilt.media_type == "image/png"
            with opened(rebuilt) as image:
                assert image.getpixel((5, 5))[3] == 0

    def test_large_ones_are_made_smaller_and_flat(self):
        picture = Image.new("RGBA", (5000, 2500), (255, 0, 0, 0))
        rebuilt = rebuild(make_image("PNG", picture))
        assert rebuilt.media_type == "image/jpeg"
        with opened(rebuilt) as image:
            assert image.size == (4096, 2048)
            assert near(image.getpixel((5, 5)), (255, 255, 255))

    def test_a_phones_largest_photo_is_rebuilt(self):
        raw = make_image("JPEG", Image.effect_noise((7200, 5400), 20), quality=40)
        with opened(rebuild(raw)) as image:
            assert max(image.size) == 4096

    def test_of_several_pictures_the_first_is_kept(self):
        frames = [make_picture((20, 20)), Image.new("RGB", (20, 20), "green")]
        raw = make_image(
            "WEBP", frames[0], save_all=True, append_images=frames[1:], lossless=True
        )
        with opened(rebuild(raw)) as image:
            assert getattr(image, "n_frames", 1) == 1
            assert near(image.getpixel((3, 3)), RED)


def orientation_only(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


class TestMetadataIsGone:
    @pytest.mark.parametrize("form", ["JPEG", "MPO", "PNG", "WEBP", "HEIF"])
    def test_from_photos(self, form):
        raw = make_photo(form)
        assert CANARY.encode() in raw
        rebuilt = rebuild(raw)
        assert CANARY.encode() not in everything_in(rebuilt)
        with opened(rebuilt) as image:
            assert not image.getexif()
            assert not {"exif", "xmp", "comment", "icc_profile"} & set(image.info)

    def test_iptc_and_profiles_go_too(self):
        app13 = b"Photoshop 3.0\x008BIM\x04\x04" + CANARY.encode()
        segment = b"\xff\xed" + (len(app13) + 2).to_bytes(2, "big") + app13
        raw = make_image("JPEG", icc_profile=CANARY.encode() * 9)
        raw = raw[:2] + segment + raw[2:]
        assert CANARY.encode() not in rebuild(raw).content

    def test_metadata_that_is_nonsense_does_not_matter(self):
        raw = make_image("JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff" + b"\xff" * 40)
        assert rebuild(raw).media_type == "image/jpeg"


class TestPolyglots:
    @pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF"])
    @pytest.mark.parametrize(
        "tail",
        [
            PHP,
            b"PK\x03\x04" + CANARY.encode() + b"PK\x05\x06" + bytes(18),
            f"<script>{CANARY}</script>".encode(),
            make_pdf(lambda pdf: pdf.docinfo.update({"/Title": CANARY})),
        ],
        ids=["php", "zip", "html", "pdf"],
    )
    def test_what_is_appended_is_gone(self, form, tail):
        rebuilt = rebuild(make_image(form) + tail)
        assert CANARY.encode() not in rebuilt.content
        assert b"PK\x03\x04" not in rebuilt.content
        assert b"%PDF" not in rebuilt.content

    def test_a_comment_that_is_a_program_is_gone(self):
        assert CANARY.encode() not in rebuild(make_image(comment=PHP)).content

    def test_a_png_chunk_that_is_a_page_is_gone(self):
        script = f"<script>{CANARY}</script>".encode()
        data = zlib.compress(b"\x00" + bytes(30) + b"\x00" + bytes(30))
        raw = make_png(10, 2, (b"tEXt", b"Comment\0" + script), data=data)
        assert script in raw
        assert CANARY.encode() not in rebuild(raw).content


class TestBroken:
    @pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF"])
    @pytest.mark.parametrize("kept", [0.2, 0.6, 0.9])
    def test_a_cut_image(self, form, kept):
        raw = make_image(form, Image.effect_noise((200, 150), 60).convert("RGB"))
        with pytest.raises(FileBroken):
            rebuild(raw[: int(len(raw) * kept)])

    @pytest.mark.parametrize(
        "raw",
        [
            b"\xff\xd8\xff\xe0" + b"<html></html>" * 9,
            b"\x89PNG\r\n\x1a\n" + b"x" * 90,
            b"RIFF\x40\x00\x00\x00WEBPVP8 " + b"x" * 60,
            b"\x00\x00\x00\x18ftypheic" + b"x" * 90,
            b"%PDF-1.7\n" + b"x" * 90,
            b"%PDF-1.7\n",
            make_png(10, 10, data=b"not deflated"),
        ],
        ids=["jpeg", "png", "webp", "heic", "pdf", "pdf-empty", "png-data"],
    )
    def test_a_first_line_and_nothing_behind_it(self, raw):
        with pytest.raises(FileBroken):
            rebuild(raw)

    def test_a_document_without_pages(self):
        with pytest.raises(FileBroken):
            rebuild(make_pdf(lambda pdf: pdf.pages.__delitem__(0)))

    def test_a_picture_called_something_else_is_what_it_is(self):
        assert rebuild(make_image("PNG")).media_type == "image/png"

    def test_a_page_called_jpg_is_not_taken(self):
        with pytest.raises(FileKindNotAllowed):
            rebuild(b"<html><script>alert(1)</script></html>")

    def test_too_many_bytes(self):
        with pytest.raises(FileTooLarge):
            rebuild(make_image() + bytes(MAX_BYTES))


def pdf_bomb(size):
    """A PDF whose page unpacks to very many bytes."""

    def change(pdf):
        stream = pikepdf.Stream(pdf, deflated_zeros(size))
        stream[Name.Filter] = Name.FlateDecode
        pdf.pages[0].Contents = pdf.make_indirect(stream)

    return make_pdf(change)


def pdf_with_stream(data=b"x", **keys):
    def change(pdf):
        stream = pikepdf.Stream(pdf, data)
        for key, value in keys.items():
            stream[f"/{key}"] = value
        pdf.pages[0].Resources = Dictionary(
            XObject=Dictionary(Im0=pdf.make_indirect(stream))
        )

    return make_pdf(change, compress_streams=False)


def pdf_object_bomb(size):
    """A PDF whose cross-reference stream unpacks to very many bytes."""
    packed = deflated_zeros(size)
    head = (
        b"%PDF-1.5\n1 0 obj\n<</Type/XRef/Size 9/W[1 2 1]/Root 2 0 R"
        b"/Filter/FlateDecode/Length " + str(len(packed)).encode() + b">>stream\n"
    )
    return head + packed + b"\nendstream endobj\nstartxref\n9\n%%EOF"


def deep_pdf():
    def change(pdf):
        inner = Dictionary()
        for _ in range(200):
            inner = Dictionary(A=inner)
        pdf.pages[0].Resources = Dictionary(Properties=inner)

    return make_pdf(change)


def large_webp():
    return make_image("WEBP", Image.new("RGB", (6_000, 5_000)), method=0)


def text_bomb():
    body = b"Comment\0\0" + deflated_zeros(200 << 20)
    return make_png(10, 10, (b"zTXt", body), data=zlib.compress(bytes(310)))


BOMBS = {
    "png": make_bomb_png,
    "png-larger": lambda: make_bomb_png(30_000),
    "png-that-lies": lambda: make_png(60_000, 60_000, data=zlib.compress(b"\0")),
    "jpeg-that-lies": lambda: jpeg_claiming(65_000, 65_000),
    "webp": large_webp,
    "pdf-stream": lambda: pdf_bomb(200 << 20),
    "pdf-xref": lambda: pdf_object_bomb(300 << 20),
    "pdf-filters-in-filters": lambda: pdf_with_stream(
        zlib.compress(deflated_zeros(100 << 20)),
        Filter=Array([Name.FlateDecode, Name.FlateDecode]),
    ),
    "pdf-image": lambda: pdf_with_stream(
        Type=Name.XObject, Subtype=Name.Image, Width=100_000, Height=100_000
    ),
    "pdf-pages": lambda: make_pdf(pages=61),
    "pdf-nesting": deep_pdf,
}


def jpeg_claiming(width, height):
    raw = bytearray(make_image())
    place = raw.index(b"\xff\xc0") + 5
    raw[place : place + 4] = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return bytes(raw)


class TestBombs:
    @pytest.mark.parametrize("name", BOMBS)
    def test_is_refused_quickly_and_in_little_memory(self, name):
        raw = BOMBS[name]()
        assert len(raw) < MAX_BYTES
        error, seconds, peak_mb = measured(raw)
        assert error == "FileTooComplex", name
        assert seconds < 2
        assert peak_mb < 256

    def test_text_that_swells_is_refused(self):
        error, seconds, peak_mb = measured(text_bomb())
        assert error in ("FileBroken", "FileTooComplex")
        assert seconds < 2
        assert peak_mb < 256

    def test_a_bomb_at_the_limit_of_pixels_is_just_a_picture(self):
        assert rebuild(make_bomb_png(6_300)).media_type == "image/jpeg"


def measured(raw):
    """Rebuild in a fresh process; return error, seconds and the child's peak.

    Seconds are the child's processor time: on an idle machine the same as wall
    time, and on a busy one still a fact about the file.
    """
    program = """
import json, resource, sys
from app.files.rebuild import AT_ONCE, MAX_WAITING, rebuild
from app.kernel.errors import Unavailable
raw, said = sys.stdin.buffer.read(), ""
try:
    rebuild(raw)
except Exception as error:
    said = type(error).__name__
child = resource.getrusage(resource.RUSAGE_CHILDREN)
seconds = child.ru_utime + child.ru_stime
print(json.dumps([said, seconds, child.ru_maxrss / 1024]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=raw,
        capture_output=True,
        check=True,
        cwd=ROOT,
    )
    return json.loads(done.stdout)


class TestManyAtOnce:
    def test_more_than_can_be_waited_for_are_refused_at_once(self):
        """Eight bombs must not hold eight threads of the web server."""
        raw, count = make_image(), 8
        barrier = Barrier(count)

        def send(_):
            barrier.wait()
            began = time.monotonic()
            try:
                return rebuild(raw).media_type, time.monotonic() - began
            except Unavailable:
                return None, time.monotonic() - began

        with ThreadPoolExecutor(count) as pool:
            answers = list(pool.map(send, range(count)))
        rebuilt = [took for kind, took in answers if kind]
        refused = [took for kind, took in answers if not kind]
        assert len(rebuilt) >= AT_ONCE + MAX_WAITING
        assert refused
        assert max(refused) < min(rebuilt)
        assert rebuild(raw).media_type == "image/jpeg"


class TestDocuments:
    def test_pages_stay_as_they_look(self):
        raw = make_pdf(pages=3)
        rebuilt = rebuild(raw)
        assert (rebuilt.media_type, rebuilt.pages) == ("application/pdf", 3)
        for number in range(3):
            assert drawn(rebuilt.content, number) == drawn(raw, number)

    def test_a_cut_document_is_repaired_or_refused(self):
        raw = make_pdf(pages=3)
        try:
            rebuilt = rebuild(raw[:-200])
        except FileBroken:
            return
        assert rebuilt.pages == 3

    @pytest.mark.parametrize(
        "encryption",
        [
            pikepdf.Encryption(user="1234", owner="5678"),
            pikepdf.Encryption(user="", owner="5678"),
            pikepdf.Encryption(user="1234", owner="5678", R=4, aes=True),
        ],
        ids=["user", "owner", "older"],
    )
    def test_a_locked_document_is_named_so(self, encryption):
        with pytest.raises(FileEncrypted):
            rebuild(make_pdf(encryption=encryption))

    def test_its_pictures_lose_their_metadata_and_stay_as_they_look(self):
        raw = make_pdf(lambda pdf: add_image(pdf, make_photo("JPEG") + PHP))
        rebuilt = rebuild(raw)
        assert CANARY.encode() not in everything_in(rebuilt)
        assert drawn(rebuilt.content) == drawn(raw)

    def test_a_progressive_picture_stays_whole(self):
        photo = make_image(
            "JPEG",
            Image.effect_noise((120, 90), 60).convert("RGB"),
            progressive=True,
            comment=CANARY,
        )
        raw = make_pdf(lambda pdf: add_image(pdf, photo))
        rebuilt = rebuild(raw)
        assert CANARY.encode() not in everything_in(rebuilt)
        assert drawn(rebuilt.content) == drawn(raw)

    def test_a_picture_that_is_none_is_refused(self):
        with pytest.raises(FileBroken):
            rebuild(
                pdf_with_stream(
                    b"<html>", Subtype=Name.Image, Filter=Name.DCTDecode, Width=1
                )
            )

    def test_what_was_filled_in_stays_to_be_seen(self):
        raw = make_pdf(fill_in)
        rebuilt = rebuild(raw)
        assert drawn(rebuilt.content) == drawn(raw)
        assert drawn(rebuilt.content) != drawn(make_pdf())
        with pikepdf.open(io.BytesIO(rebuilt.content)) as pdf:
            assert "/AcroForm" not in pdf.Root
            assert "/Annots" not in pdf.pages[0].obj


def drawn(raw, page=0):
    """Draw a page and return its pixels."""
    document = pypdfium2.PdfDocument(raw)
    try:
        document.init_forms()
        return document[page].render(scale=1).to_pil().convert("RGB").tobytes()
    finally:
        document.close()


def fill_in(pdf):
    """A form field with a drawing in it, as filling-in leaves it."""
    look = pikepdf.Stream(pdf, b"1 0 0 rg 0 0 80 20 re f")
    look[Name.Type], look[Name.Subtype] = Name.XObject, Name.Form
    look[Name.BBox] = Array([0, 0, 80, 20])
    widget = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Btn,
            Ff=65536,
            T=String("button"),
            F=4,
            Rect=Array([50, 50, 130, 70]),
            AP=Dictionary(N=pdf.make_indirect(look)),
            P=pdf.pages[0].obj,
        )
    )
    pdf.pages[0].Annots = Array([widget])
    pdf.Root.AcroForm = Dictionary(Fields=Array([widget]))


def script(pdf):
    return pdf.make_indirect(
        Dictionary(S=Name.JavaScript, JS=String(f"app.alert('{CANARY}')"))
    )


def annotated(subtype, **keys):
    def change(pdf):
        pdf.pages[0].Annots = Array(
            [
                pdf.make_indirect(
                    Dictionary(
                        Type=Name.Annot,
                        Subtype=subtype,
                        Rect=Array([0, 0, 50, 50]),
                        **{
                            key: value(pdf) if callable(value) else value
                            for key, value in keys.items()
                        },
                    )
                )
            ]
        )

    return change


def open_action(pdf):
    pdf.Root.OpenAction = script(pdf)


def named_script(pdf):
    pdf.Root.Names = Dictionary(
        JavaScript=Dictionary(Names=Array([String("x"), script(pdf)]))
    )


def page_action(pdf):
    pdf.pages[0].AA = Dictionary(O=script(pdf))


def attachment(pdf):
    pdf.attachments["canary.exe"] = CANARY.encode()


def xfa(pdf):
    pdf.Root.AcroForm = Dictionary(
        Fields=Array([]), XFA=pdf.make_stream(f"<xdp>{CANARY}</xdp>".encode())
    )


def metadata(pdf):
    stream = pdf.make_stream(XMP)
    stream[Name.Type], stream[Name.Subtype] = Name.Metadata, Name.XML
    pdf.Root.Metadata = stream


def described(pdf):
    pdf.docinfo["/Author"] = CANARY


def outline(pdf):
    with pdf.open_outline() as tree:
        tree.root.append(pikepdf.OutlineItem(CANARY, 0))


def piece_info(pdf):
    pdf.pages[0].PieceInfo = Dictionary(App=Dictionary(Private=String(CANARY)))
    pdf.pages[0].Metadata = pdf.make_stream(XMP)


def image_metadata(pdf):
    add_image(pdf, make_image())
    pdf.pages[0].Resources.XObject.Im0.Metadata = pdf.make_stream(XMP)


def outside_data(pdf):
    add_image(pdf, make_image())
    pdf.pages[0].Resources.XObject.Im0.F = String(f"\\\\host\\{CANARY}")


def layers(pdf):
    group = pdf.make_indirect(
        Dictionary(
            Type=Name.OCG,
            Name=String("layer"),
            Usage=Dictionary(CreatorInfo=Dictionary(Creator=String(CANARY))),
        )
    )
    pdf.Root.OCProperties = Dictionary(OCGs=Array([group]), D=Dictionary())


def structure(pdf):
    pdf.Root.StructTreeRoot = Dictionary(Type=Name.StructTreeRoot, T=String(CANARY))
    pdf.Root.Lang = String(CANARY)


HOSTILE_DOCUMENTS = {
    "open-action": open_action,
    "named-script": named_script,
    "page-action": page_action,
    "link-script": annotated(Name.Link, A=script),
    "link-outside": annotated(
        Name.Link, A=Dictionary(S=Name.URI, URI=String(f"http://x/{CANARY}"))
    ),
    "launch": annotated(
        Name.Link, A=Dictionary(S=Name.Launch, F=String(f"{CANARY}.exe"))
    ),
    "submit": annotated(
        Name.Link, A=Dictionary(S=Name.SubmitForm, F=String(f"http://x/{CANARY}"))
    ),
    "note": annotated(Name.Text, Contents=String(CANARY)),
    "attached-note": annotated(
        Name.FileAttachment,
        FS=lambda pdf: Dictionary(
            Type=Name.Filespec,
            EF=Dictionary(F=pdf.make_stream(CANARY.encode())),
        ),
    ),
    "attachment": attachment,
    "xfa": xfa,
    "metadata": metadata,
    "described": described,
    "outline": outline,
    "piece-info": piece_info,
    "image-metadata": image_metadata,
    "outside-data": outside_data,
    "layers": layers,
    "structure": structure,
}


class TestHostileDocuments:
    @pytest.mark.parametrize("name", HOSTILE_DOCUMENTS)
    def test_come_out_clean(self, name):
        raw = make_pdf(
            HOSTILE_DOCUMENTS[name],
            compress_streams=False,
            fix_metadata_version=False,
        )
        assert CANARY.encode() in everything_in(rebuilt_as_is(raw)), "a dud"
        rebuilt = rebuild(raw)
        clean = everything_in(rebuilt)
        assert CANARY.encode() not in clean
        for word in (b"/JavaScript", b"/JS", b"/OpenAction", b"/Launch", b"/EF"):
            assert word not in clean

    def test_what_was_overwritten_or_appended_is_gone(self):
        first = make_pdf(described)
        later = first + PHP + b"\n%" + CANARY.encode() + b"\n" + make_pdf()
        assert CANARY.encode() not in everything_in(rebuild(later))


def rebuilt_as_is(raw):
    from app.files.rebuild import Rebuilt

    return Rebuilt(raw, "application/pdf", 1)


SEEDS = [make_photo(form) for form in ("JPEG", "PNG", "WEBP", "HEIF")] + [
    make_pdf(open_action)
]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_whatever_is_changed_there_is_a_clean_file_or_a_named_error(seed, changes):
    raw = bytearray(seed)
    for where, byte in changes:
        raw[int(where * (len(raw) - 1))] = byte
    try:
        rebuilt = rebuild(bytes(raw))
    except (FileBroken, FileKindNotAllowed, FileTooComplex, FileEncrypted):
        return
    assert CANARY.encode() not in everything_in(rebuilt)
