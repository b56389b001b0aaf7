"""What staff read when something fails: what happened, what is kept, what next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response

from app.web.problems import Failure
from console.blueprints import PREFIX
from console.pages import page

_UNEXPECTED = 500


@dataclass(frozen=True)
class Words:
    """How one kind of failure is told.

    Attributes:
        text: What happened; empty takes the failure's own sentence.
        next: What to do now.
    """

    heading: str
    text: str = ""
    next: str = "请返回上一页，或回到工作台。"


_WORDS: Mapping[int, Words] = {
    400: Words(
        "没有看懂这次提交",
        "页面打开太久，或者内容没有传完整。",
        "请返回上一页，刷新以后再试一次。",
    ),
    401: Words("请先登录", next="登录以后会回到您要去的页面。"),
    403: Words("您的账号没有这项权限", next="需要这项权限，请联系本单位的账号管理员。"),
    404: Words(
        "没有找到",
        "可能是网址不对，也可能是它不归您所在的单位办理。",
        "请从左边的列表里重新打开。",
    ),
    405: Words("不能这样打开", "这个网址要从页面上的按钮进入。"),
    409: Words("内容刚刚变过", next="请回到列表打开最新的一页，看过以后再办。"),
    410: Words("这一项已经停用"),
    413: Words("提交的内容太大了", "一次最多10 MB。"),
    422: Words("有内容要改一下"),
    429: Words("操作太频繁了", next="请稍等一会儿再试。"),
    500: Words(
        "系统出了点问题",
        "不是您操作错了，我们已经记录下来。",
        "请先打开办件看看刚才的操作是否已经办成，再决定要不要重做。",
    ),
    503: Words("系统正忙", next="请等一会儿再试。"),
}


def render(failure: Failure) -> Response:
    """Draw the page for a failure. Asks nothing of the database."""
    fallback = 500 if failure.status >= _UNEXPECTED else 400
    said = _WORDS.get(failure.status) or _WORDS[fallback]
    return page(
        "failure.html",
        title=said.heading,
        status=failure.status,
        text=said.text or failure.zh,
        next=said.next,
        own=failure.zh if failure.error is not None and said.text else "",
        fields=list(failure.fields.values()),
        home=f"{PREFIX}/",
        occurrence=failure.occurrence,
    )
