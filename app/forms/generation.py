"""Which form a matter gets when nobody has drawn one by hand."""

from __future__ import annotations

from dataclasses import dataclass

from app.forms.definitions import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterFacts:
    """What is known of a matter, as plain values.

    Attributes:
        code: The matter's code.
        name: Its Chinese name.
        type: Chinese name of its type, such as "行政许可".
        audience: "person", "organisation" or both.
        level: "区", "乡镇" or "村".
        theme: Chinese name of its theme, may be empty.
        conditions: What the guide asks of an applicant, a sentence each.
        materials: (key, name, necessity) of each material.
        is_guide: A guide was read for it, so it gets a form of its own.
    """

    code: str
    name: str
    type: str
    audience: tuple[str, ...]
    level: str
    theme: str = ""
    conditions: tuple[str, ...] = ()
    materials: tuple[tuple[str, str, str], ...] = ()
    is_guide: bool = False


def form_for(facts: MatterFacts) -> Form:
    """Return the form of a matter: the guide's own, or the default of its kind."""
    raise NotImplementedError
