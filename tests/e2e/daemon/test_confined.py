"""The daemon within the unit's restrictions, as far as they can be had without systemd.

A mount namespace in which everything but state and root is read-only (ProtectSystem=strict,
ReadWritePaths=), no capability but CAP_LEASE, no new privileges.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from syncd.sandbox import Sandbox
from tests.e2e.daemon.harness import Bridge, until
from tests.e2e.daemon.test_process import asked, started

CONFINE = """
for folder in $WRITABLE; do mount --bind "$folder" "$folder"; done
mount -o remount,bind,ro /
for folder in $HIDDEN; do mount -o remount,bind,ro "$folder"; done
exec setpriv --no-new-privs --bounding-set=-all,+lease --inh-caps=-all "$@"
"""


@pytest.fixture
def confined() -> Sequence[str]:
    """What starts a program within the restrictions."""
    if os.geteuid() != 0:
        pytest.skip("a mount namespace needs root")
    if shutil.which("unshare") is None or shutil.which("setpriv") is None:
        pytest.skip("needs unshare and setpriv (Debian: util-linux)")
    return ("unshare", "--mount", "--propagation", "private", "sh", "-euc", CONFINE, "sh")


def test_it_does_its_work_within_the_restrictions(
    bridge: Bridge, box: Sandbox, confined: Sequence[str]
) -> None:
    """Both ways, by the watcher, with leases, and hooks; nothing outside state and root is written."""
    script = 'cat > "$1"; touch /tmp/not-here 2> /dev/null || echo confined >> "$1"'
    told = bridge.folder / "told"
    bridge.configure(**{"hooks.on_received": ["/bin/sh", "-c", script, "sh", str(told)]})
    box.deliver(files={"in.edi": b"UNA in"})
    with started(bridge, within=confined, WRITABLE=str(bridge.folder), HIDDEN=""):
        until(lambda: bridge.names("inbox") == ["in.edi"])
        bridge.drop("out.edi", b"ISA out")
        until(lambda: "out.edi" in bridge.names("sent"))
        until(lambda: told.exists() and told.read_text().endswith("confined\n"))
    assert [file.name for sent in box.ledger.sent for file in sent.files] == ["out.edi"]


def test_a_root_that_the_unit_makes_read_only_is_named_with_the_setting(
    bridge: Bridge, confined: Sequence[str]
) -> None:
    """It goes on for the other accounts, and says which directive is in the way."""
    root: Path = bridge.root()
    with started(
        bridge, within=confined, WRITABLE=f"{bridge.folder} {root}", HIDDEN=str(root), INVOCATION_ID="test"
    ):
        told = until(lambda: json.loads(asked(bridge, "status", "--json")[1])["accounts"][0]["troubles"])
    assert any("ReadWritePaths" in trouble["remedy"] + trouble["what"] for trouble in told), told
