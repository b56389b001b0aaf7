"""Records of this room: offices, citizens, staff, and their ways of signing in.

Telephone and identity numbers, names and openids are stored sealed; what must be
found again has a keyed blind index beside it. Codes and session tokens are stored
as keyed hashes only, so a copy of the database opens no session.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.actors import Role
from app.kernel.db import Base, enum_text
from app.kernel.references import new_token

_HASH = 64
"""Hexadecimal signs of a keyed hash."""
_TOKEN = 32
"""Room for a token of :func:`app.kernel.references.new_token` (22 signs)."""


class OfficeKind(StrEnum):
    """What kind of body an office is."""

    DEPARTMENT = "department"
    STREET = "street"
    TOWN = "town"
    TOWNSHIP = "township"
    VILLAGE = "village"
    BODY = "body"
    """Any other body that handles matters: a company, a farm, a centre."""


class NameBasis(StrEnum):
    """How far the name of an office can be trusted."""

    READ = "read"
    """Read in a source that is named in the catalogue."""
    TYPICAL = "typical"
    """What such an office is usually called; unchecked."""


class RealNameStatus(StrEnum):
    """Whether somebody other than the citizen vouches for name and number."""

    UNVERIFIED = "unverified"
    VERIFIED = "verified"


class Channel(StrEnum):
    """Which door a citizen's session belongs to; one never opens the other."""

    PAGE = "page"
    API = "api"


class Office(Base):
    """A body of the district that handles matters, answers or supervises.

    Attributes:
        code: Stable name in URLs and files; never changes.
        parent_id: The office above it, whose people it cannot overrule.
        telephone: Only a number that was read; never one of another place.
    """

    __tablename__ = "offices"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    short_name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[OfficeKind] = mapped_column(enum_text(OfficeKind))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"))
    telephone: Mapped[str | None] = mapped_column(String(40))
    name_basis: Mapped[NameBasis] = mapped_column(enum_text(NameBasis))


class Citizen(Base):
    """A person who has shown that a mobile number is theirs.

    Attributes:
        token: The person's name outside; part of every sealing context.
        phone_index: One citizen per number: races end here.
        id_number_index: Not unique: the number is what the person says, and a
            refusal would tell a stranger that somebody else has said it.
    """

    __tablename__ = "citizens"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(_TOKEN), unique=True, default=new_token)
    phone_sealed: Mapped[bytes]
    phone_index: Mapped[str] = mapped_column(String(_HASH), unique=True)
    name_sealed: Mapped[bytes | None]
    id_number_sealed: Mapped[bytes | None]
    id_number_index: Mapped[str | None] = mapped_column(String(_HASH), index=True)
    real_name_status: Mapped[RealNameStatus] = mapped_column(
        enum_text(RealNameStatus), default=RealNameStatus.UNVERIFIED
    )
    elder_mode: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class CitizenSession(Base):
    """One link in a chain of sessions that began with one sign-in.

    Attributes:
        family: The same for all links of the chain; signing out, or the reuse of
            a rotated link, closes the chain.
        rotated_to: The link that replaced this one; this one is then dead.
    """

    __tablename__ = "citizen_sessions"
    __table_args__ = (Index(None, "family"), Index(None, "expires_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(_HASH), unique=True)
    family: Mapped[str] = mapped_column(String(_TOKEN))
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizens.id"), index=True)
    channel: Mapped[Channel] = mapped_column(enum_text(Channel))
    opened_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    rotated_to: Mapped[int | None] = mapped_column(ForeignKey("citizen_sessions.id"))
    closed_at: Mapped[datetime | None]


class PhoneCode(Base):
    """The sign-in code last sent to a number, and how often one was sent.

    One row a number, so that a row lock is a lock on the number.

    Attributes:
        address_key: Keyed hash of the asking network address; never the address.
        sent_at: When the code was made; the next one may not follow too soon.
        tries: How often this code was typed, rightly or wrongly.
        sent_today: Codes made on the office day ``sent_at`` falls on.
    """

    __tablename__ = "phone_codes"
    __table_args__ = (Index(None, "address_key", "sent_at"), Index(None, "sent_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    phone_index: Mapped[str] = mapped_column(String(_HASH), unique=True)
    code_hash: Mapped[str] = mapped_column(String(_HASH))
    address_key: Mapped[str] = mapped_column(String(_HASH))
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    sent_today: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class WechatIdentity(Base):
    """An openid as a credential of one citizen; sealed, since notices need it."""

    __tablename__ = "wechat_identities"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(_TOKEN), unique=True, default=new_token)
    openid_sealed: Mapped[bytes]
    openid_index: Mapped[str] = mapped_column(String(_HASH), unique=True)
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizens.id"), index=True)
    bound_at: Mapped[datetime]


class Staff(Base):
    """A member of staff. What they may do follows from their posts alone.

    Attributes:
        username: Lower case; how the person signs in.
        password_hash: Argon2id, with its parameters inside.
        office_id: The office they belong to; sessions begin there.
    """

    __tablename__ = "staff"
    __table_args__ = (CheckConstraint("username = lower(username)", name="lower"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(60), unique=True)
    display_name: Mapped[str] = mapped_column(String(60))
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), index=True)
    created_at: Mapped[datetime]


class StaffPost(Base):
    """A role that somebody holds at an office, from then until revoked."""

    __tablename__ = "staff_posts"
    __table_args__ = (
        UniqueConstraint("staff_id", "role", "office_id"),
        Index(None, "office_id", "role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    role: Mapped[Role] = mapped_column(enum_text(Role))
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    active: Mapped[bool] = mapped_column(default=True)


class StaffSession(Base):
    """A signed-in browser of a member of staff.

    Attributes:
        office_id: The office they act for in this session.
        last_seen_at: Moved at most once a minute; idleness is counted from it.
    """

    __tablename__ = "staff_sessions"
    __table_args__ = (Index(None, "staff_id"), Index(None, "expires_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(_HASH), unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    opened_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class SignInFailures(Base):
    """Failed staff sign-ins, per name at an address, per name, and per address.

    Kept for names that do not exist as well, so that a lock tells nobody which
    names do. The key is a keyed hash: people type passwords into the name field.
    A name's row without failures says that its owner got in.
    """

    __tablename__ = "sign_in_failures"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(_HASH), unique=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(index=True)
    locked_until: Mapped[datetime | None]
