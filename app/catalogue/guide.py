"""What a guide (办事指南) says: plain values, with where each of them comes from.

A guide never turns silence into a statement. What its source does not say is a
gap and is shown as 未提供; what a rule of ours derived, or what was read of
another place, carries a mark that pages print beside it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from app.catalogue.terms import (
    NOT_PROVIDED,
    Audience,
    CrossRegionMode,
    FormKind,
    Level,
    LimitUnit,
    MaterialKind,
    MatterType,
    Necessity,
    OnlineMode,
    Origin,
    Scope,
    Tier,
)

__all__ = [
    "ELEMENTS",
    "HOTLINE",
    "NOT_PROVIDED",
    "Audience",
    "Basis",
    "CrossRegionMode",
    "Fee",
    "FeeItem",
    "FormKind",
    "Guide",
    "Level",
    "Limit",
    "LimitUnit",
    "Material",
    "MaterialKind",
    "MatterType",
    "Necessity",
    "OnlineMode",
    "Origin",
    "Rongque",
    "Scope",
    "Source",
    "Tier",
    "content_hash",
    "material_key",
]

HOTLINE = "12345"
"""The one telephone the demonstration knows. Source: design.md, section 1."""


@dataclass(frozen=True, kw_only=True)
class Material:
    """A paper that an applicant hands in, or that the office makes itself.

    Attributes:
        key: Stable name within the guide: upload slots and corrections use it.
        copies: How many; None when the source does not say.
        obtainable_by: Who issues or provides it, in the source's words.
        from_applicant: False for papers that the staff themselves draw up or
            that are fetched from another system: nobody may be asked for them.
    """

    key: str
    name: str
    kind: MaterialKind = MaterialKind.UNKNOWN
    form_kind: FormKind = FormKind.UNKNOWN
    copies: int | None = None
    necessity: Necessity = Necessity.REQUIRED
    obtainable_by: str = ""
    note: str = ""
    from_applicant: bool = True

    @property
    def deferrable(self) -> bool:
        """Whether it may follow later (容缺后补)."""
        return self.necessity is Necessity.DEFERRABLE

    @property
    def must_be_uploaded(self) -> bool:
        """Whether an application is incomplete without it."""
        return self.from_applicant and self.necessity is Necessity.REQUIRED

    def to_json(self) -> dict[str, Any]:
        """Return JSON-safe values; :meth:`from_json` reads them."""
        return {
            name: value.value if isinstance(value, StrEnum) else value
            for name, value in vars(self).items()
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Material:
        """Rebuild a material from what :meth:`to_json` returned."""
        return cls(
            **{
                **stored,
                "kind": MaterialKind(stored["kind"]),
                "form_kind": FormKind(stored["form_kind"]),
                "necessity": Necessity(stored["necessity"]),
            }
        )


@dataclass(frozen=True)
class Limit:
    """A time limit.

    Attributes:
        amount: The ordinary limit without extensions; 0 for 当场办结; None when
            the text names no number.
        unit: UNKNOWN when the source prints a bare number.
        text: The whole sentence to show; says 单位来源未注明 where that is so.
    """

    amount: int | None
    unit: LimitUnit
    text: str

    @property
    def is_on_the_spot(self) -> bool:
        """Whether the matter is settled while the applicant waits."""
        return self.amount == 0

    def is_longer_than(self, other: Limit) -> bool:
        """Whether this limit exceeds another one counted in the same unit."""
        if self.amount is None or other.amount is None:
            return False
        return self.unit is other.unit and self.amount > other.amount

    def to_json(self) -> dict[str, Any]:
        """Return JSON-safe values; :meth:`from_json` reads them."""
        return {"amount": self.amount, "unit": self.unit.value, "text": self.text}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Limit:
        """Rebuild a limit from what :meth:`to_json` returned."""
        return cls(stored["amount"], LimitUnit(stored["unit"]), stored["text"])


@dataclass(frozen=True)
class FeeItem:
    """One thing that is paid for, and how much."""

    name: str
    standard: str
    basis: str = ""


@dataclass(frozen=True)
class Fee:
    """What a matter costs.

    Attributes:
        charged: None when the source does not say clearly.
        text: The sentence to show.
    """

    charged: bool | None
    text: str
    items: tuple[FeeItem, ...] = ()


@dataclass(frozen=True)
class Rongque:
    """That a matter may be accepted with papers missing (容缺), and which.

    Attributes:
        mode: 容缺后补, 容缺受理, 告知承诺 … in the source's words.
        deferrable: Papers that may follow; empty when only the name was listed.
        deadline: By when they must be there; empty when not said.
    """

    mode: str
    deferrable: tuple[str, ...] = ()
    deadline: str = ""


@dataclass(frozen=True)
class Basis:
    """A legal basis and what is doubtful about it; no note when nothing is."""

    text: str
    note: str = ""

    @property
    def shown(self) -> str:
        """Text with its note in brackets."""
        return f"{self.text}（{self.note}）" if self.note else self.text


@dataclass(frozen=True)
class Source:
    """Where a guide was read.

    Attributes:
        title: As recorded with the data.
        place: The site or place, in words for citizens.
        guide_id: Number of the guide in the data set; empty for a bare entry.
        remarks: What the recorder noted about the page itself.
    """

    title: str = ""
    url: str = ""
    place: str = ""
    guide_id: str = ""
    remarks: tuple[str, ...] = ()


ELEMENTS: Mapping[str, str] = {
    "name": "事项名称",
    "code": "事项编码",
    "type": "事项类型",
    "audience": "办事对象",
    "legal_basis": "设定依据",
    "department": "实施机构",
    "materials": "申请材料",
    "limits": "办理期限",
    "fee": "事项收费",
    "steps": "办理流程",
    "consult": "咨询途径",
    "complaint": "监督投诉",
}
"""The twelve elements, in the order of the document.

