"""The bridge and the ERP as two users of one group, with the whole bridge between folders and gateway."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from syncd.sandbox import Sandbox
from tests.e2e.harness import Ground
from tests.safety.disks import KEYS, Servant
from tests.two_users import TwoUsers

OUTBOX, INBOX = "outbox/RJ_Station/RJ_Partner", "inbox/RJ_Station/RJ_Partner"


@dataclass
class Shared:
    """A root as `install -d -o syncd -g edi -m 2770` makes it, and a state of the bridge's own."""

    ground: Ground
    users: TwoUsers
    servant: Servant

    def bridge(self, *words: str) -> Any:  # noqa: ANN401 - what the command prints
        """Run a command as the bridge."""
        config = ["--config", str(self.ground.config)]
        said = self.servant.run(os.getpid(), *config, "--json", "--quiet", *words).said
        return json.loads(said[said.index("{\n") :])  # log lines come before

    def once(self) -> Any:  # noqa: ANN401 - what the command prints
        """A pass."""
        return self.bridge("once")["accounts"][0]

    def left(self, account: dict[str, Any]) -> dict[str, str]:
        """Why what stands in the outbox is not taken, by its name."""
        return {Path(item["path"]).name: item["reason"] for item in account["not_taken"]}

    def erp(self, command: str) -> int:
        """Run a shell command as the ERP, in the root."""
        argv = self.users.as_erp("sh", "-c", f"umask 002; {command}")
        return subprocess.run(argv, cwd=self.ground.root, capture_output=True, check=False).returncode


@pytest.fixture
def shared(box: Sandbox, two_users: TwoUsers, servant: Servant) -> Iterator[Shared]:
    top = Path(tempfile.mkdtemp(prefix="syncd-e2e-users-"))
    top.chmod(0o755)
    ground = Ground(box, top, keys=KEYS)
    ground.root.chmod(0o2770)
    for folder in (ground.root, ground.state):
        os.chown(folder, two_users.bridge_uid, two_users.shared_gid)
    ground.root.chmod(0o2770)
    yield Shared(ground=ground, users=two_users, servant=servant)
    shutil.rmtree(top)


def test_the_erp_takes_what_arrives_and_drops_what_goes_out(shared: Shared, box: Sandbox) -> None:
    """Published files are the ERP's, dropped ones the bridge's; what it may not read stays and is named."""
    box.deliver(files={"in.edi": b"UNA in"})
    box.trouble("status", status=400, operation="send", skip=1)
    first = shared.once()
    assert (first["trouble"], first["not_taken"]) == ("", [])

    assert shared.erp(f"cat {INBOX}/in.edi && mv {INBOX}/in.edi {OUTBOX}/a.edi") == 0
    assert shared.erp(f"mkdir {OUTBOX}/folder && echo UNA > {OUTBOX}/folder/x.edi") == 0
    assert shared.erp(f"echo secret > {OUTBOX}/secret.edi && chmod 600 {OUTBOX}/secret.edi") == 0
    told, seen = shared.left(shared.once()), shared.left(shared.bridge("status")["accounts"][0])

    assert list(told) == list(seen) == ["secret.edi"]
    assert "chmod g+r" in told["secret.edi"]
    assert "chmod g+r" in seen["secret.edi"]  # without a daemon, too
    assert sum(shared.ground.box.ledger.sent_files().values()) == 1
    failed = shared.ground.files("failed")
    assert len(failed) == 1
    assert shared.erp("cat failed/*/*/*.syncd.json") == 0
    assert shared.erp(f"mv failed/RJ_Station/RJ_Partner/* {OUTBOX}/") == 0
    shared.once()
    assert sum(box.ledger.sent_files().values()) == 2
    assert shared.ground.all_files("failed") == {}
    assert shared.erp("cat sent/*/*/*/*.syncd.json && rm -r sent/RJ_Station/RJ_Partner/*/*") == 0


def test_check_names_a_root_that_the_bridge_may_not_write(shared: Shared) -> None:
    """Another user's root: said by name, before anything depends on it."""
    os.chown(shared.ground.root, shared.users.erp_uid, shared.users.erp_uid)
    shared.ground.root.chmod(0o755)

    wrong = {line["name"]: line["what"] for line in shared.bridge("check")["lines"] if line["ok"] is False}
    assert str(shared.ground.root) in wrong["folders"]
