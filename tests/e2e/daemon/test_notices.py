"""Notices beside the daemon's jobs, in real time: hanging, cut off at its end, and sent again."""

import json
from typing import Any

import pytest

from syncd.sandbox import Sandbox
from tests.e2e.daemon.harness import Bridge, until
from tests.e2e.daemon.test_process import started

HANGS = """#!/bin/sh
# keeps what it was told, and hangs unless there is a file "go"
cat >> "$(dirname "$0")/told"
test -e "$(dirname "$0")/go" || sleep 60
"""


@pytest.fixture
def told(bridge: Bridge) -> Any:  # noqa: ANN401 - a function
    """All notices that the command was run with."""
    command = bridge.folder / "page"
    command.write_text(HANGS)
    command.chmod(0o755)
    with bridge.config.open("a") as file:
        file.write(f"[notices]\ncommand = [{json.dumps(str(command))}]\n")

    def told() -> list[Any]:
        kept = bridge.folder / "told"
        return [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []

    return told


def test_a_notice_that_hangs_holds_up_nothing_and_comes_again_with_its_id(
    bridge: Bridge,
    box: Sandbox,
    told: Any,  # noqa: ANN401 - a function
) -> None:
    """Neither a message nor the daemon's end."""
    with started(bridge) as process:
        until(bridge.has_outbox)
        lost = bridge.root() / "outbox" / "RJ_Station" / "Nobody"
        lost.mkdir()
        (lost / "lost.edi").write_bytes(b"UNA")
        until(told)
        bridge.drop("b.edi")
        until(lambda: bridge.names("sent") == ["b.edi"])
        process.popen.terminate()
        assert process.ended(within_s=10) == 0
    (bridge.folder / "go").touch()
    with started(bridge) as process:
        until(lambda: process.told("notice.sent"))
    first, again = told()
    assert first == again
    assert first["messages"][0]["file"] == "lost.edi"
