"""Kill the bridge at every moment of a life; after the next start nothing is lost and nothing doubled."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.safety.campaign import AS2GATEWAY, Tale, ecgrid, killed_at, moments_of_a_life
from tests.safety.dying import Moment
from tests.safety.figures import record_campaign

SHARES = 6
"""The sample takes one in so many; each of its tests another one, so that workers share them."""
SEEN_OUTSIDE = (
    "gateway.send",
    "gateway.confirm",
    "gateway.fetch_by_index",
    "inbox.publish_many",
    "outbox.move",
)
"""What others see at once: here a death after it differs most from a death before it."""
TALES = {"as2gateway": AS2GATEWAY, "ecgrid": ecgrid()}
READINGS = {
    "transferred": ecgrid(download_marks="transferred"),
    "removes": ecgrid(download_marks="removes"),
    "guide": ecgrid(profile="guide"),
    "backend": ecgrid(profile="backend"),
}
"""Where a download marks the parcel, and where the gateway's words are others."""


def one_of_each(moments: list[Moment], *, seed: int) -> list[Moment]:
    """One moment before each kind of record, and one on either side of what others see."""
    dice = random.Random(seed)
    kinds = sorted({kind for kind, _ in moments})
    chosen = [kind for kind in kinds if kind.startswith("before journal") or kind.endswith(SEEN_OUTSIDE)]
    return [dice.choice([moment for moment in moments if moment[0] == kind]) for kind in chosen]


def broken(
    tale: Tale, memory: Path, deaths: Sequence[tuple[Moment, ...]], **keys: object
) -> dict[tuple[Moment, ...], list[str]]:
    """What is wrong after each of these deaths, or rows of deaths."""
    return {at: found for at in deaths if (found := killed_at(tale, memory, *at, **keys))}


@pytest.mark.parametrize(("gateway", "share"), [("as2gateway", 0), ("ecgrid", 1)])
def test_death_before_or_after_each_kind_of_change_loses_and_doubles_nothing(
    memory: Path, gateway: str, share: int
) -> None:
    """Die once, start anew: every promise holds, and one more pass changes nothing."""
    tale = TALES[gateway]
    moments = one_of_each(moments_of_a_life(tale, memory), seed=20261121)[share::SHARES]

    assert len(moments) > 3
    assert broken(tale, memory, [(moment,) for moment in moments]) == {}


@pytest.mark.torture
@pytest.mark.parametrize("gateway", TALES)
def test_death_at_every_moment_loses_and_doubles_nothing(memory: Path, gateway: str) -> None:
    """The same for all of them, as many as the life itself has."""
    tale = TALES[gateway]
    moments = moments_of_a_life(tale, memory)
    found = broken(tale, memory, [(moment,) for moment in moments])

    record_campaign("crash points, one death", tried=len(moments), found=len(found))
    assert found == {}


@pytest.mark.torture
@pytest.mark.parametrize("gateway", TALES)
@pytest.mark.parametrize("seed", range(4))
def test_death_during_recovery_loses_and_doubles_nothing(memory: Path, gateway: str, seed: int) -> None:
    """Die, die again while coming back, and once more: what heals may be interrupted too."""
    tale = TALES[gateway]
    dice, moments = random.Random(seed), moments_of_a_life(tale, memory)
    early = [moment for moment in moments if moment[1] <= 3]
    deaths = [(dice.choice(moments), dice.choice(early), dice.choice(early)) for _ in range(200)]
    found = broken(tale, memory, deaths)

    record_campaign("crash points, three deaths in a row", tried=len(deaths), found=len(found))
    assert found == {}


@pytest.mark.torture
@pytest.mark.parametrize("reading", READINGS)
def test_death_loses_nothing_under_other_readings(memory: Path, reading: str) -> None:
    """Every moment, where the vendor's pages are read in another way; and some pairs of deaths."""
    tale = READINGS[reading]
    dice, moments = random.Random(reading), moments_of_a_life(tale, memory)
    early = [moment for moment in moments if moment[1] <= 3]
    pairs = [(dice.choice(moments), dice.choice(early)) for _ in range(60)]
    alone, twice = broken(tale, memory, [(moment,) for moment in moments]), broken(tale, memory, pairs)

    record_campaign("crash points, one death", tried=len(moments), found=len(alone))
    record_campaign("crash points, two deaths in a row", tried=len(pairs), found=len(twice))
    assert (alone, twice) == ({}, {})


@pytest.mark.torture
@pytest.mark.parametrize("gateway", TALES)
@pytest.mark.parametrize(
    "keys",
    [
        {"inbox_style": "folder", "inbox_status_files": True},
        {"inbox_style": "prefix", "sent_when": "transmitted"},
    ],
    ids=("folders", "prefixes"),
)
def test_death_loses_nothing_in_other_arrangements(
    memory: Path, gateway: str, keys: dict[str, object]
) -> None:
    """The same life with other names and other rules."""
    tale = TALES[gateway]
    moments = moments_of_a_life(tale, memory, **keys)
    some = random.Random(7).sample(moments, min(150, len(moments)))
    found = broken(tale, memory, [(moment,) for moment in some], **keys)

    record_campaign("crash points, one death", tried=len(some), found=len(found))
    assert found == {}
