from pathlib import Path

import pytest

from app.installation import claim_sqlite, file_system_of
from app.settings import SettingsError

MOUNTS = """\
/dev/vda / ext4 rw 0 0
server:/export /srv/share nfs4 rw 0 0
tmpfs /srv/share/fast tmpfs rw 0 0
//nas/data /mnt/my\\040share cifs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/x.db", "ext4"),
        ("/srv/share/x.db", "nfs4"),
        ("/srv/share/fast/x.db", "tmpfs"),
        ("/srv/shared/x.db", "ext4"),
        ("/mnt/my share/x.db", "cifs"),
    ],
)
def test_the_deepest_mount_counts(path, kind):
    assert file_system_of(Path(path), MOUNTS) == kind


def test_a_network_share_is_refused(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"server:/x {tmp_path} nfs rw 0 0\n")
    with pytest.raises(SettingsError, match="network"):
        claim_sqlite(f"sqlite:///{tmp_path}/x.db", host="a", mounts=mounts)


def test_a_file_of_another_host_is_refused(tmp_path):
    url = f"sqlite:///{tmp_path}/x.db"
    claim_sqlite(url, host="a")
    claim_sqlite(url, host="a")
    with pytest.raises(SettingsError, match="another host"):
        claim_sqlite(url, host="b")


def test_postgresql_is_not_its_business():
    claim_sqlite("postgresql+psycopg://x/y", host="a")
