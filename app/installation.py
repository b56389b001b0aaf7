"""Is this machine a fit home for the SQLite file it was given?

SQLite's locks and its write-ahead log hold on one machine's own disk only: two
hosts on one file, or a file on a network share, lose committed rows silently.

Source: SQLite documentation, "Write-Ahead Logging" (all processes must be on the
same host) and "File Locking And Concurrency".
"""

from __future__ import annotations

import socket
from pathlib import Path

from sqlalchemy.engine import make_url

from app.settings import SettingsError

_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre",
     "9p", "fuse.sshfs", "fuse.glusterfs", "fuse.s3fs", "davfs", "beegfs", "ocfs2"}
)  # fmt: skip


def file_system_of(path: Path, mounts: str) -> str:
    """Return the kind of file system a path lies on.

    Args:
        path: Absolute.
        mounts: What /proc/mounts says: device, mount point, kind, options a line.
    """
    longest, kind = "", ""
    for line in mounts.splitlines():
        _device, point, found, *_ = line.split()
        point = point.encode().decode("unicode_escape")
        if path.is_relative_to(point) and len(point) >= len(longest):
            longest, kind = point, found
    return kind


def claim_sqlite(
    database_url: str,
    *,
    host: str | None = None,
    mounts: Path = Path("/proc/mounts"),
) -> None:
    """Refuse a file that is on a network share or belongs to another host.

    Leaves a note with the host's name beside the file, so that a copy of the
    disk that is opened elsewhere is noticed there.

    Raises:
        SettingsError: the file must not be opened from here.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return
    path = Path(url.database).resolve()
    kind = file_system_of(path, mounts.read_text()) if mounts.exists() else ""
    if kind in _NETWORK:
        raise SettingsError(
            f"DATABASE_URL: SQLite must not lie on a network file system ({kind});"
            " use PostgreSQL"
        )
    mine = host or _host()
    note = path.with_name(f"{path.name}.host")
    owner = note.read_text().strip() if note.exists() else ""
    if owner and owner != mine:
        raise SettingsError(
            f"DATABASE_URL: {path.name} was last opened by another host ({owner});"
            f" if that one is gone for good, delete {note.name}"
        )
    if not owner:
        note.write_text(f"{mine}\n")


def _host() -> str:
    machine = Path("/etc/machine-id")
    identity = machine.read_text().strip()[:12] if machine.exists() else ""
    return f"{socket.gethostname()} {identity}".strip()
