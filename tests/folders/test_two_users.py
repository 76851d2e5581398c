"""The bridge and the ERP as two users of one group: neither needs more than the group's rights."""

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.two_users import TwoUsers

OUTBOX = "outbox/ACME/WALMART"
INBOX = "inbox/ACME/WALMART"

# The interpreter and the checkout may be out of the bridge's reach: everything is imported before.
PROGRAM = """if True:
    import json, os, sys
    from datetime import timedelta
    from pathlib import Path
    from syncd.core.model import Folder, Place
    from syncd.folders.durable import own_umask
    from syncd.folders.examine import examine
    from tests.contracts.folder_worlds import NOON, PAIR, claimed, open_world

    root, uid, gid, style = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    os.setgroups([gid])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    own_umask([0o660, 0o770])
    made = open_world("disk", root, inbox_style=style, inbox_status_files=True)
"""


@dataclass
class Shared:
    """A root as `install -d -o syncd -g edi -m 2770` makes it."""

    root: Path
    users: TwoUsers

    def bridge(self, program: str, *, style: str = "name") -> Any:  # noqa: ANN401 - what the program prints
        """Run lines of a program as the bridge; `made` is its world."""
        ids = [str(self.users.bridge_uid), str(self.users.shared_gid)]
        argv = [sys.executable, "-c", PROGRAM + program, str(self.root), *ids, style]
        printed = subprocess.run(argv, capture_output=True, text=True, check=False, cwd=Path.cwd())
        assert printed.returncode == 0, printed.stderr
        return json.loads(printed.stdout or "null")

    def erp(self, command: str) -> int:
        """Run a shell command as the ERP, in the root."""
        argv = self.users.as_erp("sh", "-c", command)
        return subprocess.run(argv, cwd=self.root, capture_output=True, check=False).returncode


@pytest.fixture
def shared(two_users: TwoUsers) -> Iterator[Shared]:
    top = Path(tempfile.mkdtemp(prefix="syncd-two-users-"))
    top.chmod(0o755)
    root = top / "acme"
    root.mkdir()
    os.chown(root, two_users.bridge_uid, two_users.shared_gid)
    root.chmod(0o2770)
    yield Shared(root=root, users=two_users)
    shutil.rmtree(top)


SCAN = """
    def reasons():
        return {item.place: item.reason for item in made.outbox.scan().not_taken}
    first = made.ready()
    print(json.dumps({"ready": [d.place for d in first], "left": reasons()}))
"""


def test_the_erp_takes_what_is_published(shared: Shared) -> None:
    """Files with their status files, readable, and free to be moved and removed."""
    shared.bridge("""
    made.published("00000001", ("a.edi", b"ISA"), ("b.edi", b"ISA"), status=b"{}")
    """)
    status = (shared.root / INBOX / "a.edi").stat()
    assert (status.st_gid, stat.S_IMODE(status.st_mode)) == (shared.users.shared_gid, 0o660)
    assert shared.erp(f"cat {INBOX}/a.edi && mv {INBOX}/a.edi taken && rm {INBOX}/b.edi") == 0
    assert shared.erp(f"cat {INBOX}/a.edi.syncd.json") == 0


def test_the_erp_takes_a_message_that_is_a_folder(shared: Shared) -> None:
    """The folder itself, and single files out of it."""
    shared.bridge('made.published("00000001", ("a", b"1"), ("b", b"2"))', style="folder")
    folder = next(path for path in (shared.root / INBOX).iterdir() if path.is_dir())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o2770
    assert folder.stat().st_gid == shared.users.shared_gid
    assert shared.erp(f"rm {INBOX}/*/a && mv {INBOX}/*Z_00000001 taken") == 0


def test_folders_hand_the_group_on(shared: Shared) -> None:
    """Without a chmod: it would clear the bit."""
    shared.bridge("pass")
    for place in (".", OUTBOX, INBOX):
        status = (shared.root / place).stat()
        assert (status.st_gid, stat.S_IMODE(status.st_mode)) == (shared.users.shared_gid, 0o2770)


