"""The commands that act on one message: `stop`, `retry` and `resend`."""

import io
from dataclasses import replace

import pytest

from syncd.cli.asking import is_sure
from syncd.core.model import Phase, State
from syncd.errors import UsageError
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


def test_what_was_sent_is_asked_about_first(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """The partner gets it twice: where nobody can be asked, it has to be said on the command line."""
    assert world.run("resend", SENT.id) == 2
    assert "--yes" in capsys.readouterr().err
    assert world.opened.acted == []
    assert world.run("resend", SENT.id, "--yes", "--json") == 0
    assert parsed(capsys.readouterr().out)["id"] == "new22222"


class Terminal(io.StringIO):
    """A person who types this."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "sure"), [("y\n", True), ("Yes\n", True), ("\n", False), ("", False)])
def test_only_a_yes_is_a_yes(typed: str, *, sure: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """The question is on standard error, without what steers terminals: JSON stays JSON."""
    assert is_sure("Send\x1b it?", yes=False, stdin=Terminal(typed)) is sure
    shown = capsys.readouterr()
    assert (shown.out, "[y/N]" in shown.err, "\x1b" in shown.err) == ("", True, False)


def test_what_does_not_fit_is_wrong_use(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """And what is not there is not found."""
    assert world.run("retry", SENT.id) == 2
    assert world.run("stop", "nothing.edi") == 1
    assert "too late to retry" in capsys.readouterr().err


def test_where_nobody_can_be_asked_the_question_is_whole_sentences() -> None:
    """Lines become sentences, each with one stop."""
    question = "acme: 2 sent\n  aaaa1111 ACME\nThey go for good.\nDelete them?"
    with pytest.raises(UsageError) as refused:
        is_sure(question, yes=False, stdin=io.StringIO())
    asked = "acme: 2 sent. aaaa1111 ACME. They go for good. Delete them?"
    assert refused.value.what == f"nothing was done, for nobody could be asked. {asked}"


def test_what_is_sent_again_says_that_it_waits_for_a_pause(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the command that ends it; without a pause, not a word."""
    world.opened.messages = [replace(SENT, state=State.FAILED)]
    world.opened.paused = {"acme": frozenset({"send"})}
    assert world.run("resend", "invoice.edi") == 0
    assert "it waits until `syncd resume send --account acme`" in capsys.readouterr().out
    world.opened.paused = {"acme": frozenset({"pull"})}
    assert world.run("resend", SENT.id) == 0
    assert "paused" not in capsys.readouterr().out
