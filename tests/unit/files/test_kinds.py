"""Sniffing: a quick filter on the first bytes."""

import pytest

from app.files.kinds import (
    MAX_BYTES,
    FileBroken,
    FileKind,
    FileKindNotAllowed,
    FileTooLarge,
    sniff,
)
from tests.builders.files import make_image, make_pdf


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("JPEG", FileKind.JPEG),
        ("MPO", FileKind.JPEG),
        ("PNG", FileKind.PNG),
        ("WEBP", FileKind.WEBP),
        ("HEIF", FileKind.HEIC),
    ],
)
def test_knows_the_kinds_that_are_taken(form, kind):
    assert sniff(make_image(form)) is kind


def test_knows_a_pdf():
    assert sniff(make_pdf()) is FileKind.PDF


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1", b"msf1"])
def test_knows_what_phones_call_heic(brand):
    assert sniff(b"\x00\x00\x00\x18ftyp" + brand + bytes(80)) is FileKind.HEIC


@pytest.mark.parametrize(
    "raw",
    [
        make_image("GIF"),
        make_image("BMP"),
        make_image("TIFF"),
        make_image("JPEG2000"),
        b"<html><script>alert(1)</script></html>",
        b"<!DOCTYPE html><p>x",
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"PK\x03\x04" + bytes(60),
        b"PK\x05\x06" + bytes(18),
        b"\x1f\x8b\x08\x00" + bytes(60),
        b"MZ" + bytes(200),
        b"\x7fELF" + bytes(200),
        b"#!/bin/sh\nrm -rf /\n",
        b"<?php system($_GET[0]); ?>",
        b"\x00\x00\x00\x1cftypisom" + bytes(60),
        b"\x00\x00\x00\x1cftypavif" + bytes(60),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500),
        b"GIF89a" + bytes(20) + make_image("JPEG"),
        b"<html>" + make_pdf(),
        b"hello",
        b"\x00",
    ],
)
def test_refuses_everything_else(raw):
    with pytest.raises(FileKindNotAllowed):
        sniff(raw)


def test_size_is_looked_at_first():
    assert sniff(make_image().ljust(MAX_BYTES, b"\0")) is FileKind.JPEG
    with pytest.raises(FileTooLarge):
        sniff(b"?" * (MAX_BYTES + 1))


def test_nothing_is_broken():
    with pytest.raises(FileBroken):
        sniff(b"")
