"""A form's fields as controls on a page, and what a page posted as answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from app.forms.checking import address_choices
from app.forms.definitions import Field, FieldType, Form, Prefill, yes_no_text
from app.people.profiles import Profile
from mobile import formats

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER_LENGTH = 20
_PERSONAL = 24
"""Signs of a number typed with spaces or full-width; the checking cleans it."""

_MODES: Mapping[FieldType, str] = {
    FieldType.NUMBER: "decimal",
    FieldType.MOBILE: "numeric",
}
_COMPLETE: Mapping[Prefill, str] = {Prefill.NAME: "name", Prefill.PHONE: "tel-national"}
_LONGEST: Mapping[FieldType, int] = {
    FieldType.NUMBER: _NUMBER_LENGTH,
    FieldType.ID_NUMBER: _PERSONAL,
    FieldType.CREDIT_CODE: _PERSONAL,
    FieldType.MOBILE: _PERSONAL,
}


@dataclass(frozen=True, kw_only=True)
class Question:
    """One field with what has been said to it, ready to be drawn.

    Attributes:
        text: The answer as text, as typed if it was wrong.
        picked: Values of the choices that are ticked.
        division: Of an address.
        detail: Of an address.
        error: Sentence for the field; empty when it is in order.
        warning: Sentence about an answer that may stand.
        condition: When the question applies, for browsers without script.
    """

    field: Field
    text: str = ""
    picked: tuple[str, ...] = ()
    division: str = ""
    detail: str = ""
    options: tuple[tuple[str, str], ...] = ()
    error: str = ""
    warning: str = ""
    condition: str = ""

    @property
    def id(self) -> str:
        """Id of the control; error summaries link to it."""
        return anchor(self.field.key)

    @property
    def help(self) -> str:
        """Help and example in one sentence."""
        example = f"例如：{self.field.example}" if self.field.example else ""
        return " ".join(part for part in (self.field.help, example) if part)

    @property
    def control(self) -> str:
        """Type of the input: a date that is no date stays visible as text."""
        kind = self.field.type
        if kind is FieldType.DATE and (not self.text or _ISO_DATE.fullmatch(self.text)):
            return "date"
        return "tel" if kind is FieldType.MOBILE else "text"

    @property
    def mode(self) -> str:
        """Which keys a phone should show."""
        return _MODES.get(self.field.type, "")

    @property
    def complete(self) -> str:
        """What the browser may fill in by itself."""
        return _COMPLETE.get(self.field.prefill, "")

    @property
    def longest(self) -> int:
        """Most signs that can be typed; generous, since checking says why not."""
        if self.field.type is FieldType.TEXT:
            return self.field.max_length
        return _LONGEST.get(self.field.type, 0)


def anchor(key: str) -> str:
    """Return the id of the control of a field."""
    return f"field-{key}"


def named(form: Form, key: str, sentence: str) -> str:
    """Return a sentence with the question it is about, for a list of errors."""
    field = form.field(key)
    if field is None or field.label in sentence:
        return sentence
    return f"{field.label}：{sentence}"


def groups(
    form: Form,
    answers: Mapping[str, Any],
    *,
    errors: Mapping[str, str],
    warnings: Mapping[str, str],
    divisions: Mapping[str, str],
    only: Iterable[str] | None = None,
) -> list[tuple[str, list[Question]]]:
    """Return the questions under their headings; files are asked for elsewhere.

    Args:
        form: What is asked.
        answers: Canonical or as typed.
        errors: Sentence by field key.
        warnings: Sentence by field key.
        divisions: Code to name of the townships of an address.
        only: Keys to draw; all when it is left out.
    """
    wanted = None if only is None else set(only)
    drawn: list[tuple[str, list[Question]]] = []
    for heading, fields in form.groups():
        questions = [
            _question(
                form,
                each,
                answers.get(each.key),
                divisions,
                error=errors.get(each.key, ""),
                warning=warnings.get(each.key, ""),
            )
            for each in fields
            if each.type is not FieldType.FILE
            and (wanted is None or each.key in wanted)
        ]
        if questions:
            drawn.append((heading, questions))
    return drawn


def _question(
    form: Form,
    asked: Field,
    value: Any,
    divisions: Mapping[str, str],
    *,
    error: str,
    warning: str,
) -> Question:
    said: dict[str, Any] = {}
    kind = asked.type
    if kind is FieldType.ADDRESS:
        parts = value if isinstance(value, Mapping) else {}
        said["division"] = str(parts.get("division", ""))
        said["detail"] = str(parts.get("detail", ""))
        said["options"] = tuple(
            (each.value, each.label) for each in address_choices(divisions)
        )
    elif kind is FieldType.YES_NO:
        said["options"] = (("yes", "是"), ("no", "否"))
        said["picked"] = (yes_no_text(value) or str(value or ""),)
    elif kind in (FieldType.CHOICE, FieldType.CHOICES):
        said["options"] = tuple((each.value, each.label) for each in asked.choices)
        said["picked"] = _picked(value)
        said["text"] = next(iter(_picked(value)), "")
    else:
        said["text"] = "" if value is None else _typed(value)
    return Question(
        field=asked,
        error=error,
        warning=warning,
        condition=_condition(form, asked),
        **said,
    )


def _picked(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(str(each) for each in value)
    return (str(value),)


def _typed(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "、".join(str(each) for each in value)
    return str(value)


def _condition(form: Form, asked: Field) -> str:
    if asked.show_if is None:
        return ""
    before = form.field(asked.show_if.key)
    if before is None:
        return ""
    words = [_word(before, each) for each in asked.show_if.values]
    return f"“{before.label}”选了“{'”或“'.join(words)}”才需要填："


def _word(asked: Field, value: str) -> str:
    if asked.type is FieldType.YES_NO:
        return "是" if value == "yes" else "否"
    return asked.label_of(value)


def answers_from(form: Form, posted: MultiDict[str, str]) -> dict[str, object]:
    """Return what a page posted, by field key; files and strangers left out."""
    said: dict[str, object] = {}
    for each in form.fields:
        if each.type is FieldType.FILE:
            continue
        if each.type is FieldType.CHOICES:
            said[each.key] = posted.getlist(each.key)
        elif each.type is FieldType.ADDRESS:
            for part in ("division", "detail"):
                said[f"{each.key}.{part}"] = posted.get(f"{each.key}.{part}", "")
        else:
            said[each.key] = posted.get(each.key, "")
    return said


def prefilled(form: Form, profile: Profile) -> dict[str, str]:
    """Return what is known of the person, for a form that is still empty."""
    known = {
        Prefill.NAME: profile.name,
        Prefill.PHONE: profile.phone,
        Prefill.ID_NUMBER: profile.id_number,
    }
    return {
        each.key: known[each.prefill] for each in form.fields if known.get(each.prefill)
    }


def read_back(
    form: Form,
    values: Mapping[str, Any],
    shown: Iterable[str],
    divisions: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Return answers as words: heading, then (label, answer, anchor of an error)."""
    wanted = set(shown)
    out = []
    for heading, fields in form.groups():
        rows = [
            (
                each.label,
                said(each, values.get(each.key), divisions),
                anchor(each.key) if errors and each.key in errors else "",
            )
            for each in fields
            if each.key in wanted and each.type is not FieldType.FILE
        ]
        if rows:
            out.append((heading, rows))
    return out