Source: 淮政办〔2022〕12号 二(二).
"""


@dataclass(frozen=True, kw_only=True)
class Guide:
    """Everything published about one matter.

    Attributes:
        code: Our number of the matter.
        department: Name of the implementing body, in full.
        office_code: Its office; the township's own office replaces it where
            :attr:`by_township` holds.
        national_code: 基本编码, 12 digits; empty when the source gives none.
        onsite_visits: Least number of visits in person; None when not said.
        consult: Where to ask. Never a telephone of another place.
        notes: Sentences for applicants.
        stand_in: Sentence naming the place the guide was read from; empty when
            it is this district's own.
        origins: Element or field name → where its value comes from. A name
            that is missing has the origin of the guide as a whole.
    """

    code: str
    name: str
    type: MatterType
    department: str
    office_code: str
    theme: str
    audience: tuple[Audience, ...]
    level: Level = Level.DISTRICT
    tier: Tier = Tier.EXTENDED
    aliases: tuple[str, ...] = ()
    parent_matter: str = ""
    national_code: str = ""
    legal_basis: tuple[Basis, ...] = ()
    conditions: tuple[str, ...] = ()
    materials: tuple[Material, ...] = ()
    statutory_limit: Limit | None = None
    promised_limit: Limit | None = None
    fee: Fee | None = None
    steps: tuple[str, ...] = ()
    result_document: str = ""
    online: OnlineMode = OnlineMode.UNKNOWN
    onsite_visits: int | None = None
    scope: Scope = Scope.UNKNOWN
    cross_region: CrossRegionMode | None = None
    rongque: Rongque | None = None
    consult: str = HOTLINE
    complaint: str = HOTLINE
    notes: tuple[str, ...] = ()
    source: Source = field(default_factory=Source)
    stand_in: str = ""
    origins: Mapping[str, Origin] = field(default_factory=dict)

    @property
    def zero_visit(self) -> bool | None:
        """Whether nobody has to come (零跑动); None when the source is silent."""
        return None if self.onsite_visits is None else self.onsite_visits == 0

    @property
    def at_most_one_visit(self) -> bool | None:
        """Whether one visit is enough (最多跑一次); None when not said."""
        return None if self.onsite_visits is None else self.onsite_visits <= 1

    @property
    def by_township(self) -> bool:
        """Whether the township of the applicant handles it, not a department."""
        return self.level is not Level.DISTRICT

    @property
    def cross_region_mode(self) -> str:
        """How it crosses provinces, as a word; empty when it does not."""
        return self.cross_region.zh if self.cross_region else ""

    @property
    def ordinary_limit(self) -> Limit | None:
        """The limit to hold: the promised one, else the statutory one."""
        return self.promised_limit or self.statutory_limit

    @cached_property
    def gaps(self) -> tuple[str, ...]:
        """Elements on which the source is silent (来源缺项), in table order."""
        present = {
            "name": self.name,
            "code": self.national_code,
            "type": self.type,
            "audience": self.audience,
            "legal_basis": self.legal_basis,
            "department": self.department,
            "materials": self.materials,
            "limits": self.ordinary_limit,
            "fee": self.fee,
            "steps": self.steps,
            "consult": self.consult,
            "complaint": self.complaint,
        }
        return tuple(key for key in ELEMENTS if not present[key])

    @property
    def gap_labels(self) -> tuple[str, ...]:
        """The gaps by the names shown."""
        return tuple(ELEMENTS[key] for key in self.gaps)

    def origin(self, name: str) -> Origin:
        """Return where a value comes from."""
        whole = Origin.STAND_IN if self.stand_in else Origin.OFFICIAL
        return self.origins.get(name, whole)

    def mark(self, name: str) -> str:
        """Return what to print beside a value, such as 推定，待核实.

        Empty for official values, and for those the sentence on top of the
        page (:attr:`stand_in`) speaks for already.
        """
        origin = self.origins.get(name)
        return origin.mark if origin else ""

    def material(self, key: str) -> Material | None:
        """Find a material by its key."""
        return next((each for each in self.materials if each.key == key), None)

    def to_json(self) -> dict[str, Any]:
        """Return the guide as JSON-safe values; :meth:`from_json` reads them."""
        return {
            "code": self.code,
            "name": self.name,
            "type": self.type.value,
            "department": self.department,
            "office_code": self.office_code,
            "theme": self.theme,
            "audience": [each.value for each in self.audience],
            "level": self.level.value,
            "tier": self.tier.value,
            "aliases": list(self.aliases),
            "parent_matter": self.parent_matter,
            "national_code": self.national_code,
            "legal_basis": [dict(vars(each)) for each in self.legal_basis],
            "conditions": list(self.conditions),
            "materials": [each.to_json() for each in self.materials],
            "statutory_limit": _plain_limit(self.statutory_limit),
            "promised_limit": _plain_limit(self.promised_limit),
            "fee": _plain_fee(self.fee),
            "steps": list(self.steps),
            "result_document": self.result_document,
            "online": self.online.value,
            "onsite_visits": self.onsite_visits,
            "scope": self.scope.value,
            "cross_region": self.cross_region.value if self.cross_region else None,
            "rongque": _plain_rongque(self.rongque),
            "consult": self.consult,
            "complaint": self.complaint,
            "notes": list(self.notes),
            "source": vars(self.source) | {"remarks": list(self.source.remarks)},
            "stand_in": self.stand_in,
            "origins": {name: origin.value for name, origin in self.origins.items()},
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Guide:
        """Rebuild a guide from what :meth:`to_json` returned."""
        given = dict(stored)
        given.update(
            type=MatterType(given["type"]),
            audience=tuple(Audience(each) for each in given["audience"]),
            level=Level(given["level"]),
            tier=Tier(given["tier"]),
            legal_basis=tuple(Basis(**each) for each in given["legal_basis"]),
            materials=tuple(Material.from_json(each) for each in given["materials"]),
            statutory_limit=_limit(given["statutory_limit"]),
            promised_limit=_limit(given["promised_limit"]),
            fee=_fee(given["fee"]),
            online=OnlineMode(given["online"]),
            scope=Scope(given["scope"]),
            cross_region=CrossRegionMode(given["cross_region"])
            if given["cross_region"]
            else None,
            rongque=_rongque(given["rongque"]),
            source=Source(
                **(given["source"] | {"remarks": tuple(given["source"]["remarks"])})
            ),
            origins={name: Origin(value) for name, value in given["origins"].items()},
            **{name: tuple(given[name]) for name in _TEXT_TUPLES},
        )
        return cls(**given)


_TEXT_TUPLES = ("aliases", "conditions", "steps", "notes")


def content_hash(content: Mapping[str, Any]) -> str:
    """Return a digest of JSON-safe content; equal content, equal digest."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def material_key(name: str, taken: Iterable[str] = ()) -> str:
    """Return a key for a material that stays the same when others move."""
    key = f"m{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    used = set(taken)
    if key not in used:
        return key
    return next(f"{key}x{n}" for n in range(2, 1000) if f"{key}x{n}" not in used)


def _plain_limit(limit: Limit | None) -> dict[str, Any] | None:
    return limit.to_json() if limit else None


def _plain_fee(fee: Fee | None) -> dict[str, Any] | None:
    if fee is None:
        return None
    items = [dict(vars(each)) for each in fee.items]
    return {"charged": fee.charged, "text": fee.text, "items": items}


def _plain_rongque(mark: Rongque | None) -> dict[str, Any] | None:
    if mark is None:
        return None
    return {**vars(mark), "deferrable": list(mark.deferrable)}


def _limit(stored: Mapping[str, Any] | None) -> Limit | None:
    return Limit.from_json(stored) if stored else None


def _fee(stored: Mapping[str, Any] | None) -> Fee | None:
    if stored is None:
        return None
    items = tuple(FeeItem(**each) for each in stored["items"])
    return Fee(stored["charged"], stored["text"], items)


def _rongque(stored: Mapping[str, Any] | None) -> Rongque | None:
    if stored is None:
        return None
    return Rongque(**{**stored, "deferrable": tuple(stored["deferrable"])})
