"""`syncd refetch`: one message, or all of some time after a question."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syncd.core.model import Direction, Phase, State
from syncd.core.planning.span import Refetched
from tests.cli.world import SENT, World, parsed

Screen = pytest.CaptureFixture[str]
JAN = datetime(2026, 1, 1, tzinfo=UTC)
THERE = Refetched(
    account="acme", missing=120, received=30, under_way=1, oldest=JAN, newest=JAN + timedelta(days=9)
)
SPAN = ("refetch", "--since", "2026-01-01", "--until", "2026-02-01", "--account", "acme")


class Terminal(io.StringIO):
    """Somebody sits there."""

    def isatty(self) -> bool:
        return True


def test_a_time_to_come_is_called_so(world: World, capsys: Screen) -> None:
    """Nobody typed an end to turn it round with."""
    assert world.run("refetch", "--since", "2999-01-01") == 2
    assert "--since 2999-01-01 lies in the future" in capsys.readouterr().err


def test_one_message_is_shown_on_its_way_in(world: World, capsys: Screen) -> None:
    """By its file's name."""
    world.opened.messages = [
        replace(SENT, direction=Direction.INBOUND, state=State.RECEIVED, phase=Phase.CONFIRMED)
    ]
    assert world.run("refetch", "invoice.edi", "--json") == 0
    assert parsed(capsys.readouterr().out)["phase"] == "listed"


@pytest.mark.parametrize(("answer", "is_done"), [("y\n", True), ("\n", False), ("", False)])
def test_a_person_is_told_and_asked(
    world: World, capsys: Screen, monkeypatch: pytest.MonkeyPatch, answer: str, *, is_done: bool
) -> None:
    """How many, from when to when, and how many were received before; no answer is a no."""
    world.opened.there = (THERE,)
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    assert world.run(*SPAN) == 0
    out, err = capsys.readouterr()
    told = "acme: 120 messages to fetch, from 2026-01-01 01:00 to 2026-01-10 01:00, 30 received"
    assert told in err
    assert err.endswith("Fetch them? [y/N] ")
    assert ("asked for: the next pull brings them" in out) == is_done
    assert [only_look for _, only_look in world.opened.spans] == ([True, False] if is_done else [True])


def test_without_a_terminal_it_only_tells(
    world: World, capsys: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And exits 2; --yes does it, for the very time that was counted."""
    world.opened.there = (THERE,)
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert world.run(*SPAN) == 2
    assert "120 messages to fetch" in (err := capsys.readouterr().err)
    assert "--yes" in err
    assert world.run("refetch", "--since", "7d", "--again", "--yes", "--json") == 0
    value = parsed(capsys.readouterr().out)
    assert (value["done"], value["again"], value["accounts"][0]["missing"]) == (True, True, 120)
    (_, (looked, _), (did, _)) = world.opened.spans
    assert looked == did


def test_nothing_to_fetch_is_no_question(world: World, capsys: Screen) -> None:
    """What was received already stays so without --again."""
    world.opened.there = (replace(THERE, missing=0, oldest=None, newest=None),)
    assert world.run(*SPAN) == 0
    assert "there is nothing to fetch" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ("refetch",),
        ("refetch", "invoice.edi", "--again"),
        ("refetch", "invoice.edi", "--since", "2d"),
        ("refetch", "--since", "2d", "--until", "3d"),
    ],
)
def test_what_means_nothing_is_wrong_use(world: World, words: tuple[str, ...]) -> None:
    """Neither a message nor a time, or both."""
    assert world.run(*words) == 2
    assert world.opened.acted == []
