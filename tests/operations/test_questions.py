"""Rows say where the files of a message stand, in words that scripts keep relying on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syncd.core import events as ev
from syncd.core.model import Direction, File, GatewayId, Message, MessageId, Pair, Place, State
from syncd.errors import NotFound, UsageError
from syncd.operations.questions import row, the_message
from syncd.ports import Draft
from tests.fakes.store import FakeStore

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


def _records(*messages: Message) -> FakeStore:
    store = FakeStore()
    store.open([Draft(event=ev.Claimed(), message=replace(each, id=MessageId(""))) for each in messages])
    return store


def test_a_part_of_a_name_means_no_message() -> None:
    """What acts is never given the one whose name happens to hold the words; where those are is said."""
    with pytest.raises(NotFound, match=r"a\.ed") as missing:
        the_message(_records(SENT), "a.ed")
    assert missing.value.remedy == "`syncd find a.ed` shows those that have it in their name."
    with pytest.raises(NotFound) as missing:
        the_message(_records(SENT), "nothing")
    assert "syncd list" in missing.value.remedy


def test_an_empty_name_means_no_message() -> None:
    """A script's variable that was not set."""
    with pytest.raises(UsageError, match="empty"):
        the_message(_records(SENT), "")


def test_namesakes_are_told_apart() -> None:
    """By direction, state and time: a partner may send back what it got."""
    came = replace(RECEIVED, message_id=GatewayId("<1@x>"), created=SENT.created + timedelta(minutes=5))
    with pytest.raises(UsageError, match="several") as several:
        the_message(_records(SENT, came), "a.edi")
    assert "(outbound, sent, 2026-01-31 00:00 UTC)" in several.value.remedy
    assert "(inbound, received, 2026-01-31 00:05 UTC)" in several.value.remedy
