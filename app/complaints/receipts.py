"""Receipts: the only thing that leads back to an anonymous complaint.

Shown once, kept as a keyed hash. A receipt is made from a secret that came with
the form (its upload ticket), so that a second tap on the same form gives the
same receipt again although nobody has stored it.
"""

from __future__ import annotations

from app.kernel.crypto import Keyring
from app.kernel.references import ALPHABET, normalise, receipt_code

LENGTH = 26
"""Signs; 128 bits and more (reliability notes, T4)."""

_GROUP = 4


def code_for(keyring: Keyring, ticket: str) -> str:
    """Return the receipt for a filing: always the same for the same form.

    Args:
        keyring: Its index key keeps anybody from computing receipts.
        ticket: The ticket that came with the form: 128 random bits. Whoever files
            with it makes sure that it is one of ours: a receipt is as hard to guess
            as what it is made from. Without one the receipt is random.
    """
    if not ticket:
        return receipt_code()
    number = int(keyring.index(ticket, purpose="complaint-receipt-code"), 16)
    signs = []
    for _ in range(LENGTH):
        number, value = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[value])
    return "".join(signs)


def index_of(keyring: Keyring, typed: str) -> str:
    """Return the keyed hash of a receipt as typed; any text has one.

    Malformed ones are hashed and looked up like all others, so that the answer
    to a wrong receipt does not say what is wrong with it.
    """
    return keyring.index(normalise(typed[:200]), purpose="complaint-receipt")


def grouped(code: str) -> str:
    """Return a receipt as it is shown: in groups of four."""
    return " ".join(
        code[start : start + _GROUP] for start in range(0, len(code), _GROUP)
    )
