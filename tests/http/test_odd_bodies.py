"""Bodies that no phone sends: each gets a plain 4xx, never a 5xx."""

import pytest

LOOKUP = "/api/v1/complaints/lookup"


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 5000,
        b'{"receipt": "\\ud800"}',
        b'{"receipt": "a\\u0000b"}',
        b'{"receipt": NaN}',
        b"\xff\xfe",
        b"{",
    ],
    ids=["deep", "surrogate", "nul", "nan", "bytes", "cut"],
)
def test_bad_json_is_a_bad_request(client, body):
    answer = client.post(LOOKUP, data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json["title_zh"]


def test_a_backslash_u_that_a_person_typed_is_text(client):
    answer = client.post(LOOKUP, json={"receipt": r"\u0000"})
    assert answer.status_code == 404


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", ""])
def test_another_kind_of_body_is_named(client, kind):
    answer = client.post(LOOKUP, data=b"receipt=x", content_type=kind)
    assert answer.status_code == 415


def test_a_nul_in_an_address_or_form_is_a_bad_request(client):
    assert client.get("/matters?q=%00").status_code == 400
    assert client.get("/q/a%00b").status_code == 400
    assert client.post("/tracking", data={"reference": "\x00"}).status_code == 400


def test_full_width_digits_are_no_phone(client):
    answer = client.post(
        "/api/v1/session/phone/code", json={"phone": "13８００１３８００１"}
    )
    assert answer.status_code == 422


def test_every_type_of_failure_opens(client):
    for answer in (
        client.post(LOOKUP, json={}),
        client.get("/api/v1/nothing"),
        client.patch("/api/v1/matters"),
        client.get("/api/v1/me"),
        client.post(LOOKUP, data=b"{", content_type="application/json"),
    ):
        assert (
            client.get(answer.json["type"].removeprefix("http://localhost")).status_code
            == 200
        )


def test_positions_and_words_are_not_kept(client, snapshots):
    client.get("/api/v1/matters?q=低保")
    client.get("/api/v1/places?lat=33.7&lng=114.9")
    kept = snapshots.get().cache["ready"]
    assert not [key for key in kept if "lat" in str(key) or b"q=" in key[1][0]]


def test_kept_answers_have_a_bound(client, snapshots, monkeypatch):
    monkeypatch.setattr("app.web.ready.ROOM_BYTES", 200_000)
    for page in range(1, 60):
        client.get(f"/api/v1/matters?page={page}&page_size=50")
    kept = snapshots.get().cache["ready"]
    assert sum(len(body) for body, _ in kept.values()) == kept.size <= 200_000


def test_reading_the_catalogue_makes_no_cookie(client):
    for path in ("/", "/matters/M0345", "/api/v1/matters", "/api/v1/matters/M0345"):
        assert "Set-Cookie" not in client.get(path).headers
