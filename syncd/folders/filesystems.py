"""Which file systems tell of every change, and which are changed behind the kernel's back.

inotify(7) tells of what is done through this kernel. What another machine does on a network share, or a
program behind a FUSE mount, it does not.
"""

from __future__ import annotations

import re
from pathlib import Path

_NETWORK = frozenset(
    (
        *("9p", "afs", "beegfs", "ceph", "cifs", "coda", "gfs2", "gpfs", "lustre", "ncpfs", "nfs", "nfs4"),
        *("ocfs2", "orangefs", "pvfs2", "smb3", "smbfs", "vboxsf", "virtiofs"),
    )
)
_MOUNT_ID = re.compile(r"^mnt_id:\s*(\d+)$", re.MULTILINE)
_UNKNOWN = ""


def why_silent(file_system: str) -> str | None:
    """Why changes on such a file system are not all told, in words; None when they are."""
    if file_system in _NETWORK:
        return f"network file system {file_system}: changes made elsewhere are not told"
    if file_system == "fuse" or file_system.startswith("fuse."):
        return f"FUSE file system {file_system}: changes made behind it are not told"
    return None


def file_system_of(fd: int) -> str:
    """The type of the file system that an open folder is on; empty when /proc does not say.

    Asked by the mount's id, which no link, bind mount or second mount over the same folder can confuse.
    """
    try:
        mount = _MOUNT_ID.search(Path(f"/proc/self/fdinfo/{fd}").read_text("utf-8"))
        table = Path("/proc/self/mountinfo").read_text("utf-8", errors="replace")
    except OSError:
        return _UNKNOWN
    return file_system_in(table, mount_id=int(mount[1])) if mount else _UNKNOWN


def file_system_in(mountinfo: str, *, mount_id: int) -> str:
    """The type in one line of /proc/self/mountinfo, proc(5); empty when no line has that id."""
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        if before.split(" ", 1)[0] == str(mount_id):
            return after.split(" ", 1)[0]
    return _UNKNOWN
