"""Every message says what comes next, whatever it has come to."""

from dataclasses import replace

import pytest

from syncd.core.machine import INBOUND as INBOUND_MOVES
from syncd.core.machine import OUTBOUND, Spot
from syncd.core.model import Direction, Message, MessageId, Phase, Progress, State
from syncd.errors import UsageError
from syncd.operations.comes_next import comes_next
from syncd.operations.tries import to_resend
from tests.core.building import NOW, file, inbound, outbound


def _spots(moves: object) -> list[Spot]:
    assert isinstance(moves, dict)
    found = {spot for one in moves.values() for pair in one.items() for spot in pair}
    return sorted(found, key=str)


EVERY = [(Direction.INBOUND, spot) for spot in _spots(INBOUND_MOVES)]
EVERY += [(Direction.OUTBOUND, spot) for spot in _spots(OUTBOUND)]


def _message(direction: Direction, spot: Spot) -> Message:
    plain = inbound() if direction is Direction.INBOUND else outbound()
    return replace(plain, state=spot[0], phase=spot[1])


@pytest.mark.parametrize(("direction", "spot"), EVERY)
def test_every_state_and_phase_has_its_sentence(direction: Direction, spot: Spot) -> None:
    """With our id where a command needs it, and nothing left to fill in."""
    said = comes_next(_message(direction, spot))
    assert said.endswith(".")
    assert "{" not in said


def test_a_held_message_is_tried_again_only_when_it_is() -> None:
    """One without attachments is not; one that could not be fetched is."""
    held = _message(Direction.INBOUND, (State.HELD, None))
    assert "once a day" not in comes_next(held)
    assert "once a day" in comes_next(replace(held, next_at=NOW))


def test_a_failure_says_the_way_that_is_open() -> None:
    """Sent and refused: resend; never sent: mend it and move it; taken away: drop it."""
    failed = _message(Direction.OUTBOUND, (State.FAILED, None))
    assert "move its file" in comes_next(failed)
    assert "syncd resend" in comes_next(replace(failed, progress=Progress(submitted_at=NOW)))
    assert "drop it into outbox" in comes_next(replace(failed, progress=Progress(file_gone=True)))


def test_no_verb_is_named_that_would_be_refused() -> None:
    """What was deleted at the gateway cannot be fetched, what is not in sent/ cannot be copied."""
    received = _message(Direction.INBOUND, (State.RECEIVED, Phase.CONFIRMED))
    deleted = replace(received, progress=Progress(deleted_at=NOW))
    assert "refetch" in comes_next(received)
    assert "refetch" not in comes_next(deleted)
    sent = replace(_message(Direction.OUTBOUND, (State.SENT, None)), files=(file(sha256="aa"),))
    pruned = replace(sent, progress=Progress(file_gone=True, pruned=True))
    assert "resend" in comes_next(sent)
    assert "resend" not in comes_next(pruned)


@pytest.mark.parametrize(
    ("gone", "says"),
    [
        (Progress(file_gone=True, pruned=True, file_gone_at=NOW), "was removed by retention on 2026-11-21"),
        (Progress(file_gone=True, pruned=True), "was removed by retention."),
        (Progress(file_gone=True, resent_as=MessageId("new")), "is sent again as new; `syncd show new`"),
        (Progress(file_gone=True), "was taken away."),
    ],
)
def test_a_file_that_is_gone_is_not_to_be_sent_again(gone: Progress, says: str) -> None:
    """No word names `resend`, which is refused then; each says where the file went."""
    failed = replace(_message(Direction.OUTBOUND, (State.FAILED, None)), progress=gone)
    assert says in comes_next(failed)
    for row in (failed, replace(failed, progress=replace(gone, submitted_at=NOW))):
        with pytest.raises(UsageError, match="sent again") as refused:
            to_resend(row)
        for said in (comes_next(row), refused.value.remedy, comes_next(replace(row, state=State.SENT))):
            assert "syncd resend" not in said


def test_what_was_not_sent_by_this_syncd_is_copied_by_hand() -> None:
    """`resend` cannot tell whether the file is the same."""
    sent = replace(_message(Direction.OUTBOUND, (State.SENT, None)), files=(file(),))
    assert "copy its file" in comes_next(sent)
    assert "syncd resend" in comes_next(replace(sent, files=(file(sha256="aa"),)))
