"""Which form a matter gets when nobody has drawn one by hand.

    facts ─→ Traits ─→ who · conditions · residence · subject · result
             kind (from the type); act, thing, … (from the name)

A matter with a guide gets a form of its own, which also asks what the guide's
conditions ask. The others share a default: equal traits, equal form.
Materials are not fields: pages draw an upload for each from the guide. Where the
source names none, one field takes whatever the applicant has, and gives the clerk
something to name when documents turn out to be missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from app.forms import applicants, subjects
from app.forms.applicants import ORGANISATION, PERSON
from app.forms.definitions import Field, Form, ShowIf

_MAX_CONDITIONS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterFacts:
    """What is known of a matter, as plain values.

    Attributes:
        code: The matter's code.
        name: Its Chinese name.
        type: Chinese name of its type, such as "行政许可".
        audience: "person", "organisation" or both; nothing means both.
        level: "区", "乡镇" or "村".
        theme: Chinese name of its theme, may be empty.
        conditions: What the guide asks of an applicant, a sentence each.
        materials: (key, name, necessity) of each material.
        is_guide: A guide was read for it, so it gets a form of its own.
    """

    code: str
    name: str
    type: str
    audience: tuple[str, ...]
    level: str
    theme: str = ""
    conditions: tuple[str, ...] = ()
    materials: tuple[tuple[str, str, str], ...] = ()
    is_guide: bool = False


class Kind(StrEnum):
    """What sort of power is used; decides what must be known.

    Source:
        Types a citizen can apply for: GB/T 39046-2020 table A.1; 行政备案 is
        named as a type of its own by the province's list (domain page §1.4).
    """

    PERMIT = "permit"
    BENEFIT = "benefit"
    FILING = "filing"
    CONFIRMATION = "confirmation"
    SERVICE = "service"
    OTHER = "other"
    ADJUDICATION = "adjudication"
    REWARD = "reward"


class Act(StrEnum):
    """What is done with a certificate or a record."""

    NEW = "new"
    CHANGE = "change"
    RENEW = "renew"
    REISSUE = "reissue"
    CANCEL = "cancel"
    OPEN = "open"
    """The name says none of these, or several."""


class Thing(StrEnum):
    """What a permit or confirmation is tied to, besides its holder."""

    NOTHING = ""
    PLACE = "place"
    PROPERTY = "property"
    VEHICLE = "vehicle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """All that a default form depends on."""

    kind: Kind
    act: Act
    audience: tuple[str, ...]
    level: str
    thing: Thing = Thing.NOTHING
    is_founding: bool = False
    is_by_need: bool = False
    is_paid: bool = False

    @property
    def key(self) -> str:
        """Name the default form of these traits."""
        flags = {
            "founding": self.is_founding,
            "need": self.is_by_need,
            "paid": self.is_paid,
        }
        parts = (self.kind, self.act, *self.audience, self.level, self.thing)
        said = [str(each) for each in parts if each]
        return "-".join(["default", *said, *(each for each in flags if flags[each])])

    def only_for(self, audience: str) -> ShowIf | None:
        """Return the condition of a part, where both audiences apply."""
        if len(self.audience) == 1:
            return None
        return ShowIf("applicant_kind", (audience,))


_Questions = Callable[[Traits], tuple[Field, ...]]

_KINDS = {
    "行政许可": Kind.PERMIT,
    "行政给付": Kind.BENEFIT,
    "行政备案": Kind.FILING,
    "行政确认": Kind.CONFIRMATION,
    "公共服务": Kind.SERVICE,
    "行政裁决": Kind.ADJUDICATION,
    "行政奖励": Kind.REWARD,
}
_TITLES = {
    Kind.PERMIT: "行政许可申请表",
    Kind.BENEFIT: "补贴、救助申请表",
    Kind.FILING: "备案登记表",
    Kind.CONFIRMATION: "确认、证明申请表",
    Kind.SERVICE: "公共服务申请表",
    Kind.OTHER: "事项申请表",
    Kind.ADJUDICATION: "行政裁决申请表",
    Kind.REWARD: "奖励申报表",
}
_LEVELS = {"乡镇": "township", "村": "village"}
_DISTRICT = "district"

_NEW = re.compile("新办|新发|新设|首次|设立|核发|开办|新增")
_ACTS = {
    Act.CHANGE: re.compile("变更|更正|过户"),
    Act.RENEW: re.compile("延续|延期|换发|换证|换领|续期"),
    Act.REISSUE: re.compile("补发|补领|补办|补证|补换"),
    Act.CANCEL: re.compile("注销|终止经营|停业|歇业|（终止）"),
}
_PAID_SERVICE = re.compile(
    "(补贴|津贴|补助金|补助费|抚恤金|保险金|待遇|医疗费).*(申领|申请|发放|支付|报销)"
)
_UNPAID = re.compile("资格|关系|维护|暂停|恢复|重核|转移|查询|咨询|法律援助申请")
_BY_NEED = re.compile("最低生活保障|低保|临时救助|特困|危房|资助|租赁补贴|困难残疾人")
_FOUNDING = re.compile("设立|新设|筹建|开办|成立")
_VEHICLE = re.compile("车辆|道路运输证|拖拉机|联合收割机|客车|货车")
_NO_VEHICLE = re.compile("培训|维修|检测|驾驶|从业")
_PROPERTY = re.compile("房屋|宅基地|土地|不动产|林地|居住权|抵押权|地役权")
_PLACE_BOUND = re.compile("经营|建房|宅基地|建设|施工|采伐|养殖|占用|场所|户外|诊所")
_PERSON_BOUND = re.compile("资格|执业|驾驶")
_DEFERRABLE = frozenset({"deferrable", "credit-waivable"})


def form_for(facts: MatterFacts) -> Form:
    """Return the form of a matter: the guide's own, or the default of its kind.

    The same facts always give the same form. Defaults have a key that names
    what they depend on, so matters of a kind share one stored definition.
    """
    traits = traits_of(facts)
    guided = facts.conditions[:_MAX_CONDITIONS] if facts.is_guide else ()
    later = _deferrable(facts) if facts.is_guide else ()
    # A reward's own form asks for proof already.
    unsaid = traits.kind is not Kind.REWARD and not (facts.is_guide and facts.materials)
    fields = (
        *(applicants.for_whom() if len(traits.audience) > 1 else ()),
        *applicants.conditions(guided),
        *_applicant(traits),
        *_subject(traits),
        *((subjects.deferral(later),) if later else ()),
        *((subjects.evidence(),) if unsaid else ()),
        *(subjects.delivery() if _gives_paper(traits) else ()),
    )
    if facts.is_guide:
        return Form(f"matter-{facts.code}", 1, f"{facts.name}申请表", fields)
    return Form(traits.key, 1, _TITLES[traits.kind], fields)


def traits_of(facts: MatterFacts) -> Traits:
    """Read from type, name, audience and level what the form depends on."""
    kind, act, name = kind_of(facts), act_of(facts.name), facts.name
    audience = tuple(
        each for each in (PERSON, ORGANISATION) if each in facts.audience
    ) or (PERSON, ORGANISATION)
    is_benefit = kind is Kind.BENEFIT
    return Traits(
        kind=kind,
        act=act,
        audience=audience,
        level=_LEVELS.get(facts.level, _DISTRICT),
        thing=_thing_of(name, kind, act, audience),
        is_founding=ORGANISATION in audience and bool(_FOUNDING.search(name)),
        is_by_need=is_benefit and audience == (PERSON,) and bool(_BY_NEED.search(name)),
        is_paid=is_benefit and not _UNPAID.search(name),
    )


def kind_of(facts: MatterFacts) -> Kind:
    """Return the kind of a matter; a paid public service asks like a benefit."""
    kind = _KINDS.get(facts.type, Kind.OTHER)
    if kind is Kind.SERVICE and _PAID_SERVICE.search(facts.name):
        return kind if _UNPAID.search(facts.name) else Kind.BENEFIT
    return kind


def act_of(name: str) -> Act:
    """Return what a matter's name says is done; OPEN when it says several or none."""
    found = [act for act, words in _ACTS.items() if words.search(name)]
    if len(found) == 1:
        return found[0]
    return Act.NEW if not found and _NEW.search(name) else Act.OPEN


