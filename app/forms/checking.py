"""Checking answers against a form: pure, and the same for page, API and import.

    raw answers ─→ what is shown? ─→ one reader per type ─→ Checked
                   (in order, an     canonical value
                    answer decides   or one sentence
                    what follows)

Pages send strings and lists of strings, the API typed JSON; both come out
alike, and what comes out goes in again unchanged. Nothing raises: whatever is
sent, the answer is a :class:`Checked`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.forms.definitions import Choice, Field, FieldType, Form, yes_no_text
from app.forms.identifiers import (
    credit_code_error,
    has_usual_region,
    id_number_error,
    mobile_error,
)
from app.forms.readers import (
    ADDRESS_PARTS,
    ELSEWHERE,
    MAX_LIST,
    MAX_RAW,
    READERS,
    UNWANTED,
    Context,
    Wrong,
)

__all__ = [
    "ELSEWHERE",
    "WHOLE_FORM",
    "Checked",
    "address_choices",
    "check",
    "credit_code_error",
    "file_tokens",
    "id_number_error",
    "keep_typed",
    "mobile_error",
    "visible",
]

WHOLE_FORM = "form"
"""Key of an error that belongs to no field."""

_MAX_STRANGERS = 20
_MAX_EXACT = 2**53
"""Whole numbers below survive every JSON reader."""

_SEVERAL = frozenset({FieldType.CHOICES, FieldType.FILE})


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of checking.

    Attributes:
        values: Canonical answers of shown fields; an empty answer is left out.
        errors: One sentence per wrong field, keyed by field key.
        warnings: One sentence per answer that may stand but deserves a word.
    """

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether the form can be submitted as it is."""
        return not self.errors


def check(
    form: Form,
    answers: Mapping[str, object],
    *,
    today: date,
    divisions: Mapping[str, str],
) -> Checked:
    """Check the answers to a form. Never raises.

    Args:
        form: What was asked.
        answers: By field key. An address may also come as ``key.division`` and
            ``key.detail``, as pages send it.
        today: Office day on which it is checked.
        divisions: Code to name of the townships and streets to choose from.

    Returns:
        Canonical values, errors and warnings. Fields that an earlier answer
        hides are ignored; keys the form does not know are errors.
    """
    checked = Checked()
    if not isinstance(answers, Mapping):
        checked.errors[WHOLE_FORM] = "没有收到填写的内容，请重新填写。"
        return checked
    for stranger in _strangers(form, answers)[:_MAX_STRANGERS]:
        checked.errors[stranger] = "这张表里没有这一项，请刷新页面后再填。"
    context = Context(today, divisions)
    for each in form.fields:
        if not _is_shown(each, checked.values):
            continue
        try:
            value = READERS[each.type](each, _raw(each, answers), context)
        except Wrong as wrong:
            checked.errors[each.key] = wrong.sentence
            continue
        if value is not None:
            checked.values[each.key] = value
            if warning := _warning(each, value):
                checked.warnings[each.key] = warning
        elif each.required:
            checked.errors[each.key] = _missing(each)
    return checked


def visible(form: Form, values: Mapping[str, Any]) -> frozenset[str]:
    """Return the keys of the fields that are asked, given canonical values."""
    shown: dict[str, Any] = {}
    keys: set[str] = set()
    for each in form.fields:
        if _is_shown(each, shown):
            keys.add(each.key)
            if each.key in values:
                shown[each.key] = values[each.key]
    return frozenset(keys)


def keep_typed(form: Form, answers: Mapping[str, object]) -> dict[str, Any]:
    """Return what was typed, right or wrong, in a form fit to be kept as a draft.

    Only the form's own keys; text, numbers, yes/no, lists and addresses within
    reasonable size, without signs that no store takes. Never raises.
    """
    kept: dict[str, Any] = {}
    if not isinstance(answers, Mapping):
        return kept
    for each in form.fields:
        raw = _raw(each, answers)
        value: Any
        if isinstance(raw, Mapping):
            value = {part: _typed(raw.get(part)) for part in ADDRESS_PARTS}
            value = {part: text for part, text in value.items() if text is not None}
        elif isinstance(raw, list | tuple):
            value = [one for one in map(_typed, raw[:MAX_LIST]) if one is not None]
            if each.type not in _SEVERAL:
                value = value[0] if value else None
        else:
            value = _typed(raw)
        if value is not None and value not in ([], {}):
            kept[each.key] = value
    return kept


def file_tokens(form: Form, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the tokens of every file that canonical answers name."""
    return tuple(
        token
        for each in form.fields
        if each.type is FieldType.FILE
        for token in values.get(each.key, ())
    )


def address_choices(divisions: Mapping[str, str]) -> tuple[Choice, ...]:
    """Return what an address's division is chosen from, "elsewhere" last."""
    inside = tuple(Choice(code, name) for code, name in divisions.items())
    return (*inside, Choice(ELSEWHERE, "不在本区"))


def _strangers(form: Form, answers: Mapping[str, object]) -> list[str]:
    known = {each.key for each in form.fields}
    for each in form.fields:
        if each.type is FieldType.ADDRESS:
            known |= {f"{each.key}.division", f"{each.key}.detail"}
    return [
        UNWANTED.sub("", key)[:60] if isinstance(key, str) else WHOLE_FORM
        for key in answers
        if not isinstance(key, str) or key not in known
    ]


def _raw(each: Field, answers: Mapping[str, object]) -> object:
    """Find the raw answer; put an address together from its two inputs."""
    raw = answers.get(each.key)
    if each.type is FieldType.ADDRESS and raw is None:
        parts = {part: answers.get(f"{each.key}.{part}") for part in ADDRESS_PARTS}
        return None if set(map(_is_given, parts.values())) == {False} else parts
    return raw


def _is_given(raw: object) -> bool:
    return raw is not None and raw not in ("", [], [""])


def _is_shown(each: Field, values: Mapping[str, Any]) -> bool:
    if each.show_if is None:
        return True
    answer = values.get(each.show_if.key)
    given = answer if isinstance(answer, list) else [yes_no_text(answer) or answer]
    return any(one in each.show_if.values for one in given)


def _missing(each: Field) -> str:
    if each.type in (FieldType.CHOICE, FieldType.CHOICES):
        return f"请选择“{each.label}”。"
    if each.type is FieldType.YES_NO:
        return "请选择“是”或“否”。"
    if each.type is FieldType.FILE:
        return f"请上传“{each.label}”。"
    return f"请填写“{each.label}”。"


def _warning(each: Field, value: object) -> str:
    if each.type is FieldType.YES_NO and value is False:
        return each.warning
    if each.type is FieldType.ID_NUMBER and not has_usual_region(str(value)):
        return "号码开头两位不常见，请再对照证件看一遍；没有错就不用改。"
    return ""


def _typed(raw: object) -> str | int | float | bool | None:
    """Return one answer as it can be stored; None for nothing and for nonsense."""
    if isinstance(raw, list | tuple):
        raw = raw[0] if raw else None
    if isinstance(raw, str):
        return UNWANTED.sub("", raw[:MAX_RAW].replace("\r\n", "\n")) or None
    if isinstance(raw, bool):
        return raw
    # A comparison that NaN fails too.
    if isinstance(raw, int | float) and abs(raw) < _MAX_EXACT:
        return raw
    return None
