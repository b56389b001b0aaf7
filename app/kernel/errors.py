"""The ways a request can fail for a reason the caller can act on.

AppError
  x Invalid          well formed, but against a rule
  x Unauthenticated  nobody knows who is asking
  x Forbidden        known, and may not do this
  x NotFound         missing, or not for this caller to know of
  x Gone             it was here and is no more
  x Conflict         the record moved on while the caller was looking
  x TooMany          too often; try again after a while
  x Unavailable      a part is away; try again after a while

Errors say *what* went wrong in the domain's words; ``zh`` is the sentence a
citizen or clerk reads. Which HTTP status that becomes is decided in one table,
:data:`app.web.problems.STATUS`.
"""

from __future__ import annotations

from collections.abc import Mapping

Fact = str | int | None | list[str] | dict[str, str]


class AppError(Exception):
    """Base of every expected failure.

    Attributes:
        code: Stable, kebab-case name clients may branch on. Never reworded.
        zh: What happened and what to do next, for the person at the screen.
        facts: JSON-safe details that help the caller to repair the request.
    """

    code = "error"
    zh = "没有办成，请稍后再试。"

    def __init__(self, message: str, *, zh: str | None = None, **facts: Fact) -> None:
        super().__init__(message)
        if zh is not None:
            self.zh = zh
        self.facts = facts


class Invalid(AppError):
    """The input breaks a rule of the domain."""

    code = "invalid"
    zh = "填写的内容有问题，请按提示改正。"

    def __init__(
        self,
        message: str,
        *,
        zh: str | None = None,
        errors: Mapping[str, str] | None = None,
        **facts: Fact,
    ) -> None:
        """Keep per-field sentences, keyed by field, as ``self.errors``."""
        super().__init__(message, zh=zh, **facts)
        self.errors = dict(errors or {})


class Unauthenticated(AppError):
    """The caller has not said who they are, or it no longer holds."""

    code = "unauthenticated"
    zh = "请先登录。"


class Forbidden(AppError):
    """The actor is known and may not do this."""

    code = "forbidden"
    zh = "您的账号没有这项权限。"


class NotFound(AppError):
    """There is no such record, or the actor may not know that there is."""

    code = "not-found"
    zh = "没有找到，请核对后再试。"


class Gone(AppError):
    """There was such a thing, and it is no longer in use."""

    code = "gone"
    zh = "这一项已经停用。"


class Conflict(AppError):
    """The record changed after the caller read it."""

    code = "conflict"
    zh = "内容刚刚被更新过，请看过最新内容再操作。"


class _Waiting(AppError):
    """A failure that passes; says after how many seconds to try again."""

    code = "waiting"

    def __init__(
        self,
        message: str,
        *,
        retry_after_s: int = 5,
        zh: str | None = None,
        **facts: Fact,
    ) -> None:
        super().__init__(message, zh=zh, **facts)
        self.retry_after_s = retry_after_s


class TooMany(_Waiting):
    """The caller asks too often."""

    code = "too-many"
    zh = "操作太频繁了，请稍等一会儿再试。"


class Unavailable(_Waiting):
    """A part of the system is away for the moment."""

    code = "unavailable"
    zh = "系统正忙，请稍后再试，您填的内容还在。"
