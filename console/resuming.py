"""Nothing typed is lost when a session is over before a form is sent.

What was posted travels through the sign-in page in one hidden field, sealed so
that only this installation can read it, and comes back as a form that the person
sends again with one button.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Response, request

from app.kernel.crypto import SealBroken
from app.web.context import runtime
from console.blueprints import PREFIX
from console.pages import local_path, page, see_other
from console.sign_in_page import draw

_CONTEXT = "console:posted:fields"
_MOST = 400_000
_NOT_KEPT = frozenset({"csrf_token", "confirmed"})
"""Nor the confirmation of an act of the law: whoever signs in is asked anew."""


@dataclass(frozen=True)
class Posted:
    """A form that was sent while nobody was signed in."""

    path: str
    fields: tuple[tuple[str, str], ...]


def ask_to_sign_in() -> Response:
    """Lead to the sign-in page, remembering the page wanted or the form sent."""
    if request.method == "POST" and request.endpoint != "desk.sign_out":
        foreign = request.headers.get("Sec-Fetch-Site", "none")
        is_ours = foreign in ("same-origin", "none")
        return draw(kept=_seal() if is_ours else "", status=401)
    if request.method == "POST":
        return see_other(f"{PREFIX}/sign-in")
    wanted = request.full_path.rstrip("?")
    return see_other(f"{PREFIX}/sign-in?{urlencode({'next': wanted})}")


def _seal() -> str:
    fields = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in _NOT_KEPT
    ]
    plain = json.dumps([request.path, fields], ensure_ascii=False).encode()
    sealed = runtime().keyring.seal(plain, context=_CONTEXT)
    return base64.urlsafe_b64encode(sealed).decode()


def unseal(text: str) -> Posted | None:
    """Return the form, or None if the text is not ours."""
    if not text or len(text) > _MOST:
        return None
    try:
        sealed = base64.urlsafe_b64decode(text.encode())
        path, fields = json.loads(runtime().keyring.open(sealed, context=_CONTEXT))
    except (SealBroken, binascii.Error, ValueError):
        return None
    return Posted(local_path(path), tuple((str(n), str(v)) for n, v in fields))


def offer(form: Posted) -> Response:
    """Show that the form is still there, to be sent with one button."""
    return page("kept.html", title="刚才填的内容还在", form=form)
