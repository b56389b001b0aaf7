"""A house that has been lived in: cases in every state, codes, complaints, people.

Made through the rooms' own use cases, so that nothing is there that could not be.
"""

import re
from datetime import timedelta
from io import BytesIO

from PIL import Image, ImageDraw
from sqlalchemy import select

from app.cases import queries, service
from app.cases.models import CaseSource
from app.cases.rules import Defect, Subject
from app.cases.workflow import Action
from app.codes import service as codes
from app.codes.models import CodeKind
from app.complaints import desk as complaints
from app.complaints import service as supervision
from app.complaints.categories import Kind, book
from app.complaints.filing import Filing
from app.complaints.models import Complaint
from app.complaints.rules import rules
from app.complaints.workflow import Action as Act
from app.files import service as files
from app.files import tickets
from app.files.rebuild import rebuild
from app.files.service import Owner
from app.forms.definitions import YES, FieldType
from app.kernel.actors import Role, citizen_actor
from app.kernel.clock import SystemClock, office_date
from app.people import citizens, offices, staff
from app.people.models import Channel, Staff
from app.people.staff_sessions import open_for
from app.web.context import local_rules
from console.identity import COOKIE as DESK_COOKIE
from mobile.identity import _KEY as CITIZEN_KEY
from tests.builders.people import actor_of

MATTER = "M0194"
"""异地长期居住人员备案: of the medical insurance office."""
TOWNSHIP_MATTER = "M0345"
"""最低生活保障: handled by the townships."""
HALL, WINDOW = "411603H1", "411603H1W03"

POSTERS, CLERK, DECIDER, HANDLER = "tiema", "chuangkou", "jueding", "tousu"
EDITOR, SUPERVISOR, INSPECTOR = "mulu", "lingdao", "jiwei-ceshi"

ANSWERS = {
    FieldType.TEXT: "张小明",
    FieldType.LONG_TEXT: "孩子在外地上班，需要在那边看病。",
    FieldType.NUMBER: 3,
    FieldType.MONEY: "1200.00",
    FieldType.DATE: "2026-02-01",
    FieldType.ID_NUMBER: "11010519491231002X",
    FieldType.MOBILE: "13800138000",
    FieldType.CREDIT_CODE: "91350100M000100Y43",
    FieldType.YES_NO: YES,
}


def photograph():
    """Draw a paper, as a telephone would photograph it."""
    picture = Image.new("RGB", (1200, 800), "#e8e4da")
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle(
        (120, 100, 1080, 700), 40, fill="white", outline="#888", width=4
    )
    draw.rectangle((760, 220, 980, 500), fill="#b8c4cc")
    for line in range(6):
        draw.rectangle(
            (200, 220 + 60 * line, 640 - 50 * (line % 3), 240 + 60 * line), fill="#777"
        )
    out = BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()


