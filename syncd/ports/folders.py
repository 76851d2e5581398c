"""The doors to the folders: the inbox, the outbox and its watcher, the tree that they stand in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from syncd.core.model import File, Folder, Identity, Message, MessageId, Pair, Place
from syncd.ports.gateway import Content

if TYPE_CHECKING:
    from syncd.core.shown import Outlook, Partner, Station
    from syncd.errors import FolderError


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedFiles:
    """The witness of staging after a crash: the message's folder, and which files are still in it."""

    folder_exists: bool
    indexes: frozenset[int]
    is_whole: bool = False
    """They are to be published as one folder."""


Stage = Callable[[MessageId, Iterable[Content]], tuple[File, ...]]
"""`Inbox.stage`, for many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchMode:
    """Whether changes in the outboxes are told at once, or found by the scans alone, and why."""

    watches: bool
    reason: str = ""

    def __str__(self) -> str:
        return "watching" if self.watches else f"scanning: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """What stands in `queued/` without a row; `batch` names the dropped folder that it stands in."""

    place: Place
    pair: Pair
    name: str
    files: tuple[File, ...]
    is_folder: bool = False
    batch: str | None = None


class Inbox(Protocol):
    """Staging and publishing. All calls of one account come from one thread, but for fetching (`stage`)."""

    @property
    def scratch(self) -> Path:
        """A folder for unnamed temporary files, on the root's filesystem."""
        ...

    def stage(self, message_id: MessageId, contents: Iterable[Content]) -> tuple[File, ...]:
        """Store each content under staging/<id>/, fsync files and folder; nothing of an earlier try stays.

        Durable after `settle_staging`. Returns name, size and sha256 of each, in order.
        Raises: DiskFull, FolderError, or what reading raises; then nothing is left in staging.
        """
        ...

    def stage_together(self) -> AbstractContextManager[Stage]:
        """The same for the messages of a batch; they are fsynced side by side, all by the end of the block.

        Raises at the end: DiskFull, FolderError; then what was staged within may not be durable.
        """
        ...

    def settle_staging(self) -> None:
        """Make everything staged so far durable: once, before the transaction of a batch."""
        ...

    def staged(self, message_id: MessageId) -> StagedFiles:
        """What stands in staging for a message."""
        ...

    def staged_contents(self, message_id: MessageId, files: Sequence[File]) -> Iterator[BinaryIO]:
        """Each staged file of a message in order, open to be read until the next one is asked for.

        From any thread, like `stage`. Raises: FolderError.
        """
        ...

    def damaged(self, message: Message) -> bool:
        """Whether a staged file that is still there differs in size or sha256 from the row."""
        ...

    def choose(self, message: Message, *, now: datetime) -> tuple[Place | None, tuple[File, ...]]:
        """Final places: (folder place or None, files with theirs); none is taken or promised already.

        They are promised by this. A file that is no longer staged keeps the place it has.
        """
        ...

    def promise(self, messages: Iterable[Message]) -> None:
        """Count the places of staged rows as promised: after a start, before the first `choose`."""
        ...

    def release(self, message: Message) -> None:
        """Give promised places back, for a message that is staged but will not be published."""
        ...

    def publish(self, message: Message, *, status: bytes | None = None) -> None:
        """Rename what is still staged to its places, never over anything; fsync the folders.

        Safe to repeat: files that are no longer staged are left alone. Raises: NameTaken (nothing more
        was renamed), DiskFull, FolderError.
        """
        ...

    def publish_many(self, batch: Sequence[tuple[Message, bytes | None]]) -> Mapping[MessageId, FolderError]:
        """Publish messages (with status files) in order, each folder fsynced once; returns what failed."""
        ...

    def discard(self, message_id: MessageId) -> None:
        """Remove a message's staging folder; no error when there is none."""
        ...

    def staging(self) -> frozenset[MessageId]:
        """The ids that have a staging folder."""
        ...

    def together(self) -> AbstractContextManager[None]:
        """The calls of this thread within the block are for one batch, and share the ways that they go."""
        ...

    def write_alone(self, pair: Pair, message_id: MessageId, status: bytes | None) -> None:
        """Write (None: remove) the status file of a held inbound message: held/<pair>/<id>.syncd.json."""
        ...


