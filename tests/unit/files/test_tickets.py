"""Tickets for anonymous files."""

from datetime import timedelta

import pytest

from app.files.tickets import LIFETIME, TicketInvalid, issue, ticket_owner_key
from app.kernel.crypto import Keyring
from tests.conftest import NOW


def test_a_ticket_owns_under_a_key_that_is_not_the_ticket(keyring):
    ticket = issue(keyring, now=NOW)
    key = ticket_owner_key(keyring, ticket, now=NOW)
    assert len(key) == 64
    assert ticket[:22] not in key
    assert key == ticket_owner_key(keyring, ticket, now=NOW + timedelta(hours=1))
    assert key != ticket_owner_key(keyring, issue(keyring, now=NOW), now=NOW)


def test_a_ticket_ends(keyring):
    ticket = issue(keyring, now=NOW)
    ticket_owner_key(keyring, ticket, now=NOW + LIFETIME)
    with pytest.raises(TicketInvalid):
        ticket_owner_key(keyring, ticket, now=NOW + LIFETIME + timedelta(hours=1))


def test_a_ticket_does_not_tell_the_minute(keyring):
    assert NOW.minute
    early, late = (
        issue(keyring, now=NOW.replace(minute=minute)).split(".")[1]
        for minute in (1, 59)
    )
    assert early == late


def test_nobody_else_can_make_one(keyring):
    ticket = issue(keyring, now=NOW)
    random, until, mac = ticket.split(".")
    stranger = Keyring({"k1": b"1" * 32}, current="k1", index_key=b"x" * 32)
    for forged in (
        "",
        ".",
        "..",
        ticket[:-1],
        ticket + "0",
        f"{random}.2099010100.{mac}",
        f"{'A' * 22}.{until}.{mac}",
        f"{random}.{until}.",
        f"{random}.{until}.é\ud800",
        issue(stranger, now=NOW),
        "x" * 10_000,
    ):
        with pytest.raises(TicketInvalid):
            ticket_owner_key(keyring, forged, now=NOW)
