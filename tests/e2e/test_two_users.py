"""The bridge and the ERP as two users of one group, with the whole bridge between folders and gateway."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from syncd.sandbox import Sandbox
from tests.e2e.harness import Ground
from tests.two_users import TwoUsers

OUTBOX, INBOX = "outbox/RJ_Station/RJ_Partner", "inbox/RJ_Station/RJ_Partner"

# The interpreter may be out of the bridge's reach: all that a pass needs is imported by a rehearsal before.
PROGRAM = """if True:
    import json, os, sys
    from pathlib import Path
    from syncd.config import load
    from syncd.store import open_store
    from syncd.wiring import run_check, run_once

    config, scratch, uid, gid = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    settings = load(config, {})
    open_store(scratch).close()
    b"a".decode("cp437")
    wish = {"accounts": ["acme"], "only": None, "wait": None, "progress": lambda _: None}
    run_once(settings, dry_run=True, **wish)
    os.setgroups([gid])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
"""
PASS = """
    report = run_once(settings, dry_run=False, **wish).accounts[0]
    left = {item.path.name: item.reason for item in report.not_taken}
    print(json.dumps({"trouble": report.trouble, "left": left}))
"""
LOOK = """
    from syncd.wiring import door

    with door(settings) as opened:
        left = opened.status(["acme"]).accounts[0].not_taken
    print(json.dumps({item.path.name: item.reason for item in left}))
"""
CHECK = """
    print(json.dumps({line.name: line.what for line in run_check(settings, ["acme"]) if line.ok is False}))
"""


@dataclass
class Shared:
    """A root as `install -d -o syncd -g edi -m 2770` makes it, and a state of the bridge's own."""

    ground: Ground
    users: TwoUsers

    def bridge(self, program: str) -> Any:  # noqa: ANN401 - what the program prints
        """Run lines of a program as the bridge."""
        scratch = Path(tempfile.mkdtemp(dir=self.ground.folder))
        ids = [str(self.users.bridge_uid), str(self.users.shared_gid)]
        argv = [sys.executable, "-c", PROGRAM + program, str(self.ground.config), str(scratch), *ids]
        printed = subprocess.run(argv, capture_output=True, text=True, check=False, cwd=Path.cwd())
        assert printed.returncode == 0, printed.stderr
        return json.loads(printed.stdout.splitlines()[-1])

    def erp(self, command: str) -> int:
        """Run a shell command as the ERP, in the root."""
        argv = self.users.as_erp("sh", "-c", f"umask 002; {command}")
        return subprocess.run(argv, cwd=self.ground.root, capture_output=True, check=False).returncode


@pytest.fixture
def shared(box: Sandbox, two_users: TwoUsers) -> Iterator[Shared]:
    top = Path(tempfile.mkdtemp(prefix="syncd-e2e-users-"))
    top.chmod(0o755)
    ground = Ground(box, top, keys={"settle": 0.05})
    ground.root.chmod(0o2770)
    for folder in (ground.root, ground.state):
        os.chown(folder, two_users.bridge_uid, two_users.shared_gid)
    ground.root.chmod(0o2770)
    yield Shared(ground=ground, users=two_users)
    shutil.rmtree(top)


def test_the_erp_takes_what_arrives_and_drops_what_goes_out(shared: Shared, box: Sandbox) -> None:
    """Published files are the ERP's, dropped ones the bridge's; what it may not read stays and is named."""
    box.deliver(files={"in.edi": b"UNA in"})
    box.trouble("status", status=400, operation="send", skip=1)
    assert shared.bridge(PASS) == {"trouble": "", "left": {}}

    assert shared.erp(f"cat {INBOX}/in.edi && mv {INBOX}/in.edi {OUTBOX}/a.edi") == 0
    assert shared.erp(f"mkdir {OUTBOX}/folder && echo UNA > {OUTBOX}/folder/x.edi") == 0
    assert shared.erp(f"echo secret > {OUTBOX}/secret.edi && chmod 600 {OUTBOX}/secret.edi") == 0
    told = shared.bridge(PASS)

    assert list(told["left"]) == ["secret.edi"]
    assert "chmod g+r" in told["left"]["secret.edi"]
    assert "chmod g+r" in shared.bridge(LOOK)["secret.edi"]  # and so does `status`, without a daemon
    assert sum(shared.ground.box.ledger.sent_files().values()) == 1
    failed = shared.ground.files("failed")
    assert len(failed) == 1
    assert shared.erp("cat failed/*/*/*.syncd.json") == 0
    assert shared.erp(f"mv failed/RJ_Station/RJ_Partner/* {OUTBOX}/") == 0
    shared.bridge(PASS)
    assert sum(box.ledger.sent_files().values()) == 2
    assert shared.ground.all_files("failed") == {}
    assert shared.erp("cat sent/*/*/*/*.syncd.json && rm -r sent/RJ_Station/RJ_Partner/*/*") == 0


def test_check_names_a_root_that_the_bridge_may_not_write(shared: Shared) -> None:
    """Another user's root: said by name, before anything depends on it."""
    os.chown(shared.ground.root, shared.users.erp_uid, shared.users.erp_uid)
    shared.ground.root.chmod(0o755)

    assert str(shared.ground.root) in shared.bridge(CHECK)["folders"]
