"""Nothing typed is lost when a session is over before a form is sent.

The fields that were posted travel sealed through the sign-in page and come back
as hidden fields of one button: the person, not a script, sends them again. So a
form that another site posts in their name is never carried out unseen.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Response, request

from app.kernel.crypto import SealBroken
from app.web.context import now, runtime
from mobile.pages import local_path, page

_CONTEXT = "mobile:posted:fields"
_LIFETIME = timedelta(hours=24)
_MOST = 600_000
"""Signs of sealed fields; a form's text is limited to a megabyte before."""

_NOT_KEPT = frozenset({"csrf_token"})

RESUMABLE = frozenset(
    {
        "mine.save_form",
        "mine.start",
        "mine.submit",
        "mine.withdraw",
        "mine.save_profile",
        "mine.file_named",
    }
)
"""Endpoints whose posted fields are worth keeping: people typed them."""


@dataclass(frozen=True)
class Posted:
    """A form that was sent and could not be taken yet."""

    path: str
    fields: tuple[tuple[str, str], ...]

    @property
    def count(self) -> int:
        """How many answers a person gave in it."""
        return sum(
            bool(value.strip()) for name, value in self.fields if name not in _CARRIED
        )


_CARRIED = frozenset({"version", "then", "request_key"})
"""Fields that pages, not people, fill in."""


def posted() -> Posted | None:
    """Return the form of this request, if it is one worth keeping."""
    if request.method != "POST" or request.endpoint not in RESUMABLE:
        return None
    fields = tuple(
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in _NOT_KEPT
    )
    return Posted(request.path, fields)


def seal(form: Posted) -> str:
    """Return a form as text that only this installation can open."""
    content = {
        "path": form.path,
        "fields": form.fields,
        "at": now().isoformat(timespec="seconds"),
    }
    plain = json.dumps(content, ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(
        runtime().keyring.seal(plain, context=_CONTEXT)
    ).decode()


def unseal(sealed: str) -> Posted | None:
    """Return the form, or None if the text is not ours or too old."""
    if not sealed or len(sealed) > _MOST:
        return None
    try:
        plain = runtime().keyring.open(
            base64.urlsafe_b64decode(sealed.encode()), context=_CONTEXT
        )
    except (SealBroken, binascii.Error, ValueError):
        return None
    content = json.loads(plain)
    if now() - datetime.fromisoformat(content["at"]) > _LIFETIME:
        return None
    fields = tuple((str(name), str(value)) for name, value in content["fields"])
    return Posted(local_path(content["path"]), fields)


def offer(form: Posted, *, heading: str, text: str) -> Response:
    """Ask whether to send the form now; everything is in it already."""
    return page(
        "kept.html",
        heading=heading,
        text=text,
        count=form.count,
        action=form.path,
        fields=_without(form.fields, _NOT_KEPT),
        word="接着办",
        leave="/cases",
    )


def _without(
    fields: Iterable[tuple[str, str]], names: frozenset[str]
) -> list[tuple[str, str]]:
    return [(name, value) for name, value in fields if name not in names]
