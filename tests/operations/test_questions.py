"""Rows say where the files of a message stand, in words that scripts keep relying on."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syncd.core.model import Direction, File, Message, MessageId, Pair, Place, State
from syncd.operations.questions import row

ROOTS = {"acme": Path("/srv/acme")}
SENT = Message(
    id=MessageId("aaaa1111"),
    account="acme",
    gateway="as2gateway",
    direction=Direction.OUTBOUND,
    state=State.SENT,
    pair=Pair(station="S", partner="P"),
    name="a.edi",
    files=(File(name="a.edi", size=1, place=None),),
    place=Place("sent/S/P/2026-01-31/a~2.edi"),
    created=datetime(2026, 1, 31, tzinfo=UTC),
    updated=datetime(2026, 1, 31, tzinfo=UTC),
)
RECEIVED = replace(
    SENT,
    direction=Direction.INBOUND,
    state=State.RECEIVED,
    files=(File(name="a.edi", size=1, place=Place("inbox/S/P/a.edi")),),
    place=None,
)


@pytest.mark.parametrize(
    ("message", "path"),
    [
        (SENT, "/srv/acme/sent/S/P/2026-01-31/a~2.edi"),
        (replace(SENT, is_folder=True, place=Place("sent/S/P/order")), "/srv/acme/sent/S/P/order/a.edi"),
        (replace(SENT, place=None, state=State.WITHDRAWN), None),
        (RECEIVED, "/srv/acme/inbox/S/P/a.edi"),
        (replace(RECEIVED, state=State.ARRIVING), None),
        (replace(RECEIVED, files=(File(name="a.edi", size=1),)), None),
        (replace(SENT, account="gone"), None),
    ],
)
def test_the_path_of_a_file(message: Message, path: str | None) -> None:
    """Where a person may use it, and nowhere else."""
    [file] = row(message, ROOTS).files
    assert file.path == (Path(path) if path else None)
