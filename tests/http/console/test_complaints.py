"""Complaints at the desk: who finds them, what can be done, what is written down."""

from io import BytesIO

import pytest

from app.complaints.categories import Kind
from app.complaints.rules import rules
from app.complaints.workflow import TRANSITIONS, Party
from app.files import service as files
from app.files import tickets
from app.files.rebuild import Rebuilt
from app.kernel.actors import Role
from app.kernel.audit import AuditEntry
from console import words
from tests.builders.people import a_phone, make_citizen
from tests.http.console.filing import LICENCE, a_photo

SERVICE = rules().service_office
DISCIPLINE = rules().discipline_office


def path_of(complaint):
    return f"/console/complaints/{complaint.token}"


@pytest.fixture
def handler(desk):
    return desk(Role.HANDLER, short_name=SERVICE)


def test_the_queue_names_the_scene_and_not_the_words(handler, complained, published):
    complaint = complained(matter_code=LICENCE)
    shown = handler.get("/console/complaints")
    assert complaint.number in shown.words
    assert published.matter(LICENCE).name in shown.words
    assert published.windows[complaint.window_code].name in shown.words
    assert "跑了三趟" not in shown.text
    assert "匿名" in shown.words
    assert "正常" in shown.words


def test_a_complaint_is_accepted_answered_and_closed(handler, complained):
    complaint = complained()
    shown = handler.get(path_of(complaint))
    assert "跑了三趟" in shown.words
    shown = shown.press("受理")
    assert "已受理" in shown.said
    silent = shown.press("答复", answer=" ")
    assert silent.status == 422
    assert "“答复”：请写明答复的内容。" in silent.trouble
    assert "有 1 处要改" in silent.trouble
    assert "最新内容" not in silent.trouble
    [link] = [each["href"] for each in silent.soup.select(".trouble li a")]
    assert silent.soup.select_one(f"details[open] {link}")["name"] == "answer"
    answered = shown.press("答复", answer="已要求窗口一次说清，向您道歉。")
    assert "已答复" in answered.said
    assert "已要求窗口一次说清" in answered.words
    closed = answered.press("办结")
    assert "已办结" in closed.words
    assert complaint.number in handler.get("/console/complaints?closed=1").words


def test_every_step_with_a_complaint_has_its_own_words():
    desks = {Party.INTAKE, Party.OFFICE}
    theirs = {act for (_, act), row in TRANSITIONS.items() if row.by & desks}
    assert theirs == set(words.COMPLAINT_DONE)


def test_rejecting_says_where_to_turn(handler, complained):
    complaint = complained()
    page = handler.get(path_of(complaint))
    silent = page.press("确认不予受理")
    assert silent.status == 422
    assert silent.soup.select_one("#reason-reject[aria-invalid]")
    done = page.press("确认不予受理", reason="这件事请向法院提起诉讼。")
    assert "不予受理" in done.words


def test_a_complaint_is_sent_on_and_sent_back(handler, desk, complained, published):
    complaint = complained()
    page = handler.get(path_of(complaint)).press("受理")
    options = [o["value"] for o in page.soup.select("#office-dispatch option[value]")]
    accused = published.windows[complaint.window_code].office_code
    assert accused not in options
    nowhere = page.press("转办", reason="请办理。")
    assert nowhere.status == 422
    assert "请选择承办单位" in nowhere.words
    assert "请办理。" in nowhere.text
    names = {code: o.short_name for code, o in published.offices.items()}
    there = next(each for each in options if names.get(each) == "民政局")
    sent = page.press("转办", office=there, reason="请办理。")
    assert "已转办" in sent.words
    other = desk(Role.HANDLER, short_name="民政局")
    assert complaint.number in other.get("/console/complaints").words
    back = other.get(path_of(complaint)).press("退单", reason="不归我们管。")
    assert back.path == "/console/complaints"
    assert complaint.number not in back.words


def test_the_accused_office_finds_nothing(desk, complained, published):
    complaint = complained()
    office = published.offices[
        published.windows[complaint.window_code].office_code
    ].short_name
    accused = desk(Role.HANDLER, short_name=office)
    assert complaint.number not in accused.get("/console/complaints").text
    assert accused.get(path_of(complaint)).status == 404
    token = accused.home.soup.select_one("[name=csrf_token]")["value"]
    for path in ("/steps", "/messages", "/reporter"):
        shown = accused.post(
            path_of(complaint) + path,
            {"csrf_token": token, "action": "accept", "text": "x"},
        )
        assert shown.status == 404, path


