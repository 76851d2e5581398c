"""An inbox in memory, with staging that witnesses what was published."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from syncd.core.layout import within
from syncd.core.model import File, Folder, Message, MessageId, Pair, Place
from syncd.core.naming import STATUS_SUFFIX, safe_name, stamp, status_name
from syncd.errors import DiskFull, FolderError
from syncd.ports.folders import Stage, StagedFiles
from syncd.ports.gateway import Content
from tests.fakes.disk import FakeNames
from tests.fakes.tree import FakeTree


class FakeInbox:
    """What is staged is kept by message and index; what is published stands on the fake disk."""

    def __init__(self, tree: FakeTree, *, scratch: Path = Path("/nonexistent")) -> None:
        self._tree = tree
        self._disk = tree.disk
        self._style = tree.account.inbox_style
        self._names = FakeNames(tree.disk)
        self._beside = (STATUS_SUFFIX,) if tree.account.inbox_status_files else ()
        self.scratch = scratch
        self.staged_files: dict[MessageId, dict[int, bytes]] = {}
        self.settled = 0

    def stage(self, message_id: MessageId, contents: Iterable[Content]) -> tuple[File, ...]:
        self.discard(message_id)
        if self._disk.full:
            raise DiskFull("staging: no space left")
        read = [(content.name, b"".join(iter(lambda c=content: c.read(1000), b""))) for content in contents]  # type: ignore[misc]
        self.staged_files[message_id] = dict(enumerate(content for _, content in read))
        return tuple(
            File(name=name, size=len(content), sha256=hashlib.sha256(content).hexdigest())
            for name, content in read
        )

    def stage_together(self) -> AbstractContextManager[Stage]:
        return nullcontext(self.stage)

    def staged_contents(self, message_id: MessageId, files: Sequence[File]) -> Iterator[BinaryIO]:
        for index in range(len(files)):
            yield io.BytesIO(self.staged_files[message_id][index])

    def settle_staging(self) -> None:
        self.settled += 1

    def staged(self, message_id: MessageId) -> StagedFiles:
        indexes = frozenset(self.staged_files.get(message_id, ()))
        return StagedFiles(folder_exists=message_id in self.staged_files, indexes=indexes)

    def damaged(self, message: Message) -> bool:
        staged = self.staged_files.get(message.id, {})
        return any(
            hashlib.sha256(content).hexdigest() != message.files[index].sha256
            for index, content in staged.items()
        )

    def choose(self, message: Message, *, now: datetime) -> tuple[Place | None, tuple[File, ...]]:
        inbox = self._tree.layout.place(Folder.INBOX, self._tree.book.folder(message.pair))
        staged = self.staged_files.get(message.id, {})
        if self._style == "folder" and staged:
            return self._choose_folder(inbox, message, now)
        files = list(message.files)
        for index in staged:
            prefix = f"{stamp(now)}_" if self._style == "prefix" else ""
            name = prefix + safe_name(files[index].name, index=index + 1, limit=200 - len(prefix))
            place = self._names.choose(inbox, name, beside=self._beside)
            files[index] = replace(files[index], place=place)
        return None, tuple(files)

    def _choose_folder(self, inbox: Place, message: Message, now: datetime) -> tuple[Place, tuple[File, ...]]:
        place = self._names.choose(inbox, f"{stamp(now)}_{message.id}", beside=self._beside)
        inner = FakeNames(self._disk)
        return place, tuple(
            replace(file, place=inner.choose(place, safe_name(file.name, index=index)))
            for index, file in enumerate(message.files, start=1)
        )

    def promise(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self._names.promised.update(_places(message))

    def release(self, message: Message) -> None:
        self._names.promised.difference_update(_places(message))

    def publish(self, message: Message, *, status: bytes | None = None) -> None:
        failed = self.publish_many([(message, status)])
        if failed:
            raise failed[message.id]

    def publish_many(self, batch: Sequence[tuple[Message, bytes | None]]) -> Mapping[MessageId, FolderError]:
        failed: dict[MessageId, FolderError] = {}
        for message, status in batch:
            try:
                self._publish(message, status)
                self.release(message)
            except FolderError as error:
                failed[message.id] = error
        return failed

    def _publish(self, message: Message, status: bytes | None) -> None:
        if message.id not in self.staged_files:
            raise FolderError(f"staging of {message.id} was removed")
        staged = self.staged_files[message.id]
        if status is not None and staged:
            for shown in _places(message):
                self._disk.write(Place(status_name(shown)), status)
        for index in sorted(staged):
            place = message.files[index].place
            assert place is not None
            self._disk.write(Place(".syncd/under-way"), staged[index])
            self._disk.move(Place(".syncd/under-way"), place)
            del staged[index]

    def discard(self, message_id: MessageId) -> None:
        self.staged_files.pop(message_id, None)

    def together(self) -> AbstractContextManager[None]:
        return nullcontext()

    def staging(self) -> frozenset[MessageId]:
        return frozenset(self.staged_files)

    def write_alone(self, pair: Pair, message_id: MessageId, status: bytes | None) -> None:
        folder = self._tree.layout.place(Folder.HELD, self._tree.book.folder(pair))
        place = within(folder, status_name(message_id))
        if status is None:
            self._disk.remove(place)
        else:
            self._disk.write(place, status)


def _places(message: Message) -> list[Place]:
    if message.is_folder:
        return [message.place] if message.place else []
    return [file.place for file in message.files if file.place]
