"""The byte store as a folder: whole or not there at all."""

import resource
import stat
from datetime import UTC, datetime, timedelta

import pytest

from app.files.store import BytesMissing
from app.gateways.store import FolderStore
from app.kernel.errors import Unavailable
from app.kernel.references import new_token
from tests.conftest import NOW


@pytest.fixture
def store(tmp_path):
    return FolderStore(tmp_path / "files")


def test_what_was_put_can_be_got_until_it_is_deleted(store):
    key, other = new_token(), new_token()
    store.put(key, b"one")
    store.put(other, b"noise")
    assert store.get(key) == b"one"
    store.delete(key)
    store.delete(key)
    with pytest.raises(BytesMissing):
        store.get(key)
    assert store.get(other) == b"noise"


def test_another_process_finds_it(store, tmp_path):
    key = new_token()
    store.put(key, b"one")
    assert FolderStore(tmp_path / "files").get(key) == b"one"


def test_entries_tell_when_each_was_put(store):
    key = new_token()
    before = datetime.now(UTC) - timedelta(seconds=2)
    store.put(key, b"one")
    [(found, put_at)] = store.entries()
    assert found == key
    assert before < put_at < before + timedelta(seconds=30)


def test_a_moment_that_was_given_is_all_that_is_told(store, tmp_path):
    key = new_token()
    store.put(key, b"one", at=NOW)
    assert list(store.entries()) == [(key, NOW)]
    for each in [tmp_path / "files", *(tmp_path / "files").rglob("*")]:
        assert each.stat().st_mtime == NOW.timestamp()


def test_only_this_user_can_read_it(store, tmp_path):
    store.put(new_token(), b"one")
    for each in [tmp_path / "files", *(tmp_path / "files").rglob("*")]:
        allowed = 0o700 if each.is_dir() else 0o600
        assert stat.S_IMODE(each.stat().st_mode) == allowed


@pytest.mark.parametrize(
    "key", ["", "short", "../../../../etc/passwd", "a/b" * 8, "x" * 65, "é" * 20, "\0"]
)
def test_what_is_no_key_leads_nowhere(store, key):
    with pytest.raises(BytesMissing):
        store.get(key)
    with pytest.raises(BytesMissing):
        store.put(key, b"x")


def test_a_write_that_fails_leaves_nothing(store, tmp_path):
    with pytest.raises(TypeError):
        store.put(new_token(), "text is not bytes")
    assert list(store.entries()) == []


def test_a_disk_that_takes_no_more_is_unavailable_and_keeps_nothing(store, tmp_path):
    """A limit on the size of files stands for the full disk; both are OSErrors."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
    try:
        with pytest.raises(Unavailable):
            store.put(new_token(), bytes(2 << 20))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(store.entries()) == []
    store.put(new_token(), bytes(2 << 20))


def test_what_a_crash_left_unfinished_is_listed_and_can_be_deleted(store, tmp_path):
    store.put("ab" + "x" * 20, b"whole")
    left = tmp_path / "files" / "ab" / f"ab{'y' * 20}.unfinished"
    left.write_bytes(b"ha")
    assert left.name in {key for key, _ in store.entries()}
    store.delete(left.name)
    assert not left.exists()
