"""Every message says what comes next, whatever it has come to."""

from dataclasses import replace

import pytest

from syncd.core.machine import INBOUND as INBOUND_MOVES
from syncd.core.machine import OUTBOUND, Spot
from syncd.core.model import Direction, Message, Phase, Progress, State
from syncd.operations.comes_next import comes_next
from tests.core.building import NOW, inbound, outbound


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
    sent = _message(Direction.OUTBOUND, (State.SENT, None))
    pruned = replace(sent, progress=Progress(file_gone=True, pruned=True))
    assert "resend" in comes_next(sent)
    assert "resend" not in comes_next(pruned)
