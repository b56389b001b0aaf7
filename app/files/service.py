"""Use cases of files: keep, read, attach, sweep.

    raw ─ rebuild ─→ put_away ─→ record ─→ attach        (sweep, orphans)
          (a child    (sealed     (row:      (to a case
          process)    bytes)      whose)     or complaint)

Rebuilding and putting away need no database and belong before the door opens
its transaction, but after a short look whether the sender may send at all
(:func:`require_room`); :func:`keep` puts away and records for callers that do
not mind.
Bytes are put before their row exists and deleted after their row is gone, so a
crash leaves bytes without a row, never a row without bytes.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from app.files.models import OwnerKind, StoredFile
from app.files.rebuild import Rebuilt
from app.files.store import BytesMissing, ByteStore
from app.files.tickets import ticket_owner_key
from app.kernel import crypto
from app.kernel.crypto import Keyring
from app.kernel.errors import (
    AppError,
    Conflict,
    Gone,
    NotFound,
    TooMany,
    Unavailable,
)
from app.kernel.references import new_token

logger = logging.getLogger(__name__)

MAX_LOOSE = {OwnerKind.CITIZEN: 60, OwnerKind.TICKET: 12, OwnerKind.STAFF: 200}
"""How many files a sender may have waiting that belong to nothing yet."""

KEPT_LOOSE = timedelta(days=1)
"""How long a file that belongs to nothing is kept, unless told otherwise."""

_NAME_LENGTH = 80
_NAME_UNWANTED = re.compile(
    r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]"
)


class FileLost(Gone):
    """The record of a file is there, its bytes are not."""

    code = "file-lost"
    zh = "这个文件暂时打不开，请重新上传或联系工作人员。"


class FileTaken(Conflict):
    """The file already belongs to something else."""

    code = "file-taken"
    zh = "这个文件已经用在别处了，请重新上传一份。"


class TicketUsed(Gone):
    """The ticket has already brought its files to a complaint."""

    code = "ticket-used"
    zh = "这次投诉已经提交，不能再添加文件。需要补充的，请凭回执查询后补充。"


class TooManyLoose(TooMany):
    """The sender has too many files waiting that belong to nothing."""

    code = "too-many-files"
    zh = "您上传了太多还没有用到的文件，请先提交或删除一些。"


@dataclass(frozen=True, slots=True)
class Owner:
    """Who sent a file.

    Attributes:
        kind: Citizen, staff member or the bearer of a ticket.
        key: Id of the person, or keyed hash of the ticket.
    """

    kind: OwnerKind
    key: str

    @classmethod
    def citizen(cls, citizen_id: int) -> Owner:
        """A citizen, by id."""
        return cls(OwnerKind.CITIZEN, str(citizen_id))

    @classmethod
    def staff(cls, staff_id: int) -> Owner:
        """A staff member, by id."""
        return cls(OwnerKind.STAFF, str(staff_id))

    @classmethod
    def ticket(cls, keyring: Keyring, ticket: str, *, now: datetime) -> Owner:
        """The bearer of a ticket that :func:`app.files.tickets.issue` made.

        Raises:
            Gone: the ticket is not ours or has expired.
        """
        return cls(OwnerKind.TICKET, ticket_owner_key(keyring, ticket, now=now))

    def moment(self, now: datetime) -> datetime:
        """Return how exactly a moment is kept of this sender.

        The hour of an unnamed one could tell who it is (reliability page, T8):
        only the half day is kept.
        """
        if self.kind is not OwnerKind.TICKET:
            return now
        return now.replace(hour=now.hour // 12 * 12, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class PutAway:
    """Bytes that lie sealed in the store and have no record yet."""

    token: str
    storage_key: str
    media_type: str
    size: int
    pages: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Orphans:
    """Where records and bytes do not match.

    Attributes:
        without_bytes: Tokens of records whose bytes are missing: data loss.
        without_record: Keys of bytes that no record names: a crash between the
            two, or files swept whose bytes go at the next sweep.
    """

    without_bytes: tuple[str, ...]
    without_record: tuple[str, ...]


def require_room(session: Session, owner: Owner) -> None:
    """Refuse a sender who hoards, and a ticket that was used.

    Doors ask before a file is opened; :func:`record` asks again.

    Raises:
        TooManyLoose: the sender has :data:`MAX_LOOSE` files waiting.
        TicketUsed: the ticket was good for one complaint, and had it.
    """
    mine = (StoredFile.owner_kind == owner.kind) & (StoredFile.owner_key == owner.key)
    loose = session.scalar(
        select(func.count()).where(mine, StoredFile.attached_to.is_(None))
    )
    if (loose or 0) >= MAX_LOOSE[owner.kind]:
        raise TooManyLoose("too many files belong to nothing", retry_after_s=3600)
    if owner.kind is OwnerKind.TICKET and session.scalar(
        select(StoredFile.id).where(mine, StoredFile.attached_to.is_not(None)).limit(1)
    ):
        raise TicketUsed("the ticket was used")


def put_away(
    store: ByteStore,
    keyring: Keyring,
    rebuilt: Rebuilt,
    *,
    at: datetime | None = None,
) -> PutAway:
    """Seal rebuilt content and put it into the store. Needs no transaction.

    Args:
        store: Where the bytes are to lie.
        keyring: Seals them.
        rebuilt: The clean file.
        at: When it came, as :meth:`Owner.moment` says; the store then knows no
            more. The present moment when it is left out.

    Raises:
        Unavailable: the store cannot take it at the moment.
    """
    token, storage_key = new_token(), new_token()
    sealed = keyring.seal(rebuilt.content, context=_context(token, "content"))
    store.put(storage_key, sealed, at=at)
    return PutAway(
        token=token,
        storage_key=storage_key,
        media_type=rebuilt.media_type,
        size=len(rebuilt.content),
        pages=rebuilt.pages,
        sha256=hashlib.sha256(rebuilt.content).hexdigest(),
    )


def record(
    session: Session,
    put: PutAway,
    *,
    owner: Owner,
    name_hint: str = "",
    now: datetime,
) -> StoredFile:
    """Record sealed bytes as a file of somebody's.

    For the bearer of a ticket neither the name of the file nor the hour is
    kept: both could tell who it is (reliability page, T8).

    Args:
        session: The door's unit of work.
        put: What :func:`put_away` returned.
        owner: Who sent it.
        name_hint: What the sender calls it; shown back to them, never trusted.
        now: When it came.

    Raises:
        TooManyLoose: the sender has :data:`MAX_LOOSE` files waiting.
        TicketUsed: the ticket was good for one complaint, and had it.
    """
    require_room(session, owner)
    unnamed = owner.kind is OwnerKind.TICKET
    name = _NAME_UNWANTED.sub("", name_hint).strip()[-_NAME_LENGTH:]
    kept = StoredFile(
        token=put.token,
        storage_key=put.storage_key,
        owner_kind=owner.kind,
        owner_key=owner.key,
        media_type=put.media_type,
        size=put.size,
        pages=put.pages,
        sha256=put.sha256,
        name_sealed=(
            crypto.of(session).seal(name, context=_context(put.token, "name"))
            if name and not unnamed
            else None
        ),
        attached_to=None,
        loose_since=owner.moment(now),
        created_at=owner.moment(now),
    )
    session.add(kept)
    # The next look-up in this unit of work must find it.
    session.flush()
    return kept


@contextmanager
def undone_if_refused(store: ByteStore, put: PutAway) -> Iterator[None]:
    """Delete bytes that were put away when recording or giving them is refused.

    To be put around the transaction. When the database was away the commit may
    still have happened: then the bytes stay, and a sweep decides.
    """
    try:
        yield
    except Unavailable:
        raise
    except AppError:
        store.delete(put.storage_key)
        raise


def keep(
    session: Session,
    store: ByteStore,
    rebuilt: Rebuilt,
    *,
    owner: Owner,
    name_hint: str = "",
    now: datetime,
) -> StoredFile:
    """Put rebuilt content away and record it, in one step.

    Raises:
        TooManyLoose: the sender has :data:`MAX_LOOSE` files waiting.
        TicketUsed: the ticket was good for one complaint, and had it.
    """
    require_room(session, owner)
    put = put_away(store, crypto.of(session), rebuilt, at=owner.moment(now))
    return record(session, put, owner=owner, name_hint=name_hint, now=now)


def get(session: Session, token: str) -> StoredFile:
    """Return the record of a file. Who may see it is for the caller to know.

    Raises:
        NotFound: there is none.
    """
    return _only(session, _by_token(token))


def get_own(session: Session, token: str, owner: Owner) -> StoredFile:
    """Return the record of a file that this sender sent.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    return _only(session, _by_token(token, owner))


