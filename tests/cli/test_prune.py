"""`syncd prune`: what scripts and people see of it, and what it exits with."""

import os
import pwd
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syncd.core.retention import Retention
from syncd.operations.pruning_report import AccountPruned, Kept, Kind, Pruned, Share
from tests.cli.logging_state import restored
from tests.cli.world import World, parsed

Screen = pytest.CaptureFixture[str]
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
SHARE = Share(kind=Kind.SENT, messages=2, bytes=2_500_000, oldest=NOON, newest=NOON)
KEPT = Kept(path=Path("/srv/acme/sent/a\x1b[31m.edi"), reason="somebody changed it")
ACME = AccountPruned(account="acme", shares=(SHARE, Share(kind=Kind.FAILED)), kept=(KEPT,))


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Put the process's logging back as it was."""
    with restored():
        yield


def test_without_yes_it_only_tells(world: World, capsys: Screen) -> None:
    """What would go, how much, from when; what is kept and why; and what to type."""
    world.opened.pruned = Pruned(dry_run=True, accounts=(ACME, AccountPruned(account="other", shares=())))
    assert world.run("prune") == 0
    told = capsys.readouterr().out
    assert "\x1b" not in told
    acme, share, kept, other, nothing, how = told.splitlines()
    assert (acme, other) == ("acme", "other")
    assert " ".join(share.split()).startswith(
        "would remove files in sent/ 2 messages 2.5 MB settled 2026-01-31"
    )
    assert kept.endswith("somebody changed it")
    assert nothing == "  nothing is old enough"
    assert how.endswith("syncd prune --yes")


def test_a_look_by_what_is_not_in_force_yet_says_so(world: World, capsys: Screen) -> None:
    """It is the file's retention that is looked by; what puts it in force is named."""
    world.opened.pruned = Pruned(dry_run=True, accounts=(ACME,), in_force=False)
    assert world.run("prune") == 0
    assert (
        capsys.readouterr().out.splitlines()[-1].startswith("The daemon still runs with another [retention]")
    )
    assert world.opened.retentions == [Retention()]


def test_with_yes_it_says_what_was_done(world: World, capsys: Screen) -> None:
    """By whom is known; what could not be done is exit 3; JSON is one object."""
    account = AccountPruned(account="acme", shares=(SHARE,), trouble="no root", remedy="Mount it.")
    world.opened.pruned = Pruned(dry_run=True, accounts=(account,))
    assert world.run("prune", "--yes", "--account", "acme") == 3
    assert world.opened.acted == [("prune", pwd.getpwuid(os.getuid()).pw_name)]
    assert "no root. Mount it." in capsys.readouterr().out
    assert world.run("prune", "--yes", "--json") == 3
    told = parsed(capsys.readouterr().out)
    assert (told["dry_run"], told["accounts"][0]["shares"][0]["bytes"]) == (False, 2_500_000)
