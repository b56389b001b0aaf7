"""Answers of a form in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.forms.checking import address_choices
from app.forms.definitions import Field, FieldType, yes_no_text
from console import formats

Divisions = Mapping[str, str]


def said(asked: Field, value: Any, divisions: Divisions) -> str:
    """Return one answer in words; empty when none was given."""
    if value in (None, "", [], {}):
        return ""
    return _WORDS.get(asked.type, _as_text)(asked, value, divisions)


def _as_text(_asked: Field, value: Any, _divisions: Divisions) -> str:
    return str(value)


def _as_yes_no(_asked: Field, value: Any, _divisions: Divisions) -> str:
    return {"yes": "是", "no": "否"}.get(yes_no_text(value) or str(value), str(value))


def _as_choices(asked: Field, value: Any, _divisions: Divisions) -> str:
    many = isinstance(value, Sequence) and not isinstance(value, str)
    picked = [str(each) for each in value] if many else [str(value)]
    return "、".join(asked.label_of(each) or each for each in picked)


def _as_address(_asked: Field, value: Any, divisions: Divisions) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    names = {each.value: each.label for each in address_choices(divisions)}
    division = str(value.get("division", ""))
    return f"{names.get(division, division)} {value.get('detail', '')}".strip()


def _as_money(_asked: Field, value: Any, _divisions: Divisions) -> str:
    return formats.money(value)


def _as_date(_asked: Field, value: Any, _divisions: Divisions) -> str:
    return formats.iso_day(str(value))


_WORDS: Mapping[FieldType, Callable[[Field, Any, Divisions], str]] = {
    FieldType.YES_NO: _as_yes_no,
    FieldType.CHOICE: _as_choices,
    FieldType.CHOICES: _as_choices,
    FieldType.ADDRESS: _as_address,
    FieldType.MONEY: _as_money,
    FieldType.DATE: _as_date,
}
