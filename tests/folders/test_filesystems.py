import os
from pathlib import Path

import pytest

from syncd.folders.filesystems import file_system_in, file_system_of, why_silent

MOUNTINFO = """\
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
40 27 0:41 / /srv/edi rw,relatime shared:7 master:2 - nfs4 files:/edi rw,vers=4.2,hard
41 40 0:42 / /srv/edi rw,relatime - fuse.sshfs me@files:/a\\040-\\040b rw,user_id=0
42 27 0:43 /sub /srv/bound rw - overlay overlay rw,lowerdir=/a - cifs
"""


@pytest.mark.parametrize(
    ("mount_id", "file_system"), [(27, "ext4"), (40, "nfs4"), (41, "fuse.sshfs"), (42, "overlay"), (4, "")]
)
def test_a_mount_is_found_by_its_id(mount_id: int, file_system: str) -> None:
    """Whatever else is mounted over the same folder, and however many optional fields there are."""
    assert file_system_in(MOUNTINFO, mount_id=mount_id) == file_system


@pytest.mark.parametrize(
    "kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "virtiofs", "fuse", "fuse.s3fs"]
)
def test_what_changes_elsewhere_is_not_told(kind: str) -> None:
    """The reason names the type."""
    reason = why_silent(kind)
    assert reason is not None
    assert f" {kind}: " in reason


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "fuseblk", ""])
def test_what_changes_here_is_told(kind: str) -> None:
    """An unknown one too: the scan comes anyway."""
    assert why_silent(kind) is None


def test_the_file_system_of_a_folder_is_found(tmp_path: Path) -> None:
    """As the kernel of this machine tells."""
    fd = os.open(tmp_path, os.O_RDONLY)
    try:
        assert f" - {file_system_of(fd)} " in Path("/proc/self/mountinfo").read_text()
        assert file_system_of(fd)
    finally:
        os.close(fd)
