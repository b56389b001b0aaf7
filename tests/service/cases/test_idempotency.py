from datetime import timedelta

import pytest
from sqlalchemy import select

from app.cases import idempotency
from app.cases.idempotency import (
    Answer,
    IdempotencyKey,
    IdempotencyMismatch,
    KeyMalformed,
    StillRunning,
    begin,
    finish,
)
from app.kernel.crypto import SealBroken
from tests.conftest import NOW

REQUEST = {
    "owner": "citizen:7",
    "key": "0f6f7f0e-1b1c-4a1e-9d53-a54b53e1c6a1",
    "route": "POST /cases",
    "body": b'{"name": "\xe5\xbc\xa0"}',
    "now": NOW,
}
BODY = {"token": "abc", "lookup_code": "ABCD2345"}


def answered(session, **said):
    request = REQUEST | said
    begin(session, **request)
    finish(session, owner=request["owner"], key=request["key"], status=201, body=BODY)


def test_the_first_request_is_worked_on(session):
    assert begin(session, **REQUEST) is None


def test_a_repeated_one_gets_the_same_answer(session):
    answered(session)
    assert begin(session, **REQUEST) == Answer(201, BODY)
    assert begin(session, **REQUEST) == Answer(201, BODY)
    assert len(session.scalars(select(IdempotencyKey)).all()) == 1


@pytest.mark.parametrize(
    "other", [{"body": b"{}"}, {"route": "POST /cases/{reference}/steps"}]
)
def test_the_same_key_for_another_request_is_refused(session, other):
    answered(session)
    with pytest.raises(IdempotencyMismatch) as refused:
        begin(session, **REQUEST | other)
    assert refused.value.code == "idempotency-mismatch"


def test_keys_belong_to_their_caller(session):
    answered(session)
    assert begin(session, **REQUEST | {"owner": "citizen:8", "body": b"x"}) is None


def test_a_claim_that_was_never_finished_is_told_apart(session):
    begin(session, **REQUEST)
    with pytest.raises(StillRunning):
        begin(session, **REQUEST)


def test_a_claim_dies_with_its_transaction(session):
    with session.begin_nested() as savepoint:
        answered(session)
        savepoint.rollback()
    assert begin(session, **REQUEST) is None


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "键" * 10, "with\nbreaks"])
def test_keys_have_a_form(session, key):
    with pytest.raises(KeyMalformed):
        begin(session, **REQUEST | {"key": key})


def test_answer_and_body_are_not_readable(session, keyring):
    answered(session)
    row = session.scalars(select(IdempotencyKey)).one()
    session.refresh(row)
    assert b"ABCD2345" not in row.answer_sealed
    row.owner = "citizen:8"
    session.flush()
    with pytest.raises(SealBroken):
        begin(session, **REQUEST | {"owner": "citizen:8"})


def test_old_keys_are_forgotten(session):
    answered(session)
    answered(session, key="another-key", now=NOW + timedelta(days=2))
    assert idempotency.forget(session, before=NOW + timedelta(days=1)) == 1
    assert begin(session, **REQUEST) is None
    later = REQUEST | {"key": "another-key"}
    assert begin(session, **later) == Answer(201, BODY)
