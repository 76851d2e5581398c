"""Tables on a screen: what has no room stands below, and nothing is broken inside."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from syncd.cli.views import grid, messages
from syncd.core.model import File, MessageId, Phase, State
from syncd.operations.questions import row
from tests.cli.world import HELD, SENT

ROOTS = {"acme": Path("/srv/acme")}
QUEUED = replace(
    SENT,
    id=MessageId("dddd4444"),
    state=State.QUEUED,
    phase=Phase.AWAITING_MDN,
    files=(File(name="INVOICE_WALMART_2026_0001234567.edi", size=3),),
)
LONG = replace(HELD, reason="the gateway did not answer within 60 s, and nobody knows whether it was sent")
WHOLE = ("aaaa1111", "bbbb2222", "dddd4444", "2026-01-31 12:00", "WALMART", QUEUED.files[0].name)


def shown(picture: RenderableType, width: int) -> list[str]:
    screen = Console(width=width, no_color=True, highlight=False)
    with screen.capture() as told:
        screen.print(picture)
    return [line.rstrip() for line in told.get().splitlines()]


def listed(width: int, *others: str) -> list[str]:
    rows = [row(message, ROOTS) for message in (SENT, LONG, QUEUED)]
    return shown(messages([*rows, *(replace(rows[0], account=name) for name in others)], UTC), width)


@pytest.mark.parametrize("width", [72, 80, 100, 132, 200])
def test_a_list_breaks_nothing_and_says_the_reason(width: int) -> None:
    """Ids, names and dates are whole; the reason is all there, by words."""
    lines = listed(width)
    told = "\n".join(lines)
    assert all(len(line) <= width for line in lines)
    assert all(whole in told for whole in WHOLE)
    assert " ".join(told.split()).count(str(LONG.reason)) == 1


def columns(lines: Sequence[str]) -> list[str]:
    return lines[0].split()


def test_a_narrow_list_leaves_out_what_matters_least() -> None:
    """The account where there is but one, the station, the phase; with room everything is there."""
    assert columns(listed(80)) == ["ID", "CREATED", "STATE", "PARTNER", "FILES"]
    assert "ACCOUNT" in columns(listed(110, "other"))
    assert "ACCOUNT" not in columns(listed(110))
    wide = listed(1000)
    assert columns(wide)[-2:] == ["FILES", "REASON"]
    assert len(wide) == 4


def test_a_path_that_is_too_long_stands_below_its_row() -> None:
    """With what comes after it; the other rows stay as they are."""
    path = "/srv/edi/acme/outbox/STATION/PARTNER/" + "x" * 20
    picture = grid(
        ("", "", ""), [("pull", "last success", "next in 2 s"), ("not taken", path, "it is a link")]
    )
    first, *below = shown(picture, 64)
    assert first.split() == ["pull", "last", "success", "next", "in", "2", "s"]
    assert below == ["not taken", f"    {path}", "    it is a link"]
    assert len(shown(picture, 200)) == 2
