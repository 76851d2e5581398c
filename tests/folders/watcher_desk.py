"""A real watcher on a real tree, for its tests."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from watchdog.observers.inotify_c import InotifyEvent

from syncd.folders.inotify import Inotify
from syncd.folders.tree import Tree
from syncd.folders.watcher import Watcher
from tests.contracts.folder_worlds import account

WAIT_SECONDS = 10.0
CALM_SECONDS = 0.1
PAIR = "outbox/ACME/WALMART"


class Hearing(Inotify):
    """An inotify instance that lets the test wait for the change of one name."""

    def __init__(self, ring: Callable[[], None], ignores: Callable[[str], bool]) -> None:
        self.heard: list[str] = []
        self.overflowed = threading.Event()
        self._news = threading.Condition()
        super().__init__(ring, ignores)

    def on_event(self, event: InotifyEvent) -> None:
        super().on_event(event)
        with self._news:
            self.heard.append(os.fsdecode(event.name))
            self._news.notify_all()

    def on_queue_overflow(self) -> None:
        super().on_queue_overflow()
        self.overflowed.set()

    def before(self, name: str) -> list[str]:
        """What was heard before the first change of that name; the queue keeps the order."""
        with self._news:
            assert self._news.wait_for(lambda: name in self.heard, WAIT_SECONDS)
            return self.heard[: self.heard.index(name)]


class Desk:
    """A watcher on a real tree, its bell, and the inotify instances that it opened.

    The tree has one pair, and one file in its outbox. `listen` and `file_system` may be changed at any time.
    """

    def __init__(
        self,
        root: Path,
        *,
        layout: str = "by-state",
        **rules: Any,  # noqa: ANN401 - the fields of Account
    ) -> None:
        self.root = root
        self.outbox = root / ("outbox/ACME/WALMART" if layout == "by-state" else "ACME/WALMART/outbox")
        self.outbox.mkdir(parents=True)
        (self.outbox / "old").write_bytes(b"ISA*")
        self.bell = threading.Event()
        self.opened: list[Hearing] = []
        self.listen: Callable[[Callable[[], None], Callable[[str], bool]], Inotify] = self._hear
        self.file_system: Callable[[int], str] = lambda _fd: "ext4"
        self.tree = Tree(account(root, layout=layout, **rules), state_id="state", known=False)
        self.watcher = Watcher(
            self.tree,
            ring=self.bell.set,
            listen=self._listen_now,
            file_system=self._file_system_now,
        )

    def _listen_now(self, ring: Callable[[], None], ignores: Callable[[str], bool]) -> Inotify:
        return self.listen(ring, ignores)

    def _file_system_now(self, fd: int) -> str:
        return self.file_system(fd)

    def _hear(self, ring: Callable[[], None], ignores: Callable[[str], bool]) -> Inotify:
        self.opened.append(Hearing(ring, ignores))
        return self.opened[-1]

    def rings_for(self, change: Callable[[], object]) -> bool:
        self.bell.clear()
        change()
        return self.bell.wait(WAIT_SECONDS)

    def rings_for_file(self, place: str) -> bool:
        return self.rings_for(lambda: (self.root / place).write_bytes(b"ISA*"))

    def follow(self) -> None:
        """Refresh for each ring, as the scan job does, until the bell is calm."""
        self.watcher.refresh()
        while self.bell.wait(CALM_SECONDS):
            self.bell.clear()
            self.watcher.refresh()
