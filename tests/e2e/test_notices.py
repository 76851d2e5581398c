"""Notices after a pass: what is committed is told to people, once."""

import json
from pathlib import Path
from typing import Any

import pytest

from syncd.operations.status import TroubleStatus
from syncd.sandbox import Sandbox
from syncd.wiring.local import LocalDoor
from syncd.wiring.noticing import run_check_notices
from syncd.wiring.once import run_once
from tests.e2e.harness import ACCOUNT, Ground

PAGE = """#!/bin/sh
# keeps what it was told, unless there is a file "broken"
test ! -e "$(dirname "$0")/broken" || { echo no line; exit 3; }
cat >> "$(dirname "$0")/told"
"""


@pytest.fixture
def page(ground: Ground) -> Path:
    """A command that keeps every notice."""
    command = ground.folder / "page"
    command.write_text(PAGE)
    command.chmod(0o755)
    ground.tables["notices"] = {"command": [str(command)]}
    ground.configure(settle="0.1s")
    return command


def told(page: Path) -> list[dict[str, Any]]:
    kept = page.parent / "told"
    return [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []


def passed(ground: Ground) -> list[TroubleStatus]:
    """One pass as `syncd once` does it; the troubles afterwards."""
    run_once(
        ground.settings, accounts=[ACCOUNT], only=None, wait=None, dry_run=False, progress=lambda _: None
    )
    [account] = LocalDoor(ground.settings).status([ACCOUNT]).accounts
    return list(account.troubles)


def test_a_refused_file_is_told_when_the_pass_ends(ground: Ground, page: Path) -> None:
    """Once; and not for what went well."""
    ground.drop("lost.edi", b"UNA", pair="RJ_Station/Nobody")
    ground.drop("good.edi", b"UNA")
    assert passed(ground) == []
    assert passed(ground) == []
    [notice] = told(page)
    [row] = notice["messages"]
    assert (notice["subject"], row["file"]) == ("syncd acme: 1 message failed", "lost.edi")
    assert row["what"] == ground.row("lost.edi").reason


def test_a_file_that_is_not_taken_until_a_person_acts_is_told(ground: Ground, page: Path) -> None:
    """With its reason, as `status` has it; and that it is over."""
    ground.run()
    link = ground.root / "outbox" / ground.pair / "link.edi"
    link.symlink_to("/etc/hostname")
    passed(ground)
    [notice] = told(page)
    [row] = notice["troubles"]
    assert notice["kind"] == "trouble"
    assert row["what"].startswith(f"outbox/{ground.pair}/link.edi is not taken: ")


def test_a_way_that_fails_stands_in_the_status(ground: Ground, page: Path) -> None:
    """Until it is tried again; and `check --notify` says so at once."""
    (page.parent / "broken").touch()
    ground.drop("lost.edi", b"UNA", pair="RJ_Station/Nobody")
    [trouble] = passed(ground)
    assert (trouble.job, trouble.what) == (
        "notices",
        f"people are not told by command: {page} ended with exit code 3: no line",
    )
    [line] = run_check_notices(ground.settings)
    assert not line.ok
    (page.parent / "broken").unlink()
    [line] = run_check_notices(ground.settings)
    assert (line.ok, line.what) == (True, "command: a notice to try is out")
    assert [each["kind"] for each in told(page)] == ["trial"]


def test_a_refused_log_in_is_told_with_its_remedy_and_its_end(
    ground: Ground, box: Sandbox, page: Path
) -> None:
    """Urgent; the password stands nowhere."""
    ground.configure(username="email@domain.com", password="wrong-sesame")
    passed(ground)
    [notice] = told(page)
    assert (notice["kind"], notice["urgent"]) == ("refused", True)
    assert "sesame" not in json.dumps(notice)
    ground.configure(password="pazzword")
    passed(ground)
    assert len(told(page)) == 1  # it may begin again: the end is told with the digest