def said(asked: Field, value: Any, divisions: Mapping[str, str]) -> str:
    """Return one answer in words; empty when none was given."""
    if value in (None, "", [], {}):
        return ""
    return _WORDS.get(asked.type, _as_text)(asked, value, divisions)


def _as_text(_asked: Field, value: Any, _divisions: Mapping[str, str]) -> str:
    return str(value)


def _as_yes_no(_asked: Field, value: Any, _divisions: Mapping[str, str]) -> str:
    return {"yes": "是", "no": "否"}.get(yes_no_text(value) or str(value), "")


def _as_choices(asked: Field, value: Any, _divisions: Mapping[str, str]) -> str:
    return "、".join(asked.label_of(each) or each for each in _picked(value))


def _as_address(_asked: Field, value: Any, divisions: Mapping[str, str]) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    names = {each.value: each.label for each in address_choices(divisions)}
    division = str(value.get("division", ""))
    return f"{names.get(division, division)} {value.get('detail', '')}".strip()


def _as_money(_asked: Field, value: Any, _divisions: Mapping[str, str]) -> str:
    return formats.money(value)


def _as_date(_asked: Field, value: Any, _divisions: Mapping[str, str]) -> str:
    return formats.iso_day(str(value))


_WORDS: Mapping[FieldType, Callable[[Field, Any, Mapping[str, str]], str]] = {
    FieldType.YES_NO: _as_yes_no,
    FieldType.CHOICE: _as_choices,
    FieldType.CHOICES: _as_choices,
    FieldType.ADDRESS: _as_address,
    FieldType.MONEY: _as_money,
    FieldType.DATE: _as_date,
}
