"""What a person reads when something fails: what happened, what is kept, what next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response

from app.web.problems import Failure
from mobile.pages import page

_HOME = ("回首页", "/")
_MATTERS = ("找事项", "/matters")
_CASES = ("我的办件", "/cases")


@dataclass(frozen=True)
class Words:
    """How one kind of failure is told.

    Attributes:
        text: What happened; empty takes the failure's own sentence.
        kept: What of the person's work is safe.
        leads: What to do next: word and address.
    """

    heading: str
    text: str = ""
    kept: str = ""
    mark: str = "alert"
    leads: tuple[tuple[str, str], ...] = (_HOME, _CASES)


_WORDS: Mapping[int, Words] = {
    400: Words(
        "没有看懂这次提交",
        "可能是网络中断，内容没有传完整。请返回上一页再试一次。",
        "已经保存过的内容都还在。",
    ),
    401: Words("请先登录", leads=(("手机号登录", "/sign-in"), _HOME), mark="user"),
    403: Words("这里您不能看", "这一页不对外开放。", mark="shield"),
    404: Words(
        "没有找到",
        "网址可能输错了，或者这一项已经搬走。看自己的办件，请用办件时的手机号登录。",
        mark="search",
        leads=(_HOME, _MATTERS),
    ),
    405: Words(
        "不能这样打开", "这个网址要从页面上的按钮进入。", leads=(_HOME, _MATTERS)
    ),
    409: Words(
        "内容刚刚变过",
        kept="您原来保存的内容还在。请看过最新情况再操作。",
        leads=(("看最新情况", "/cases"), _HOME),
    ),
    410: Words("这一项已经停用", mark="info", leads=(_MATTERS, _HOME)),
    413: Words(
        "文件太大了",
        "一次最多传 10 MB。请少选几张，或把照片拍小一点，再传一次。",
        "已经传好的文件、填好的内容都还在。",
        leads=(_CASES, _HOME),
    ),
    415: Words(
        "这种文件收不了",
        "请上传照片（JPG、PNG、WebP、HEIC）或 PDF。",
        "已经传好的文件、填好的内容都还在。",
        leads=(_CASES, _HOME),
    ),
    422: Words("有内容要改一下", kept="已经保存过的内容都还在。"),
    429: Words("操作太频繁了", kept="已经保存过的内容都还在。", mark="clock"),
    500: Words(
        "系统出了点问题",
        "不是您的操作有错，我们已经记录下来。请过几分钟再试。",
        "已经保存过的内容都还在。提交时出的错，请先到“我的办件”看看是否已经提交成功。",
        leads=(_CASES, _HOME),
    ),
    503: Words(
        "系统正忙",
        "请等一会儿再试。",
        "已经保存过的内容都还在。",
        mark="clock",
        leads=(("再试一次", ""), _HOME),
    ),
}


def render(failure: Failure) -> Response:
    """Draw the page for a failure. Asks nothing of the database."""
    words = _WORDS.get(failure.status) or _WORDS[500 if failure.status >= 500 else 400]  # noqa: PLR2004 -- classes of HTTP statuses
    return page(
        "failure.html",
        status=failure.status,
        heading=words.heading,
        text=words.text or failure.zh,
        kept=words.kept,
        mark=words.mark,
        leads=words.leads,
        fields=list(failure.fields.values()),
        occurrence=failure.occurrence,
    )
