"""The published catalogue in memory: what every page and answer is made from.

A snapshot never changes. When a release is published or places change, the next
snapshot is built beside it and takes its place between two requests.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, selectinload

from app.catalogue.guide import Guide, Origin, Tier
from app.catalogue.models import (
    GuideRevision,
    HandledBy,
    PackageRow,
    PlaceRow,
    Release,
    ReleaseAction,
    ReleaseItem,
    Synonym,
    WindowRow,
)
from app.catalogue.packages import Package
from app.catalogue.places import Place, PlaceKind, Window
from app.catalogue.readings import syllables
from app.catalogue.records import package_of, place_of, window_of
from app.catalogue.search import Page, SearchIndex, modes_of
from app.catalogue.stamp import read_stamp
from app.forms.definitions import Form
from app.forms.models import FormDefinition
from app.kernel.db import Database
from app.kernel.errors import Invalid, NotFound, Unavailable
from app.people import offices as people_offices
from app.people.models import NameBasis
from app.people.offices import OfficeFacts

POLL_S = 1.0
"""Seconds between two looks at the number that says whether anything changed."""

_CHUNK = 500
_TIERS = {Tier.CORE: 0, Tier.EXTENDED: 1, Tier.NICHE: 2}

logger = logging.getLogger(__name__)


class PlaceNeeded(Invalid):
    """Who is in charge depends on the applicant's township, which is not known."""

    code = "place-needed"
    zh = "这件事由乡镇（街道）办理，请先选择您所在的乡镇（街道）。"


@dataclass(frozen=True, kw_only=True)
class PublishedMatter:
    """A matter as published: its guide, its form, and who is in charge.

    Attributes:
        office_code: The department: in charge, or guiding the townships.
        handled_by: Whether the department or the applicant's township handles it.
        release_number: The release that published this wording.
    """

    code: str
    guide: Guide
    guide_revision_id: int
    revision_number: int
    form_id: int
    form: Form
    office_code: str
    handled_by: HandledBy
    release_number: int
    published_on: date

    @property
    def name(self) -> str:
        """Name of the matter."""
        return self.guide.name

    @property
    def needs_township(self) -> bool:
        """Whether the applicant must say which township they live in."""
        return self.handled_by is HandledBy.TOWNSHIP


@dataclass(frozen=True)
class Withdrawn:
    """A matter that a release took out, and why."""

    code: str
    name: str
    reason: str
    release_number: int
    on: date


@dataclass(frozen=True)
class ReleaseFacts:
    """A release as the public sees it."""

    number: int
    title: str
    basis: str
    published_on: date
    matter_codes: tuple[str, ...]
    allows_gaps: bool


@dataclass(frozen=True)
class Theme:
    """A theme and how many matters it holds."""

    name: str
    count: int


@dataclass(frozen=True)
class Department:
    """An office that is named by matters, and by how many.

    Attributes:
        mark: What to print beside the name when nobody has confirmed it.
    """

    code: str
    name: str
    short_name: str
    count: int
    mark: str = ""


@dataclass(frozen=True)
class Facets:
    """Counts for the filters of the list, by the value of each filter."""

    audience: Mapping[str, int]
    mode: Mapping[str, int]
    level: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, eq=False)
