"""What of a case somebody may read: answers in full, or masked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.cases import sealing
from app.cases.models import Case
from app.forms.definitions import Field, FieldType, Form, Prefill
from app.kernel.actors import Actor
from app.people.masking import mask_id_number, mask_name, mask_phone

HIDDEN = "＊＊＊"
"""Stands for text that is not shown without a reason."""

_NAME_WORDS = ("姓名",)
_NUMBER_WORDS = ("电话", "手机", "证件号", "账号", "卡号")
"""Words in the label of a text field that make its answer a person's."""


def answers_for(
    session: Session, actor: Actor, case: Case, form: Form
) -> dict[str, Any]:
    """Return the answers of a visible case as this actor may read them.

    The applicant reads everything, with what they are changing under a notice;
    staff read masked names and numbers (:func:`app.cases.service.reveal` opens
    them, with a reason).
    """
    if actor.is_citizen:
        return sealing.amended_answers_of(session, case)
    return masked(form, sealing.answers_of(session, case))


def masked(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers with personal data masked, field by field.

    An answer to a question that the form does not know is hidden whole.
    """
    out: dict[str, Any] = {}
    for key, value in answers.items():
        asked = form.field(key)
        out[key] = HIDDEN if asked is None else _masked(asked, value)
    return out


def applicant_name(form: Form, answers: Mapping[str, Any]) -> str:
    """Return the applicant's name among the answers, empty when none is asked."""
    for each in form.fields:
        if each.prefill is Prefill.NAME and isinstance(answers.get(each.key), str):
            return str(answers[each.key])
    return ""


def _masked(field: Field, value: Any) -> Any:
    if field.type is FieldType.ADDRESS and isinstance(value, Mapping):
        # To the township, not to the door. Source: domain facts §5.4.
        return {**value, "detail": HIDDEN}
    mask = _mask_of(field)
    return mask(value) if mask and isinstance(value, str) else value


def _mask_of(field: Field) -> Callable[[str], str] | None:
    if field.type in _MASKS:
        return _MASKS[field.type]
    if field.prefill is Prefill.NAME:
        return mask_name
    if field.type is not FieldType.TEXT:
        return None
    if any(word in field.label for word in _NAME_WORDS):
        return mask_name
    if any(word in field.label for word in _NUMBER_WORDS):
        return mask_id_number
    return None


_MASKS: Mapping[FieldType, Callable[[str], str]] = {
    FieldType.ID_NUMBER: mask_id_number,
    FieldType.MOBILE: mask_phone,
}
