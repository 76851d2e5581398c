"""Hooks beside the daemon's jobs, in real time: hanging, killed with it, and run again."""

import os
import signal
from pathlib import Path

import pytest

from syncd.sandbox import Sandbox
from tests.e2e.daemon.harness import Bridge, until
from tests.e2e.daemon.test_process import started

HANGS = """#!/bin/sh
# notes that it began; hangs for a file that is called slow, unless there is a file "go"
echo "$$ $SYNCD_HOOK $SYNCD_EVENT_ID $1" >> "$(dirname "$0")/ran"
test -e "$1" || exit 9
case $1 in *slow*) test -e "$(dirname "$0")/go" || sleep 60;; esac
"""


@pytest.fixture
def hook(bridge: Bridge) -> Path:
    command = bridge.folder / "hook"
    command.write_text(HANGS)
    command.chmod(0o755)
    bridge.configure(
        **{f"hooks.{name}": [str(command), "{path}"] for name in ("on_received", "on_sent", "on_failed")}
    )
    return command


def ran(hook: Path) -> list[tuple[int, str, str, str]]:
    """Process, hook, event id and file name of each run that began."""
    noted = hook.parent / "ran"
    lines = noted.read_text().splitlines() if noted.exists() else []
    split = [line.split(" ", 3) for line in lines]
    return [(int(pid), name, event, path.rpartition("/")[2]) for pid, name, event, path in split]


def names(hook: Path) -> list[tuple[str, str]]:
    return [(name, file) for _, name, _, file in ran(hook)]


def test_what_arrives_and_is_sent_goes_on_while_a_hook_hangs(
    bridge: Bridge, box: Sandbox, hook: Path
) -> None:
    """And is told, with the files where it says; the one that hangs is tried again later."""
    with bridge.running() as running:
        box.deliver(files={"slow.edi": b"UNA slow"})
        until(lambda: names(hook) == [("on_received", "slow.edi")])
        box.deliver(files={"b.edi": b"UNA b"})
        bridge.drop("c.edi")
        until(lambda: {("on_received", "b.edi"), ("on_sent", "c.edi")} <= set(names(hook)))
        assert bridge.names("sent") == ["c.edi"]
        until(lambda: len(running.told("hook.ended")) == 2)
        assert running.told("hook.failed") == []
        (hook.parent / "go").touch()
        os.killpg(ran(hook)[0][0], signal.SIGTERM)  # as a timeout does
        [failed] = until(lambda: running.told("hook.failed"))
        assert "was killed by signal 15" in failed["what"]
        assert running.whats() == ["hook on_received failed for 1 message"]


def test_a_hook_dies_with_a_killed_daemon_and_is_run_again_with_the_same_event(
    bridge: Bridge, box: Sandbox, hook: Path
) -> None:
    """At least once; never twice at a time."""
    box.deliver(files={"slow.edi": b"UNA slow"})
    with started(bridge) as process:
        [(pid, _, event, _)] = until(lambda: ran(hook))
        process.popen.kill()
        process.popen.wait(10)
    until(lambda: not Path(f"/proc/{pid}").exists())
    (hook.parent / "go").touch()
    with bridge.running() as running:
        until(lambda: running.told("hook.ended"))
        assert [(name, event_id) for _, name, event_id, _ in ran(hook)] == [("on_received", event)] * 2
