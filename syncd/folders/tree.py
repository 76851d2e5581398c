"""The root of an account: its marker, its pair folders, its room."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence

from syncd.core.account import Account
from syncd.core.layout import PRIVATE, Layout, within
from syncd.core.model import Folder, Pair, Place
from syncd.core.naming import IgnorePatterns
from syncd.core.number_pairs import pair_book
from syncd.core.shown import Partner, Station
from syncd.errors import DiskFull, FolderError, RootUnusable
from syncd.folders.durable import speaking_of
from syncd.folders.listing import Listings
from syncd.folders.marker import Marker, check_root, read_marker, write_marker
from syncd.folders.reach import SCRATCH, STAGING, UNFINISHED, Reach


class Tree:
    """One account's tree. Inbox and Outbox of the account share it.

    `state_id` names the state directory's database; `known` says whether that state has used this root;
    `numbered` that the gateway's IDs are numbers, of which any two are a pair.
    """

    def __init__(self, account: Account, *, state_id: str, known: bool, numbered: bool = False) -> None:
        self.account = account
        self.reach = Reach(account.root, dir_mode=account.dir_mode, file_mode=account.file_mode)
        self.layout = Layout(account.layout)
        self.listings = Listings(IgnorePatterns(account.ignore))
        self.book = pair_book(account, numbered=numbered)
        self.unmade: tuple[tuple[Place, FolderError], ...] = ()
        """Pair folders that could not be made, with the reason."""
        self._marker = Marker(account=account.name, state=state_id)
        self._known = known
        self._numbered = numbered
        self._is_swept = False

    def prepare(self) -> None:
        """Make or check the marker and `.syncd/`; the first time, before anything is written there.

        Raises: RootUnusable.
        """
        check_root(self.reach, was_used=self._known)
        found = read_marker(self.reach)
        if found is None:
            self._refuse_second_tree()
            self._make()
            return
        self._compare(found)
        self._make_private()
        self._sweep()

    def adopt(self) -> None:
        """Take the root over for this state, whatever marker it has. Raises: RootUnusable."""
        check_root(self.reach)
        self._make()

    def check(self) -> None:
        """Raise RootUnusable unless the marker is there and ours."""
        check_root(self.reach, was_used=self._known)
        found = read_marker(self.reach)
        if found is None:
            raise self._unmounted()
        self._compare(found)

    def learn(
        self, *, stations: Sequence[Station], partners: Sequence[Partner], used: Sequence[Pair] = ()
    ) -> None:
        """Know the pairs from now on, without making a folder."""
        self.book = pair_book(
            self.account, numbered=self._numbered, stations=stations, partners=partners, used=used
        )

    def make_pairs(
        self, *, stations: Sequence[Station], partners: Sequence[Partner], used: Sequence[Pair]
    ) -> None:
        """Learn the pairs, and make the outbox and inbox folders that `make_folders` asks for.

        A single folder that cannot be made is in `unmade`, and stops no other.
        Raises: RootUnusable, DiskFull.
        """
        self.check()
        self.learn(stations=stations, partners=partners, used=used)
        unmade: list[tuple[Place, FolderError]] = []
        for place in self._folders():
            try:
                self.reach.make(place)
            except (DiskFull, RootUnusable):
                raise
            except FolderError as error:
                unmade.append((place, error))
        self.unmade = tuple(unmade)

    def room(self) -> int:
        """Free bytes for us, of the filesystem of the root. Raises: RootUnusable."""
        try:
            status = os.statvfs(self.account.root)
        except OSError as error:
            raise RootUnusable(f"the root {self.account.root} cannot be used: {error.strerror}") from error
        return status.f_bavail * status.f_frsize

    def _folders(self) -> list[Place]:
        tops = [] if self.layout.kind == "by-partner" else [Place(Folder.OUTBOX), Place(Folder.INBOX)]
        for pair in self.book.to_make():
            name = self.book.folder(pair)
            tops.append(self.layout.place(Folder.OUTBOX, name))
            if self.book.has_inbox(pair):
                tops.append(self.layout.place(Folder.INBOX, name))
        return tops

    def _make(self) -> None:
        self._make_private()
        try:
            write_marker(self.reach, self._marker)
        except FolderError as error:
            raise RootUnusable(
                f"the root {self.account.root} is not usable: {error.what}", error.remedy
            ) from error
        self._known = self._is_swept = True

    def _make_private(self) -> None:
        """`.syncd/` is 0700, and inherits the group and its bit from the root."""
        try:
            with speaking_of(str(self.account.root / PRIVATE)):
                self.reach.make(STAGING)
                self.reach.make(SCRATCH)
        except FolderError as error:
            raise RootUnusable(error.what, error.remedy) from error

    def _sweep(self) -> None:
        """Remove, once, what a killed process was just writing: it is nobody's, and harms nobody."""
        if self._is_swept:
            return
        self._is_swept = True
        for name in self._unfinished():
            with contextlib.suppress(FolderError):
                self.reach.remove(within(SCRATCH, name))

    def _unfinished(self) -> list[str]:
        with contextlib.suppress(FolderError):
            return [name for name in self.reach.names(SCRATCH) if name.startswith(UNFINISHED)]
        return []

    def _refuse_second_tree(self) -> None:
        if self._known:
            raise self._unmounted()

    def _unmounted(self) -> RootUnusable:
        return RootUnusable(
            f"the root {self.account.root} has no marker, though syncd used it: is its disk mounted?",
            f"Mount it; or, if it was emptied on purpose, `syncd init --adopt {self.account.name}`",
        )

    def _compare(self, found: Marker) -> None:
        if found.state != self._marker.state:
            raise RootUnusable(
                f"the root {self.account.root} belongs to another syncd state (account {found.account})",
                f"Take it over with `syncd init --adopt {self.account.name}`, if no other syncd uses it",
            )
        if found.account != self._marker.account:
            raise RootUnusable(
                f"the root {self.account.root} belongs to the account {found.account}",
                f"Give {self.account.name} a root of its own",
            )
