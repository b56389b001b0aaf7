"""Cases and what they need: offices, people, a published matter, files.

Every value has a default; a test says only what it is about. Every call makes
another one.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

from app.cases import sealing, service
from app.cases.models import Case, CaseSource
from app.cases.rules import LocalRules
from app.cases.workflow import State
from app.catalogue import releases
from app.catalogue.current import load_snapshot
from app.catalogue.guide import (
    Audience,
    Basis,
    Guide,
    Limit,
    LimitUnit,
    Material,
    MatterType,
    Necessity,
    content_hash,
)
from app.catalogue.models import GuideRevision, Matter
from app.clocks import calendar
from app.files.models import OwnerKind, StoredFile
from app.forms import service as forms
from app.forms.definitions import Choice, Field, FieldType, Form, Prefill, ShowIf
from app.kernel import crypto
from app.kernel.actors import SYSTEM_ACTOR, Actor, ActorKind, Role, citizen_actor
from app.kernel.references import new_token
from app.people.models import (
    Citizen,
    NameBasis,
    Office,
    OfficeKind,
    Staff,
    StaffPost,
)
from tests.conftest import NOW

DIVISIONS = {"411603100": "城关回族镇", "411603101": "新站镇"}
LOCAL = LocalRules(division="411603", divisions=DIVISIONS)

FIELDS = (
    Field(
        key="name",
        type=FieldType.TEXT,
        label="申请人的姓名",
        prefill=Prefill.NAME,
        group="申请人",
    ),
    Field(key="id_number", type=FieldType.ID_NUMBER, label="身份证号码"),
    Field(key="mobile", type=FieldType.MOBILE, label="手机号码"),
    Field(key="address", type=FieldType.ADDRESS, label="住址"),
    Field(
        key="kind",
        type=FieldType.CHOICE,
        label="办哪一种",
        choices=(Choice("new", "新办"), Choice("change", "变更")),
    ),
    Field(
        key="change_reason",
        type=FieldType.TEXT,
        label="变更原因",
        show_if=ShowIf("kind", ("change",)),
    ),
    Field(key="agrees", type=FieldType.YES_NO, label="我符合条件"),
    Field(key="sketch", type=FieldType.FILE, label="平面图", required=False, max="3"),
)
ANSWERS = {
    "name": "张秀兰",
    "id_number": "11010519491231002X",
    "mobile": "13800138000",
    "address": {"division": "411603100", "detail": "西关村12号"},
    "kind": "new",
    "agrees": "yes",
}
MATERIALS = (
    Material(key="idcard", name="身份证"),
    Material(key="letter", name="委托书", necessity=Necessity.OPTIONAL),
    Material(key="proof", name="场地证明", necessity=Necessity.DEFERRABLE),
    Material(key="opinion", name="审查意见表", from_applicant=False),
)


def workdays(amount):
    return Limit(amount, LimitUnit.WORKDAY, f"{amount}个工作日")


def make_office(session, **said):
    key = uuid4().hex[:10]
    office = Office(
        **{
            "code": f"office-{key}",
            "name": f"测试局{key}",
            "short_name": "测试局",
            "kind": OfficeKind.DEPARTMENT,
            "name_basis": NameBasis.TYPICAL,
        }
        | said
    )
    session.add(office)
    session.flush()
    return office


def make_citizen(session):
    """Store a citizen, and return the actor they are."""
    phone = f"138{uuid4().int % 10**8:08d}"
    keyring, token = crypto.of(session), new_token()
    citizen = Citizen(
        token=token,
        phone_sealed=keyring.seal(phone, context=f"citizens:{token}:phone"),
        phone_index=keyring.index(phone, purpose="citizens.phone"),
        created_at=NOW,
    )
    session.add(citizen)
    session.flush()
    return citizen_actor(citizen.id)


def make_staff(session, office, *roles, name="王五"):
    """Store a member of staff with posts at an office, and return the actor."""
    member = Staff(
        username=f"u{uuid4().hex[:10]}",
        display_name=name,
        password_hash="-",
        office_id=office.id,
        created_at=NOW,
    )
    session.add(member)
    session.flush()
    session.add_all(
        StaffPost(staff_id=member.id, role=role, office_id=office.id) for role in roles
    )
    session.flush()
    return Actor(
        member.id, ActorKind.STAFF, frozenset(roles), office_id=office.id, name=name
    )


def username_of(session, actor):
    return session.get(Staff, actor.id).username


def make_guide(office, **said):
    return Guide(
        **{
            "code": f"M{uuid4().hex[:8]}",
            "name": "小餐饮经营许可",
            "type": MatterType.LICENCE,
            "department": office.name,
            "office_code": office.code,
            "theme": "开办企业",
            "audience": (Audience.PERSON,),
            "legal_basis": (Basis("《中华人民共和国食品安全法》"),),
            "materials": MATERIALS,
            "statutory_limit": workdays(20),
            "promised_limit": workdays(5),
            "steps": ("申请", "受理", "审查", "决定", "送达"),
        }
        | said
    )


def publish(session, *guides, fields=FIELDS, key=None):
    """Publish guides with one form, and return the snapshot that has them."""
    form = forms.store(
        session,
        Form(key or f"form-{uuid4().hex[:8]}", 1, "申请表", tuple(fields)),
        now=NOW,
    )
    session.flush()
    for guide in guides:
        matter = session.query(Matter).filter_by(code=guide.code).one_or_none()
        if matter is None:
            matter = Matter(
                code=guide.code,
                name=guide.name,
                type=guide.type,
                tier=guide.tier,
                head_number=0,
                created_at=NOW,
                updated_at=NOW,
            )
            session.add(matter)
            session.flush()
        matter.head_number += 1
        session.add(
            GuideRevision(
                matter_id=matter.id,
                number=matter.head_number,
                content=guide.to_json(),
                content_hash=content_hash(guide.to_json()),
                form_id=form.id,
                written_by="test",
                created_at=NOW,
            )
        )
        session.flush()
    releases.publish(
        session,
        SYSTEM_ACTOR,
        title="第一批",
        basis="测试文件",
        matter_codes=[guide.code for guide in guides],
        on=date(2026, 3, 1),
        now=NOW,
        allow_gaps=True,
    )
    return load_snapshot(session)


def give_days(session, first=date(2026, 2, 20), last=date(2026, 5, 31)):
    """Make the days of a spring certain: weekends off, and the spring's holidays."""
    off = {date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 4), date(2026, 5, 5)}
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    calendar.import_days(
        session,
        [calendar.DayRow(day, day.weekday() < 5 and day not in off) for day in days],
        source="test",
        now=NOW,
    )


