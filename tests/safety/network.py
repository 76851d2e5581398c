"""The matrix of what a network and a gateway can do wrong: each trouble at each request of each flow.

One life with a message of every kind is lived without trouble first; that shows which requests there are.
Then the same life is lived once for each of them and each trouble, and in the end everything has to be as it
was without it, or to say why it is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from syncd.core.model import Direction, State
from syncd.sandbox import ECGridSandbox, ECGridWorld, Sandbox, Trouble
from tests.e2e.harness import AnyBox, Ground
from tests.e2e.invariants import faults
from tests.e2e.verified import found as found_by_verify
from tests.safety.campaign import SHORT, a_world

_numbers = count()
QUIET = timedelta(hours=30)
"""A message that cannot be fetched is held after a day; by then all is quiet."""


def _troubles() -> dict[str, Trouble]:
    return {
        "reset before": Trouble(do="reset"),
        "reset after": Trouble(do="reset", when="after"),
        "silence before": Trouble(do="silence", seconds=0.05),
        "silence after": Trouble(do="silence", seconds=0.05, when="after"),
        "late": Trouble(do="late", seconds=40.0),
        "cut": Trouble(do="cut"),
        "cut without a length": Trouble(do="cut", has_length=False),
        "cut and reset": Trouble(do="cut", ending="reset"),
        "drip": Trouble(do="drip", chunk_bytes=200, seconds=0.001),
        "redirect": Trouble(do="redirect"),
        "html 200": Trouble(do="html"),
        "html 200 after": Trouble(do="html", when="after"),
        "html 502": Trouble(do="html", status=502),
        "shape {}": Trouble(do="shape", text="{}"),
        "shape []": Trouble(do="shape", text="[]", when="after"),
        "shape null": Trouble(do="shape", text="null", when="after"),
        "not JSON": Trouble(do="shape", text='{"records": [', when="after"),
        "tokens end": Trouble(do="expire_tokens"),
        "a wish to wait": Trouble(do="status", status=429, retry_after="7"),
        "429": Trouble(do="status", status=429),
        "503 and a wish": Trouble(do="status", status=503, retry_after="7"),
        "500 after": Trouble(do="status", status=500, when="after"),
        **{
            str(code): Trouble(do="status", status=code)
            for code in (401, 403, 404, 408, 413, 500, 502, 503, 504)
        },
    }


ONLY_ONE = {
    "batch": {
        kind: Trouble(do=kind)
        for kind in (
            "flip",
            "zip_cut",
            "zip_encrypted",
            "zip_foreign",
            "zip_missing",
            "zip_lying",
            "zip_bomb",
        )
    },
    "download": {kind: Trouble(do=kind) for kind in ("base64_cut",)},
}
"""What can only happen to one kind of answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One trouble, at the nth request of an operation, counted from 0."""

    operation: str
    nth: int
    name: str
    trouble: Trouble

    def __str__(self) -> str:
        return f"{self.name} at {self.operation} {self.nth}"


def as2gateway() -> Sandbox:
    """A gateway soon out of patience."""
    return Sandbox(world=a_world())


def ecgrid() -> ECGridSandbox:
    """ECGrid as it comes."""
    return ECGridSandbox(world=ECGridWorld.default())


BOXES: dict[str, Callable[[], AnyBox]] = {"as2gateway": as2gateway, "ecgrid": ecgrid}
LOGINS: dict[str, dict[str, Any]] = {
    "as2gateway": {},
    "ecgrid": {"username": "your.user@example.com", "password": "YOUR_PASSWORD", "failed_grace": None},
}


def _ground(box: AnyBox, folder: Path, gateway: str) -> Ground:
    folder = folder / str(next(_numbers))
    folder.mkdir()
    keys = {name: value for name, value in {**SHORT, **LOGINS[gateway]}.items() if value is not None}
    ground = Ground(box, folder, keys=keys)
    for number in range(3):
        box.deliver(files={f"in-{number}.edi": f"UNA in {number}".encode()})
    if isinstance(box, Sandbox):
        box.deliver(files=[("same.edi", b"one"), ("same.edi", b"two")])
    for name in ("first.edi", "second.edi"):
        ground.drop(name, f"UNA {name}".encode())
    ground.drop("folder/a.edi", b"ISA folder a")
    return ground


def cases(folder: Path, gateway: str) -> list[Case]:
    """Every trouble at every request that a life without trouble makes."""
    with BOXES[gateway]() as box:
        ground = _ground(box, folder, gateway)
        ground.settle()
        assert faults(ground) == []
        requests = Counter(record.operation for record in box.ledger.requests)
    return [
        Case(operation=operation, nth=nth, name=name, trouble=trouble)
        for operation in sorted(requests)
        for nth in range(requests[operation])
        for name, trouble in {**_troubles(), **ONLY_ONE.get(operation, {})}.items()
    ]


def outcome(folder: Path, gateway: str, case: Case) -> list[str]:
    """Live with the trouble to the end; what is wrong then, in words."""
    with BOXES[gateway]() as box:
        ground = _ground(box, folder, gateway)
        box.trouble(replace(case.trouble, operation=case.operation, skip=case.nth))
        ground.settle(within=QUIET)
        ground.run()
        return [*faults(ground), *_unexplained(ground, box), *found_by_verify(ground)]


def _unexplained(ground: Ground, box: AnyBox) -> Iterator[str]:
    """What has no happy end and no reason either; and more than one thing that went wrong."""
    rows = ground.rows()
    unhappy = [row for row in rows if row.state not in (State.SENT, State.RECEIVED)]
    for row in unhappy:
        if not row.reason:
            yield f"{row.direction} {row.id} is {row.state}/{row.phase} without a reason"
    if len(unhappy) > 1:
        yield f"one trouble, and {[(row.direction, str(row.state), row.reason) for row in unhappy]}"
    if sum(row.direction is Direction.INBOUND for row in rows) != len(box.ledger.received):
        yield "not every message that arrived is known here"