def test_staging_is_the_bridges_alone(shared: Shared) -> None:
    """The ERP sees nothing of what is not published."""
    shared.bridge("pass")
    assert stat.S_IMODE((shared.root / ".syncd").stat().st_mode) == 0o2700
    assert shared.erp("ls .syncd/staging") != 0


def test_what_the_erp_drops_is_taken_and_comes_back(shared: Shared) -> None:
    """Read, moved into queued/ and sent/, from where the ERP may move it again."""
    shared.bridge("pass")
    assert shared.erp(f"umask 002; echo ISA > {OUTBOX}/a.edi") == 0
    told = shared.bridge("""
    (dropped,) = made.ready()
    message = claimed(made, dropped)
    ((name, content),) = made.outbox.read(message)
    sent = made.outbox.free_place(Folder.SENT, PAIR, name, now=NOON)
    made.outbox.write_status(sent, b"{}")
    made.outbox.move(message.place, sent)
    print(json.dumps({"content": content.decode(), "sent": sent}))
    """)
    assert told == {"content": "ISA\n", "sent": "sent/ACME/WALMART/2026-11-21/a.edi"}
    assert shared.erp(f"cat {told['sent']}.syncd.json && mv {told['sent']} {OUTBOX}/again.edi") == 0


def test_another_users_file_keeps_still_for_twice_settle(shared: Shared) -> None:
    """No lease can be had of it, so nobody can tell whether it is being written."""
    shared.bridge("pass")
    assert shared.erp(f"umask 002; echo ISA > {OUTBOX}/a.edi") == 0
    told = shared.bridge("""
    once = made.scan_later(made.tree.account.settle)
    due = made.outbox.next_settled()
    made.clock.pass_time(due)
    twice = made.outbox.scan()
    print(json.dumps([len(once.ready), round(due.total_seconds(), 3), len(twice.ready)]))
    """)
    assert told == [0, 2.0, 1]


def test_a_file_that_cannot_be_read_is_not_taken_and_is_named(shared: Shared) -> None:
    """Nor is a folder with such a file in it."""
    shared.bridge("pass")
    assert shared.erp(f"umask 077; echo ISA > {OUTBOX}/a.edi") == 0
    assert shared.erp(f"umask 002; mkdir {OUTBOX}/order; umask 077; echo ISA > {OUTBOX}/order/b") == 0
    told = shared.bridge(SCAN)
    assert told["ready"] == []
    assert set(told["left"]) == {f"{OUTBOX}/a.edi", f"{OUTBOX}/order"}
    assert all("chmod g+r" in reason for reason in told["left"].values())


def test_a_folder_that_cannot_be_moved_is_not_taken_and_is_named(shared: Shared) -> None:
    """Another user's 0755 folder cannot be renamed into another folder."""
    shared.bridge("pass")
    assert shared.erp(f"umask 022; mkdir {OUTBOX}/order; echo ISA > {OUTBOX}/order/a") == 0
    told = shared.bridge(SCAN)
    assert told["ready"] == []
    assert "umask 002" in told["left"][f"{OUTBOX}/order"]
    assert shared.erp(f"chmod g+w {OUTBOX}/order") == 0
    claim = "message = claimed(made, made.ready()[0]); print(json.dumps(message.place))"
    assert shared.bridge(claim) == "queued/ACME/WALMART/order"


def test_a_folder_that_cannot_be_entered_stops_no_other(shared: Shared) -> None:
    """It is named; the rest is taken."""
    shared.bridge("pass")
    assert shared.erp(f"umask 077; mkdir {OUTBOX}/closed outbox/CLOSED; echo ISA > outbox/CLOSED/a") == 0
    assert shared.erp(f"umask 002; echo ISA > {OUTBOX}/a.edi") == 0
    told = shared.bridge(SCAN)
    assert told["ready"] == [f"{OUTBOX}/a.edi"]
    assert {f"{OUTBOX}/closed", "outbox/CLOSED"} <= set(told["left"])


def test_examine_finds_the_shared_root_in_order(shared: Shared) -> None:
    """As the bridge's user, without any right besides the group's."""
    told = shared.bridge(
        "print(json.dumps([finding.what for finding in examine(made.tree) if not finding.ok]))"
    )
    assert told == []
