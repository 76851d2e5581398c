"""The commands that act on one message: `stop`, `retry` and `resend`."""

from dataclasses import replace

import pytest

from syncd.core.model import Phase, State
from tests.cli.world import SENT, World, parsed

QUEUED = replace(SENT, state=State.QUEUED, phase=Phase.ACCEPTED, place=None)


def test_tries_are_stopped_and_begun_again_by_a_files_name(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """A script gets the row as it is after."""
    world.opened.messages = [QUEUED]
    assert world.run("stop", "invoice.edi", "--json") == 0
    assert parsed(capsys.readouterr().out)["phase"] == "stopped"
    assert world.run("retry", "invoice.edi") == 0
    assert "invoice.edi" in capsys.readouterr().out
    assert [verb for verb, _ in world.opened.acted] == ["stop", "retry"]


def test_a_failed_file_is_sent_again(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """The new message is shown."""
    world.opened.messages = [replace(SENT, state=State.FAILED)]
    assert world.run("resend", "invoice.edi", "--json") == 0
    assert parsed(capsys.readouterr().out)["id"] == "new22222"


def test_what_does_not_fit_is_wrong_use(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """And what is not there is not found."""
    assert world.run("retry", SENT.id) == 2
    assert world.run("stop", "nothing.edi") == 1
    assert "too late to retry" in capsys.readouterr().err
