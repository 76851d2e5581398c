"""Kill the bridge at every moment of a life; after the next start nothing is lost and nothing doubled."""

import random
from pathlib import Path

import pytest

from tests.safety.campaign import killed_at, moments_of_a_life
from tests.safety.dying import Moment

GROUPS = 2
"""The sample is told in groups, so that two workers share it."""


SEEN_OUTSIDE = ("gateway.send", "gateway.confirm", "inbox.publish_many", "outbox.move")
"""What others see at once: here a death after it differs most from a death before it."""


def one_of_each(moments: list[Moment], *, seed: int) -> list[Moment]:
    """One moment before each kind of record, and one on either side of what others see."""
    dice = random.Random(seed)
    kinds = sorted({kind for kind, _ in moments})
    chosen = [kind for kind in kinds if kind.startswith("before journal") or kind.endswith(SEEN_OUTSIDE)]
    return [dice.choice([moment for moment in moments if moment[0] == kind]) for kind in chosen]


@pytest.mark.parametrize("group", range(GROUPS))
def test_death_before_or_after_each_kind_of_change_loses_and_doubles_nothing(
    memory: Path, group: int
) -> None:
    """Die once, start anew: every promise holds, and one more pass changes nothing."""
    moments = one_of_each(moments_of_a_life(memory), seed=20261121)[group :: 2 * GROUPS]

    assert len(moments) > 5
    assert {moment: found for moment in moments if (found := killed_at(memory, moment))} == {}


@pytest.mark.torture
def test_death_at_every_moment_loses_and_doubles_nothing(memory: Path) -> None:
    """The same for all of them, as many as the life itself has."""
    moments = moments_of_a_life(memory)

    assert {moment: found for moment in moments if (found := killed_at(memory, moment))} == {}


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(4))
def test_death_during_recovery_loses_and_doubles_nothing(memory: Path, seed: int) -> None:
    """Die, die again while coming back, and once more: what heals may be interrupted too."""
    dice, moments = random.Random(seed), moments_of_a_life(memory)
    early = [moment for moment in moments if moment[1] <= 3]
    deaths = [(dice.choice(moments), dice.choice(early), dice.choice(early)) for _ in range(200)]

    assert {at: found for at in deaths if (found := killed_at(memory, *at))} == {}


@pytest.mark.torture
@pytest.mark.parametrize(
    "keys",
    [
        {"inbox_style": "folder", "inbox_status_files": True},
        {"inbox_style": "prefix", "sent_when": "transmitted"},
    ],
    ids=("folders", "prefixes"),
)
def test_death_loses_nothing_in_other_arrangements(memory: Path, keys: dict[str, object]) -> None:
    """The same life with other names and other rules."""
    moments = moments_of_a_life(memory, **keys)
    some = random.Random(7).sample(moments, min(150, len(moments)))

    assert {at: found for at in some if (found := killed_at(memory, at, **keys))} == {}
