"""Reading one raw answer: a function per field type, from anything to canonical.

Each reader returns the canonical value, or None when nothing was given, or
raises :class:`Wrong` with the sentence to show. :mod:`app.forms.checking`
catches it; nothing else leaves this module.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.forms.definitions import NO, ONE_FILE, YES, Field, FieldType, bound
from app.forms.identifiers import (
    clean_mobile,
    clean_number,
    credit_code_error,
    half_width,
    id_number_error,
    mobile_error,
)

ELSEWHERE = "elsewhere"
"""Division of an address outside the district; its detail names the whole place."""

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2199, 12, 31)
"""Dates outside are slips of the finger."""

ADDRESS_PARTS = ("division", "detail")

MAX_RAW = 20_000
"""Signs of one raw answer that are looked at."""

MAX_LIST = 50
"""Elements of one raw answer that are looked at."""

_MAX_WHOLE_DIGITS = 12
_TOO_LARGE = 10**15
_MONEY_PLACES = 2
_ELSEWHERE_DETAIL = 6
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_NUMBER = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]*))?")
_DATE = re.compile(r"([0-9]{4})([-/.年])([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_DATE_DIGITS = re.compile(r"([0-9]{4})()([0-9]{2})([0-9]{2})")
UNWANTED = re.compile(
    # Controls, halves of surrogate pairs, signs that reverse or hide text.
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u2069\ufeff\ufffe\uffff]"
)

_YES_WORDS = frozenset({YES, "true", "1", "on", "是"})
_NO_WORDS = frozenset({NO, "false", "0", "off", "否"})


@dataclass(frozen=True, slots=True)
class Context:
    """What readers need to know beside the answer."""

    today: date
    divisions: Mapping[str, str]


class Wrong(Exception):
    """An answer cannot stand; ``sentence`` says why, in plain Chinese."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def _alone(raw: object) -> object:
    """Return the only element of a list, as pages send single answers."""
    if isinstance(raw, list | tuple):
        if len(raw) > 1:
            raise Wrong("这一项只能填一个答案。")
        return raw[0] if raw else None
    return raw


def _text(each: Field, raw: object) -> str:
    """Return one raw answer as clean text, empty when nothing was given."""
    raw = _alone(raw)
    if raw is None:
        return ""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise Wrong(f"“{each.label}”的内容读不出来，请重新填写。")
    if not isinstance(raw, str) and not abs(raw) < _TOO_LARGE:
        # NaN fails the comparison too, and printing a huge integer would raise.
        raise Wrong("数字太大了，请核对。")
    text = str(raw)
    if len(text) > MAX_RAW:
        raise Wrong("内容太长了，请写得短一些。")
    return UNWANTED.sub("", text).strip()


def _read_text(each: Field, raw: object, _: Context) -> str | None:
    text = _text(each, raw)
    text = " ".join(text.split())
    return _fitting(each, text) or None


def _read_long_text(each: Field, raw: object, _: Context) -> str | None:
    one = _alone(raw)
    if isinstance(one, str):
        raw = one.replace("\r\n", "\n").replace("\r", "\n")
    text = "\n".join(line.rstrip() for line in _text(each, raw).split("\n"))
    return _fitting(each, text.strip()) or None


def _fitting(each: Field, text: str) -> str:
    if len(text) > each.max_length:
        raise Wrong(f"最多写 {each.max_length} 个字，您写了 {len(text)} 个字，请删减。")
    return text


def _decimal(each: Field, text: str, places: int) -> Decimal:
    """Read a plain decimal number with at most so many places."""
    match = _NUMBER.fullmatch(text)
    if not match:
        raise Wrong("请填数字，例如 " + (each.example or "12") + "。")
    whole, fraction = match[2].lstrip("0") or "0", (match[3] or "").rstrip("0")
    if len(whole) > _MAX_WHOLE_DIGITS:
        raise Wrong("数字太大了，请核对。")
    if len(fraction) > places:
        if each.type is FieldType.MONEY:
            raise Wrong("金额最多写到分，也就是小数点后两位。")
        raise Wrong(f"小数点后最多 {places} 位。" if places else "请填整数，不要小数。")
    return Decimal(f"{match[1]}{whole}.{fraction or '0'}")


