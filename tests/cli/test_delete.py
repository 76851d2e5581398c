"""`syncd delete`: what is asked, and what is never deleted by an oversight."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.core.model import MessageId
from syncd.operations.deletions import Deletions, Spared
from syncd.operations.questions import row
from tests.cli.world import HELD, NOON, SENT, World, parsed
from tests.fakes.door import FakeDoor

Screen = pytest.CaptureFixture[str]


def test_one_message_is_deleted_by_its_files_name(world: World, capsys: Screen) -> None:
    """A script says that it is sure, and gets what went."""
    assert world.run("delete", "invoice.edi", "--yes", "--json") == 0
    told = parsed(capsys.readouterr().out)
    assert (told["done"], told["messages"][0]["deleted"]) == (True, "2026-01-31T12:00:00Z")
    assert world.run("delete", "invoice.edi", "--yes") == 2
    assert "already" in capsys.readouterr().err


def test_nothing_goes_without_a_word(world: World, capsys: Screen) -> None:
    """Where nobody can be asked, --yes is named, and what would go."""
    assert world.run("delete", SENT.id) == 2
    shown = capsys.readouterr().err
    assert "--yes" in shown
    assert "acme: 1 sent" in shown
    assert world.opened.acted == []


def test_a_message_that_is_not_settled_stops_all_that_were_named(world: World, capsys: Screen) -> None:
    """The verb that fits is named."""
    assert world.run("delete", SENT.id, HELD.id, "--yes") == 2
    assert "syncd resolve" in capsys.readouterr().err
    assert world.opened.acted == []


def test_many_are_found_by_what_they_are(world: World, capsys: Screen) -> None:
    """What is not settled is left, and so is what was deleted before."""
    another = replace(SENT, id=MessageId("dddd4444"))
    gone = replace(SENT, id=MessageId("eeee5555"), progress=replace(SENT.progress, deleted_at=NOON))
    world.opened.messages = [SENT, another, gone, HELD]
    assert world.run("delete", "--before", "2026-02-01", "--yes", "--json") == 0
    told = parsed(capsys.readouterr().out)
    assert [row["id"] for row in told["messages"]] == [SENT.id, another.id]
    until = world.opened.asked[-1].until
    assert until is not None
    assert timedelta() < until - NOON < timedelta(days=2)


@pytest.mark.parametrize("words", [(), ("--yes",), ("--account", "acme"), (SENT.id, "--state", "sent")])
def test_all_of_an_account_is_never_meant(world: World, words: tuple[str, ...]) -> None:
    """Messages are named, or it is said which."""
    assert world.run("delete", *words) == 2
    assert world.opened.acted == []


def test_nothing_to_delete_is_no_fault(world: World, capsys: Screen) -> None:
    """A script that runs every night finds nothing."""
    assert world.run("delete", "--state", "failed", "--yes") == 0
    assert "nothing is to be deleted" in capsys.readouterr().out


class Keeping(FakeDoor):
    """To a gateway that keeps what it has."""

    def delete(self, message_ids: Sequence[str], *, only_look: bool, by: str) -> Deletions:
        """Nothing."""
        del by
        why = Spared(message=row(SENT, {}), reason="grid keeps what it has", remedy="")
        return Deletions(done=not only_look, left=tuple(why for _ in message_ids))


def test_what_is_left_for_one_reason_is_said_once(world: World, capsys: Screen) -> None:
    """A gateway that keeps what it has keeps all of it."""
    world.opened = Keeping(messages=[SENT, replace(SENT, id=MessageId("dddd4444"))])
    assert world.run("delete", "--state", "sent", "--yes") == 0
    assert "left there: 2 messages: grid keeps what it has\n" in capsys.readouterr().out
