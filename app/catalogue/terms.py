"""The words of the catalogue: closed lists, each with the word that is shown.

Codes of other platforms (GB/T 39046, the national exchange) are mapped at the
edge; inside, a value is known by its name. Source: domain.md 0.1 and 1.4.
"""

from __future__ import annotations

from enum import StrEnum

NOT_PROVIDED = "未提供"
"""Shown for every element on which the source is silent."""


class MatterType(StrEnum):
    """Kinds of matter a citizen can apply for; the value is the word shown.

    Penalties, coercion, levies and inspections are not among them: they cannot
    be applied for. Source: GB/T 39046-2020 A.1, domain.md 1.4.
    """

    LICENCE = "行政许可"
    BENEFIT = "行政给付"
    CONFIRMATION = "行政确认"
    REWARD = "行政奖励"
    RULING = "行政裁决"
    OTHER_POWER = "其他行政权力"
    FILING = "行政备案"
    PUBLIC_SERVICE = "公共服务"

    @property
    def national_code(self) -> str:
        """Two digits of GB/T 39046 A.1; a filing (行政备案) has none, so 10."""
        return _TYPE_CODES[self]


_TYPE_CODES = {
    MatterType.LICENCE: "01",
    MatterType.BENEFIT: "05",
    MatterType.CONFIRMATION: "07",
    MatterType.REWARD: "08",
    MatterType.RULING: "09",
    MatterType.OTHER_POWER: "10",
    MatterType.FILING: "10",
    MatterType.PUBLIC_SERVICE: "20",
}


class Audience(StrEnum):
    """Who may apply (办事对象)."""

    PERSON = "person"
    ORGANISATION = "organisation"

    @property
    def zh(self) -> str:
        """The word shown."""
        return "个人" if self is Audience.PERSON else "企业和其他组织"


class Level(StrEnum):
    """The level that handles a matter (行使层级)."""

    DISTRICT = "district"
    TOWNSHIP = "township"
    VILLAGE = "village"

    @property
    def zh(self) -> str:
        """The word shown."""
        return {"district": "区", "township": "乡镇（街道）", "village": "村（社区）"}[
            self
        ]


class Tier(StrEnum):
    """How often a matter is asked for; the first release holds the core."""

    CORE = "core"
    EXTENDED = "extended"
    NICHE = "niche"


class Origin(StrEnum):
    """Where a value of a guide comes from."""

    OFFICIAL = "official"
    """Given by this district itself."""
    STAND_IN = "stand-in"
    """Read, but of another place."""
    INFERRED = "inferred"
    """Derived by a rule; nobody said so."""
    RECALLED = "recalled"
    """From general knowledge; no text was read."""
    DOUBTFUL = "doubtful"
    """Read, and at odds with what is generally the rule."""

    @property
    def mark(self) -> str:
        """What a page prints beside the value; empty for official ones."""
        return _MARKS[self]


_MARKS = {
    Origin.OFFICIAL: "",
    Origin.STAND_IN: "外地资料，供参考",
    Origin.INFERRED: "推定，待核实",
    Origin.RECALLED: "待核实",
    Origin.DOUBTFUL: "来源照录，待核实",
}


class Necessity(StrEnum):
    """Whether a material must be there (材料必要性). Source: domain.md 1.5."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    DEFERRABLE = "deferrable"
    CREDIT_WAIVABLE = "credit-waivable"

    @property
    def zh(self) -> str:
        """The word shown."""
        return {
            "required": "必要",
            "optional": "非必要",
            "deferrable": "容缺后补",
            "credit-waivable": "信用免交、信用后补",
        }[self]


class MaterialKind(StrEnum):
    """What sort of paper a material is (材料类型)."""

    CERTIFICATE = "certificate"
    FORM = "form"
    OTHER = "other"
    UNKNOWN = "unknown"

    @property
    def zh(self) -> str:
        """The word shown."""
        return {
            "certificate": "证件证书证明",
            "form": "申请表格文书",
            "other": "其他",
            "unknown": NOT_PROVIDED,
        }[self]


class FormKind(StrEnum):
    """In which form a material is asked for."""

    ORIGINAL = "original"
    COPY = "copy"
    BOTH = "original-and-copy"
    EITHER = "original-or-copy"
    FILLED = "filled"
    UNKNOWN = "unknown"

    @property
    def zh(self) -> str:
        """The word shown."""
        return {
            "original": "原件",
            "copy": "复印件",
            "original-and-copy": "原件和复印件",
            "original-or-copy": "原件或复印件",
            "filled": "填写的表格",
            "unknown": NOT_PROVIDED,
        }[self]


class LimitUnit(StrEnum):
    """What a time limit counts."""

    WORKDAY = "workday"
    DAY = "day"
    UNKNOWN = "unknown"


class OnlineMode(StrEnum):
    """How far a matter can be handled online."""

    FULL = "full"
    PARTIAL = "partial"
    WINDOW = "window"
    UNKNOWN = "unknown"

    @property
    def zh(self) -> str:
        """The word shown."""
        return {
            "full": "全程网办",
            "partial": "可网上申请",
            "window": "窗口办理",
            "unknown": NOT_PROVIDED,
        }[self]


class Scope(StrEnum):
    """Over which area a matter may be handled (通办范围)."""

    NATION = "nation"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    NONE = "none"
    UNKNOWN = "unknown"

    @property
    def zh(self) -> str:
        """The word shown."""
        return {
            "nation": "全国",
            "province": "全省",
            "city": "全市",
            "county": "全区",
            "none": "不可通办",
            "unknown": NOT_PROVIDED,
        }[self]


class CrossRegionMode(StrEnum):
    """How a matter crosses provinces (跨省通办). Source: domain.md 6."""

    ONLINE = "online"
    BY_PROXY = "by-proxy"
    JOINT = "joint"
    UNKNOWN = "unknown"

    @property
    def zh(self) -> str:
        """The word shown."""
        return {
            "online": "全程网办",
            "by-proxy": "异地代收代办",
            "joint": "多地联办",
            "unknown": "方式未提供",
        }[self]
