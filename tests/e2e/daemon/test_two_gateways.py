"""Accounts at both kinds of gateway in one daemon: the trouble of one is not the other's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from syncd.sandbox import ECGridSandbox, Sandbox
from tests.e2e.daemon.conftest import ECGRID_WORLD, WORLD
from tests.e2e.daemon.harness import Bridge, until
from tests.e2e.daemon.test_trouble import free_port
from tests.e2e.harness import AnyBox

MAKES: dict[str, Callable[[], AnyBox]] = {
    "as2gateway": lambda: Sandbox(world=WORLD),
    "ecgrid": lambda: ECGridSandbox(world=ECGRID_WORLD),
}
WRONG = {"as2gateway": {"password": "wrong"}, "ecgrid": {"api_key": "NO_SUCH_KEY"}}
SICK = ("down", "limited", "refused", "dripping")
WELL = "well"
COUNT = 5


@pytest.fixture(params=[("as2gateway", "ecgrid"), ("ecgrid", "as2gateway")], ids=("acme", "grid"))
def bridge(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bridge]:
    """One account at a gateway that is well, and one for each trouble at gateways of the other kind."""
    well, sick = request.param
    with ExitStack() as stack:
        boxes = {name: MAKES[sick]() for name in SICK} | {WELL: MAKES[well]()}
        for box in boxes.values():
            stack.enter_context(box)
        boxes["limited"].trouble("status", operation="*", status=429, retry_after="3600", times=None)
        boxes["dripping"].trouble("drip", operation="*", seconds=0.1, chunk_bytes=8, times=None)
        of = {"down": {"url": f"http://127.0.0.1:{free_port()}/v1"}, "refused": WRONG[sick]}
        yield Bridge(tmp_path, boxes, of=of)
        for box in boxes.values():
            box.calm()


def test_all_is_delivered_at_the_one_while_the_others_are_in_trouble(bridge: Bridge) -> None:
    """Down, rate-limited for an hour, refused, or dripping: each waits for itself, and is told apart."""
    with bridge.running() as running:
        until(lambda: all(running.whats(name) for name in SICK if name != "dripping"))
        until(lambda: running.state("pull", "dripping").running_since and bridge.has_outbox(WELL))
        for name, box in bridge.boxes.items():
            for number in range(COUNT):
                box.deliver(files={f"in-{number}.edi": b"UNA"})
                bridge.drop(f"out-{number}.edi", account=name)
        until(lambda: len(bridge.names("inbox", WELL)) == COUNT)
        until(lambda: len(bridge.names("sent", WELL)) == COUNT)

        assert running.whats(WELL) == []
        assert {state.failures for state in running.daemon.runners[WELL].jobs.values()} == {0}
        for name in SICK:
            assert bridge.names("inbox", name) == bridge.names("sent", name) == []
            assert running.whats(name) or running.state("pull", name).last_success is None
        bridge.boxes["dripping"].calm()
    assert len(bridge.boxes[WELL].ledger.sent) == COUNT
    assert not any(bridge.boxes[name].ledger.sent for name in SICK if name != "dripping")
