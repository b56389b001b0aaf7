"""What people can bring forward, in their words: versioned reference data.

A list is never edited in place: a changed one is a further version with the day
from which it holds. A stored complaint keeps the version it was filed under.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from app.complaints.workflow import Track
from app.kernel.errors import Invalid

FOLDER = Path(__file__).resolve().parents[2] / "data" / "supervision"
"""Where the reference data of this room lies; every entry names its source."""


class Kind(StrEnum):
    """What a person wants. Values are stored; never rename one."""

    COMPLAINT = "complaint"
    CONSULTATION = "consultation"
    HELP = "help"
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    REPORT = "report"

    @property
    def track(self) -> Track:
        """Who may know of it: only a report about a person is sealed."""
        return Track.SEALED if self is Kind.REPORT else Track.SERVICE

    @property
    def is_adverse(self) -> bool:
        """Whether it accuses somebody, who must then not see it."""
        return self in (Kind.COMPLAINT, Kind.REPORT)


@dataclass(frozen=True)
class Category:
    """One line of the list a person chooses from.

    Attributes:
        help: What it means, in a sentence.
        basis: Which documents it rests on.
    """

    code: str
    label: str
    help: str
    basis: tuple[str, ...]


@dataclass(frozen=True)
class KindFacts:
    """A kind with its categories."""

    kind: Kind
    label: str
    help: str
    categories: tuple[Category, ...]


@dataclass(frozen=True)
class CategoryList:
    """One version of the list, and what is to be said beside it.

    Attributes:
        report_guidance: For whoever chooses to report a person: where it goes.
        anonymous_notice: For whoever stays anonymous: what is kept and what not.
    """

    version: int
    in_force_from: date
    kinds: tuple[KindFacts, ...]
    report_guidance: tuple[str, ...]
    anonymous_notice: tuple[str, ...]

    def of(self, kind: Kind) -> KindFacts:
        """Return a kind."""
        return next(each for each in self.kinds if each.kind is kind)

    def find(self, kind: Kind, code: str) -> Category | None:
        """Return a category of a kind, or None."""
        categories = self.of(kind).categories
        return next((each for each in categories if each.code == code), None)

    def require(self, kind: Kind, code: str) -> Category:
        """Return a category of a kind.

        Raises:
            Invalid: the kind has no such category in this version.
        """
        found = self.find(kind, code)
        if found is None:
            raise Invalid("no such category", errors={"category": "请选择一个类别。"})
        return found


@dataclass(frozen=True)
class CategoryBook:
    """All versions of the list, oldest first."""

    versions: tuple[CategoryList, ...]

    def on(self, day: date) -> CategoryList:
        """Return the version in force on a day; before all of them, the first."""
        in_force = [each for each in self.versions if each.in_force_from <= day]
        return in_force[-1] if in_force else self.versions[0]

    def numbered(self, version: int) -> CategoryList:
        """Return the version that a stored complaint names.

        Raises:
            LookupError: it was deleted from the data, which must not happen.
        """
        for each in self.versions:
            if each.version == version:
                return each
        raise LookupError(f"category list {version}")


def read(document: Mapping[str, Any]) -> CategoryBook:
    """Read a book from JSON.

    Raises:
        ValueError: kinds are missing, codes repeat, or versions are out of order.
    """
    versions = tuple(_read_list(each) for each in document["versions"])
    order = [(each.version, each.in_force_from) for each in versions]
    if not order or order != sorted(set(order)):
        raise ValueError("versions are missing, repeated or out of order")
    return CategoryBook(versions)


def _read_list(raw: Mapping[str, Any]) -> CategoryList:
    kinds = tuple(_read_kind(each) for each in raw["kinds"])
    if [each.kind for each in kinds] != list(Kind):
        raise ValueError("every kind once, in order")
    return CategoryList(
        version=raw["version"],
        in_force_from=date.fromisoformat(raw["in_force_from"]),
        kinds=kinds,
        report_guidance=tuple(raw["report_guidance"]),
        anonymous_notice=tuple(raw["anonymous_notice"]),
    )


def _read_kind(raw: Mapping[str, Any]) -> KindFacts:
    categories = tuple(
        Category(each["code"], each["label"], each["help"], tuple(each["basis"]))
        for each in raw["categories"]
    )
    if len({each.code for each in categories}) != len(categories) or not categories:
        raise ValueError(f"codes of {raw['kind']} repeat or are missing")
    return KindFacts(Kind(raw["kind"]), raw["label"], raw["help"], categories)


@cache
def book() -> CategoryBook:
    """Return the book of this installation, read once per process."""
    return read(json.loads((FOLDER / "categories.json").read_text("utf-8")))
