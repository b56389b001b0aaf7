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

START = "mine.start"
NAMED = "mine.file_named"
_BEFORE_SIGNING_IN = frozenset({START, NAMED})
"""What a person may send who has never signed in."""

_WORDS = {
    "mine.save_form": "保存，接着办",
    START: "开始填写",
    "mine.submit": "提交申请",
    "mine.withdraw": "确定撤回",
    "mine.save_profile": "保存",
    NAMED: "提交",
}


@dataclass(frozen=True)
class Posted:
    """A form that was sent and could not be taken yet.

    Attributes:
        endpoint: What would have taken it; one of :data:`RESUMABLE`.
    """

    path: str
    fields: tuple[tuple[str, str], ...]
    endpoint: str

    @property
    def count(self) -> int:
        """How many questions a person answered in it."""
        return len(
            {
                name.partition(".")[0]
                for name, value in self.fields
                if value.strip() and name not in _CARRIED
            }
        )

    @property
    def was_signed_in(self) -> bool:
        """Whether the page it was on is shown to nobody but who is signed in."""
        return self.endpoint not in _BEFORE_SIGNING_IN

    @property
    def word(self) -> str:
        """What its button does."""
        return _WORDS[self.endpoint]

    def field(self, name: str) -> str:
        """Return what was posted under a name; empty when nothing was."""
        return next((value for key, value in self.fields if key == name), "")


_CARRIED = frozenset(
    {"version", "then", "ticket", "kind", "place", "window", "matter", "via"}
)
"""Fields that pages, not people, fill in."""


def posted() -> Posted | None:
    """Return the form of this request, if it is one worth keeping."""
    if request.method != "POST" or request.endpoint not in RESUMABLE:
        return None
    if is_foreign():
        return None
    fields = tuple(
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in _NOT_KEPT
    )
    return Posted(request.path, fields, request.endpoint)


def is_foreign() -> bool:
    """Whether another site's page sent this form; such a form is nobody's work."""
    return request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none")


def seal(form: Posted) -> str:
    """Return a form as text that only this installation can open."""
    content = {
        "path": form.path,
        "fields": form.fields,
        "endpoint": form.endpoint,
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
    endpoint = content.get("endpoint")
    if endpoint not in RESUMABLE:
        return None
    return Posted(local_path(content["path"]), fields, endpoint)


def offer(form: Posted, *, heading: str, text: str) -> Response:
    """Ask whether to send the form now; everything is in it already."""
    return page(
        "kept.html",
        heading=heading,
        text=text,
        count=form.count,
        action=form.path,
        fields=_without(form.fields, _NOT_KEPT),
        word=form.word,
        leave="/cases",
    )


def _without(
    fields: Iterable[tuple[str, str]], names: frozenset[str]
) -> list[tuple[str, str]]:
    return [(name, value) for name, value in fields if name not in names]
