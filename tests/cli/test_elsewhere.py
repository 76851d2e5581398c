"""What is not known here is asked of the gateways, by `show` and `refetch` alone."""

from dataclasses import replace

import pytest

from syncd.core.model import Direction, File
from syncd.operations.elsewhere import There
from tests.cli.world import NOON, World, parsed

Screen = pytest.CaptureFixture[str]
THERE = There(
    message_id="<new@gateway>",
    account="acme",
    gateway="as2gateway",
    direction=Direction.INBOUND,
    box="received",
    sender="WALMART",
    receiver="ACME",
    partner_type="production",
    subject=None,
    files=(File(name="a.edi", size=4),),
    at=NOON,
    why="it is from before 2026-01-30 12:00 UTC (pull_since)",
    remedy="syncd refetch '<new@gateway>' --account acme",
)


def test_show_says_where_it_is_why_it_is_not_here_and_what_to_type(world: World, capsys: Screen) -> None:
    """For people and for scripts."""
    world.opened.elsewhere = (THERE,)
    assert world.run("show", "new@gateway") == 0
    out = capsys.readouterr().out
    assert all(words in out for words in ("not here; at the gateway, received", THERE.why, THERE.remedy))
    assert world.run("show", "new@gateway", "--json") == 0
    assert parsed(capsys.readouterr().out)["why"] == THERE.why


def test_what_nobody_has_is_not_found_and_that_was_asked_is_said(world: World, capsys: Screen) -> None:
    """So is a gateway that could not be asked; a path is no id, and list and find ask nobody."""
    world.opened.deaf = ("the gateway of other could not be asked: no connection",)
    for verb in ("show", "refetch"):
        assert world.run(verb, "nothing", "--account", "acme") == 1
        err = capsys.readouterr().err
        assert "Nor has the gateway of acme; it was asked." in err
        assert "The gateway of other could not be asked: no connection." in err
    assert world.run("show", "outbox/ACME/nothing") == 1
    assert "was asked" not in capsys.readouterr().err
    world.opened.elsewhere = (THERE,)
    assert world.run("find", "new@gateway") == 1


def test_refetch_takes_the_gateways_id(world: World, capsys: Screen) -> None:
    """Of one account; what goes out is refused."""
    world.opened.elsewhere = (THERE,)
    assert world.run("refetch", "new@gateway", "--json") == 0
    assert parsed(capsys.readouterr().out)["phase"] == "listed"
    assert world.opened.acted[0][0] == "refetch_unknown <new@gateway> of acme"
    world.opened.elsewhere = (THERE, replace(THERE, account="other"))
    assert world.run("refetch", "new@gateway") == 2
    world.opened.elsewhere = (replace(THERE, direction=Direction.OUTBOUND, box="sent"),)
    assert world.run("refetch", "new@gateway") == 2
    assert len(world.opened.acted) == 1
