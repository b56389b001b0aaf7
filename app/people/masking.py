"""Personal data as others see it: enough to recognise, too little to use.

Masks are made on the server. The full value is shown only where a rule says so,
and each such look is audited by the room that shows it.
"""

from __future__ import annotations

_STAR = "*"
_STARS = 2
"""Asterisks of a name at most: fifty would say how long it is, and fill a line."""

_TWO = 2
_PHONE = 11
_ID_NUMBER = 18
_SHORT = 6

# fmt: off
_COMPOUND = frozenset({
    "欧阳", "太史", "端木", "上官", "司马", "东方", "独孤", "南宫", "万俟", "闻人",
    "夏侯", "诸葛", "尉迟", "公羊", "赫连", "澹台", "皇甫", "宗政", "濮阳", "公冶",
    "太叔", "申屠", "公孙", "慕容", "仲孙", "钟离", "长孙", "宇文", "司徒", "鲜于",
    "司空", "令狐", "闾丘", "子车", "亓官", "司寇", "巫马", "公西", "颛孙", "壤驷",
    "公良", "漆雕", "乐正", "宰父", "谷梁", "拓跋", "夹谷", "轩辕", "百里", "呼延",
    "东郭", "南门", "羊舌", "微生", "梁丘", "左丘", "东门", "西门", "第五",
})
# fmt: on
"""Surnames of two characters: the first gives the second away, so that showing the
last character as well would leave nothing of 欧阳娜 hidden."""


def mask_name(name: str) -> str:
    """Return a person's name with only its outermost characters.

    Two characters keep the first (张*); three or more keep first and last (李*敏),
    but after a surname of two characters, or in a name not written in Chinese
    characters alone, only the first stays. An empty name stays empty. No more than
    :data:`_STARS` asterisks stand for what is hidden, however much it is.

    Source: usual practice of public lists; domain notes §5.4.
    """
    name = name.strip()
    if len(name) <= 1:
        return _STAR * len(name)
    first_only = (
        len(name) == _TWO or name[:_TWO] in _COMPOUND or not _is_all_chinese(name)
    )
    if first_only:
        return name[0] + _STAR * min(len(name) - 1, _STARS)
    return name[0] + _STAR * min(len(name) - 2, _STARS) + name[-1]


def mask_phone(phone: str) -> str:
    """Return a telephone number with its middle hidden.

    A mobile number keeps 3 and 4 digits (138****3210); a longer or
    shorter one its last two digits, one of six or fewer nothing.
    """
    phone = phone.strip()
    if len(phone) == _PHONE and phone.isascii() and phone.isdigit():
        return f"{phone[:3]}****{phone[-4:]}"
    if len(phone) <= _SHORT:
        return _STAR * len(phone)
    return _STAR * (len(phone) - _TWO) + phone[-_TWO:]


def mask_id_number(number: str) -> str:
    """Return an identity document's number with the birthday hidden.

    Eighteen signs keep 6 and 4 (411603********1235), so the birthday lies in the
    gap; any other document's number keeps its first and its last sign.
    """
    number = number.strip()
    if len(number) == _ID_NUMBER:
        return f"{number[:6]}********{number[-4:]}"
    if len(number) <= _SHORT:
        return _STAR * len(number)
    return number[0] + _STAR * (len(number) - 2) + number[-1]


def _is_all_chinese(name: str) -> bool:
    return all("㐀" <= sign <= "鿿" or sign >= "\U00020000" for sign in name)
