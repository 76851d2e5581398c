"""What the comparison finds when one side is doctored."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncd.demo.compare import compare, peak
from syncd.demo.disk import DiskMessage, Folders
from syncd.demo.evidence import Evidence
from syncd.demo.ledger import Ledger
from tests.demo import evidence_parts as parts

ALL = parts.evidence()


def _ledger(**changes: object) -> Evidence:
    return replace(ALL, ledger=replace(parts.ledger(), **changes))  # type: ignore[arg-type]


def _folders(**changes: object) -> Evidence:
    return replace(ALL, folders=replace(ALL.folders, **changes))  # type: ignore[arg-type]


def _health(**changes: object) -> Evidence:
    return replace(ALL, health=replace(parts.health(), **changes))  # type: ignore[arg-type]


def _settled(**others: DiskMessage | None) -> Evidence:
    """The settled messages with some replaced by name (dots as underscores), or gone."""
    kept: list[DiskMessage] = []
    for message in parts.settled():
        other = others.get(message.name.partition(".")[0], message)
        if other is not None:
            kept.append(other)
    return _folders(settled=tuple(kept))


def _wrong(evidence: Evidence) -> set[str]:
    return {line.what for line in compare(evidence) if not line.agrees}


GOOD = parts.stands("sent", parts.GOOD)
OTHER_BYTES = replace(GOOD, files=(replace(GOOD.files[0], sha256=parts.sha(b"other")),))
TWICE = parts.accepted(parts.GOOD)
SENT = parts.ledger().sent
ARRIVED = parts.arrived()


def test_agreeing_sides_agree_in_every_line() -> None:
    """The evidence that the other tests doctor is sound."""
    assert _wrong(ALL) == set()


@pytest.mark.parametrize(
    ("doctored", "found"),
    [
        pytest.param(
            _folders(inbox=()),
            {"received", "lost", "listed, and on disk"},
            id="a file is missing in the inbox",
        ),
        pytest.param(
            _folders(inbox=(parts.inbox_file(), parts.inbox_file("in~2.edi"))),
            {"received", "doubled", "listed, and on disk"},
            id="a file is in the inbox twice",
        ),
        pytest.param(
            _folders(inbox=(parts.inbox_file(content=b"changed"),)),
            {"received", "lost", "doubled", "listed, and on disk"},
            id="an inbox file has other bytes",
        ),
        pytest.param(
            _ledger(received=(replace(ARRIVED, is_read=False),)), {"marked read"}, id="not marked read"
        ),
        pytest.param(
            replace(ALL, rows=(parts.inbound_row("published"), *parts.outbound_rows())),
            {"marked read"},
            id="marked read, and nobody here knows",
        ),
        pytest.param(
            _ledger(received=(replace(ARRIVED, downloads=(0,)),)), {"received"}, id="never downloaded"
        ),
        pytest.param(
            _ledger(received=(ARRIVED, replace(ARRIVED, id="id-2", is_lost=True))),
            {"arrived", "received", "marked read", "lost"},
            id="the gateway loses a message that arrived",
        ),
        pytest.param(
            _ledger(sent=(*SENT, replace(TWICE, id="id-again"))),
            {"accepted", "sent", "doubled"},
            id="a send was accepted twice",
        ),
        pytest.param(
            _ledger(sent=SENT[1:]),
            {"accepted", "sent", "failed: refused here"},
            id="what stands in sent was never accepted",
        ),
        pytest.param(
            _ledger(sent=(replace(SENT[0], outcome="lost", mdn=None), *SENT[1:])),
            {"sent", "lost"},
            id="the gateway loses a message that it accepted",
        ),
        pytest.param(
            _ledger(sent=(replace(SENT[0], outcome="queued", mdn=None), *SENT[1:])),
            {"sent", "still on the way"},
            id="the gateway has not sent it yet",
        ),
        pytest.param(
            _settled(a=None), {"sent", "lost", "listed, and on disk"}, id="a dropped file is nowhere"
        ),
        pytest.param(
            _settled(a=OTHER_BYTES),
            {"sent", "lost", "doubled", "listed, and on disk"},
            id="a sent file has other bytes",
        ),
        pytest.param(_settled(a=replace(GOOD, state=None)), {"sent"}, id="no status file"),
        pytest.param(_settled(a=replace(GOOD, message_id="<else>")), {"sent"}, id="another message's id"),
        pytest.param(
            _settled(b=replace(parts.stands("failed", parts.BAD), reason=None)),
            {"failed: rejected"},
            id="a rejected file without a reason",
        ),
        pytest.param(
            _settled(many=replace(parts.stands("failed", parts.MUCH), reason=None)),
            {"failed: refused here"},
            id="a refused folder without a reason",
        ),
        pytest.param(
            _settled(f=parts.stands("sent", parts.FLYING)),
            {"reply lost, found"},
            id="nobody doubted the send whose reply was lost",
        ),
        pytest.param(
            _ledger(requests=()),
            {"reply lost, found", "trouble on the way"},
            id="no reply was lost at all",
        ),
        pytest.param(
            replace(ALL, rows=(parts.inbound_row(), *parts.outbound_rows()[1:])),
            {"dropped", "accepted", "listed, and on disk", "counted by status"},
            id="the list lacks a message",
        ),
        pytest.param(
            _folders(on_the_way=(GOOD.files[0],)),
            {"still on the way", "doubled"},
            id="a file is left behind",
        ),
        pytest.param(
            _health(counts={"received": 1, "sent": 3, "failed": 1}),
            {"counted by status"},
            id="status counts otherwise",
        ),
        pytest.param(_health(pid=None), {"counted by status"}, id="status knows of no daemon"),
        pytest.param(_health(troubles=("pull: no",)), {"counted by status"}, id="status tells of a trouble"),
        pytest.param(replace(ALL, code=-9), {"ended when told to"}, id="the daemon had to be killed"),
        pytest.param(replace(ALL, code=1), {"ended when told to"}, id="the daemon ended badly"),
        pytest.param(
            _ledger(requests=(*parts.requests(), replace(parts.requests(1.0)[1], status=429))),
            {"most in a window"},
            id="the gateway said 429",
        ),
        pytest.param(
            _ledger(requests=parts.requests(*(i / 10 for i in range(50)))),
            {"most in a window"},
            id="51 requests in 10 s",
        ),
    ],
)
def test_every_disagreement_is_found(doctored: Evidence, found: set[str]) -> None:
    """One side is changed, and exactly the lines about it disagree."""
    assert _wrong(doctored) == found


GRID = parts.grid_evidence()


def _grid_ledger(**changes: object) -> Evidence:
    return replace(GRID, ledger=replace(GRID.ledger, **changes))  # type: ignore[arg-type]


def test_a_gateway_that_routes_by_itself_agrees_too() -> None:
    """Without IDs and MDNs; the pair of a file in `auto` is the one that the gateway found in its header."""
    assert _wrong(GRID) == set()
    assert {line.account for line in compare(GRID)} == {"grid"}
    counted = {line.what: (line.there, line.here) for line in compare(GRID)}
    assert (counted["dropped"], counted["sent"]) == ((6, 6), (4, 4))


GRID_SENT = GRID.ledger.sent


@pytest.mark.parametrize(
    ("doctored", "found"),
    [
        pytest.param(
            _grid_ledger(sent=(replace(GRID_SENT[0], pair="1/9"), *GRID_SENT[1:])),
            {"accepted", "sent", "failed: refused here", "doubled"},
            id="a file in auto reached another partner",
        ),
        pytest.param(
            _grid_ledger(sent=(GRID_SENT[0], *GRID_SENT[2:])),
            {"accepted", "sent", "failed: refused here"},
            id="one file of a folder was never accepted",
        ),
        pytest.param(
            _grid_ledger(sent=(*GRID_SENT, replace(GRID_SENT[1], id="id-again"))),
            {"accepted", "sent", "doubled"},
            id="one file of a folder was accepted twice",
        ),
        pytest.param(
            _grid_ledger(sent=(*GRID_SENT[:-1], replace(GRID_SENT[-1], outcome="sent"))),
            {"sent", "failed: rejected"},
            id="what failed here was delivered there",
        ),
        pytest.param(
            _grid_ledger(received=(parts.arrived("1/2"),)),
            {"received", "lost", "doubled"},
            id="a parcel with IDs stands under unknown",
        ),
        pytest.param(
            _grid_ledger(requests=GRID.ledger.requests[:-1]),
            {"trouble on the way"},
            id="a trouble never came",
        ),
    ],
)
def test_every_disagreement_with_ecgrid_is_found(doctored: Evidence, found: set[str]) -> None:
    """One side is changed, and exactly the lines about it disagree."""
    assert _wrong(doctored) == found


def test_a_line_that_disagrees_has_both_values_and_names_the_files() -> None:
    """A person can go and look."""
    [lost] = [line for line in compare(_settled(a=None)) if line.what == "lost"]
    assert (lost.there, lost.here, lost.notes) == (0, 1, ("S/P/a.edi",))


def test_an_empty_ledger_and_empty_folders_prove_nothing() -> None:
    """Both sides empty is no agreement when something was dropped."""
    nothing = replace(ALL, ledger=Ledger(), folders=Folders(), rows=())
    assert {"dropped", "accepted", "sent", "lost"} <= _wrong(nothing)


def test_the_busiest_window_is_found() -> None:
    """A window is open at its far end: a request exactly its length later is outside."""
    assert peak([0.0, 9.9, 10.0, 10.1, 30.0], window_s=10.0) == 3
    assert peak([], window_s=10.0) == 0
