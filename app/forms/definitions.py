"""What a form is: fields in order, as values that never change.

    Form ── Field (one of thirteen types) ── Choice
                └── ShowIf (asked only after a certain earlier answer)

A definition is checked when it is built: a form that exists can be drawn and
answered. Nothing here touches the database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import NoneType
from typing import Any

from app.kernel.errors import Invalid

TODAY = "today"
"""As a bound of a date: the day on which the form is filled in."""

ONE_FILE = "1"
"""How many files a FILE field takes when its ``max`` does not say."""

YES, NO = "yes", "no"
"""What pages send for a yes/no question, and what :class:`ShowIf` compares with."""

_KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")
_CHOICE_VALUE = re.compile(r"[A-Za-z0-9_-]{1,40}")
_MAX_FIELDS = 200
_MAX_DECIMALS = 6
_LENGTH_LIMIT = 5000


class FormBroken(Invalid):
    """The definition contradicts itself and cannot be filled in."""

    code = "form-broken"
    zh = "表单定义有错误，请联系管理员。"


class FieldType(StrEnum):
    """The kinds of question, each with its canonical answer.

    ============ ===========================================================
    TEXT         one line of text
    LONG_TEXT    text with line breaks
    NUMBER       ``int``; with ``decimals`` a decimal string such as "12.5"
    MONEY        yuan, a decimal string with two places: "1200.00"
    DATE         ISO date string "2026-03-02"
    CHOICE       value of one choice
    CHOICES      list of values, in the order of the definition
    YES_NO       ``bool``
    ID_NUMBER    18 characters, upper case
    CREDIT_CODE  18 characters, upper case
    MOBILE       11 digits
    ADDRESS      ``{"division": township code, "detail": text}``
    FILE         list of file tokens, at most ``max`` (1 when it is not set)
    ============ ===========================================================
    """

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    ID_NUMBER = "id_number"
    CREDIT_CODE = "credit_code"
    MOBILE = "mobile"
    ADDRESS = "address"
    FILE = "file"


class Prefill(StrEnum):
    """What of a signed-in person's profile may stand in a field beforehand."""

    NOTHING = ""
    NAME = "name"
    PHONE = "phone"
    ID_NUMBER = "id_number"


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible answer: ``value`` is stored, ``label`` is read."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class ShowIf:
    """Ask only when an earlier answer is one of ``values``.

    For a yes/no question the values are "yes" and "no"; for a multiple choice
    one of the chosen values suffices. A field whose ``key`` is itself hidden
    is hidden too.
    """

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question.

    Attributes:
        key: Stable name, ``[a-z][a-z0-9_]*``, unique in the form.
        type: Decides control, checking and canonical answer.
        label: As a clerk would ask it.
        help: Where to find the answer, in one sentence.
        required: An answer must be given when the field is shown.
        choices: For CHOICE and CHOICES only.
        min: Inclusive lower bound: a number, yuan, an ISO date or "today"; for
            CHOICES the least number of picks. Empty: no bound.
        max: Inclusive upper bound, likewise; for FILE the most files.
        max_length: Most characters of TEXT, LONG_TEXT and an address's detail.
        decimals: Most decimal places of a NUMBER; 0 asks for a whole number.
        show_if: Asked only after this answer.
        group: Heading under which neighbouring fields stand together.
        example: A made-up answer that shows the form of a real one.
        prefill: What of the person's profile answers it.
        warning: For YES_NO: what to tell who answers no. It warns, it does not
            refuse.
    """

    key: str
    type: FieldType
    label: str
    help: str = ""
    required: bool = True
    choices: tuple[Choice, ...] = ()
    min: str = ""
    max: str = ""
    max_length: int = 100
    decimals: int = 0
    show_if: ShowIf | None = None
    group: str = ""
    example: str = ""
    prefill: Prefill = Prefill.NOTHING
    warning: str = ""

    def __post_init__(self) -> None:
        """Refuse a question that could not be drawn or answered."""
        if fault := _fault(self):
            raise FormBroken(f"field {self.key!r}: {fault}", field=self.key)

    def label_of(self, value: object) -> str:
        """Return what a person reads for a stored choice."""
        return next((each.label for each in self.choices if each.value == value), "")

    def to_json(self) -> dict[str, Any]:
        """Return the field as JSON values; what is at its default is left out."""
        out: dict[str, Any] = {"key": self.key, "type": self.type.value}
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name in out or value == each.default:
                continue
            if each.name == "choices":
                value = [{"value": one.value, "label": one.label} for one in value]
            elif isinstance(value, ShowIf):
                value = {"key": value.key, "values": list(value.values)}
            elif isinstance(value, StrEnum):
                value = value.value
            out[each.name] = value
        return out

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Field:
        """Build a field from what :meth:`to_json` returned.

        Raises:
            FormBroken: a member is unknown, missing or of the wrong kind.
        """
        try:
            known = dict(said)
            known["type"] = FieldType(known["type"])
            known["choices"] = tuple(
                Choice(value=one["value"], label=one["label"])
                for one in known.get("choices", ())
            )
            condition = known.get("show_if")
            known["show_if"] = condition and ShowIf(
                condition["key"], tuple(condition["values"])
            )
            known["prefill"] = Prefill(known.get("prefill", ""))
            for name, value in known.items():
                if not isinstance(value, _JSON_KINDS.get(name, str)):
                    raise FormBroken(f"{name} is not of its kind")
            return cls(**known)
        except (TypeError, ValueError, KeyError, AttributeError) as cause:
            raise FormBroken(f"not a field: {cause}") from cause


@dataclass(frozen=True, slots=True)
class Form:
    """Questions in the order in which they are asked.

    Attributes:
        key: What the versions have in common: a matter's code or a default's name.
        version: Counts up within a key; set when the form is stored.
        title: Heading of the page.
        fields: Every question; ``show_if`` points back, never forward.
    """

    key: str
    version: int
    title: str
    fields: tuple[Field, ...]

    def __post_init__(self) -> None:
        """Refuse double keys and conditions that cannot be decided in order."""
        if len(self.fields) > _MAX_FIELDS:
            raise FormBroken(f"more than {_MAX_FIELDS} fields", form=self.key)
        earlier: dict[str, Field] = {}
        for each in self.fields:
            if each.key in earlier:
                raise FormBroken(f"two fields {each.key!r}", form=self.key)
            if each.show_if:
                _require_decidable(each, earlier)
            earlier[each.key] = each

    def field(self, key: str) -> Field | None:
        """Find a field by key."""
        return next((each for each in self.fields if each.key == key), None)

    def groups(self) -> tuple[tuple[str, tuple[Field, ...]], ...]:
        """Return runs of neighbouring fields with their common heading."""
        runs: list[tuple[str, list[Field]]] = []
        for each in self.fields:
            if not runs or runs[-1][0] != each.group:
                runs.append((each.group, []))
            runs[-1][1].append(each)
        return tuple((heading, tuple(run)) for heading, run in runs)

    def to_json(self) -> dict[str, Any]:
        """Return the form as JSON values."""
        return {
            "key": self.key,
            "version": self.version,
            "title": self.title,
            "fields": [each.to_json() for each in self.fields],
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Form:
        """Build a form from what :meth:`to_json` returned.

        Raises:
            FormBroken: the value is not a form.
        """
        try:
            return cls(
                key=str(said["key"]),
                version=int(said["version"]),
                title=str(said["title"]),
                fields=tuple(Field.from_json(each) for each in said["fields"]),
            )
        except (TypeError, ValueError, KeyError, AttributeError) as cause:
            raise FormBroken(f"not a form: {cause}") from cause


def yes_no_text(value: object) -> str:
    """Return "yes" or "no" for a canonical answer to a yes/no question."""
    return {True: YES, False: NO}.get(value, "") if isinstance(value, bool) else ""


def bound(field: Field, text: str, *, today: date) -> Decimal | date | None:
    """Return a field's ``min`` or ``max`` as a value to compare with.

    Args:
        field: The field the bound belongs to.
        text: ``field.min`` or ``field.max``.
        today: What the word "today" stands for.

    Returns:
        A date for DATE, else a decimal number; None when there is no bound.
    """
    if not text:
        return None
    if field.type is FieldType.DATE:
        return today if text == TODAY else date.fromisoformat(text)
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"not a plain number: {text!r}")
    return Decimal(text)


_JSON_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "choices": tuple,
    "required": bool,
    "max_length": int,
    "decimals": int,
    "show_if": (ShowIf, NoneType),
}
"""What members of a field are when they are not text."""

_CHOOSING = frozenset({FieldType.CHOICE, FieldType.CHOICES})
_BOUNDED = frozenset(
    {
        FieldType.NUMBER,
        FieldType.MONEY,
        FieldType.DATE,
        FieldType.CHOICES,
        FieldType.FILE,
    }
)


def _fault(field: Field) -> str:
    """Say what is wrong with a field by itself; empty when nothing is."""
    if not _KEY.fullmatch(field.key):
        return "the key is not a lower-case name"
    if not field.label.strip():
        return "there is no label"
    if not 1 <= field.max_length <= _LENGTH_LIMIT:
        return f"max_length is not between 1 and {_LENGTH_LIMIT}"
    if not 0 <= field.decimals <= _MAX_DECIMALS:
        return f"decimals is not between 0 and {_MAX_DECIMALS}"
    return _choices_fault(field) or _bounds_fault(field)


def _choices_fault(field: Field) -> str:
    if (field.type in _CHOOSING) != bool(field.choices):
        return "choices belong to choice fields, and only to them"
    values = [each.value for each in field.choices]
    if len(set(values)) != len(values):
        return "two choices have the same value"
    if not all(map(_CHOICE_VALUE.fullmatch, values)):
        return "a choice's value is not a short plain name"
    if not all(each.label.strip() for each in field.choices):
        return "a choice has no label"
    if field.warning and field.type is not FieldType.YES_NO:
        return "only a yes/no question warns"
    return ""


def _bounds_fault(field: Field) -> str:
    if (field.min or field.max) and field.type not in _BOUNDED:
        return f"a {field.type} has no bounds"
    day = date(2000, 1, 1)
    try:
        low = bound(field, field.min, today=day)
        most = field.max or (ONE_FILE if field.type is FieldType.FILE else "")
        high = bound(field, most, today=day)
    except (ValueError, TypeError):
        return "a bound cannot be read"
    if TODAY in (field.min, field.max):
        return ""
    if low is not None and high is not None and low > high:  # type: ignore[operator]
        return "the lower bound is above the upper"
    return ""


def _require_decidable(field: Field, earlier: Mapping[str, Field]) -> None:
    """Refuse a condition on a later field or on an answer nobody can give."""
    condition = field.show_if
    if condition is None:
        return
    asked = earlier.get(condition.key)
    if asked is None:
        raise FormBroken(
            f"field {field.key!r} depends on {condition.key!r}, not asked before it",
            field=field.key,
        )
    possible: Iterable[str] = (
        (YES, NO)
        if asked.type is FieldType.YES_NO
        else tuple(each.value for each in asked.choices)
    )
    if not condition.values or not set(condition.values) <= set(possible):
        raise FormBroken(
            f"field {field.key!r} waits for an answer that cannot be given",
            field=field.key,
        )
