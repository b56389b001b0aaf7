"""What of a case somebody may read: answers in full, or masked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.cases import sealing
from app.cases.models import Case
from app.forms.definitions import Field, FieldType, Form, Prefill
from app.kernel.actors import Actor
from app.people.masking import mask_id_number, mask_name, mask_phone

HIDDEN = "＊＊＊"
"""Stands for text that is not shown without a reason."""

ORGANISATION_KEY = "org_name"
"""Key under which every form asks for the name of an organisation."""

_NAME_WORDS = ("姓名", "收款人", "开户人")
_NUMBER_WORDS = ("电话", "手机", "号码", "账号", "卡号")
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


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who applies, as the answers say."""

    name: str
    is_organisation: bool


def applicant_in(form: Form, answers: Mapping[str, Any]) -> Applicant:
    """Return who applies: the organisation if one is named, else the person."""
    organisation = answers.get(ORGANISATION_KEY)
    if isinstance(organisation, str) and organisation:
        return Applicant(organisation, is_organisation=True)
    for each in form.fields:
        if each.prefill is Prefill.NAME and isinstance(answers.get(each.key), str):
            return Applicant(str(answers[each.key]), is_organisation=False)
    return Applicant("", is_organisation=False)


def shown_applicant(session: Session, case: Case) -> str:
    """Return the applicant's name for a list: a person's masked, a body's in full."""
    name = sealing.applicant_of(session, case.token, case.applicant_sealed)
    return name if case.is_organisation else mask_name(name)


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