def _by_token(token: str, owner: Owner | None = None) -> Select[StoredFile]:
    wanted = select(StoredFile).where(StoredFile.token == token)
    if owner is None:
        return wanted
    return wanted.where(
        StoredFile.owner_kind == owner.kind, StoredFile.owner_key == owner.key
    )


def _only(session: Session, wanted: Select[StoredFile]) -> StoredFile:
    found = session.scalar(wanted)
    if found is None:
        raise NotFound("no such file")
    return found


def _locked(session: Session, wanted: Select[StoredFile]) -> StoredFile:
    """Return a record as it stands now, to be changed by nobody else meanwhile."""
    return _only(
        session,
        wanted.with_for_update().execution_options(populate_existing=True),
    )


def name_of(session: Session, file: StoredFile) -> str:
    """Return what the sender called a file; empty when it is not known."""
    if file.name_sealed is None:
        return ""
    context = _context(file.token, "name")
    return crypto.of(session).open_text(file.name_sealed, context=context)


def read(session: Session, store: ByteStore, token: str) -> bytes:
    """Return the clear content of a file, exactly as it was rebuilt.

    Raises:
        NotFound: there is no such file.
        FileLost: its bytes are missing from the store.
        SealBroken: its bytes were changed; seen by an operator.
    """
    return unseal(crypto.of(session), store, get(session, token))


