"""What may be deleted at the gateway: only what is settled here."""

from dataclasses import replace

import pytest

from syncd.core import events as ev
from syncd.core import machine
from syncd.core.deletion import boxes, refusal
from syncd.core.machine import Spot
from syncd.core.model import Direction, GatewayId, Mdn, MdnStatus, Message
from tests.core.building import NOW, inbound, outbound

SETTLED = {
    Direction.INBOUND: {machine.CONFIRMED, machine.GONE, machine.HELD},
    Direction.OUTBOUND: {machine.SENT, machine.FAILED, machine.STOPPED},
}
SPOTS = {
    Direction.INBOUND: machine.INBOUND,
    Direction.OUTBOUND: machine.OUTBOUND,
}
VERBS = {
    machine.LISTED: "--only pull",
    machine.STAGED: "--only pull",
    machine.PUBLISHED: "--only pull",
    machine.CLAIMED: "queued/",
    machine.WAITING: "queued/",
    machine.ACCEPTED: "syncd stop",
    machine.AWAITING_MDN: "MDN",
}


def at(direction: Direction, spot: Spot) -> Message:
    make = inbound if direction is Direction.INBOUND else outbound
    row = replace(make(spot=spot), message_id=GatewayId("g1"))
    return replace(row, progress=replace(row.progress, confirmed_at=NOW))


def every() -> list[tuple[Direction, Spot]]:
    """Each state and phase of both directions."""
    found = set()
    for direction, table in SPOTS.items():
        for moves in table.values():
            found |= {(direction, spot) for spot in (*moves, *moves.values())}
    return sorted(found, key=str)


@pytest.mark.parametrize(("direction", "spot"), every())
def test_only_what_is_settled_may_be_deleted(direction: Direction, spot: Spot) -> None:
    """The table of moves and this list agree; what is refused names what to do instead."""
    row = at(direction, spot)
    assert (refusal(row) is None) == (spot in SETTLED[direction])
    assert bool(boxes(row)) == (spot in SETTLED[direction]) == machine.may(row, ev.Deleted)
    if spot not in SETTLED[direction]:
        assert VERBS.get(spot, row.id) in str(refusal(row))


def test_what_the_gateway_may_still_change_is_not_settled() -> None:
    """Sent by the gateway's word, its MDN still to come: it may come to be failed."""
    row = at(Direction.OUTBOUND, machine.SENT)
    assert "MDN" in str(refusal(replace(row, mdn=Mdn(status=MdnStatus.PENDING))))


def test_what_is_not_there_is_not_deleted() -> None:
    """Never accepted, vanished before it was fetched, or deleted already."""
    row = at(Direction.OUTBOUND, machine.FAILED)
    assert "never at the gateway" in str(refusal(replace(row, message_id=None)))
    gone = at(Direction.INBOUND, machine.GONE)
    gone = replace(gone, progress=replace(gone.progress, confirmed_at=None))
    assert "not at the gateway any more" in str(refusal(gone))
    deleted = machine.advance(row, ev.Deleted(by="anna"), now=NOW)
    assert "already" in str(refusal(deleted))