class Outbox(Protocol):
    """The outbox scan, and the moves of what was taken. One thread at a time, but for `read`."""

    def scan(self) -> Outlook:
        """Look at every pair's outbox once.

        What it saw is remembered, so that a later scan of the same object can tell what has settled.
        """
        ...

    def next_settled(self) -> timedelta | None:
        """How long until a scan could find more ready than the last one; None: time alone changes nothing."""
        ...

    def free_place(
        self, folder: Folder, pair: Pair, name: str, *, now: datetime, batch: str | None = None
    ) -> Place:
        """A place in that folder of the pair whose name, and whose status file's name, are free (`~2` …).

        With `batch` it is within a folder of that name, which may be there already.
        """
        ...

    def keep_free(self, places: Iterable[Place]) -> None:
        """Places that messages count on, whatever stands there: never chosen, until told anew."""
        ...

    def identity(self, place: Place) -> Identity | None:
        """The identity of what stands there, or None."""
        ...

    def inside(self, folder: Place) -> Mapping[str, Identity]:
        """What stands in a dropped folder, by name; nothing when it is not there.

        What file browsers leave there is left out, and so are status files beside their files.
        """
        ...

    def move(self, source: Place, target: Place) -> None:
        """Rename, never over anything; makes the folders it needs; fsyncs both.

        Raises: FileGone (nothing at source), NameTaken (something at target), FolderError.
        """
        ...

    def together(self) -> AbstractContextManager[None]:
        """The calls of this thread within the block share their ways, its moves their fsyncs.

        What `move` and `make_durable` did is durable when the block has ended well, no sooner.

        Raises at the end: FolderError; then they may be durable or not.
        """
        ...

    def make_durable(self, source: Place, target: Place) -> None:
        """A move that somebody did before is durable when this returns, or the block of `together` ends.

        Raises: FolderError.
        """
        ...

    def copy(self, message: Message) -> Place:
        """Copy a message's file or folder; the copy is durable, and whole, when its place is returned.

        It stands where nobody else touches it, to be moved as a dropped file is.
        Raises: FileGone; FileChanged when its bytes are not those of the row; DiskFull, FolderError. Then
        nothing is left of the copy.
        """
        ...

    def clear_copies(self, known: frozenset[Place]) -> None:
        """Remove copies that are not among these: no row knows them."""
        ...

    def close_folder(self, folder: Place, *, to: Place | None) -> None:
        """Remove a dropped folder that the last of its messages has left. Safe to repeat, and at any time.

        What a file browser left there goes to the folder `to`; without one, or when that fails, the folder
        stays. Nothing is done to a folder with files in it, or to one that was not dropped. Never raises.
        """
        ...

    def read(self, message: Message) -> tuple[tuple[str, bytes], ...]:
        """Name for the partner and bytes of each file of a message, at its place.

        Raises: FileGone; FileTooLarge, in the words of a refusal; FileChanged when it changed while it was
        read, or is being written.
        """
        ...

    def write_status(self, place: Place, content: bytes | None) -> None:
        """Write (None: remove) the status file beside a place: temp file, fsync, rename.

        Raises: NameTaken when a file stands where the folder has to be; FolderError.
        """
        ...

    def read_status(self, place: Place) -> Mapping[str, object] | None:
        """The JSON object of a status file at exactly this place; None when it is not one of ours."""
        ...

    def strangers(self, known: frozenset[Place]) -> Sequence[Stranger]:
        """What stands in `queued/` without a row.

        Of a gateway that takes one file a message, files in folders are strangers each by its own.
        """
        ...


class Watcher(Protocol):
    """Rings a bell when something may have changed in an outbox of the account; the scan is the truth.

    The bell is rung from any thread, and maybe often. What reads only does not ring it. No call raises.
    """

    @property
    def mode(self) -> WatchMode:
        """Whether it watches by now, and why not."""
        ...

    def start(self) -> None:
        """Begin to watch, if that is possible; there may be no root yet."""
        ...

    def refresh(self) -> None:
        """Watch what stands in the tree now: before each scan, also of an account that is paused.

        Cheap. Nothing before `start` and after `stop`. One thread at a time.
        """
        ...

    def stop(self) -> None:
        """Watch no more, from any thread; when this returns nothing rings. Safe to repeat."""
        ...


class Tree(Protocol):
    """The root: its marker, its pair folders, its room."""

    def prepare(self) -> None:
        """Make or check the marker and `.syncd/`. Raises: RootUnusable."""
        ...

    def check(self) -> None:
        """Cheap check before each pass: the marker is there and ours. Raises: RootUnusable."""
        ...

    def make_pairs(
        self, *, stations: Sequence[Station], partners: Sequence[Partner], used: Sequence[Pair]
    ) -> None:
        """Learn the pairs, and make the outbox and inbox folders that `make_folders` asks for."""
        ...

    def room(self) -> int:
        """Free bytes, of the filesystem of the root."""
        ...