class Snapshot:
    """Everything published, as it stood at one moment.

    Attributes:
        release_number: Of the newest release; 0 before the first.
        etag: Strong entity tag, quotes included; the same in every process.
        matters: By code, in the order of lists.
        withdrawn: Matters that were published once, by code.
        cache: For doors: answers made from this snapshot, kept as long as it.
    """

    release_number: int
    etag: str
    stamp: int
    matters: Mapping[str, PublishedMatter]
    withdrawn: Mapping[str, Withdrawn]
    places: Mapping[str, Place]
    windows: Mapping[str, Window]
    offices: Mapping[str, OfficeFacts]
    departments: tuple[Department, ...]
    themes: tuple[Theme, ...]
    facets: Facets
    packages: Mapping[str, Package]
    releases: tuple[ReleaseFacts, ...]
    index: SearchIndex[PublishedMatter]
    cache: dict[Any, Any] = field(default_factory=dict)

    def matter(self, code: str) -> PublishedMatter:
        """Return a published matter.

        Raises:
            NotFound: it is not published.
        """
        found = self.matters.get(code)
        if found is None:
            raise NotFound("no such matter is published", zh="没有找到这个事项。")
        return found

    def place(self, code: str) -> Place:
        """Return a place.

        Raises:
            NotFound: there is none.
        """
        found = self.places.get(code)
        if found is None:
            raise NotFound("no such place", zh="没有找到这个地点。")
        return found

    def find(self, q: str = "", **filters: Any) -> Page[PublishedMatter]:
        """Search the list; see :meth:`app.catalogue.search.SearchIndex.find`."""
        return self.index.find(q, **filters)

    def townships(self) -> tuple[Place, ...]:
        """Return the townships and streets of the district, by code."""
        return tuple(each for each in self.places.values() if each.kind.is_township)

    def township_of(self, place_code: str | None) -> Place | None:
        """Return the township a place is or lies in; None for hall and district."""
        seen: set[str] = set()
        place = self.places.get(place_code) if place_code else None
        while place is not None and place.code not in seen:
            if place.kind.is_township:
                return place
            seen.add(place.code)
            place = self.places.get(place.parent_code) if place.parent_code else None
        return None

    def office_in_charge(self, matter_code: str, place_code: str | None) -> str:
        """Return the code of the office that handles a matter for a place.

        A matter of the district is the department's wherever one applies; a
        matter of townships or villages is that of the township's government,
        guided by the department (:attr:`PublishedMatter.office_code`).

        Raises:
            NotFound: matter or place is unknown.
            PlaceNeeded: it is a township's matter and the place is in none.

        Source:
            design.md 7, "Office in charge".
        """
        matter = self.matter(matter_code)
        if place_code is not None:
            self.place(place_code)
        if not matter.needs_township:
            return matter.office_code
        township = self.township_of(place_code)
        if township is None or township.office_code is None:
            raise PlaceNeeded("the township is not known", matter=matter_code)
        return township.office_code

    def places_handling(self, matter_code: str) -> tuple[Place, ...]:
        """Return the halls, or the townships' centres, that handle a matter."""
        matter = self.matter(matter_code)
        kind = PlaceKind.STATION if matter.needs_township else PlaceKind.HALL
        return tuple(each for each in self.places.values() if each.kind is kind)

    def windows_at(self, place_code: str) -> tuple[Window, ...]:
        """Return the windows of a place, by code."""
        return tuple(
            each for each in self.windows.values() if each.place_code == place_code
        )

    def packages_with(self, matter_code: str) -> tuple[Package, ...]:
        """Return the packages that a matter belongs to."""
        return tuple(
            each
            for each in self.packages.values()
            if matter_code in self.members_of(each)
        )

    def members_of(self, package: Package) -> tuple[str, ...]:
        """Return a package's published matters, by the list it refers to."""
        source = self.packages.get(package.same_as, package)
        return tuple(code for code in source.matter_codes if code in self.matters)

    def divisions(self) -> dict[str, str]:
        """Return code and name of the townships, for address questions."""
        return {each.code: each.name for each in self.townships()}


