"""The inbox: what is visible there is complete, and no name is ever overwritten.

A message is staged (`staging.py`), gets its final names (`choose`), and is published by renames that cannot
overwrite. A rename is one transaction of the file system's journal, so that the target's folder is
all that has to be synced; where a crash leaves both names all the same, they are one file, and the staged
name goes. Never a hard link.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from syncd.core.layout import name_of, parent, within
from syncd.core.model import File, Folder, Message, MessageId, Pair, Place
from syncd.core.naming import NAME_BYTES, STATUS_SUFFIX, safe_name, stamp, status_name
from syncd.errors import FileGone, FolderError, NameTaken
from syncd.folders import durable
from syncd.folders.free import FreeNames
from syncd.folders.reach import SCRATCH
from syncd.folders.staging import WHOLE, Staging, names_in_folder
from syncd.folders.tree import Tree
from syncd.ports.folders import Stage, StagedFiles
from syncd.ports.gateway import Content


class Inbox:
    """The inbox of one account. All calls come from one thread, but for `stage` and `staged_contents`."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._account = tree.account
        self._reach = tree.reach
        self._staging = Staging(tree.reach, as_folder=tree.account.inbox_style == "folder")
        self._free = FreeNames(tree.reach)

    @property
    def scratch(self) -> Path:
        """A folder for unnamed temporary files, on the root's filesystem."""
        return self._account.root / SCRATCH

    # Staging ------------------------------------------------------------------------------------

    def stage(self, message_id: MessageId, contents: Iterable[Content]) -> tuple[File, ...]:
        """Store each content under staging/<id>/; durable after `settle_staging`.

        Raises: DiskFull, FolderError, RootUnusable, or what reading raises; then nothing is left.
        """
        return self._staging.store(message_id, contents)

    def stage_together(self) -> AbstractContextManager[Stage]:
        """The same for many, synced side by side; what is raised at the end is about the disk."""
        return self._staging.together()

    def staged_contents(self, message_id: MessageId, files: Sequence[File]) -> Iterator[BinaryIO]:
        """Each staged file of a message in order, open to be read until the next one is asked for."""
        return self._staging.contents(message_id, files)

    def settle_staging(self) -> None:
        """Make durable that the folders staged so far are there; once before a batch is committed."""
        self._staging.sync()

    def staged(self, message_id: MessageId) -> StagedFiles:
        """What stands in staging for a message."""
        return self._staging.look(message_id)

    def damaged(self, message: Message) -> bool:
        """Whether a staged file that is still there differs in size or sha256 from the row."""
        return self._staging.damaged(message)

    def discard(self, message_id: MessageId) -> None:
        """Remove a message's staging folder; no error when there is none."""
        self._staging.remove(message_id)

    def staging(self) -> frozenset[MessageId]:
        """The ids that have a staging folder."""
        return self._staging.all()

    # Names --------------------------------------------------------------------------------------

    def choose(self, message: Message, *, now: datetime) -> tuple[Place | None, tuple[File, ...]]:
        """Final places, promised by this; files that are no longer staged keep theirs."""
        folder = self._tree.layout.place(Folder.INBOX, self._tree.book.folder(message.pair))
        staged = self.staged(message.id)
        if staged.is_whole:
            return self._choose_folder(folder, message, now)
        files = tuple(
            self._choose_file(folder, file, index, now) if index in staged.indexes else file
            for index, file in enumerate(message.files)
        )
        return None, files

    def promise(self, messages: Iterable[Message]) -> None:
        """Count the places of staged messages as taken; after a start, before the first `choose`."""
        for message in messages:
            for place in _promised(message):
                self._free.promise(place)

    def release(self, message: Message) -> None:
        """Give promised places back, for a message that is staged but will not be published."""
        for place in _promised(message):
            self._free.release(place)

    def _choose_folder(
        self, folder: Place, message: Message, now: datetime
    ) -> tuple[Place, tuple[File, ...]]:
        place = self._free.choose(folder, f"{stamp(now)}_{message.id}", beside=self._beside)
        names = names_in_folder([file.name for file in message.files])
        return place, tuple(
            replace(file, place=within(place, name)) for file, name in zip(message.files, names, strict=True)
        )

    def _choose_file(self, folder: Place, file: File, index: int, now: datetime) -> File:
        prefix = f"{stamp(now)}_" if self._account.inbox_style == "prefix" else ""
        name = prefix + safe_name(file.name, index=index + 1, limit=NAME_BYTES - len(prefix))
        return replace(file, place=self._free.choose(folder, name, beside=self._beside))

    @property
    def _beside(self) -> tuple[str, ...]:
        return (STATUS_SUFFIX,) if self._account.inbox_status_files else ()

    # Publishing ---------------------------------------------------------------------------------

    def publish(self, message: Message, *, status: bytes | None = None) -> None:
        """Rename what is still staged to its places, never over anything; sync the folders.

        Safe to repeat: files that are no longer staged are left alone. Raises: NameTaken (nothing more
        was renamed), DiskFull, FolderError.
        """
        failures = self.publish_many([(message, status)])
        if failures:
            raise failures[message.id]

    def publish_many(self, batch: Sequence[tuple[Message, bytes | None]]) -> Mapping[MessageId, FolderError]:
        """Publish messages in order, each folder synced once; returns those that failed, with why."""
        failures: dict[MessageId, FolderError] = {}
        with self.together():
            for message, status in batch:
                try:
                    self._rename(message, status)
                except FolderError as error:
                    failures[message.id] = error
            published = [message for message, _ in batch if message.id not in failures]
            unsynced = self._sync({folder for message in published for folder in _folders(message)})
        for message in published:
            trouble = [unsynced[folder] for folder in _folders(message) if folder in unsynced]
            if trouble:
                failures[message.id] = trouble[0]
            else:
                self.release(message)
        return failures

    def _rename(self, message: Message, status: bytes | None) -> None:
        staged = self.staged(message.id)
        if not staged.folder_exists:
            what = f"the staging folder of message {message.id} was removed from outside"
            raise FolderError(what, f"The next pull holds it: `syncd show {message.id}` says what to do")
        if message.is_folder:
            if staged.indexes and message.place:
                self._show(message.id, WHOLE, message.place, status)
            return
        for index in sorted(staged.indexes):
            place = message.files[index].place
            if place is None:
                raise FolderError(f"file {index} of message {message.id} has no place in the inbox")
            self._show(message.id, str(index), place, status)

    def _show(self, message_id: MessageId, name: str, target: Place, status: bytes | None) -> None:
        """The status file comes first: written once, and never over anything."""
        if status is not None:
            with contextlib.suppress(NameTaken):
                self._reach.write(Place(status_name(target)), status, over=False)
        with (
            self._staging.opened(message_id) as source_fd,
            durable.speaking_of(target),
            self._reach.folder(parent(target), make=True) as target_fd,
        ):
            _rename_or_finish(name, name_of(target), source_fd=source_fd, target_fd=target_fd)

    def _sync(self, folders: Iterable[Place]) -> dict[Place, FolderError]:
        unsynced: dict[Place, FolderError] = {}
        for folder in folders:
            try:
                with durable.speaking_of(folder), self._reach.folder(folder) as fd:
                    durable.sync(fd)
            except FileGone:
                continue
            except FolderError as error:
                unsynced[folder] = error
        return unsynced

    def together(self) -> AbstractContextManager[None]:
        """Calls for one batch, from this thread, share the folders that they go through."""
        return self._reach.together()

    def write_alone(self, pair: Pair, message_id: MessageId, status: bytes | None) -> None:
        """Write (None: remove) the status file of a held inbound message: held/<pair>/<id>.syncd.json.

        One that says the same is left: at each start this is asked of all that are held.
        """
        folder = self._tree.layout.place(Folder.HELD, self._tree.book.folder(pair))
        place = within(folder, status_name(message_id))
        if status is None:
            self._reach.remove(place)
        elif not self._reach.has(place, status):
            self._reach.write(place, status, over=True)


def _promised(message: Message) -> tuple[Place | None, ...]:
    return (message.place,) if message.is_folder else tuple(file.place for file in message.files)


def _folders(message: Message) -> frozenset[Place]:
    return frozenset(parent(place) for place in _promised(message) if place)


def _rename_or_finish(source: str, target: str, *, source_fd: int, target_fd: int) -> None:
    try:
        durable.rename(source, target, source_fd=source_fd, target_fd=target_fd)
    except FileExistsError:
        staged = durable.look(source, dir_fd=source_fd)
        shown = durable.look(target, dir_fd=target_fd)
        if staged is None or shown is None or not os.path.samestat(staged, shown):
            raise
        os.unlink(source, dir_fd=source_fd)
