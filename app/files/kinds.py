"""What may be sent, how large it may be, and what is said when it may not.

Sniffing is only a filter that answers quickly; that a file really opens is
proven by :mod:`app.files.rebuild`.
"""

from __future__ import annotations

from enum import StrEnum

import puremagic

from app.kernel.errors import Invalid

MAX_BYTES = 10 * 1024 * 1024
"""Largest upload, in bytes, inclusive."""

MAX_PIXELS = 40_000_000
"""Most pixels an image may claim, before it is opened."""

MAX_WEBP_PIXELS = 25_000_000
"""The same for WebP, whose decoder needs three times the memory of the others."""

MAX_PAGES = 60
"""Most pages of a PDF."""


class FileTooLarge(Invalid):
    """The file has more bytes than are taken."""

    code = "file-too-large"
    zh = "文件太大了，每个文件不能超过 10 MB。可以拍得小一点，或分成几个文件上传。"


class FileKindNotAllowed(Invalid):
    """The content is none of the kinds taken, whatever its name says."""

    code = "file-kind-not-allowed"
    zh = "这种文件不能上传。请上传照片（JPG、PNG、HEIC、WebP）或 PDF 文件。"


class FileBroken(Invalid):
    """The file is cut off or damaged and does not open."""

    code = "file-broken"
    zh = "文件打不开，可能没有传完整或已经损坏。请重新拍照或重新选择文件。"


class FileEncrypted(Invalid):
    """The document is protected by a password."""

    code = "file-encrypted"
    zh = "这个 PDF 文件有密码保护。请去掉密码后再上传，或拍成照片上传。"


class FileTooComplex(Invalid):
    """Opening the file would take more memory, time or pages than is given."""

    code = "file-too-complex"
    zh = "图片尺寸太大，或 PDF 页数太多、内容太复杂。请缩小图片或分成几个文件上传。"


class FileKind(StrEnum):
    """The kinds of file that are taken, by media type."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    HEIC = "image/heic"
    PDF = "application/pdf"


EXTENSIONS = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".pdf")
"""What a page offers in its file chooser."""

_BY_EXTENSION = {
    ".jpg": FileKind.JPEG,
    ".jpeg": FileKind.JPEG,
    ".png": FileKind.PNG,
    ".webp": FileKind.WEBP,
    ".heic": FileKind.HEIC,
    ".heif": FileKind.HEIC,
    ".pdf": FileKind.PDF,
}
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"})


def sniff(raw: bytes) -> FileKind:
    """Return what the first bytes look like; names and claims are not asked.

    Raises:
        FileTooLarge: more than :data:`MAX_BYTES`.
        FileBroken: there is nothing in it.
        FileKindNotAllowed: it looks like something else, or like nothing known.
    """
    if len(raw) > MAX_BYTES:
        raise FileTooLarge(f"{len(raw)} bytes", max_bytes=MAX_BYTES)
    if not raw:
        raise FileBroken("the file is empty")
    if raw[4:8] == b"ftyp" and raw[8:12] in _HEIF_BRANDS:
        return FileKind.HEIC
    try:
        matches = puremagic.magic_string(raw)
    except (puremagic.PureError, ValueError):
        matches = []
    for match in matches:
        if kind := _BY_EXTENSION.get(match.extension):
            return kind
    raise FileKindNotAllowed("none of the kinds that are taken")
