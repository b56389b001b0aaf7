"""The whole journey through the JSON API alone, as the mini-program would go it."""

from io import BytesIO

import pytest
from PIL import Image

from app.cases import queries, service
from app.cases.rules import Defect, Subject
from app.cases.workflow import Action, State
from app.kernel.actors import Role
from app.people import offices
from app.web.context import local_rules
from tests.builders.people import actor_of, make_staff

MATTER = "M0345"
PHONE = "13800138000"


def photo(colour="white"):
    out = BytesIO()
    Image.new("RGB", (640, 480), colour).save(out, "JPEG")
    out.seek(0)
    return out


@pytest.fixture
def phone(client, sms):
    """A phone that has signed in: speaks the API with its token."""
    sent = client.post("/api/v1/session/phone/code", json={"phone": PHONE})
    assert sent.status_code == 202, sent.text
    tokens = client.post(
        "/api/v1/session/phone", json={"phone": PHONE, "code": sms.codes[PHONE]}
    ).json

    class Phone:
        access = tokens["access_token"]
        refresh = tokens["refresh_token"]

        def headers(self, extra=None):
            return {"Authorization": f"Bearer {self.access}"} | (extra or {})

        def get(self, path):
            return client.get(f"/api/v1{path}", headers=self.headers())

        def put(self, path, body):
            return client.put(f"/api/v1{path}", json=body, headers=self.headers())

        def post(self, path, body=None, key=None):
            extra = {"Idempotency-Key": key} if key else None
            return client.post(f"/api/v1{path}", json=body, headers=self.headers(extra))

        def delete(self, path, body=None):
            return client.delete(f"/api/v1{path}", json=body, headers=self.headers())

        def upload(self, name="photo.jpg"):
            answer = client.post(
                "/api/v1/files",
                data={"file": (photo(), name)},
                headers=self.headers(),
                content_type="multipart/form-data",
            )
            assert answer.status_code == 201, answer.text
            return answer.json["token"]

    return Phone()


def answers_for(form, place):
    """Fill in a form the way a person would who reads the labels."""
    given = {
        "id_number": "11010519491231002X",
        "credit_code": "91350100M000100Y43",
        "mobile": PHONE,
        "date": "2026-02-01",
        "yes_no": "yes",
        "number": "3",
        "money": "1200.00",
        "long_text": "家里三口人，收入不高。",
        "address": {"division": place, "detail": "一组12号"},
    }
    out = {}
    for field in form["fields"]:
        kind = field["type"]
        if kind == "choice":
            out[field["key"]] = field["choices"][0]["value"]
        elif kind == "choices":
            out[field["key"]] = [field["choices"][0]["value"]]
        elif kind != "file":
            out[field["key"]] = given.get(kind, "张小明")
    return out


def test_the_whole_journey(client, phone, database, published, clock, here, web):
    place = published.townships()[0].code
    found = client.get("/api/v1/matters?q=低保").json["items"]
    assert MATTER in [each["code"] for each in found]
    guide = client.get(f"/api/v1/matters/{MATTER}?place={place}").json
    form = client.get(f"/api/v1/matters/{MATTER}/form").json["form"]

    begun = phone.post("/cases", {"matter": MATTER, "place": place}, key="begin-0001")
    assert begun.status_code == 201, begun.text
    case = begun.json
    assert case["state"] == "draft"
    again = phone.post("/cases", {"matter": MATTER, "place": place}, key="begin-0001")
    assert again.json["token"] == case["token"]

    token = case["token"]
    early = phone.post(f"/cases/{token}/steps", {"action": "submit"})
    assert early.status_code == 422
    assert early.json["errors"]

    saved = phone.put(
        f"/cases/{token}/draft",
        {"answers": answers_for(form, place), "version": case["version"]},
    )
    assert saved.status_code == 200, saved.text
    for material in guide["materials"]:
        if material["necessity"] == "required" and material["from_applicant"]:
            given = phone.post(
                f"/cases/{token}/materials",
                {"material": material["key"], "file": phone.upload()},
            )
            assert given.status_code == 201, given.text

    handed = phone.post(
        f"/cases/{token}/steps", {"action": "submit"}, key="submit-0001"
    )
    assert handed.status_code == 201, handed.text
    receipt = handed.json["receipt"]
    tapped = phone.post(
        f"/cases/{token}/steps", {"action": "submit"}, key="submit-0001"
    )
    assert tapped.json == handed.json
    twice = phone.post(f"/cases/{token}/steps", {"action": "submit"})
    assert twice.json["receipt"] == receipt

    look = {"reference": receipt["reference"], "lookup_code": receipt["lookup_code"]}
    tracked = client.post("/api/v1/tracking", json=look)
    assert tracked.json["state"] == "submitted"
    wrong = client.post("/api/v1/tracking", json=look | {"lookup_code": "AAAAAAAA"})
    assert wrong.status_code == 404

    staff = member_of(database, published, place)
    wrong_field = next(each["key"] for each in form["fields"] if each["type"] == "text")
    staff_step(
        web,
        database,
        staff,
        token,
        Action.RETURN,
        clock,
        defects=[Defect(Subject.FIELD, wrong_field, "姓名与身份证不一致。")],
    )
    shown = phone.get(f"/cases/{token}").json
    assert shown["state"] == "returned"
    assert [d["key"] for d in shown["correction"]["defects"]] == [wrong_field]

    stray = next(e["key"] for e in form["fields"] if e["type"] == "mobile")
    refused = phone.put(
        f"/cases/{token}/draft",
        {"answers": {stray: "13900139000"}, "version": shown["version"]},
    )
    assert refused.status_code == 422
    mended = phone.put(
        f"/cases/{token}/draft",
        {"answers": {wrong_field: "张晓明"}, "version": shown["version"]},
    )
    assert mended.status_code == 200, mended.text
    supplemented = phone.post(
        f"/cases/{token}/steps",
        {"action": "supplement", "version": mended.json["version"]},
        key="supplement-1",
    )
    assert supplemented.status_code == 201, supplemented.text

    staff_step(web, database, staff, token, Action.ACCEPT, clock)
    staff_step(web, database, staff, token, Action.GRANT, clock)
    how = "到政务服务大厅3号窗口领，带身份证。"
    staff_step(web, database, staff, token, Action.START_DELIVERY, clock, reason=how)
    shown = phone.get(f"/cases/{token}").json
    assert shown["state"] == "delivery"
    assert shown["timeline"][-1]["reason"] == how
    assert shown["outcome"] == "granted"
    assert [each["action"] for each in shown["actions"]] == ["confirm-receipt"]
    closed = phone.post(
        f"/cases/{token}/steps",
        {"action": "confirm-receipt", "version": shown["version"]},
    ).json["case"]
    assert closed["state"] == State.CLOSED
    assert len(closed["timeline"]) >= 6

    out = phone.delete("/session", {"refresh_token": phone.refresh})
    assert out.status_code == 204
    assert phone.get("/cases").status_code == 401


