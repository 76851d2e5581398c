"""Retention, as a daemon sees to it once a day."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

from syncd.flows.bridge import Bridge
from syncd.wiring.pruning import by_itself
from tests.e2e.harness import Ground
from tests.e2e.pruned import keep


@dataclass(frozen=True)
class OneAccount:
    """A runner, as far as the daily run needs one."""

    bridge: Bridge
    alone: Callable[[], AbstractContextManager[None]] = nullcontext


class BrokenRecords:
    """A mistake of the program that shows in one account only."""

    def __getattr__(self, name: str) -> object:
        raise RuntimeError(name)


def test_what_breaks_in_one_account_keeps_no_other_from_being_pruned(ground: Ground) -> None:
    """Each is pruned for itself."""
    keep(ground, sent="90d")
    ground.drop("a.edi", b"UNA a")
    ground.settle()
    assert ground.names("sent") == ["a.edi"]
    ground.later(days=100)
    with ground.process() as process:
        sound = process.bridge
        broken = replace(sound, records=BrokenRecords())  # type: ignore[arg-type]
        by_itself(process.doors, {"broken": OneAccount(broken), "sound": OneAccount(sound)})  # type: ignore[dict-item]
    assert ground.all_files("sent") == {}