def load_snapshot(session: Session) -> Snapshot:
    """Build the published catalogue from the database.

    A release may be committed between two of the queries: so the stamp is read
    first, and nothing newer than the newest release seen then is looked at.
    """
    stamp = read_stamp(session)
    releases = _releases(session)
    newest = max((each.number for each in releases), default=0)
    matters, withdrawn = _matters(session, newest)
    ordered = {each.code: each for each in sorted(matters, key=_list_order)}
    places = {
        row.code: place_of(row)
        for row in session.scalars(select(PlaceRow).order_by(PlaceRow.code))
    }
    windows = {
        row.code: window_of(row)
        for row in session.scalars(select(WindowRow).order_by(WindowRow.code))
    }
    packages = _packages(session)
    offices = _offices(session)
    synonyms = {
        each.everyday: tuple(each.terms)
        for each in session.scalars(select(Synonym).order_by(Synonym.everyday))
    }
    return Snapshot(
        release_number=newest,
        etag=_etag(session, newest, (places, windows, offices, synonyms)),
        stamp=stamp,
        matters=ordered,
        withdrawn=withdrawn,
        places=places,
        windows=windows,
        offices=offices,
        departments=_departments(ordered.values(), offices),
        themes=_themes(ordered.values()),
        facets=_facets(ordered.values()),
        packages=packages,
        releases=tuple(releases),
        index=SearchIndex(tuple(ordered.values()), places=places, synonyms=synonyms),
    )


def _list_order(matter: PublishedMatter) -> tuple[int, bool, tuple[str, ...], str]:
    """Often asked for first, described ones before bare ones, then by sound."""
    guide = matter.guide
    return (
        _TIERS[guide.tier],
        not guide.materials,
        syllables(guide.name),
        guide.code,
    )


def _releases(session: Session) -> list[ReleaseFacts]:
    stored = session.scalars(select(Release).order_by(Release.number.desc())).all()
    items: dict[int, list[str]] = {}
    for release_id, code in session.execute(
        select(ReleaseItem.release_id, ReleaseItem.matter_code)
        .where(ReleaseItem.action == ReleaseAction.PUBLISH)
        .order_by(ReleaseItem.matter_code)
    ):
        items.setdefault(release_id, []).append(code)
    return [
        ReleaseFacts(
            number=each.number,
            title=each.title,
            basis=each.basis,
            published_on=each.published_on,
            matter_codes=tuple(items.get(each.id, ())),
            allows_gaps=each.allows_gaps,
        )
        for each in stored
    ]


def _matters(
    session: Session, upto: int
) -> tuple[list[PublishedMatter], dict[str, Withdrawn]]:
    """Return what the newest item of each matter says, up to a release."""
    newest = (
        select(
            ReleaseItem.matter_code.label("code"),
            func.max(Release.number).label("number"),
        )
        .join(Release, Release.id == ReleaseItem.release_id)
        .where(Release.number <= upto)
        .group_by(ReleaseItem.matter_code)
        .subquery()
    )
    rows = session.execute(
        select(ReleaseItem, Release.number, Release.published_on, GuideRevision)
        .join(Release, Release.id == ReleaseItem.release_id)
        .join(
            newest,
            (newest.c.code == ReleaseItem.matter_code)
            & (newest.c.number == Release.number),
        )
        .join(GuideRevision, GuideRevision.id == ReleaseItem.guide_revision_id)
    ).all()
    forms = _forms(session, {row[3].form_id for row in rows})
    matters: list[PublishedMatter] = []
    withdrawn: dict[str, Withdrawn] = {}
    for item, number, on, revision in rows:
        guide = Guide.from_json(revision.content)
        if item.action is ReleaseAction.WITHDRAW:
            withdrawn[guide.code] = Withdrawn(
                guide.code, guide.name, item.reason, number, on
            )
            continue
        matters.append(
            PublishedMatter(
                code=item.matter_code,
                guide=guide,
                guide_revision_id=revision.id,
                revision_number=revision.number,
                form_id=revision.form_id,
                form=forms[revision.form_id],
                office_code=item.office_code,
                handled_by=item.handled_by,
                release_number=number,
                published_on=on,
            )
        )
    return matters, withdrawn