def member_of(database, published, place, matter=MATTER):
    code = published.office_in_charge(matter, place)
    with database.transaction() as session:
        office = offices.get_by_code(session, code)
        roles = (Role.CLERK, Role.REVIEWER, Role.DECIDER)
        return actor_of(session, make_staff(session, office=office, roles=roles))


def staff_step(web, database, actor, token, action, clock, **given):
    with web.app_context():
        local = local_rules()
    with database.transaction() as session:
        case = queries.get(session, actor, token)
        service.take_step(
            session,
            actor,
            token,
            action,
            seen_version=case.version,
            local=local,
            now=clock.now(),
            **given,
        )


def test_wechat_signs_in_after_the_number_was_proven(client, sms):
    first = client.post("/api/v1/session/wechat", json={"code": "demo-anna-1"}).json
    assert first["access_token"] is None
    client.post("/api/v1/session/phone/code", json={"phone": PHONE})
    bound = client.post(
        "/api/v1/session/phone",
        json={
            "phone": PHONE,
            "code": sms.codes[PHONE],
            "wechat_ticket": first["wechat_ticket"],
        },
    )
    assert bound.status_code == 200
    later = client.post("/api/v1/session/wechat", json={"code": "demo-anna-2"}).json
    assert later["access_token"]
    reused = client.post("/api/v1/session/wechat", json={"code": "demo-anna-2"})
    assert reused.status_code == 401


def test_a_used_refresh_token_closes_the_session(client, phone):
    renewed = client.post(
        "/api/v1/session/refresh", json={"refresh_token": phone.refresh}
    )
    assert renewed.status_code == 200
    stolen = client.post(
        "/api/v1/session/refresh", json={"refresh_token": phone.refresh}
    )
    assert stolen.status_code == 401
    phone.access = renewed.json["access_token"]
    assert phone.get("/me").status_code == 401


def test_another_persons_case_does_not_exist(client, phone, sms, published):
    place = published.townships()[0].code
    token = phone.post("/cases", {"matter": MATTER, "place": place}).json["token"]
    other = "13911112222"
    client.post("/api/v1/session/phone/code", json={"phone": other})
    access = client.post(
        "/api/v1/session/phone", json={"phone": other, "code": sms.codes[other]}
    ).json["access_token"]
    headers = {"Authorization": f"Bearer {access}"}
    assert client.get(f"/api/v1/cases/{token}", headers=headers).status_code == 404
    assert client.delete(f"/api/v1/cases/{token}", headers=headers).status_code == 404


def test_the_list_is_not_sent_twice(client):
    first = client.get("/api/v1/matters")
    assert first.status_code == 200
    same = client.get(
        "/api/v1/matters", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert same.status_code == 304
    assert same.data == b""


def test_what_no_source_named_can_still_be_asked_for_and_given(
    client, phone, database, published, clock, web
):
    """A matter without a list of materials is no dead end (one notice names them)."""
    code = next(
        each.code
        for each in published.matters.values()
        if not each.guide.materials and not each.needs_township
    )
    form = client.get(f"/api/v1/matters/{code}/form").json["form"]
    case = phone.post("/cases", {"matter": code}).json
    token = case["token"]
    answers = answers_for(form, published.townships()[0].code)
    draft = {"answers": answers, "version": case["version"]}
    assert phone.put(f"/cases/{token}/draft", draft).status_code == 200
    handed = phone.post(f"/cases/{token}/steps", {"action": "submit"})
    assert handed.status_code == 201, handed.text

    staff = member_of(database, published, None, code)
    missing = Defect(Subject.FIELD, "evidence", "请补交住院发票。")
    staff_step(web, database, staff, token, Action.RETURN, clock, defects=[missing])
    early = phone.get(f"/cases/{token}").json["version"]
    empty = phone.post(
        f"/cases/{token}/steps", {"action": "supplement", "version": early}
    )
    assert empty.status_code == 422
    given = phone.post(
        f"/cases/{token}/materials", {"material": "evidence", "file": phone.upload()}
    )
    assert given.status_code == 201, given.text
    version = given.json["version"]
    done = phone.post(
        f"/cases/{token}/steps", {"action": "supplement", "version": version}
    )
    assert done.status_code == 201, done.text
    assert done.json["case"]["state"] == "pre-review"
