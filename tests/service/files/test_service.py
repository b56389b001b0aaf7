"""Keeping, reading, attaching and sweeping files."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app.files import service
from app.files.models import OwnerKind, StoredFile
from app.files.rebuild import rebuild
from app.files.service import Owner
from app.files.tickets import TicketInvalid, issue
from app.gateways.store import FolderStore
from app.kernel.crypto import SealBroken
from app.kernel.errors import NotFound, Unavailable
from tests.builders.files import (
    CANARY,
    MemoryStore,
    make_pdf,
    make_photo,
    make_rebuilt,
    make_stored_file,
)
from tests.conftest import NOW

ME, OTHER = Owner.citizen(7), Owner.citizen(8)
DAY = timedelta(days=1)


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def ticket(keyring):
    return Owner.ticket(keyring, issue(keyring, now=NOW), now=NOW)


class TestKeep:
    def test_what_is_kept_is_read_again(self, session, store):
        make_stored_file(session, store, b"noise")
        rebuilt = make_rebuilt(b"content", media_type="application/pdf", pages=3)
        file = service.keep(
            session, store, rebuilt, owner=ME, name_hint="户口本.pdf", now=NOW
        )
        assert service.read(session, store, file.token) == b"content"
        assert (file.media_type, file.pages, file.size) == ("application/pdf", 3, 7)
        assert file.sha256 == hashlib.sha256(b"content").hexdigest()
        assert service.name_of(session, file) == "户口本.pdf"
        assert file.created_at == NOW

    def test_a_real_photo_goes_through_all_of_it(self, session, tmp_path):
        store = FolderStore(tmp_path)
        rebuilt = rebuild(make_photo("HEIF"))
        file = service.keep(session, store, rebuilt, owner=ME, now=NOW)
        content = service.read(session, store, file.token)
        assert content == rebuilt.content
        assert file.media_type == "image/jpeg"
        assert content.startswith(b"\xff\xd8\xff")
        assert CANARY.encode() not in content

    def test_a_real_document_too(self, session, tmp_path):
        store = FolderStore(tmp_path)
        file = service.keep(
            session, store, rebuild(make_pdf(pages=2)), owner=ME, now=NOW
        )
        assert file.pages == 2
        assert service.read(session, store, file.token).startswith(b"%PDF-")

    def test_nothing_lies_in_the_clear(self, session, store):
        make_stored_file(session, store, b"SECRET-CONTENT", name_hint="SECRET-NAME.jpg")
        for content, _ in store.kept.values():
            assert b"SECRET" not in content
        dump = session.execute(text("SELECT * FROM stored_files")).all()
        assert "SECRET" not in str(dump)

    def test_names_outside_and_inside_differ(self, session, store):
        file = make_stored_file(session, store)
        assert set(store.kept) == {file.storage_key}
        assert file.token != file.storage_key

    def test_a_name_is_cut_and_cleaned(self, session, store):
        file = make_stored_file(
            session, store, name_hint="\u202egpj\x00" + "长" * 200 + ".jpg"
        )
        name = service.name_of(session, file)
        assert len(name) == 80
        assert name.endswith("长.jpg")
        assert (
            service.name_of(session, make_stored_file(session, store, name_hint=""))
            == ""
        )

    def test_who_hoards_is_stopped(self, session, store, monkeypatch):
        monkeypatch.setitem(service.MAX_LOOSE, OwnerKind.CITIZEN, 2)
        first = make_stored_file(session, store)
        make_stored_file(session, store)
        make_stored_file(session, store, owner=OTHER)
        with pytest.raises(service.TooManyLoose):
            make_stored_file(session, store)
        assert len(store.kept) == 3
        service.attach(session, first.token, ME, to="case:a")
        make_stored_file(session, store)


class TestUndoing:
    def test_bytes_go_with_a_refusal(self, store, keyring):
        put = service.put_away(store, keyring, make_rebuilt())
        with (
            pytest.raises(service.TooManyLoose),
            service.undone_if_refused(store, put),
        ):
            raise service.TooManyLoose("full")
        assert not store.kept

    def test_bytes_stay_when_nobody_knows_whether_it_was_committed(
        self, store, keyring
    ):
        put = service.put_away(store, keyring, make_rebuilt())
        with pytest.raises(Unavailable), service.undone_if_refused(store, put):
            raise Unavailable("the connection broke")
        assert list(store.kept) == [put.storage_key]

    def test_bytes_stay_when_all_is_well(self, store, keyring):
        put = service.put_away(store, keyring, make_rebuilt())
        with service.undone_if_refused(store, put):
            pass
        assert list(store.kept) == [put.storage_key]


class TestTickets:
    def test_no_name_and_no_hour_is_kept_of_the_unnamed(self, session, store, ticket):
        file = make_stored_file(session, store, owner=ticket, name_hint=CANARY)
        assert service.name_of(session, file) == ""
        assert (file.created_at.hour, file.created_at.minute) == (0, 0)
        assert file.loose_since == file.created_at

    def test_nor_does_the_store_know_the_hour(self, session, tmp_path, ticket):
        store = FolderStore(tmp_path)
        make_stored_file(session, store, owner=ticket)
        [(_, put_at)] = store.entries()
        assert (put_at.hour, put_at.minute, put_at.second) == (0, 0, 0)

    def test_a_ticket_is_good_for_one_complaint(self, session, store, ticket):
        first = make_stored_file(session, store, owner=ticket)
        second = make_stored_file(session, store, owner=ticket)
        for each in (first, second):
            service.attach(session, each.token, ticket, to="complaint:a")
        with pytest.raises(service.TicketUsed):
            make_stored_file(session, store, owner=ticket)
        with pytest.raises(service.FileTaken):
            service.attach(session, first.token, ticket, to="complaint:b")

    def test_a_forged_ticket_owns_nothing(self, keyring):
        with pytest.raises(TicketInvalid):
            Owner.ticket(keyring, "made-up", now=NOW)


class TestRead:
    def test_what_is_not_there_is_not_found(self, session, store):
        with pytest.raises(NotFound):
            service.read(session, store, "A" * 22)

    def test_lost_bytes_are_named(self, session, store, caplog):
        file = make_stored_file(session, store)
        store.delete(file.storage_key)
        with pytest.raises(service.FileLost):
            service.read(session, store, file.token)
        assert file.token not in caplog.text

    def test_bytes_of_another_file_do_not_open(self, session, store):
        mine, other = make_stored_file(session, store), make_stored_file(session, store)
        store.kept[mine.storage_key] = store.kept[other.storage_key]
        with pytest.raises(SealBroken):
            service.read(session, store, mine.token)

    def test_changed_bytes_do_not_open(self, session, store):
        file = make_stored_file(session, store)
        sealed, at = store.kept[file.storage_key]
        store.kept[file.storage_key] = (sealed[:-1] + bytes([sealed[-1] ^ 1]), at)
        with pytest.raises(SealBroken):
            service.read(session, store, file.token)


class TestOwnership:
    def test_anothers_file_does_not_exist(self, session, store):
        file = make_stored_file(session, store)
        assert service.get_own(session, file.token, ME) is file
        for stranger in (OTHER, Owner.staff(7)):
            with pytest.raises(NotFound):
                service.get_own(session, file.token, stranger)
            with pytest.raises(NotFound):
                service.attach(session, file.token, stranger, to="case:x")
            with pytest.raises(NotFound):
                service.discard(session, file.token, stranger)

    def test_attaching_twice_is_attaching_once(self, session, store):
        file = make_stored_file(session, store)
        for _ in range(2):
            service.attach(session, file.token, ME, to="case:x")
        assert (file.attached_to, file.loose_since) == ("case:x", None)

    def test_a_file_belongs_to_one_thing(self, session, store):
        file = make_stored_file(session, store)
        service.attach(session, file.token, ME, to="case:x")
        with pytest.raises(service.FileTaken):
            service.attach(session, file.token, ME, to="case:y")
        with pytest.raises(service.FileTaken):
            service.discard(session, file.token, ME)

    def test_what_is_detached_is_loose_from_then_on(self, session, store):
        file = make_stored_file(session, store)
        service.attach(session, file.token, ME, to="case:x")
        service.detach(session, file.token, to="case:other", now=NOW)
        assert file.attached_to == "case:x"
        service.detach(session, file.token, to="case:x", now=NOW + DAY)
        assert (file.attached_to, file.loose_since) == (None, NOW + DAY)
        service.attach(session, file.token, ME, to="case:y")

    def test_a_sender_may_discard_a_loose_file(self, session, store):
        file = make_stored_file(session, store)
        service.discard(session, file.token, ME)
        with pytest.raises(NotFound):
            service.get(session, file.token)


class TestSweep:
    def swept(self, session, store, now, **said):
        """Sweep as the command does; return how many records and bytes went."""
        keys = service.old_keys(store, now=now, **said)
        unnamed = service.without_record(session, keys)
        for key in unnamed:
            store.delete(key)
        return service.sweep(session, now=now, **said), len(unnamed)

    def test_old_loose_files_go_and_the_others_stay(self, session, store):
        old = make_stored_file(session, store)
        used = make_stored_file(session, store)
        service.attach(session, used.token, ME, to="case:x")
        young = make_stored_file(session, store, now=NOW + DAY)

        later = NOW + DAY + timedelta(seconds=1)
        assert service.sweep(session, now=later, older_than=DAY) == 1
        left = set(session.scalars(select(StoredFile.token)))
        assert left == {used.token, young.token}
        assert old.storage_key in store.kept

    def test_bytes_go_only_after_their_record_is_gone_for_good(self, session, store):
        old = make_stored_file(session, store)
        used = make_stored_file(session, store)
        service.attach(session, used.token, ME, to="case:x")
        later = NOW + DAY + timedelta(seconds=1)

        assert self.swept(session, store, later, older_than=DAY) == (1, 0)
        assert self.swept(session, store, later, older_than=DAY) == (0, 1)
        assert old.storage_key not in store.kept
        assert service.read(session, store, used.token)

    def test_bytes_on_their_way_to_a_record_are_left_alone(self, session, store):
        store.put("onitsway", b"sealed")
        later = NOW + DAY + timedelta(seconds=1)
        assert self.swept(session, store, NOW + DAY, older_than=DAY) == (0, 0)
        assert self.swept(session, store, later, older_than=DAY) == (0, 1)

    def test_a_day_is_the_default(self, session, store):
        make_stored_file(session, store)
        store.put("stray", b"sealed")
        assert self.swept(session, store, NOW + DAY) == (0, 0)
        later = NOW + DAY + timedelta(seconds=1)
        assert self.swept(session, store, later) == (1, 1)


class TestOrphans:
    def test_both_directions_are_reported(self, session, store):
        fine, lost = make_stored_file(session, store), make_stored_file(session, store)
        store.delete(lost.storage_key)
        store.put("stray", b"x")
        found = service.orphans(session, store)
        assert found.without_bytes == (lost.token,)
        assert found.without_record == ("stray",)
        assert fine.storage_key in store.kept

    def test_nothing_is_reported_when_all_is_well(self, session, store):
        make_stored_file(session, store)
        assert service.orphans(session, store) == service.Orphans((), ())
