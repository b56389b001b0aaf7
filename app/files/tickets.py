"""Tickets: the right to send files for one anonymous complaint.

A page that takes an anonymous complaint carries a fresh ticket. It names nobody
and nothing is stored when it is made; files sent with it are owned by its keyed
hash. Once its files were attached to a complaint it takes no more.

    ticket = random(22) "." expiry(whole hour, UTC) "." keyed hash of both
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta

from app.kernel.crypto import Keyring
from app.kernel.errors import Gone
from app.kernel.references import new_token

LIFETIME = timedelta(hours=8)
"""Time to write a complaint, slowly, with a break; then at most an hour more."""

_MAC_LENGTH = 32
_MAX_LENGTH = 80


class TicketInvalid(Gone):
    """The ticket is not one of ours, or its time is over."""

    code = "ticket-invalid"
    zh = "页面打开太久了，请刷新页面后重新上传文件，您写的内容请先留好。"


def issue(keyring: Keyring, *, now: datetime) -> str:
    """Make a ticket.

    The expiry is rounded up to the hour, so a ticket does not tell when exactly
    its page was opened.
    """
    until = (now.astimezone(UTC) + LIFETIME + timedelta(hours=1)).replace(
        minute=0, second=0, microsecond=0
    )
    body = f"{new_token()}.{until:%Y%m%d%H}"
    return f"{body}.{_mac(keyring, body)}"


def ticket_owner_key(keyring: Keyring, ticket: str, *, now: datetime) -> str:
    """Return the key under which a ticket owns files.

    Raises:
        TicketInvalid: the ticket is not ours, or its time is over.
    """
    body, _, mac = ticket.rpartition(".")
    is_ours = len(ticket) <= _MAX_LENGTH and hmac.compare_digest(
        mac.encode("utf-8", "surrogatepass"), _mac(keyring, body).encode()
    )
    if not is_ours:
        raise TicketInvalid("not a ticket of ours")
    until = datetime.strptime(body.rpartition(".")[2], "%Y%m%d%H").replace(tzinfo=UTC)
    if now >= until:
        raise TicketInvalid("the ticket's time is over")
    return keyring.index(ticket, purpose="files.ticket")


def _mac(keyring: Keyring, body: str) -> str:
    return keyring.index(body, purpose="files.ticket-mac")[:_MAC_LENGTH]