def test_a_sealed_report_is_for_inspectors_and_each_look_is_written_down(
    desk, handler, complained, database
):
    inspector = desk(Role.HANDLER, short_name=DISCIPLINE)
    report = complained(
        kind=Kind.REPORT, category="bribe", accused_name="某某", text="他收了红包。"
    )
    assert handler.get(path_of(report)).status == 404
    listed = inspector.get("/console/complaints")
    assert "密件" in listed.words
    assert "他收了红包" not in listed.text
    shown = inspector.get(path_of(report))
    assert "他收了红包" in shown.words
    assert "转办" not in shown.buttons
    with database.reading() as session:
        rows = session.query(AuditEntry).filter_by(action="complaints.read")
        assert rows.count() == 1


def test_a_message_changes_no_state(handler, complained):
    page = handler.get(path_of(complained()))
    assert page.press("发出留言", text=" ").status == 422
    sent = page.press("发出留言", text="请问是哪一天的事？")
    assert "留言已发出" in sent.said
    assert "请问是哪一天的事？" in sent.words
    assert "已收到" in sent.words


def test_whoever_comes_second_is_told(desk, handler, complained):
    complaint = complained()
    page = handler.get(path_of(complaint))
    other = desk(Role.HANDLER, short_name=SERVICE)
    other.get(path_of(complaint)).press("受理")
    late = page.press("确认不予受理", reason="写好的理由")
    assert late.status == 409
    assert other.person.display_name in late.trouble
    assert "下面是最新内容" in late.trouble


def test_a_named_person_can_be_called_back(handler, complained, database, clock):
    phone = a_phone()
    with database.transaction() as session:
        citizen = make_citizen(session, phone=phone, name="周全", now=clock.now())
    named = complained(named_citizen_id=citizen.id)
    page = handler.get(path_of(named))
    assert phone not in page.text
    assert "留了电话" in page.words
    assert "留了电话" in handler.get("/console/complaints").words
    assert "实名" not in page.words
    shown = page.press("查看联系方式")
    assert phone in shown.words
    assert "周全" in shown.words
    assert phone not in handler.get(path_of(named)).text
    with database.reading() as session:
        assert session.query(AuditEntry).filter_by(action="complaints.reveal").count()
    assert "查看联系方式" not in handler.get(path_of(complained())).words


def test_photos_open_for_those_who_may_read_it(
    handler, desk, complained, database, here, clock
):
    ticket = tickets.issue(here.keyring, now=clock.now())
    with database.transaction() as session:
        stored = files.keep(
            session,
            here.store,
            Rebuilt(a_photo(), "image/jpeg", 1),
            owner=files.Owner.ticket(here.keyring, ticket, now=clock.now()),
            now=clock.now(),
        )
    complaint = complained(files=(stored.token,), ticket=ticket)
    page = handler.get(path_of(complaint))
    [href] = [each["href"] for each in page.soup.select(".photos a")]
    picture = handler.client.get(href)
    assert BytesIO(picture.data).getvalue() == a_photo()
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    stranger = desk(Role.HANDLER, short_name="民政局")
    assert stranger.client.get(href).status_code == 404
    with database.reading() as session:
        rows = session.query(AuditEntry).filter_by(action="complaints.read-photo")
        assert [each.actor_id for each in rows] == [handler.person.id]
    # Opened after the transaction: what then fails does not undo the row.
    here.store.delete(stored.storage_key)
    assert handler.client.get(href).status_code == 410
    with database.reading() as session:
        rows = session.query(AuditEntry).filter_by(action="complaints.read-photo")
        assert rows.count() == 2
    another = complained()
    assert (
        handler.client.get(f"{path_of(another)}/photos/{stored.token}").status_code
        == 404
    )


def test_the_linked_case_opens_for_those_who_may_see_it(handler, complained, filed):
    case = filed()
    page = handler.get(path_of(complained(case_reference=case.reference)))
    assert case.reference in page.words
    assert not page.soup.select(f'a[href="/console/cases/{case.token}"]')
