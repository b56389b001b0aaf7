"""Matters, guides, places and releases. A test says only what it is about."""

import itertools
from datetime import date

from app.catalogue import releases
from app.catalogue.current import load_snapshot
from app.catalogue.guide import (
    Audience,
    Basis,
    Fee,
    Guide,
    Limit,
    LimitUnit,
    Material,
    MaterialKind,
    MatterType,
    OnlineMode,
)
from app.catalogue.models import GuideRevision, Matter, PlaceRow, Synonym, WindowRow
from app.catalogue.places import Place, PlaceBasis, PlaceKind, Window
from app.catalogue.planning import digest_for, facts_for_form
from app.catalogue.rows import Row
from app.catalogue.stamp import move_stamp
from app.forms import service as forms
from app.forms.generation import form_for
from app.kernel.actors import SYSTEM_ACTOR
from app.people import offices
from app.people.models import NameBasis, OfficeKind
from tests.conftest import NOW

_serial = itertools.count(1)

TOWNSHIP = "411603100"


def a_guide(**said):
    """Return a complete guide without gaps or faults. Every call another one."""
    number = next(_serial)
    return Guide(
        **{
            "code": f"T{number:04}",
            "name": f"测试事项{number}",
            "type": MatterType.LICENCE,
            "department": "测试局",
            "office_code": "test-office",
            "theme": "测试主题",
            "audience": (Audience.PERSON,),
            "national_code": "000118017000",
            "legal_basis": (Basis("《测试条例》第一条"),),
            "conditions": ("年满十八周岁",),
            "materials": (
                Material(key="m1", name="申请表", kind=MaterialKind.FORM),
                Material(key="m2", name="居民身份证"),
            ),
            "statutory_limit": Limit(20, LimitUnit.WORKDAY, "20个工作日"),
            "promised_limit": Limit(5, LimitUnit.WORKDAY, "5个工作日"),
            "fee": Fee(charged=False, text="不收费"),
            "steps": ("申请", "受理", "审核", "办结"),
            "online": OnlineMode.FULL,
            "onsite_visits": 0,
        }
        | said
    )


def a_place(**said):
    """Return a place."""
    return Place(
        **{
            "code": f"P{next(_serial):04}",
            "name": "测试镇",
            "kind": PlaceKind.TOWN,
            "parent_code": "411603",
            "basis": PlaceBasis.OFFICIAL,
        }
        | said
    )


def a_row(file="matters.csv", number=2, **cells):
    """Return a row as read from a file; a complete row of the list by default."""
    if file == "matters.csv":
        cells = {
            "id": f"R{next(_serial):04}",
            "name_zh": "测试事项",
            "type": "行政许可",
            "department": "区测试局",
            "audience": "个人",
            "theme": "测试主题",
            "level": "区",
        } | cells
    return Row(file, number, cells)


def make_office(session, code="test-office", **said):
    """Store an office for matters to belong to, or bring it up to date."""
    return offices.save(
        session,
        offices.OfficeFacts(
            **{
                "code": code,
                "name": f"测试局 {code}",
                "short_name": code,
                "kind": OfficeKind.DEPARTMENT,
                "name_basis": NameBasis.READ,
            }
            | said
        ),
    )


def make_matter(session, guide=None, **said):
    """Store a matter with one more revision of its guide; not published."""
    guide = guide or a_guide(**said)
    form = form_for(facts_for_form(guide))
    matter = session.query(Matter).filter_by(code=guide.code).one_or_none()
    if matter is None:
        matter = Matter(code=guide.code, head_number=0, created_at=NOW)
        session.add(matter)
    matter.name = guide.name
    matter.type = guide.type
    matter.tier = guide.tier
    matter.head_number += 1
    matter.updated_at = NOW
    session.flush()
    session.add(
        GuideRevision(
            matter_id=matter.id,
            number=matter.head_number,
            content=guide.to_json(),
            content_hash=digest_for(guide, form),
            form_id=forms.store(session, form, now=NOW).id,
            written_by="system:0",
            created_at=NOW,
        )
    )
    session.flush()
    return matter


def make_release(session, *codes, **said):
    """Publish matters that are stored."""
    return releases.publish(
        session,
        SYSTEM_ACTOR,
        **{
            "title": "测试批次",
            "basis": "测试文件",
            "matter_codes": codes,
            "on": date(2026, 3, 2),
            "now": NOW,
        }
        | said,
    )


def make_place(session, **said):
    """Store a place."""
    place = a_place(**said)
    session.add(PlaceRow(**vars(place)))
    session.flush()
    move_stamp(session)
    return place


def make_township(session, code=TOWNSHIP, name="城关回族镇"):
    """Store a township with its government, and the centre that lies in it."""
    make_office(session, code, name=f"{name}人民政府", kind=OfficeKind.TOWN)
    township = make_place(session, code=code, name=name, office_code=code)
    make_place(
        session,
        code=f"{code}S1",
        name=f"{name}便民服务中心",
        kind=PlaceKind.STATION,
        parent_code=code,
        office_code=code,
    )
    return township


def make_window(session, place, **said):
    """Store a window at a place."""
    window = Window(
        **{
            "code": f"W{next(_serial):04}",
            "place_code": place.code,
            "number": "1",
            "name": "综合窗口",
            "office_code": "test-office",
        }
        | said
    )
    session.add(WindowRow(**vars(window)))
    session.flush()
    move_stamp(session)
    return window


def make_synonym(session, everyday, *terms):
    """Store what an everyday word stands for."""
    session.add(Synonym(everyday=everyday, terms=list(terms)))
    session.flush()
    move_stamp(session)


def make_published(session, guide=None, **said):
    """Store and publish one matter; return it as the snapshot has it."""
    guide = guide or a_guide(**said)
    make_office(session, guide.office_code)
    make_matter(session, guide)
    make_release(session, guide.code, allow_gaps=True)
    return load_snapshot(session).matter(guide.code)
