"""What every watcher promises."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from syncd.folders.tree import Tree
from syncd.folders.watcher import Watcher as RealWatcher
from syncd.ports.folders import Watcher
from tests.contracts.folder_worlds import KINDS, account
from tests.fakes.watcher import FakeWatcher

WAIT_SECONDS = 10.0


@dataclass
class Watched:
    """A watcher of one kind; `drop` changes an outbox, and `lose_root` and `find_root` its root."""

    watcher: Watcher
    bell: threading.Event
    drop: Callable[[], object]
    lose_root: Callable[[], object]
    find_root: Callable[[], object]

    def rings(self) -> bool:
        self.bell.clear()
        self.drop()
        return self.bell.wait(WAIT_SECONDS)


def in_memory() -> Watched:
    bell = threading.Event()
    fake = FakeWatcher(ring=bell.set)

    def find() -> None:
        fake.obstacle = None

    def lose() -> None:
        fake.obstacle = "the root cannot be opened"

    return Watched(watcher=fake, bell=bell, drop=fake.notice, lose_root=lose, find_root=find)


def on_disk(tmp_path: Path) -> Watched:
    bell = threading.Event()
    root = tmp_path / "root"
    outbox = root / "outbox/ACME/WALMART"
    outbox.mkdir(parents=True)
    names = iter(range(100))
    return Watched(
        watcher=RealWatcher(Tree(account(root), state_id="state", known=False), ring=bell.set),
        bell=bell,
        drop=lambda: (outbox / str(next(names))).write_bytes(b"ISA*"),
        lose_root=lambda: root.rename(tmp_path / "elsewhere"),
        find_root=lambda: (tmp_path / "elsewhere").rename(root),
    )


@pytest.fixture(params=KINDS)
def watched(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Watched]:
    made = in_memory() if request.param == "memory" else on_disk(tmp_path)
    yield made
    made.watcher.stop()


def test_a_change_rings_the_bell(watched: Watched) -> None:
    """From the start on."""
    watched.watcher.start()
    assert watched.watcher.mode.watches
    assert watched.rings()
    assert watched.rings()


def test_nothing_is_watched_before_the_start(watched: Watched) -> None:
    """A refresh alone starts nothing."""
    watched.watcher.refresh()
    watched.drop()
    assert not watched.watcher.mode.watches
    assert watched.watcher.mode.reason
    assert not watched.bell.is_set()


def test_nothing_rings_after_the_stop(watched: Watched) -> None:
    """A second stop, and a refresh that comes late, change nothing."""
    watched.watcher.start()
    watched.watcher.stop()
    watched.watcher.stop()
    watched.watcher.refresh()
    watched.bell.clear()
    watched.drop()
    assert not watched.watcher.mode.watches
    assert not watched.bell.is_set()


def test_what_was_stopped_can_be_started(watched: Watched) -> None:
    """An account that was paused goes on."""
    watched.watcher.start()
    watched.watcher.stop()
    watched.watcher.start()
    assert watched.rings()


def test_a_refresh_changes_nothing_where_nothing_changed(watched: Watched) -> None:
    """It comes before every scan."""
    watched.watcher.start()
    for _ in range(3):
        watched.watcher.refresh()
    assert watched.watcher.mode.watches
    assert watched.rings()


def test_a_root_that_is_gone_is_said_and_found_again(watched: Watched) -> None:
    """By the next refresh; nothing is raised."""
    watched.watcher.start()
    watched.lose_root()
    watched.watcher.refresh()
    assert str(watched.watcher.mode).startswith("scanning: the root")
    watched.find_root()
    watched.watcher.refresh()
    assert str(watched.watcher.mode) == "watching"
    assert watched.rings()


def test_a_root_that_comes_after_the_start_is_watched(watched: Watched) -> None:
    """A disk that is mounted late."""
    watched.lose_root()
    watched.watcher.start()
    assert not watched.watcher.mode.watches
    watched.find_root()
    watched.watcher.refresh()
    assert watched.rings()
