"""People are told while the daemon runs, beside everything else."""

import threading
from pathlib import Path

from syncd.daemon.noticer import Noticer
from syncd.errors import StateBroken, StateError
from tests.daemon.parts import until
from tests.flows.noticing import Desk, a_desk


def started(desk: Desk, failures: list[StateError]) -> Noticer:
    noticer = Noticer(desk.noticing(), list)
    noticer.start(fail=failures.append)
    return noticer


def test_what_fails_is_told_when_it_is_noted(tmp_path: Path) -> None:
    """Not with the next look."""
    failures: list[StateError] = []
    with a_desk(tmp_path) as desk:
        noticer = started(desk, failures)
        until(lambda: desk.store.notebook.next_due() is None)
        (message,) = desk.failed("a.edi")
        noticer.note(message)
        until(lambda: desk.notifier.out)
        noticer.end()
        noticer.join()
    assert failures == []


def test_a_state_that_is_broken_ends_the_daemon(tmp_path: Path) -> None:
    """Nothing that follows would be safe; what goes wrong with one turn does not."""
    failures: list[StateError] = []
    with a_desk(tmp_path) as desk:
        tried = threading.Event()
        desk.notifier.dies = RuntimeError("a way with a mistake")
        desk.failed("a.edi")
        noticer = started(desk, failures)
        until(lambda: desk.notifier.out)
        broken = StateBroken("the disk is gone")

        def untold(*_: object, **__: object) -> None:
            tried.set()
            raise broken

        desk.store.records.untold = untold  # type: ignore[method-assign,assignment]
        (message,) = desk.failed("b.edi")
        noticer.note(message)
        assert tried.wait(10)
        until(lambda: failures)
        noticer.join()
    assert failures == [broken]
