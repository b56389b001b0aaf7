"""Sealing personal data, and finding it again without opening it.

A sealed value is ``version(1) | key id length(1) | key id | nonce(12) | AES-256-GCM
ciphertext and tag``. The context (table, row and column) is associated data, so
a value moved to another row does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from typing import cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session

_VERSION = 1
_NONCE = 12
_KEY_BYTES = 32
_SESSION_KEY = "keyring"


class SealBroken(Exception):
    """A sealed value does not open: wrong place, damaged, or its key is missing.

    Not an AppError: no caller can repair it; it must be seen by an operator.
    """


class Keyring:
    """The data keys of one installation.

    Args:
        keys: Key id (1 to 32 ASCII signs) to 32 bytes. Old keys stay for reading.
        current: The id of the key that seals from now on.
        index_key: At least 32 bytes; keys blind indexes and hashes of secrets.

    Raises:
        ValueError: a key has the wrong length, or the current one is missing.
    """

    def __init__(
        self, keys: Mapping[str, bytes], *, current: str, index_key: bytes
    ) -> None:
        if current not in keys:
            raise ValueError(f"no key {current!r}")
        if len(index_key) < _KEY_BYTES:
            raise ValueError("the index key needs at least 32 bytes")
        for key_id, key in keys.items():
            if len(key) != _KEY_BYTES or not 0 < len(key_id.encode()) <= _KEY_BYTES:
                raise ValueError(f"key {key_id!r} is malformed")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._current = current
        self._index_key = index_key

    def seal(self, plain: bytes | str, *, context: str) -> bytes:
        """Encrypt a value for one place, named ``table:row:column``."""
        raw = plain.encode() if isinstance(plain, str) else plain
        key_id = self._current.encode()
        nonce = os.urandom(_NONCE)
        sealed = self._ciphers[self._current].encrypt(nonce, raw, context.encode())
        return bytes([_VERSION, len(key_id)]) + key_id + nonce + sealed

    def open(self, blob: bytes, *, context: str) -> bytes:
        """Decrypt a value in the place it was sealed for.

        Raises:
            SealBroken: it was changed, moved, or sealed with a missing key.
        """
        try:
            version, length = blob[0], blob[1]
            key_id = blob[2 : 2 + length].decode()
            rest = blob[2 + length :]
        except (IndexError, UnicodeDecodeError):
            raise SealBroken(f"malformed value at {context}") from None
        cipher = self._ciphers.get(key_id)
        if version != _VERSION or cipher is None:
            raise SealBroken(f"no key {key_id!r} for {context}")
        try:
            return cipher.decrypt(rest[:_NONCE], rest[_NONCE:], context.encode())
        except (InvalidTag, ValueError):
            raise SealBroken(f"value at {context} does not open") from None

    def open_text(self, blob: bytes, *, context: str) -> str:
        """Decrypt a value that was sealed as text."""
        return self.open(blob, context=context).decode()

    def index(self, value: str, *, purpose: str) -> str:
        """Return a keyed hash (64 hex signs): a blind index, or a stored secret.

        The purpose keeps equal values of different columns apart.
        """
        text = f"{purpose}\x00{value}".encode()
        return hmac.new(self._index_key, text, hashlib.sha256).hexdigest()


def attach(session: Session, keyring: Keyring) -> None:
    """Give a session its keyring; :class:`app.kernel.db.Database` does it."""
    session.info[_SESSION_KEY] = keyring


def of(session: Session) -> Keyring:
    """Return the keyring of a session."""
    return cast(Keyring, session.info[_SESSION_KEY])
