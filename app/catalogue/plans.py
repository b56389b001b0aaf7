"""What an import would do, and what it did: plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from app.catalogue.findings import Finding
from app.catalogue.guide import Guide
from app.catalogue.packages import Package
from app.catalogue.places import Place, Window
from app.forms.definitions import Form
from app.kernel.errors import Conflict
from app.people.offices import OfficeFacts

T_co = TypeVar("T_co", covariant=True)


class PlanOutdated(Conflict):
    """Somebody changed a matter between looking and doing."""

    code = "import-plan-outdated"
    zh = "核对之后目录又被改动过，请重新核对再导入。"


class Outcome(StrEnum):
    """What importing a row comes to."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Planned(Generic[T_co]):
    """A record as it will be, and whether that is news."""

    outcome: Outcome
    facts: T_co


@dataclass(frozen=True)
class PlannedMatter:
    """A matter as it will be.

    Attributes:
        head_number: The newest revision when the plan was made; 0 for none.
        digest: Of guide and form together.
    """

    outcome: Outcome
    guide: Guide
    form: Form
    digest: str
    head_number: int


@dataclass(frozen=True)
class EverydayWord:
    """What people say, and what it stands for in names of matters."""

    everyday: str
    terms: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ImportPlan:
    """What an import would do; nothing has been done yet.

    Attributes:
        refused: Cells because of which a row is not taken.
        remarks: Cells that are taken with a difference, each with the reason.
    """

    offices: tuple[Planned[OfficeFacts], ...] = ()
    places: tuple[Planned[Place], ...] = ()
    windows: tuple[Planned[Window], ...] = ()
    matters: tuple[PlannedMatter, ...] = ()
    packages: tuple[Planned[Package], ...] = ()
    synonyms: tuple[Planned[EverydayWord], ...] = ()
    refused: tuple[Finding, ...] = ()
    remarks: tuple[Finding, ...] = ()

    def count(self, outcome: Outcome) -> dict[str, int]:
        """Return how many records of each kind have an outcome."""
        return {
            kind: Counter(each.outcome for each in planned)[outcome]
            for kind, planned in self.kinds().items()
        }

    def kinds(self) -> Mapping[str, tuple[Planned[object] | PlannedMatter, ...]]:
        """Return the planned records by the Chinese name of their kind."""
        return {
            "机构": self.offices,
            "场所": self.places,
            "窗口": self.windows,
            "事项": self.matters,
            "一件事": self.packages,
            "日常说法": self.synonyms,
        }

    @property
    def changes_nothing(self) -> bool:
        """Whether everything is as it was."""
        return all(
            each.outcome is Outcome.UNCHANGED
            for planned in self.kinds().values()
            for each in planned
        )


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What an import did: counts by kind, and every finding."""

    new: Mapping[str, int]
    changed: Mapping[str, int]
    unchanged: Mapping[str, int]
    refused: tuple[Finding, ...]
    remarks: tuple[Finding, ...]
