"""What a poster of a code says: the published guide, in the place where it hangs.

The guide online and the sheet on the wall are made from the same release, so
they say the same (同源发布). Nothing that another place said is printed as ours:
what was only derived or read elsewhere carries its mark, or is left to the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from app.catalogue.current import PlaceNeeded, PublishedMatter, Snapshot
from app.catalogue.guide import Guide, Necessity
from app.codes.addresses import address
from app.codes.models import Code, CodeKind
from app.kernel.errors import Invalid, NotFound
from app.printing.posters import DEFAULT_STEPS, Poster

_IN_THE_GUIDE = "以各事项的指南为准"
_STEPS_OF_A_LIST = (
    "扫左边的码，打开目录",
    "选您要办的事项",
    "看指南，填表、传材料",
    "随时查进度，办好提醒",
)
_MATERIALS_OF_A_LIST = (
    "打开目录，选好要办的事项",
    "每个事项都写明要带什么、多久办好",
)


@dataclass(frozen=True, kw_only=True)
class Edition:
    """What all sheets of one run have in common.

    Attributes:
        public_url: Where this installation is reached; what symbols say.
        telephone: Whom to call instead of scanning.
        printed_on: Office date of printing.
        batch: Number of the print batch; may be empty.
    """

    public_url: str
    platform: str
    supervision_name: str
    telephone: str
    printed_on: date
    batch: str = ""
    demo: bool = False


@dataclass(frozen=True, kw_only=True)
class _Words:
    """The part of a poster that depends on what the code opens."""

    name: str
    department: str
    steps: tuple[str, ...] = _STEPS_OF_A_LIST
    materials: tuple[str, ...] = _MATERIALS_OF_A_LIST
    limit: str = _IN_THE_GUIDE
    fee: str = _IN_THE_GUIDE
    materials_mark: str = ""
    limit_mark: str = ""
    fee_mark: str = ""


def poster_for(
    snapshot: Snapshot, code: Code, supervision: Code, edition: Edition
) -> Poster:
    """Return the poster of a code.

    Args:
        snapshot: The published catalogue.
        code: The main code of the sheet: a matter, office, place or window.
        supervision: The second code, of the same place and matter.
        edition: What all sheets of the run have in common.

    Raises:
        NotFound: what the code names is not published.
        Invalid: the code is a supervision code; it is printed beside others.
    """
    compose = _COMPOSERS.get(code.kind)
    if compose is None or supervision.kind is not CodeKind.SUPERVISION:
        raise Invalid(
            f"a poster of {code.kind} and {supervision.kind}",
            zh="监督码和办事码印在同一张海报上，请选择办事码。",
        )
    words = compose(snapshot, code)
    return Poster(
        matter_name=words.name,
        department=words.department,
        code=code.code,
        url=address(edition.public_url, code.code),
        telephone=edition.telephone,
        supervision_code=supervision.code,
        supervision_url=address(edition.public_url, supervision.code),
        platform=edition.platform,
        supervision_name=edition.supervision_name,
        domain=urlsplit(edition.public_url).netloc,
        printed_on=edition.printed_on,
        steps=words.steps,
        materials=words.materials,
        limit=words.limit,
        fee=words.fee,
        materials_mark=words.materials_mark,
        limit_mark=words.limit_mark,
        fee_mark=words.fee_mark,
        place=placement(snapshot, code),
        batch=edition.batch,
        demo=edition.demo,
    )


def placement(snapshot: Snapshot, code: Code) -> str:
    """Return where a code hangs, in words: place, window, note."""
    place = snapshot.places.get(code.place_code or "")
    window = snapshot.windows.get(code.window_code or "")
    parts = (
        place.name if place else "",
        f"{window.number}号窗口" if window and window.number else "",
        code.note,
    )
    return " ".join(part for part in parts if part)


def _of_matter(snapshot: Snapshot, code: Code) -> _Words:
    matter = snapshot.matter(code.target)
    guide = matter.guide
    limit, limit_mark = _limit(guide)
    return _Words(
        name=guide.name,
        department=_office_of(snapshot, matter, code.place_code),
        steps=DEFAULT_STEPS,
        materials=_materials(guide),
        materials_mark=guide.origin("materials").mark,
        limit=limit,
        limit_mark=limit_mark,
        fee=guide.fee.text if guide.fee else "",
        fee_mark=guide.origin("fee").mark,
    )


def _of_department(snapshot: Snapshot, code: Code) -> _Words:
    office = snapshot.offices.get(code.target)
    if office is None:
        raise NotFound("no such office")
    return _Words(name=office.name, department="扫码看本单位能办的事")


def _of_place(snapshot: Snapshot, code: Code) -> _Words:
    place = snapshot.place(code.target)
    return _Words(name=place.name, department="扫码看这里能办的事")


def _of_window(snapshot: Snapshot, code: Code) -> _Words:
    window = snapshot.windows.get(code.target)
    if window is None:
        raise NotFound("no such window")
    office = snapshot.offices.get(window.office_code)
    number = f"{window.number}号窗口 " if window.number else ""
    return _Words(
        name=f"{number}{window.name}",
        department=office.name if office else "扫码看本窗口能办的事",
    )


_COMPOSERS: Mapping[CodeKind, Callable[[Snapshot, Code], _Words]] = {
    CodeKind.MATTER: _of_matter,
    CodeKind.DEPARTMENT: _of_department,
    CodeKind.PLACE: _of_place,
    CodeKind.WINDOW: _of_window,
}


def _office_of(
    snapshot: Snapshot, matter: PublishedMatter, place_code: str | None
) -> str:
    """Name the office in charge where the sheet hangs, else the guiding one."""
    try:
        in_charge = snapshot.office_in_charge(matter.code, place_code)
    except (PlaceNeeded, NotFound):
        in_charge = ""
    office = snapshot.offices.get(in_charge)
    return office.name if office else matter.guide.department


def _limit(guide: Guide) -> tuple[str, str]:
    """Say the limit to hold, and the statutory one if it is longer; and its mark."""
    promised, statutory = guide.promised_limit, guide.statutory_limit
    if promised is None:
        text = statutory.text if statutory else ""
        return text, guide.origin("statutory_limit").mark
    text = promised.text
    if statutory is not None and statutory.is_longer_than(promised):
        text = f"承诺{promised.text}（法定{statutory.text}）"
    return text, guide.origin("promised_limit").mark


def _materials(guide: Guide) -> tuple[str, ...]:
    """Name what an applicant brings, papers nobody can do without first."""
    asked = [each for each in guide.materials if each.from_applicant]
    asked.sort(key=lambda each: each.necessity is not Necessity.REQUIRED)
    return tuple(
        each.name
        if each.necessity is Necessity.REQUIRED
        else f"{each.name}（{each.necessity.zh}）"
        for each in asked
    )
