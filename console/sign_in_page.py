"""The sign-in page, for the door and for the guard."""

from __future__ import annotations

import importlib.util
from typing import Any

from flask import Response, request

from app.web.context import settings
from console.pages import local_path, page


def draw(
    *, username: str = "", error: str = "", kept: str = "", status: int = 200
) -> Response:
    """Draw the sign-in page."""
    return page(
        "sign_in.html",
        title="工作人员登录",
        status=status,
        username=username,
        error=error,
        kept=kept,
        next=local_path(request.values.get("next")),
        accounts=_demo_accounts(),
    )


def _demo_accounts() -> tuple[Any, ...]:
    """Return the people of the demonstration; nobody where it is not installed."""
    if not settings().is_demo or importlib.util.find_spec("demo") is None:
        return ()
    module = importlib.import_module("demo.accounts")
    return tuple(module.ACCOUNTS)
