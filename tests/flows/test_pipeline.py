"""What is there together is taken together, and one trouble takes nothing from the others."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from syncd.core.planning.batches import Batch, in_groups
from syncd.errors import Unreachable
from syncd.flows.fetching import NotArrived, Outcome
from syncd.flows.pipeline import TOGETHER, Pipeline
from syncd.flows.publishing import Noted
from tests.contracts.stores import inbound


def come(*names: str) -> Future[tuple[Outcome, ...]]:
    future: Future[tuple[Outcome, ...]] = Future()
    future.set_result(tuple(NotArrived(row=inbound(name), reason=name) for name in names))
    return future


def noted(*names: str) -> Future[list[Noted]]:
    future: Future[list[Noted]] = Future()
    future.set_result([Noted(row=inbound(name), reference=name) for name in names])
    return future


def test_downloads_that_are_there_are_taken_together_in_order() -> None:
    """Not those behind one that is still on its way, and never more than share a transaction."""
    many = [f"m{n}" for n in range(TOGETHER)]
    line = Pipeline()
    line.downloads.extend([come("a"), come("b", "c"), Future(), come("d")])

    assert [outcome.reason for outcome in line.next_outcomes() if isinstance(outcome, NotArrived)] == [*"abc"]
    assert len(line.downloads) == 2

    line.downloads.clear()
    line.downloads.extend([come(*many), come("b")])
    assert len(line.next_outcomes()) == TOGETHER


def test_a_failed_download_takes_none_with_it_that_came_before() -> None:
    line = Pipeline()
    failed: Future[tuple[Outcome, ...]] = Future()
    failed.set_exception(Unreachable("the gateway does not answer"))
    line.downloads.extend([come("a"), failed, come("b")])

    assert len(line.next_outcomes()) == 1
    with pytest.raises(Unreachable):
        line.next_outcomes()


def test_confirmations_behind_a_failed_one_are_noted() -> None:
    """The trouble is told when all are."""
    line = Pipeline()
    failed: Future[list[Noted]] = Future()
    failed.set_exception(Unreachable("the gateway does not answer"))
    line.confirmations.extend([noted("a"), failed, noted("b")])
    groups = line.confirmed()

    assert [one.reference for one in next(groups)] == ["a", "b"]
    with pytest.raises(Unreachable):
        next(groups)


def test_batches_of_one_are_grouped_and_large_ones_are_not() -> None:
    one, three, five = (Batch(rows=tuple(inbound(f"{size}.{n}") for n in range(size))) for size in (1, 3, 5))

    assert list(in_groups([one, one, three, one, five, one], most=4)) == [
        [one, one],
        [three, one],
        [five],
        [one],
    ]
    assert list(in_groups([], most=4)) == []
