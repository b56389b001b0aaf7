"""An anonymous complaint leaves nothing behind that says who made it."""

import logging
from io import BytesIO

import pytest
from PIL import Image

from app.web.limits import RateLimits
from tests.builders.complaints import everything_stored

AGENT = "Canary-Agent/7.31 MicroMessenger"
ADDRESS = "203.0.113.77"
OPENID = "oCANARYopenid7731"
PHONE = "13877318731"
MARKS = (AGENT, ADDRESS, OPENID, PHONE, "canary-file-name", "CanaryCamera")


def canary_photo():
    out = BytesIO()
    picture = Image.new("RGB", (320, 240), "grey")
    exif = Image.Exif()
    exif[0x010F] = "CanaryCamera"
    picture.save(out, "JPEG", exif=exif)
    out.seek(0)
    return out


@pytest.fixture
def redis_seen(here, monkeypatch):
    """What the rate limiter would write to Redis: its keys."""
    seen = []
    allowed = RateLimits._wait
    monkeypatch.setattr(
        RateLimits,
        "_wait",
        lambda self, item, rule, key: (
            seen.append(key),
            allowed(self, item, rule, key),
        )[1],
    )
    return seen


@pytest.mark.parametrize("door", ["api", "page"])
def test_no_trace_of_the_writer(
    door, client, database, sms, caplog, redis_seen, here, tmp_path
):
    caplog.set_level(logging.INFO)
    signed_in(client, sms)
    send = {
        "headers": {"User-Agent": AGENT, "X-Openid": OPENID, "X-WX-OPENID": OPENID},
        "environ_overrides": {"REMOTE_ADDR": ADDRESS},
    }
    before = stored(database)
    file_by_api(client, send) if door == "api" else file_by_page(client, send)

    added = stored(database) - before
    assert added
    kept = [
        path.read_bytes() for path in (tmp_path / "files").rglob("*") if path.is_file()
    ]
    assert kept
    for mark in MARKS:
        assert not [row for row in added if mark in row], mark
        assert mark not in caplog.text, mark
        assert not [key for key in redis_seen if mark in key], mark
        assert not [content for content in kept if mark.encode() in content], mark


def signed_in(client, sms):
    """The same phone holds a session: it must not be joined to the complaint."""
    client.post("/api/v1/session/phone/code", json={"phone": PHONE})
    client.post(
        "/api/v1/session/phone", json={"phone": PHONE, "code": sms.codes[PHONE]}
    )


def stored(database):
    with database.reading() as session:
        return set(everything_stored(session).splitlines())


def file_by_api(client, send):
    listed = client.get("/api/v1/supervision/categories").json
    ticket = listed["ticket"]
    photo = client.post(
        "/api/v1/complaints/files",
        data={"ticket": ticket, "file": (canary_photo(), "canary-file-name.jpg")},
        content_type="multipart/form-data",
        **send,
    )
    assert photo.status_code == 201, photo.text
    kind = listed["kinds"][0]
    filed = client.post(
        "/api/v1/complaints",
        json={
            "kind": kind["kind"],
            "category": kind["categories"][0]["code"],
            "text": "窗口没有人。",
            "files": [photo.json["token"]],
            "ticket": ticket,
        },
        **send,
    )
    assert filed.status_code == 201, filed.text
    seen = client.post(
        "/api/v1/complaints/lookup", json={"receipt": filed.json["code"]}
    )
    assert seen.json["text"] == "窗口没有人。"


def file_by_page(client, send):
    from bs4 import BeautifulSoup

    page = BeautifulSoup(client.get("/supervision?kind=complaint").text, "html5lib")
    fields = {
        each["name"]: each.get("value", "")
        for each in page.select("form input[type=hidden][name]")
    }
    category = page.select_one(
        "[name=category][value]:not([value=''])"
    ) or page.select_one("[name=category] option[value]:not([value=''])")
    filed = client.post(
        "/supervision",
        data=fields
        | {
            "kind": "complaint",
            "category": category["value"],
            "text": "窗口没有人。",
            "identity": "anonymous",
            "photos": (canary_photo(), "canary-file-name.jpg"),
        },
        content_type="multipart/form-data",
        **send,
    )
    assert filed.status_code in (200, 201), filed.text
    assert "回执" in filed.text
    assert "Set-Cookie" not in filed.headers
