"""Kill the bridge at every moment of a life; after the next start nothing is lost and nothing doubled."""

import random
from pathlib import Path

import pytest

from tests.safety.campaign import killed_at, moments_of_a_life

SAMPLE = 30
GROUPS = 2
"""The sample is told in groups, so that two workers share it."""


def spread(moments: int, number: int, *, seed: int) -> list[int]:
    """So many moments, one from each of as many equal stretches of the life."""
    dice = random.Random(seed)
    stretch = moments / number
    return [1 + int(stretch * at + dice.random() * stretch) for at in range(number)]


@pytest.mark.parametrize("group", range(GROUPS))
def test_death_at_a_sample_of_moments_loses_and_doubles_nothing(memory: Path, group: int) -> None:
    """Die once, start anew: every promise holds, and one more pass changes nothing."""
    moments = spread(moments_of_a_life(memory), SAMPLE, seed=20261121)[group::GROUPS]

    assert {moment: found for moment in moments if (found := killed_at(memory, moment))} == {}


@pytest.mark.torture
def test_death_at_every_moment_loses_and_doubles_nothing(memory: Path) -> None:
    """The same for all of them, as many as the life itself has."""
    moments = range(1, moments_of_a_life(memory) + 1)

    assert {moment: found for moment in moments if (found := killed_at(memory, moment))} == {}


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(4))
def test_death_during_recovery_loses_and_doubles_nothing(memory: Path, seed: int) -> None:
    """Die, die again while coming back, and once more: what heals may be interrupted too."""
    dice, life = random.Random(seed), moments_of_a_life(memory)
    deaths = [(dice.randint(1, life), dice.randint(1, 80), dice.randint(1, 200)) for _ in range(200)]

    assert {at: found for at in deaths if (found := killed_at(memory, *at))} == {}


@pytest.mark.torture
@pytest.mark.parametrize(
    "keys",
    [
        {"inbox_style": "folder", "inbox_status_files": True},
        {"inbox_style": "prefix", "sent_when": "transmitted"},
        {"layout": "by-partner", "in_doubt": "hold"},
    ],
    ids=("folders", "prefixes", "by-partner"),
)
def test_death_loses_nothing_in_other_arrangements(memory: Path, keys: dict[str, object]) -> None:
    """The same life with other names, other layouts and other rules."""
    moments = spread(moments_of_a_life(memory, **keys), 150, seed=7)

    assert {at: found for at in moments if (found := killed_at(memory, at, **keys))} == {}
