"""Uploads that are refused: nothing is opened for them, and nothing is left."""

from io import BytesIO

import pytest
from PIL import Image

from app.files import service
from app.files.models import OwnerKind
from app.files.service import Owner
from app.files.tickets import issue
from tests.builders.files import make_stored_file
from tests.http.mobile.conftest import (  # noqa: F401 -- fixtures
    begin,
    page,
    sign_in,
    township,
)

BAD = b"MZ not a photo"
"""What would be refused for its kind, if it were opened."""


@pytest.fixture
def photo():
    out = BytesIO()
    Image.new("RGB", (64, 48), "white").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def send_for_complaint(client):
    def send(ticket, content):
        return client.post(
            "/api/v1/complaints/files",
            data={"ticket": ticket, "file": (BytesIO(content), "a.jpg")},
            content_type="multipart/form-data",
        )

    return send


@pytest.fixture
def send_for_case(begin, client):  # noqa: F811
    """Send a file to a slot of a draft, as the page does."""
    shown = begin()

    def send(content, key):
        token = shown.soup.select_one("[name=csrf_token]")["value"]
        case = shown.soup.select_one("form[action^='/cases/']")["action"].split("/")[2]
        return client.post(
            f"/cases/{case}/materials/{key}",
            data={"csrf_token": token, "files": (BytesIO(content), "a.jpg")},
            content_type="multipart/form-data",
        )

    return send


def test_a_used_ticket_is_refused_before_its_file_is_opened(
    send_for_complaint, here, database, keyring, clock
):
    ticket = issue(keyring, now=clock.now())
    owner = Owner.ticket(keyring, ticket, now=clock.now())
    with database.transaction() as session:
        used = make_stored_file(session, here.store, owner=owner)
        service.attach(session, used.token, owner, to="complaint:a")
    answer = send_for_complaint(ticket, BAD)
    assert answer.status_code == 410
    assert answer.json["type"].endswith("/ticket-used")


def test_of_an_unnamed_sender_the_store_knows_the_half_day(
    send_for_complaint, here, keyring, clock, photo
):
    clock.advance(hours=3, minutes=17)
    sent = send_for_complaint(issue(keyring, now=clock.now()), photo)
    assert sent.status_code == 201
    [(_, put_at)] = here.store.entries()
    assert (put_at.hour, put_at.minute, put_at.second) == (0, 0, 0)


def test_who_hoards_is_refused_before_the_file_is_opened(send_for_case, monkeypatch):
    monkeypatch.setitem(service.MAX_LOOSE, OwnerKind.CITIZEN, 0)
    answer = send_for_case(BAD, "any-slot")
    assert service.TooManyLoose.zh in answer.text


def test_a_file_for_no_slot_leaves_no_bytes(send_for_case, here, photo):
    assert send_for_case(photo, "no-such-slot").status_code == 404
    assert list(here.store.entries()) == []
