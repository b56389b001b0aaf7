"""Packages (一件事): what people need together, from several bodies at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.catalogue.guide import Audience, Limit, Material, Origin


@dataclass(frozen=True, kw_only=True)
class PackageMember:
    """A part of a package.

    Attributes:
        name: As the source of the package calls it.
        matter_code: The matter of ours it is; None when there is none.
    """

    name: str
    matter_code: str | None = None
    origin: Origin = Origin.STAND_IN


@dataclass(frozen=True, kw_only=True)
class Package:
    """A theme that bundles matters.

    Attributes:
        batch: The list that names it.
        lead: Leading department in the source's words: recalled, to be checked.
        same_as: Code of the package that lists the members, when a later list
            repeats an earlier one under another name.
        origin: Where its list of members comes from.
        stand_in: Sentence naming where members and guide were read.
    """

    code: str
    name: str
    audience: Audience
    batch: str = ""
    lead: str = ""
    cooperating: tuple[str, ...] = ()
    members: tuple[PackageMember, ...] = ()
    conditions: tuple[str, ...] = ()
    materials: tuple[Material, ...] = ()
    steps: tuple[str, ...] = ()
    result_document: str = ""
    promised_limit: Limit | None = None
    fee: str = ""
    notes: tuple[str, ...] = ()
    same_as: str = ""
    origin: Origin = Origin.RECALLED
    source_title: str = ""
    source_url: str = ""
    stand_in: str = ""

    @property
    def mark(self) -> str:
        """What to print beside the name."""
        return self.origin.mark

    @property
    def matter_codes(self) -> tuple[str, ...]:
        """Matters of ours in it, in order, each once."""
        return tuple(
            dict.fromkeys(each.matter_code for each in self.members if each.matter_code)
        )

    def content(self) -> dict[str, Any]:
        """Return what has no column of its own, as JSON-safe values."""
        limit = self.promised_limit
        return {
            "batch": self.batch,
            "lead": self.lead,
            "cooperating": list(self.cooperating),
            "conditions": list(self.conditions),
            "materials": [each.to_json() for each in self.materials],
            "steps": list(self.steps),
            "result_document": self.result_document,
            "promised_limit": limit.to_json() if limit else None,
            "fee": self.fee,
            "notes": list(self.notes),
            "same_as": self.same_as,
            "source_title": self.source_title,
            "source_url": self.source_url,
            "stand_in": self.stand_in,
        }


def package_from(
    *,
    code: str,
    name: str,
    audience: Audience,
    origin: Origin,
    content: Mapping[str, Any],
    members: tuple[PackageMember, ...],
) -> Package:
    """Rebuild a package from its columns and its content."""
    given = dict(content)
    limit = given.pop("promised_limit")
    return Package(
        code=code,
        name=name,
        audience=audience,
        origin=origin,
        members=members,
        promised_limit=Limit.from_json(limit) if limit else None,
        materials=tuple(Material.from_json(each) for each in given.pop("materials")),
        cooperating=tuple(given.pop("cooperating")),
        conditions=tuple(given.pop("conditions")),
        steps=tuple(given.pop("steps")),
        notes=tuple(given.pop("notes")),
        **given,
    )
