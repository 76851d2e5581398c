"""Hooks after a pass: what is committed is told, with the file where it says, and at least once."""

import json
import threading
from pathlib import Path

import pytest

from syncd.operations.status import Status
from syncd.sandbox import Sandbox
from syncd.wiring.doors import open_doors
from syncd.wiring.local import LocalDoor
from syncd.wiring.once import run_once
from syncd.wiring.telling import teller
from tests.e2e.harness import ACCOUNT, Ground

NOTE = """#!/bin/sh
# notes what it was told, and fails as long as there is a file "broken"
printf '%s %s %s\\n' "$SYNCD_HOOK" "$SYNCD_EVENT_ID" "$*" >> "$(dirname "$0")/ran"
cat > "$(dirname "$0")/json"
test -e "$1" || { echo "$1 is not there"; exit 9; }
test ! -e "$(dirname "$0")/broken" || { echo it is broken; exit 3; }
"""


@pytest.fixture
def hook(ground: Ground) -> Path:
    """A command that notes what it is told, for every state."""
    command = ground.folder / "hook"
    command.write_text(NOTE)
    command.chmod(0o755)
    keys = {f"hooks.{name}": [str(command), "{path}"] for name in ("on_received", "on_sent", "on_failed")}
    ground.configure(**keys)
    return command


def passed(ground: Ground) -> tuple[str, Status]:
    """One pass as `syncd once` does it: what its hooks met, and how everything is then."""
    report = run_once(
        ground.settings,
        accounts=[ACCOUNT],
        only=None,
        wait=None,
        dry_run=False,
        progress=lambda _: None,
    )
    assert report.accounts[0].trouble == ""
    return "".join(met.what for met in report.accounts[0].hooks), LocalDoor(ground.settings).status([ACCOUNT])


def ran(hook: Path) -> list[list[str]]:
    return [line.split(" ", 2) for line in (hook.parent / "ran").read_text().splitlines()]


def test_what_is_in_the_inbox_is_told_with_its_path(ground: Ground, box: Sandbox, hook: Path) -> None:
    """The hook finds the file, and the JSON on its standard input; the history has its line."""
    box.deliver(files={"in.edi": b"UNA"})
    passed(ground)
    [(name, event_id, path)] = ran(hook)
    assert (name, path) == ("on_received", str(ground.root / "inbox" / ground.pair / "in.edi"))
    told = json.loads((hook.parent / "json").read_text())
    assert (told["state"], told["event_id"], told["files"][0]["path"]) == ("received", event_id, path)
    [row] = ground.rows()
    assert ground.history(row)[-1] == "hook"
    passed(ground)
    assert len(ran(hook)) == 1


def test_a_hook_that_fails_stands_in_the_status_until_it_does_its_work(
    ground: Ground, box: Sandbox, hook: Path
) -> None:
    """The message stays what it is; the next try is not due yet, and has the same event id."""
    (hook.parent / "broken").touch()
    box.deliver(files={"in.edi": b"UNA"})
    told, status = passed(ground)
    [trouble] = status.accounts[0].troubles
    assert trouble.what == told == "hook on_received failed for 1 message"
    assert not trouble.needs_person
    assert passed(ground) == ("", status)
    assert len(ran(hook)) == 1
    [row] = ground.rows()
    assert row.state == "received"


def test_what_waits_for_a_hook_that_is_taken_out_of_the_configuration_is_seen_to(
    ground: Ground, box: Sandbox, hook: Path
) -> None:
    """Also when it was the last of them, and its next try is not due yet: or it would be told of for ever."""
    (hook.parent / "broken").touch()
    box.deliver(files={"in.edi": b"UNA"})
    passed(ground)
    ground.configure(**{f"hooks.{name}": [] for name in ("on_received", "on_sent", "on_failed")})

    with open_doors(ground.settings, threading.Event()) as doors:
        assert teller(doors) is not None