def _thing_of(name: str, kind: Kind, act: Act, audience: tuple[str, ...]) -> Thing:
    if act not in (Act.NEW, Act.OPEN):
        return Thing.NOTHING  # the number of the certificate leads to it
    if kind is Kind.CONFIRMATION:
        return Thing.PROPERTY if _PROPERTY.search(name) else Thing.NOTHING
    if kind is not Kind.PERMIT:
        return Thing.NOTHING
    if _VEHICLE.search(name) and not _NO_VEHICLE.search(name):
        return Thing.VEHICLE
    is_place_bound = _PLACE_BOUND.search(name) and not _PERSON_BOUND.search(name)
    if ORGANISATION in audience or is_place_bound:
        return Thing.PLACE
    return Thing.NOTHING


def _gives_paper(traits: Traits) -> bool:
    return (
        traits.kind in (Kind.PERMIT, Kind.CONFIRMATION) and traits.act is not Act.CANCEL
    )


def _applicant(traits: Traits) -> tuple[Field, ...]:
    """Return the questions about who applies."""
    fields: tuple[Field, ...] = ()
    if PERSON in traits.audience:
        only = traits.only_for(PERSON)
        fields += applicants.person(only)
        if traits.level != _DISTRICT or traits.kind is Kind.BENEFIT:
            village = traits.level == _LEVELS["村"]
            fields += (applicants.residence(only, village=village),)
    if ORGANISATION in traits.audience:
        fields += applicants.organisation(
            traits.only_for(ORGANISATION), is_founding=traits.is_founding
        )
    return fields


