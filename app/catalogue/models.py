"""Records of this room.

    Matter ─┬─ GuideRevision (1, 2, 3 …)      written once, never changed
            └─ ReleaseItem ── Release         written once, never changed
    PlaceRow ── WindowRow      PackageRow ── PackageMemberRow
    CatalogueStamp             one row that moves whenever pages must be rebuilt

What is published is the sum of all releases: for each matter the newest item
that names it. So a later batch adds to, replaces or withdraws what an earlier
one published, and no release ever changes.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from app.catalogue.places import PlaceBasis, PlaceKind
from app.catalogue.terms import Audience, MatterType, Origin, Tier
from app.kernel.db import Base, JSONType, enum_text
from app.kernel.errors import Conflict

_CODE = 40
_NAME = 300


class PublishedRecordChanged(Conflict):
    """A row that was published or pinned by a case was about to change."""

    code = "published-record-changed"
    zh = "已经公布的内容不能改动，请用新的批次公布。"


class PlaceRow(Base):
    """A place; see :class:`app.catalogue.places.Place` for the fields."""

    __tablename__ = "places"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(_CODE), unique=True)
    name: Mapped[str] = mapped_column(String(_NAME))
    kind: Mapped[PlaceKind] = mapped_column(enum_text(PlaceKind))
    parent_code: Mapped[str | None] = mapped_column(String(_CODE))
    office_code: Mapped[str | None] = mapped_column(String(_CODE))
    address: Mapped[str | None] = mapped_column(String(_NAME))
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    hours: Mapped[str] = mapped_column(String(_NAME), default="")
    basis: Mapped[PlaceBasis] = mapped_column(enum_text(PlaceBasis))
    note: Mapped[str] = mapped_column(Text, default="")


class WindowRow(Base):
    """A window; see :class:`app.catalogue.places.Window` for the fields."""

    __tablename__ = "windows"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(_CODE), unique=True)
    place_code: Mapped[str] = mapped_column(ForeignKey("places.code"), index=True)
    number: Mapped[str] = mapped_column(String(_CODE))
    name: Mapped[str] = mapped_column(String(_NAME))
    office_code: Mapped[str] = mapped_column(String(_CODE))
    basis: Mapped[PlaceBasis] = mapped_column(enum_text(PlaceBasis))


class Matter(Base):
    """A matter (事项): its number, and which revision is being worked on.

    Attributes:
        head_number: Number of the newest revision, published or not.
    """

    __tablename__ = "matters"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(_CODE), unique=True)
    name: Mapped[str] = mapped_column(String(_NAME))
    type: Mapped[MatterType] = mapped_column(enum_text(MatterType))
    tier: Mapped[Tier] = mapped_column(enum_text(Tier))
    head_number: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class GuideRevision(Base):
    """One wording of a guide, with the form that belongs to it.

    Attributes:
        number: 1, 2, 3 … within the matter.
        content: :meth:`app.catalogue.guide.Guide.to_json`.
        content_hash: Of content and form together; equal means unchanged.
        written_by: Kind and id of the author, such as ``staff:12``.
    """

    __tablename__ = "guide_revisions"
    __table_args__ = (UniqueConstraint("matter_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    matter_id: Mapped[int] = mapped_column(ForeignKey("matters.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSONType)
    content_hash: Mapped[str] = mapped_column(String(64))
    form_id: Mapped[int] = mapped_column(ForeignKey("form_definitions.id"), index=True)
    written_by: Mapped[str] = mapped_column(String(_CODE))
    created_at: Mapped[datetime]


class Release(Base):
    """A batch (批次) of guides made public on a day.

    Attributes:
        number: 1, 2, 3 … over the whole installation.
        basis: The document that orders the publication.
        allows_gaps: Published for demonstration: guides may have 来源缺项.
        content_hash: Of the items; makes the ETag of everything served.
    """

    __tablename__ = "releases"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column(String(_NAME))
    basis: Mapped[str] = mapped_column(String(_NAME))
    published_on: Mapped[date]
    published_at: Mapped[datetime]
    published_by: Mapped[str] = mapped_column(String(_CODE))
    allows_gaps: Mapped[bool]
    content_hash: Mapped[str] = mapped_column(String(64))
    items: Mapped[list[ReleaseItem]] = relationship(
        lazy="raise", order_by="ReleaseItem.matter_code"
    )


class ReleaseAction(StrEnum):
    """What a release does to a matter."""

    PUBLISH = "publish"
    WITHDRAW = "withdraw"


class HandledBy(StrEnum):
    """Who is in charge of a matter; with the place it gives the office."""

    DEPARTMENT = "department"
    TOWNSHIP = "township"


class ReleaseItem(Base):
    """A matter in a release: which wording, and whose office is in charge.

    Attributes:
        office_code: The department: in charge, or guiding the townships.
        reason: Why it was withdrawn; empty otherwise.
    """

    __tablename__ = "release_items"
    __table_args__ = (
        UniqueConstraint("release_id", "matter_code"),
        Index(None, "matter_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"))
    matter_code: Mapped[str] = mapped_column(ForeignKey("matters.code"))
    action: Mapped[ReleaseAction] = mapped_column(enum_text(ReleaseAction))
    guide_revision_id: Mapped[int] = mapped_column(
        ForeignKey("guide_revisions.id"), index=True
    )
    office_code: Mapped[str] = mapped_column(String(_CODE))
    handled_by: Mapped[HandledBy] = mapped_column(enum_text(HandledBy))
    reason: Mapped[str] = mapped_column(Text, default="")


class PackageRow(Base):
    """A package (一件事): several matters that people need together.

    Attributes:
        origin: Where its list of matters comes from; most are recalled.
        content: Conditions, limit, materials, steps, notes and source, as
            :class:`app.catalogue.packages.Package` writes them.
        content_hash: Of everything, members included.
    """

    __tablename__ = "packages"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(_CODE), unique=True)
    name: Mapped[str] = mapped_column(String(_NAME))
    audience: Mapped[Audience] = mapped_column(enum_text(Audience))
    origin: Mapped[Origin] = mapped_column(enum_text(Origin))
    content: Mapped[dict[str, Any]] = mapped_column(JSONType)
    content_hash: Mapped[str] = mapped_column(String(64))
    members: Mapped[list[PackageMemberRow]] = relationship(
        lazy="raise",
        order_by="PackageMemberRow.position",
        cascade="all, delete-orphan",
    )


class PackageMemberRow(Base):
    """A part of a package; without a matter code when the list has none for it."""

    __tablename__ = "package_members"
    __table_args__ = (UniqueConstraint("package_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    package_id: Mapped[int] = mapped_column(ForeignKey("packages.id"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(_NAME))
    matter_code: Mapped[str | None] = mapped_column(String(_CODE), index=True)
    origin: Mapped[Origin] = mapped_column(enum_text(Origin))


class Synonym(Base):
    """What people say (生孩子) and what it stands for in names of matters."""

    __tablename__ = "synonyms"

    id: Mapped[int] = mapped_column(primary_key=True)
    everyday: Mapped[str] = mapped_column(String(_CODE), unique=True)
    terms: Mapped[list[str]] = mapped_column(JSONType)
    note: Mapped[str] = mapped_column(String(_NAME), default="")


class CatalogueStamp(Base):
    """A number that grows whenever what is served must be rebuilt."""

    __tablename__ = "catalogue_stamps"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stamp: Mapped[int]


def _refuse(_mapper: Mapper[Any], _connection: object, target: object) -> None:
    raise PublishedRecordChanged(f"{type(target).__name__} rows never change")


for _kind in (GuideRevision, Release, ReleaseItem):
    event.listen(_kind, "before_update", _refuse)
    event.listen(_kind, "before_delete", _refuse)