class World:
    """What stands in the house.

    Attributes:
        person: Somebody with many cases, notices and a complaint.
        newcomer: Somebody with nothing yet.
        cases: Token of the person's case by what became of it.
        codes: Printed code by what it opens or what became of it.
        complaints: Token of a complaint by what became of it.
        receipts: Receipt code of the anonymous ones.
    """

    def __init__(self, house) -> None:
        self.house = house
        self.cases, self.files, self.codes = {}, {}, {}
        self.complaints, self.receipts = {}, {}
        self.reference = self.lookup_code = ""
        self._numbers = 0
        self._now = SystemClock().now()
        with house.rooms() as rooms:
            self.rooms = rooms
            self.published = rooms.snapshots.get()
            self.matter = self.published.matter(MATTER)
            self.local = local_rules()
            self._paper = rebuild(photograph())
            self._meet_people()
            self._hand_in()
            self._print_codes()
            self._complain()

    def filled(self, path):
        """Fill in the names that an example's path holds in braces."""
        first = {
            "township": self.published.townships()[0].code,
            "department": self.matter.office_code,
            "package": next(iter(self.published.packages)),
            "bare": max(
                self.published.matters.values(), key=lambda each: len(each.guide.gaps)
            ).code,
        }
        named = {"case": self.cases, "code": self.codes, "complaint": self.complaints}

        def fill(found):
            kind, _, name = found[1].partition(":")
            return named[kind][name] if name else first[kind]

        return re.sub(r"\{([^}]+)\}", fill, path)

    def new_number(self):
        """Return a mobile number that no code was sent to."""
        self._numbers += 1
        return f"1370000{self._numbers:04}"

    # People

    def _meet_people(self) -> None:
        with self.rooms.database.transaction() as session:
            person = citizens.of_phone(session, "13900139000", now=self._now)
            newcomer = citizens.of_phone(session, "13900139001", now=self._now)
            change = citizens.ProfileChange(
                name="张小明", id_number="11010519491231002X"
            )
            citizens.update_profile(session, person.id, change, now=self._now)
            discipline = offices.by_name(session)[rules().discipline_office]
            staff.create(
                session,
                username=INSPECTOR,
                display_name="纪检员老钱",
                password=self.house.password,
                office_id=discipline.id,
                roles=[Role.HANDLER],
                now=self._now,
            )
            self.person, self.newcomer = person.id, newcomer.id

    def new_citizen(self):
        """Return the id of somebody nobody has met."""
        with self.rooms.database.transaction() as session:
            return citizens.of_phone(session, self.new_number(), now=self._now).id

    def staff(self, session, username):
        return actor_of(
            session, session.scalar(select(Staff).where(Staff.username == username))
        )

    def cookies_of_citizen(self, citizen_id):
        """Return the cookie of a page session, as the sign-in page sets it."""
        with self.rooms.database.transaction() as session:
            raw = citizens.open_session(
                session,
                citizens.get(session, citizen_id),
                Channel.PAGE,
                now=SystemClock().now(),
                lifetime=timedelta(hours=1),
            )
        app = self.house.app
        signed = app.session_interface.get_signing_serializer(app).dumps(
            {CITIZEN_KEY: raw}
        )
        return [
            {
                "name": app.config["SESSION_COOKIE_NAME"],
                "value": signed,
                "url": self.house.url,
            }
        ]

    def cookies_of_staff(self, username):
        """Return the cookie of a staff session, as the sign-in page sets it."""
        with self.rooms.database.transaction() as session:
            member = session.scalar(select(Staff).where(Staff.username == username))
            raw = open_for(session, member, member.office_id, now=SystemClock().now())
        return [{"name": DESK_COOKIE, "value": raw, "url": f"{self.house.url}/console"}]

    # Cases

    def _hand_in(self) -> None:
        self.cases["empty draft"] = self._draft(
            TOWNSHIP_MATTER, self.published.townships()[0].code, self.person
        )
        self.cases["submitted"] = self._submitted()
        self.cases["returned"] = self._submitted(self._notify)
        self.cases["accepted"] = self._submitted(*self._as(CLERK, Action.ACCEPT))
        granted = (*self._as(CLERK, Action.ACCEPT), *self._as(DECIDER, Action.GRANT))
        self.cases["delivery"] = self._submitted(
            *granted,
            *self._as(CLERK, Action.START_DELIVERY, reason="到3号窗口领，带身份证。"),
        )
        self.cases["closed"] = self._submitted(
            *granted, *self._as(CLERK, Action.CONFIRM_DELIVERED)
        )
        reason = "参保地不在本区，请向参保地医保部门备案。"
        self.cases["not accepted"] = self._submitted(
            *self._as(CLERK, Action.REFUSE_ACCEPTANCE, reason=reason)
        )
        self.cases["refused"] = self._submitted(
            *self._as(CLERK, Action.ACCEPT),
            *self._as(DECIDER, Action.REFUSE, reason=reason),
        )
        self.cases["full draft"] = self.complete_draft(self.person)

    def _draft(self, code, place, citizen_id):
        with self.rooms.database.transaction() as session:
            return service.open_draft(
                session,
                citizen_actor(citizen_id),
                snapshot=self.published,
                matter=self.published.matter(code),
                place_code=place,
                source=CaseSource.SCAN,
                now=self._now,
            ).token

    def complete_draft(self, citizen_id):
        """Fill in an application to the last step before it is handed in."""
        token = self._draft(MATTER, HALL, citizen_id)
        person = citizen_actor(citizen_id)
        needed = [each for each in self.matter.guide.materials if each.must_be_uploaded]
        with self.rooms.database.transaction() as session:
            answers = answers_to(self.matter.form, self.published.townships()[0].code)
            case = queries.get(session, person, token)
            service.save_draft(
                session,
                person,
                token,
                answers,
                seen_version=case.version,
                now=self._now,
            )
        for material in needed:
            put = files.put_away(self.rooms.store, self.rooms.keyring, self._paper)
            with self.rooms.database.transaction() as session:
                kept = files.record(
                    session,
                    put,
                    owner=Owner.citizen(citizen_id),
                    name_hint="照片.jpg",
                    now=self._now,
                )
                service.put_material(
                    session, person, token, material.key, kept.token, now=self._now
                )
            self.files[token] = kept.token
        return token

    def _submitted(self, *steps):
        token = self.complete_draft(self.person)
        with self.rooms.database.transaction() as session:
            receipt = service.submit(
                session,
                citizen_actor(self.person),
                token,
                snapshot=self.published,
                local=self.local,
                now=self._now,
            )
        self.reference, self.lookup_code = receipt.reference, receipt.lookup_code
        for step in steps:
            step(token)
        return token

    def _as(self, username, action, **said):
        """Return the step as a list, to be joined with others."""

        def step(token):
            with self.rooms.database.transaction() as session:
                actor = self.staff(session, username)
                service.take_step(
                    session,
                    actor,
                    token,
                    action,
                    seen_version=queries.get(session, actor, token).version,
                    local=self.local,
                    now=self._now,
                    **said,
                )

        return [step]

    def _notify(self, token):
        material = next(
            each for each in self.matter.guide.materials if each.must_be_uploaded
        )
        (step,) = self._as(
            CLERK,
            Action.RETURN,
            defects=[
                Defect(Subject.FIELD, "name", "姓名与身份证不一致。"),
                Defect(Subject.MATERIAL, material.key, "照片看不清，请重拍。"),
            ],
        )
        step(token)

    # Codes

    def _print_codes(self) -> None:
        window = {"place_code": HALL, "window_code": WINDOW}
        wanted = {
            "matter": (CodeKind.MATTER, MATTER, window),
            "township matter": (CodeKind.MATTER, TOWNSHIP_MATTER, {}),
            "department": (CodeKind.DEPARTMENT, self.matter.office_code, {}),
            "place": (CodeKind.PLACE, HALL, {"place_code": HALL}),
            "window": (CodeKind.WINDOW, WINDOW, window),
            "supervision": (CodeKind.SUPERVISION, MATTER, window),
            "paused": (CodeKind.MATTER, MATTER, {"note": "停用的"}),
            "revoked": (CodeKind.MATTER, MATTER, {"note": "收回的"}),
            "replaced": (CodeKind.MATTER, MATTER, {"note": "换过的"}),
            "expired": (CodeKind.MATTER, MATTER, {"note": "过期的"}),
            "planned": (CodeKind.MATTER, MATTER, {"note": "没启用的", "planned": True}),
        }
        with self.rooms.database.transaction() as session:
            clerk = self.staff(session, POSTERS)
            for name, (kind, target, said) in wanted.items():
                self.codes[name] = codes.issue(
                    session, clerk, kind=kind, target=target, now=self._now, **said
                ).code
            change = {"reason": "海报破损", "now": self._now}
            codes.pause(session, clerk, self.codes["paused"], **change)
            codes.revoke(session, clerk, self.codes["revoked"], **change)
            codes.replace(session, clerk, self.codes["replaced"], **change)
            codes.expire(session, clerk, self.codes["expired"], now=self._now)

    # Complaints

    def _complain(self) -> None:
        self._file("new", Kind.COMPLAINT, "attitude", "排队很久没有人叫号。")
        self._file(
            "replied",
            Kind.COMPLAINT,
            "overdue",
            "过了五天没有消息。",
            answer="已经催办。",
        )
        self._file(
            "named",
            Kind.COMPLAINT,
            "shirking",
            "让我去别处问。",
            answer="已经说明。",
            named=True,
        )
        self._file(
            "rejected",
            Kind.SUGGESTION,
            "other",
            "希望门口种花。",
            reject="请向城管部门反映。",
        )
        report = self._categories(Kind.REPORT)[0]
        self._file("sealed", Kind.REPORT, report, "收了不该收的钱。")

    def _categories(self, kind):
        return [
            each.code for each in book().on(office_date(self._now)).of(kind).categories
        ]

    def _file(self, name, kind, category, text, *, answer="", reject="", named=False):
        if category not in self._categories(kind):
            category = self._categories(kind)[0]
        ticket = tickets.issue(self.rooms.keyring, now=self._now)
        owner = Owner.ticket(self.rooms.keyring, ticket, now=self._now)
        put = files.put_away(self.rooms.store, self.rooms.keyring, self._paper)
        with self.rooms.database.transaction() as session:
            photo = files.record(session, put, owner=owner, now=self._now)
            receipt = supervision.file(
                session,
                Filing(
                    kind=kind,
                    category=category,
                    text=text,
                    place_code=HALL,
                    window_code=WINDOW,
                    matter_code=MATTER,
                    files=(photo.token,),
                    ticket=ticket,
                    named_citizen_id=self.person if named else None,
                ),
                snapshot=self.published,
                now=self._now,
            )
            token = session.scalar(
                select(Complaint.token).where(Complaint.number == receipt.number)
            )
            self.files[token] = photo.token
        self.receipts[name], self.complaints[name] = receipt.code, token
        if answer:
            self._act(token, Act.ACCEPT)
            self._act(token, Act.REPLY, answer=answer)
        if reject:
            self._act(token, Act.REJECT, reason=reject)

    def _act(self, token, action, **said):
        with self.rooms.database.transaction() as session:
            handler = self.staff(session, HANDLER)
            found = complaints.read(session, handler, token, now=self._now)
            complaints.take_step(
                session,
                handler,
                token,
                action,
                seen_version=found.version,
                now=self._now,
                **said,
            )


def answers_to(form, place):
    """Answer every question as a person would who is concerned by the first choices."""
    said = {}
    for field in form.fields:
        match field.type:
            case FieldType.FILE:
                continue
            case FieldType.ADDRESS:
                said[field.key] = {"division": place, "detail": "一组12号"}
            case FieldType.CHOICE:
                said[field.key] = field.choices[0].value
            case FieldType.CHOICES:
                said[field.key] = [field.choices[0].value]
            case kind:
                said[field.key] = ANSWERS[kind]
        asked = field.show_if
        if asked is not None and said.get(asked.key) not in asked.values:
            del said[field.key]
    return said