def _forms(session: Session, ids: set[int]) -> dict[int, Form]:
    found: dict[int, Form] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        for each in session.scalars(
            select(FormDefinition).where(FormDefinition.id.in_(part))
        ):
            found[each.id] = Form.from_json(each.content)
    return found


def _packages(session: Session) -> dict[str, Package]:
    stored = session.scalars(
        select(PackageRow)
        .options(selectinload(PackageRow.members))
        .order_by(PackageRow.id)
    )
    return {each.code: package_of(each) for each in stored}


def _offices(session: Session) -> dict[str, OfficeFacts]:
    return {
        each.code: OfficeFacts(
            code=each.code,
            name=each.name,
            short_name=each.short_name,
            kind=each.kind,
            telephone=each.telephone,
            name_basis=each.name_basis,
        )
        for each in people_offices.list_all(session)
    }


def _departments(
    matters: Iterable[PublishedMatter], offices: Mapping[str, OfficeFacts]
) -> tuple[Department, ...]:
    counts = Counter(each.office_code for each in matters)
    return tuple(
        Department(
            code=code,
            name=offices[code].name,
            short_name=offices[code].short_name,
            count=count,
            mark=Origin.INFERRED.mark
            if offices[code].name_basis is NameBasis.TYPICAL
            else "",
        )
        for code, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
        if code in offices
    )


def _themes(matters: Iterable[PublishedMatter]) -> tuple[Theme, ...]:
    counts = Counter(each.guide.theme for each in matters)
    return tuple(
        Theme(name, count)
        for name, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    )


def _facets(matters: Iterable[PublishedMatter]) -> Facets:
    audience: Counter[str] = Counter()
    mode: Counter[str] = Counter()
    level: Counter[str] = Counter()
    for each in matters:
        audience.update(value.value for value in each.guide.audience)
        mode.update(modes_of(each.guide))
        level[each.guide.level.value] += 1
    return Facets(dict(audience), dict(mode), dict(level))


def _etag(session: Session, upto: int, shown: Iterable[object]) -> str:
    """Digest everything that is served, so that equal tags mean equal answers."""
    digest = hashlib.sha256()
    for content in session.scalars(
        select(Release.content_hash)
        .where(Release.number <= upto)
        .order_by(Release.number)
    ):
        digest.update(content.encode())
    for content in session.scalars(
        select(PackageRow.content_hash).order_by(PackageRow.code)
    ):
        digest.update(content.encode())
    for part in shown:
        digest.update(repr(part).encode())
    return f'"r{upto}-{digest.hexdigest()[:20]}"'


class SnapshotHolder:
    """Keeps the current snapshot of a process; shared by its threads.

    Whoever asks first after the poll is due looks at the stamp; the others are
    given what is there. While the database is away the last snapshot is served.
    """

    def __init__(
        self,
        database: Database,
        *,
        poll_s: float = POLL_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._poll_s = poll_s
        self._monotonic = monotonic
        self._turn = threading.Lock()
        self._held: Snapshot | None = None
        self._next_poll = 0.0

    def get(self) -> Snapshot:
        """Return the current snapshot, at most a second old.

        Raises:
            Unavailable: nothing was loaded yet and the database is away.
        """
        held = self._held
        if held is not None and self._monotonic() < self._next_poll:
            return held
        if held is None:
            with self._turn:
                return self._refreshed()
        if not self._turn.acquire(blocking=False):
            return held
        try:
            return self._refreshed()
        except (SQLAlchemyError, Unavailable):
            logger.warning("catalogue poll failed", exc_info=True)
            return held
        finally:
            self._turn.release()

    def _refreshed(self) -> Snapshot:
        """Look at the stamp, and load when it has moved. Holds the turn."""
        now = self._monotonic()
        if self._held is not None and now < self._next_poll:
            return self._held
        self._next_poll = now + self._poll_s
        with self._database.reading() as session:
            if self._held is None or read_stamp(session) != self._held.stamp:
                self._held = load_snapshot(session)
        return self._held