def make_file(session, actor):
    """Store the row of an uploaded file, and return its token."""
    token = new_token()
    session.add(
        StoredFile(
            token=token,
            storage_key=uuid4().hex,
            owner_kind=OwnerKind.CITIZEN,
            owner_key=str(actor.id),
            media_type="image/jpeg",
            size=1,
            pages=1,
            sha256="0" * 64,
            loose_since=NOW,
            created_at=NOW,
        )
    )
    session.flush()
    return token


@dataclass
class World:
    """An office with its people, a published matter, and an applicant."""

    snapshot: object
    matter: object
    office: Office
    citizen: Actor
    clerk: Actor
    reviewer: Actor
    decider: Actor
    supervisor: Actor


def make_world(session, **said):
    """Publish a matter (as ``said``) of an office that has one of each role."""
    office = make_office(session)
    guide = make_guide(office, **said)
    snapshot = publish(session, guide)
    return World(
        snapshot=snapshot,
        matter=snapshot.matters[guide.code],
        office=office,
        citizen=make_citizen(session),
        clerk=make_staff(session, office, Role.CLERK, name="张三"),
        reviewer=make_staff(session, office, Role.REVIEWER, name="李四"),
        decider=make_staff(session, office, Role.DECIDER, name="王五"),
        supervisor=make_staff(session, office, Role.SUPERVISOR, name="赵六"),
    )


def make_draft(session, world, *, answers=ANSWERS, files=("idcard",), now=NOW):
    """Begin a draft, fill it in and give its files."""
    case = service.open_draft(
        session,
        world.citizen,
        snapshot=world.snapshot,
        matter=world.matter,
        place_code=None,
        source=CaseSource.SCAN,
        now=now,
    )
    service.save_draft(
        session, world.citizen, case.token, answers, seen_version=case.version, now=now
    )
    for key in files:
        service.put_material(
            session,
            world.citizen,
            case.token,
            key,
            make_file(session, world.citizen),
            now=now,
        )
    session.flush()
    return case


def submit_case(session, world, *, now=NOW, **said):
    """Hand a case in by the use cases, and return it."""
    case = make_draft(session, world, now=now, **said)
    service.submit(
        session,
        world.citizen,
        case.token,
        snapshot=world.snapshot,
        local=LOCAL,
        now=now,
    )
    session.flush()
    return case


def make_case(session, world, **said):
    """Store the row of a submitted case, for lists: no steps, no files."""
    token = new_token()
    state = said.get("state", State.SUBMITTED)
    case = Case(
        **{
            "token": token,
            "reference": f"T{uuid4().hex[:18].upper()}",
            "citizen_id": world.citizen.id,
            "matter_code": world.matter.code,
            "matter_name": world.matter.name,
            "guide_revision_id": world.matter.guide_revision_id,
            "form_id": world.matter.form_id,
            "release_number": world.snapshot.release_number,
            "office_id": world.office.id,
            "source": CaseSource.SCAN,
            "state": state,
            "is_open": True,
            "answers_sealed": sealing.seal_answers(session, token, {}),
            "applicant_sealed": sealing.seal_applicant(session, token, "张秀兰"),
            "drafted_at": NOW,
            "submitted_at": NOW,
            "received_at": NOW,
            "accept_by_on": date(2026, 3, 9),
            "queue_on": date(2026, 3, 9),
            "amber_on": date(2026, 3, 6),
            "changed_by_kind": ActorKind.CITIZEN,
            "changed_by_id": world.citizen.id,
            "changed_at": NOW,
        }
        | said
    )
    session.add(case)
    session.flush()
    return case
