"""A message that a person asked for comes once more, and only once, wherever the process dies."""

import pytest

from tests.safety.model import World

MOMENTS = 32
"""More than such a pull has; what comes after the last is the life without a death."""


@pytest.mark.parametrize("dies_after", [0, 1])
def test_a_death_while_it_is_asked_for_leaves_all_or_nothing(dies_after: int) -> None:
    """Noted in one transaction: it comes, or the person asks again."""
    world = received(unread_too=False)
    world.refetch(0, dies_after=dies_after)
    was_noted = [row.state for row in world.rows] == ["arriving"]
    world.settle()
    assert times_seen(world) == (2 if was_noted else 1)
    assert was_noted == (dies_after == 1)


@pytest.mark.parametrize("unread_too", [False, True], ids=["read there", "unread there"])
def test_a_death_while_it_comes_delivers_it_exactly_once_more(*, unread_too: bool) -> None:
    """At any moment of the pull, also when the gateway lists it as unread as well."""
    for moment in range(MOMENTS):
        world = received(unread_too=unread_too)
        world.refetch(0)
        world.run("pull", dies_after=moment)
        world.collect()
        world.settle()
        world.run("pull")
        assert times_seen(world) == 2, f"died after {moment}"
        assert list(world.faults()) == []


def received(*, unread_too: bool) -> World:
    """One message that was received, and taken by the ERP."""
    world = World()
    world.arrive(names=1)
    world.run("pull")
    world.collect()
    if unread_too:
        world.gateway.mark(next(iter(world.arrived)), is_read=False)
    return world


def times_seen(world: World) -> int:
    world.collect()
    return len(world.collected)