def unseal(keyring: Keyring, store: ByteStore, file: StoredFile) -> bytes:
    """Return the clear content of a record's file. Needs no transaction.

    Raises:
        FileLost: its bytes are missing from the store.
        SealBroken: its bytes were changed; seen by an operator.
    """
    try:
        sealed = store.get(file.storage_key)
    except BytesMissing:
        logger.exception("stored file lost", extra={"file_id": file.id})
        raise FileLost("the bytes of the file are missing") from None
    return keyring.open(sealed, context=_context(file.token, "content"))


def attach(session: Session, token: str, owner: Owner, *, to: str) -> StoredFile:
    """Make a file belong to something; nothing happens the second time.

    Args:
        session: The door's unit of work.
        token: The file.
        owner: Who sent it; only their own files can be attached.
        to: What it belongs to, such as "case:<token>".

    Raises:
        NotFound: there is no such file, or it is somebody else's.
        FileTaken: it belongs to something else.
    """
    file = _locked(session, _by_token(token, owner))
    if file.attached_to not in (None, to):
        raise FileTaken("the file belongs to something else")
    file.attached_to = to
    file.loose_since = None
    return file


def detach(session: Session, token: str, *, to: str, now: datetime) -> None:
    """Let a file belong to nothing again; a later sweep removes it.

    Args:
        session: The door's unit of work.
        token: The file.
        to: What it was attached to; another attachment is left alone.
        now: Since when it is loose.

    Raises:
        NotFound: there is no such file.
    """
    file = _locked(session, _by_token(token))
    if file.attached_to == to:
        file.attached_to = None
        file.loose_since = now


def discard(session: Session, token: str, owner: Owner) -> None:
    """Remove a loose file at its sender's wish; its bytes go at the next sweep.

    Raises:
        NotFound: there is no such file, or it is somebody else's.
        FileTaken: it belongs to something.
    """
    file = _locked(session, _by_token(token, owner))
    if file.attached_to is not None:
        raise FileTaken("the file belongs to something")
    session.delete(file)


def sweep(
    session: Session, *, now: datetime, older_than: timedelta = KEPT_LOOSE
) -> int:
    """Remove the records of what has belonged to nothing for long enough.

    Their bytes then lie unnamed and go in a later sweep (:func:`old_keys`,
    :func:`without_record`), so a rollback loses nothing.

    Args:
        session: The door's unit of work.
        now: The moment of the sweep.
        older_than: Age from which loose records go.

    Returns:
        How many went.
    """
    # One statement that asks again for each row it waited for: what somebody is
    # attaching at this moment stays.
    gone = session.scalars(
        delete(StoredFile)
        .where(
            StoredFile.attached_to.is_(None),
            StoredFile.loose_since < now - older_than,
        )
        .returning(StoredFile.id)
    )
    return len(gone.all())


def old_keys(
    store: ByteStore, *, now: datetime, older_than: timedelta = KEPT_LOOSE
) -> frozenset[str]:
    """Return the keys of bytes put long enough ago. Needs no transaction.

    Younger ones may be on their way to a record.
    """
    return frozenset(
        key for key, put_at in store.entries() if put_at < now - older_than
    )


def without_record(session: Session, keys: frozenset[str]) -> frozenset[str]:
    """Return those keys that no committed record names: the bytes that may go.

    To be asked after the store was listed, so that no record comes in between.
    """
    return keys.difference(session.scalars(select(StoredFile.storage_key)))


def orphans(session: Session, store: ByteStore) -> Orphans:
    """Compare records and bytes, and name what is missing on either side."""
    rows = session.execute(select(StoredFile.storage_key, StoredFile.token))
    named = {row.storage_key: row.token for row in rows}
    stored = {key for key, _ in store.entries()}
    return Orphans(
        without_bytes=tuple(
            sorted(token for key, token in named.items() if key not in stored)
        ),
        without_record=tuple(sorted(stored - named.keys())),
    )


def _context(token: str, column: str) -> str:
    return f"stored_files:{token}:{column}"
