"""What citizens tell of themselves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.kernel import crypto
from app.kernel.errors import Invalid
from app.people import registry
from app.people.masking import mask_id_number, mask_name, mask_phone
from app.people.models import RealNameStatus

_LONGEST_NAME = 50
_LONGEST_ID_NUMBER = 30


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What a citizen has told of themselves, opened.

    Attributes:
        token: The citizen's name outside.
        name: Empty until told.
        id_number: Empty until told; checked by rule, vouched for by nobody while
            ``real_name_status`` is unverified.
    """

    token: str
    phone: str = field(repr=False)
    name: str = field(repr=False)
    id_number: str = field(repr=False)
    real_name_status: RealNameStatus
    elder_mode: bool

    @property
    def masked(self) -> Profile:
        """The same with everything personal hidden but its outermost signs."""
        return replace(
            self,
            phone=mask_phone(self.phone),
            name=mask_name(self.name),
            id_number=mask_id_number(self.id_number),
        )


@dataclass(frozen=True, kw_only=True)
class ProfileChange:
    """What a citizen changes; None leaves a value, an empty text removes it.

    Attributes:
        id_number: Checked by the caller with ``forms.checking.id_number_error``.
    """

    name: str | None = field(default=None, repr=False)
    id_number: str | None = field(default=None, repr=False)
    elder_mode: bool | None = None


def profile(session: Session, citizen_id: int) -> Profile:
    """Return what a citizen has told of themselves, unmasked.

    The caller decides who may see it so, and audits a look by staff.

    Raises:
        NotFound: there is no such citizen.
    """
    citizen = registry.get(session, citizen_id)
    return Profile(
        token=citizen.token,
        phone=registry.opened(session, citizen, "phone", citizen.phone_sealed),
        name=registry.opened(session, citizen, "name", citizen.name_sealed),
        id_number=registry.opened(
            session, citizen, "id_number", citizen.id_number_sealed
        ),
        real_name_status=citizen.real_name_status,
        elder_mode=citizen.elder_mode,
    )


def update_profile(
    session: Session, citizen_id: int, change: ProfileChange, *, now: datetime
) -> Profile:
    """Keep what a citizen tells of themselves, and return all of it.

    Another name or identity number is unverified again, whoever vouched for the
    one before.

    Raises:
        Invalid: the name or the number is too long or holds control characters.
        NotFound: there is no such citizen.
    """
    citizen = registry.get(session, citizen_id)
    before = profile(session, citizen_id)
    name = before.name if change.name is None else _tidy_name(change.name)
    number = before.id_number
    if change.id_number is not None:
        number = _tidy_id_number(change.id_number)
    changed = []
    if name != before.name:
        citizen.name_sealed = registry.sealed(session, citizen, "name", name)
        changed.append("name")
    if number != before.id_number:
        citizen.id_number_sealed = registry.sealed(
            session, citizen, "id_number", number
        )
        citizen.id_number_index = id_number_index(session, number) if number else None
        changed.append("id_number")
    if changed:
        citizen.real_name_status = RealNameStatus.UNVERIFIED
    if change.elder_mode is not None and change.elder_mode != before.elder_mode:
        citizen.elder_mode = change.elder_mode
        changed.append("elder_mode")
    if changed:
        registry.write_audit(
            session,
            citizen,
            "citizens.update_profile",
            now=now,
            changed=",".join(changed),
        )
    return profile(session, citizen_id)


def id_number_index(session: Session, number: str) -> str:
    """Return the blind index of an identity number, as citizens are found by it."""
    return crypto.of(session).index(number, purpose="citizens.id_number")


def _tidy_name(typed: str) -> str:
    name = " ".join(typed.split())
    if len(name) > _LONGEST_NAME or not name.replace(" ", "a").isprintable():
        raise Invalid("not a name", errors={"name": f"姓名最多 {_LONGEST_NAME} 个字。"})
    return name


def _tidy_id_number(typed: str) -> str:
    number = "".join(typed.split()).upper()
    if len(number) > _LONGEST_ID_NUMBER or not number.isascii():
        raise Invalid("not a number", errors={"id_number": "证件号码不正确，请核对。"})
    return number
