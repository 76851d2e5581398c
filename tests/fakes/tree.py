"""A tree in memory."""

from __future__ import annotations

from collections.abc import Sequence

from syncd.core.account import Account
from syncd.core.layout import Layout
from syncd.core.model import Folder, Pair, Place
from syncd.core.number_pairs import pair_book
from syncd.core.shown import Partner, Station
from syncd.errors import RootUnusable
from tests.fakes.disk import FakeDisk


class FakeTree:
    """The root of an account on a fake disk; `is_mounted` and `free_bytes` are the test's to set."""

    def __init__(
        self,
        account: Account,
        *,
        disk: FakeDisk,
        state_id: str = "state",
        known: bool = False,
        numbered: bool = False,
    ) -> None:
        self.account = account
        self.disk = disk
        self.layout = Layout(account.layout)
        self.book = pair_book(account, numbered=numbered)
        self.folders: set[Place] = set()
        self.is_mounted = True
        self.free_bytes = 10**12
        self._known = known
        self._numbered = numbered
        self._marker = f"{state_id}/{account.name}".encode()

    def prepare(self) -> None:
        if not self.is_mounted or (self._known and MARKER not in self.disk.files):
            raise RootUnusable(f"the root {self.account.root} has no marker")
        if MARKER not in self.disk.files:
            self.disk.write(MARKER, self._marker)
        self._known = True
        self.check()

    def check(self) -> None:
        marker = self.disk.files.get(MARKER)
        if not self.is_mounted or marker is None:
            raise RootUnusable(f"the root {self.account.root} has no marker")
        if marker.content != self._marker:
            raise RootUnusable(f"the root {self.account.root} belongs to another state or account")

    def make_pairs(
        self, *, stations: Sequence[Station], partners: Sequence[Partner], used: Sequence[Pair]
    ) -> None:
        self.check()
        self.book = pair_book(
            self.account, numbered=self._numbered, stations=stations, partners=partners, used=used
        )
        for pair in self.book.to_make():
            folders = (Folder.OUTBOX, Folder.INBOX) if self.book.has_inbox(pair) else (Folder.OUTBOX,)
            for folder in folders:
                self.folders.add(self.layout.place(folder, self.book.folder(pair)))

    def room(self) -> int:
        return self.free_bytes


MARKER = Place(".syncd/root.json")