def _within(each: Field, value: Decimal, unit: str, context: Context) -> None:
    low = bound(each, each.min, today=context.today)
    high = bound(each, each.max, today=context.today)
    if isinstance(low, Decimal) and value < low:
        raise Wrong(f"不能小于 {_plain(low)}{unit}，请核对。")
    if isinstance(high, Decimal) and value > high:
        raise Wrong(f"不能大于 {_plain(high)}{unit}，请核对。")


def _plain(value: Decimal) -> str:
    """Write a number without exponent and without idle zeros."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _read_number(each: Field, raw: object, context: Context) -> int | str | None:
    text = re.sub(r"[\s,]", "", half_width(_text(each, raw)))
    if not text:
        return None
    value = _decimal(each, text, each.decimals)
    _within(each, value, "", context)
    return _plain(value) if each.decimals else int(value)


def _read_money(each: Field, raw: object, context: Context) -> str | None:
    text = re.sub(r"[\s,]", "", half_width(_text(each, raw)))
    text = text.removeprefix("¥")
    if text.endswith(("万元", "万")):
        raise Wrong("请换算成元再填，例如 1 万元填 10000。")
    text = text.removesuffix("元")
    if not text:
        return None
    value = _decimal(each, text, _MONEY_PLACES)
    if value < 0 and not each.min:
        raise Wrong("金额不能小于 0，请核对。")
    _within(each, value, " 元", context)
    return format(abs(value) if value == 0 else value, ".2f")


def _read_date(each: Field, raw: object, context: Context) -> str | None:
    raw = _alone(raw)
    if isinstance(raw, int) and not isinstance(raw, bool):
        raise Wrong(f"日期请写成 {each.example or '2026-03-02'} 这样。")
    text = re.sub(r"\s", "", half_width(_text(each, raw)))
    if not text:
        return None
    match = _DATE.fullmatch(text) or _DATE_DIGITS.fullmatch(text)
    if not match:
        raise Wrong(f"日期请写成 {each.example or '2026-03-02'} 这样。")
    try:
        day = date(int(match[1]), int(match[3]), int(match[4]))
    except ValueError:
        raise Wrong("没有这一天，请核对年、月、日。") from None
    low = bound(each, each.min, today=context.today)
    high = bound(each, each.max, today=context.today)
    first = max(FIRST_DAY, low) if isinstance(low, date) else FIRST_DAY
    last = min(LAST_DAY, high) if isinstance(high, date) else LAST_DAY
    if day < first:
        raise Wrong(f"日期不能早于{_spoken(first)}，请核对。")
    if day > last:
        said = "今天" if last == context.today else _spoken(last)
        raise Wrong(f"日期不能晚于{said}，请核对。")
    return day.isoformat()


def _spoken(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _read_choice(each: Field, raw: object, _: Context) -> str | None:
    text = _text(each, raw)
    if not text:
        return None
    if not each.label_of(text):
        raise Wrong("请从列出的选项里选一个。")
    return text


def _read_choices(each: Field, raw: object, context: Context) -> list[str] | None:
    picked = {_text(each, one) for one in _several(raw)} - {""}
    if not picked <= {choice.value for choice in each.choices}:
        raise Wrong("请从列出的选项里选。")
    if not picked:
        return None
    low = bound(each, each.min, today=context.today)
    high = bound(each, each.max, today=context.today)
    if isinstance(low, Decimal) and len(picked) < low:
        raise Wrong(f"至少选 {_plain(low)} 项，您选了 {len(picked)} 项。")
    if isinstance(high, Decimal) and len(picked) > high:
        raise Wrong(f"最多选 {_plain(high)} 项，您选了 {len(picked)} 项。")
    return [choice.value for choice in each.choices if choice.value in picked]


def _several(raw: object) -> list[object]:
    if raw is None:
        return []
    if not isinstance(raw, list | tuple):
        return [raw]
    if len(raw) > MAX_LIST:
        raise Wrong("选得太多了，请重新选择。")
    return list(raw)


def _read_yes_no(each: Field, raw: object, _: Context) -> bool | None:
    raw = _alone(raw)
    if isinstance(raw, bool):
        return raw
    text = _text(each, raw).lower()
    if not text:
        return None
    if text in _YES_WORDS:
        return True
    if text in _NO_WORDS:
        return False
    raise Wrong("请选择“是”或“否”。")


def _read_id_number(each: Field, raw: object, context: Context) -> str | None:
    number = clean_number(_text(each, raw))
    if not number:
        return None
    if fault := id_number_error(number, context.today):
        raise Wrong(fault)
    return number


def _read_credit_code(each: Field, raw: object, _: Context) -> str | None:
    code = clean_number(_text(each, raw))
    if not code:
        return None
    if fault := credit_code_error(code):
        raise Wrong(fault)
    return code


def _read_mobile(each: Field, raw: object, _: Context) -> str | None:
    number = clean_mobile(_text(each, raw))
    if not number:
        return None
    if fault := mobile_error(number):
        raise Wrong(fault)
    return number


def _read_address(each: Field, raw: object, context: Context) -> dict[str, str] | None:
    raw = _alone(raw)
    if raw is None or raw == "":
        return None
    if not isinstance(raw, Mapping) or not set(raw) <= set(ADDRESS_PARTS):
        raise Wrong("地址请先选乡镇或街道，再写详细地址。")
    division = _text(each, raw.get("division"))
    detail = " ".join(_text(each, raw.get("detail")).split())
    if not division and not detail:
        return None
    if not division:
        raise Wrong("请选择地址所在的乡镇或街道。")
    if division != ELSEWHERE and division not in context.divisions:
        raise Wrong("请从列出的乡镇、街道里选一个。")
    if not detail:
        raise Wrong("请写详细地址，例如哪个村、哪条路、几号。")
    if division == ELSEWHERE and len(detail) < _ELSEWHERE_DETAIL:
        raise Wrong("不在本区的地址，请从省、市、县开始写完整。")
    return {"division": division, "detail": _fitting(each, detail)}


def _read_file(each: Field, raw: object, context: Context) -> list[str] | None:
    tokens: list[str] = []
    for one in _several(raw):
        text = _text(each, one)
        if text and not _TOKEN.fullmatch(text):
            raise Wrong("文件没有传上来，请重新上传。")
        if text and text not in tokens:
            tokens.append(text)
    if not tokens:
        return None
    low = bound(each, each.min, today=context.today)
    high = bound(each, each.max or ONE_FILE, today=context.today)
    if isinstance(low, Decimal) and len(tokens) < low:
        raise Wrong(f"至少上传 {_plain(low)} 个文件。")
    if isinstance(high, Decimal) and len(tokens) > high:
        raise Wrong(f"最多上传 {_plain(high)} 个文件，请删掉多余的。")
    return tokens


READERS: Mapping[FieldType, Callable[[Field, object, Context], object]] = {
    FieldType.TEXT: _read_text,
    FieldType.LONG_TEXT: _read_long_text,
    FieldType.NUMBER: _read_number,
    FieldType.MONEY: _read_money,
    FieldType.DATE: _read_date,
    FieldType.CHOICE: _read_choice,
    FieldType.CHOICES: _read_choices,
    FieldType.YES_NO: _read_yes_no,
    FieldType.ID_NUMBER: _read_id_number,
    FieldType.CREDIT_CODE: _read_credit_code,
    FieldType.MOBILE: _read_mobile,
    FieldType.ADDRESS: _read_address,
    FieldType.FILE: _read_file,
}