def _subject(traits: Traits) -> tuple[Field, ...]:
    """Return the questions about the thing itself."""
    whole: dict[Kind, _Questions] = {
        Kind.PERMIT: _permit,
        Kind.BENEFIT: _benefit,
        Kind.ADJUDICATION: lambda _: subjects.dispute(),
        Kind.REWARD: lambda _: subjects.reward(),
    }
    if ask := whole.get(traits.kind):
        return ask(traits)
    fresh: dict[Kind, _Questions] = {
        Kind.FILING: _filing,
        Kind.CONFIRMATION: _confirmation,
    }
    existing = _on_record(traits.act, needs_number=False)
    return existing or fresh.get(traits.kind, _request)(traits)


def _on_record(act: Act, *, needs_number: bool) -> tuple[Field, ...]:
    """Return what is asked about a certificate that already exists."""
    number = subjects.licence_number(required=needs_number)
    match act:
        case Act.CHANGE:
            return (number, subjects.changed())
        case Act.RENEW:
            return (number, subjects.expiry())
        case Act.REISSUE:
            return (
                subjects.licence_number(required=False),
                subjects.reissue_reason(),
            )
        case Act.CANCEL:
            return (number, subjects.cancel_reason())
        case Act.NEW | Act.OPEN:
            return ()


def _permit(traits: Traits) -> tuple[Field, ...]:
    fresh = (
        subjects.text(
            "purpose",
            "您想办什么、打算做什么",
            "简单写几句：做什么、多大规模。",
            example="开一家小吃店，面积 60 平方米",
        ),
        *_thing(traits.thing),
    )
    if traits.act is Act.NEW:
        return fresh
    if traits.act is not Act.OPEN:
        return _on_record(traits.act, needs_number=True)
    number = (subjects.licence_number(required=False),)
    return (
        subjects.which_act(),
        *_after(fresh, Act.NEW),
        *_after(number, Act.CHANGE, Act.RENEW, Act.REISSUE, Act.CANCEL),
        *_after((subjects.changed(),), Act.CHANGE),
        *_after((subjects.expiry(),), Act.RENEW),
        *_after((subjects.reissue_reason(),), Act.REISSUE),
        *_after((subjects.cancel_reason(),), Act.CANCEL),
    )


def _after(fields: tuple[Field, ...], *acts: Act) -> tuple[Field, ...]:
    return subjects.shown_after(
        fields, ShowIf("act", tuple(each.value for each in acts))
    )


def _thing(thing: Thing) -> tuple[Field, ...]:
    match thing:
        case Thing.VEHICLE:
            return (subjects.vehicle(),)
        case Thing.PLACE:
            return (subjects.premises("在哪里做（经营、施工或建房的地点）"),)
        case Thing.PROPERTY:
            return (subjects.premises("房屋或土地在哪里"),)
        case Thing.NOTHING:
            return ()


def _benefit(traits: Traits) -> tuple[Field, ...]:
    reason = subjects.text(
        "reason",
        "为什么申请",
        "把情况简单写几句，窗口好帮您核对。",
        example="老伴常年吃药，只靠种地，钱不够用",
    )
    return (
        *(subjects.household() if traits.is_by_need else ()),
        reason,
        *(subjects.account() if traits.is_paid else ()),
    )


def _filing(_: Traits) -> tuple[Field, ...]:
    return (
        subjects.text(
            "filing_content", "要备案的事情", "简单写清楚：什么事、谁负责、多大规模。"
        ),
        subjects.day(
            "started_on",
            "从哪一天开始",
            "还没开始的，填打算开始的日子。",
            past=False,
            required=True,
        ),
        subjects.premises("在哪里（没有固定地点可以不填）", required=False),
    )


def _confirmation(traits: Traits) -> tuple[Field, ...]:
    return (
        subjects.text(
            "situation", "要确认、证明的情况", "把实际情况写几句，要和证明材料一致。"
        ),
        *_thing(traits.thing),
        subjects.day(
            "happened_on",
            "这件事是哪一天发生的",
            "没有具体日子的可以不填。",
            past=True,
            required=False,
        ),
        subjects.copies(),
    )


def _request(traits: Traits) -> tuple[Field, ...]:
    request = subjects.text(
        "request",
        "您要办的事，简单写几句",
        "写清楚想办成什么，不用写很长。",
    )
    if traits.kind is Kind.SERVICE:
        return (request,)
    return (request, subjects.licence_number(required=False))


def _deferrable(facts: MatterFacts) -> tuple[str, ...]:
    return tuple(
        name for _, name, necessity in facts.materials if necessity in _DEFERRABLE
    )
