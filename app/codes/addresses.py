"""What a printed symbol says: the address of a code, there and back. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

from app.codes import reading

PATH = "/q/"
"""Where every printed code points. WeChat's plain-link rule is this prefix."""


def address(public_url: str, code: str) -> str:
    """Return what the symbol of a code says: ``<public_url>/q/<code>``.

    Path form, no query, no personal data: once printed it stays for years.
    """
    return f"{public_url.rstrip('/')}{PATH}{code}"


def code_in(scanned: str, public_url: str) -> str | None:
    """Return the code in a scanned address if the address is one of ours.

    Used where an address comes in as text (a mini-program's ``q``, a check of a
    poster). An address on another host, with another scheme, or with anything
    after the code but a query added by a scanner, is not ours.

    Args:
        scanned: The whole address, as the scanner read it.
        public_url: Where this installation is reached.
    """
    try:
        found, ours = urlsplit(scanned.strip()), urlsplit(public_url)
        same_place = (found.scheme, found.hostname, found.port) == (
            ours.scheme,
            ours.hostname,
            ours.port,
        )
    except ValueError:
        return None
    prefix = ours.path.rstrip("/") + PATH
    if (
        not same_place
        or found.username is not None
        or not found.path.lower().startswith(prefix.lower())
    ):
        return None
    rest = found.path[len(prefix) :]
    return None if "/" in rest else reading.read(rest)
