"""What a person sees in the folders: files with their hashes, and the status files beside them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STATUS = ".syncd.json"
SETTLED = ("sent", "failed", "held")
ON_THE_WAY = ("outbox", "queued")


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskFile:
    """One file, read whole."""

    path: Path
    partner: str
    sha256: str
    size: int

    @property
    def name(self) -> str:
        """Its name on disk."""
        return self.path.name


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskMessage:
    """What stands in sent/, failed/ or held/: a file or a folder, and what its status file says."""

    folder: str
    partner: str
    name: str
    files: tuple[DiskFile, ...]
    state: str | None = None
    """None: there is no status file beside it."""
    reason: str | None = None
    message_id: str | None = None
    mdn_status: str | None = None
    mdn_content: str | None = None
    attempts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """One account's tree at one moment."""

    inbox: tuple[DiskFile, ...] = ()
    settled: tuple[DiskMessage, ...] = ()
    on_the_way: tuple[DiskFile, ...] = ()

    def of(self, folder: str) -> tuple[DiskMessage, ...]:
        """What stands in one of sent/, failed/ and held/."""
        return tuple(message for message in self.settled if message.folder == folder)

    def all_files(self) -> Iterator[DiskFile]:
        """Every file but status files."""
        yield from self.inbox
        yield from self.on_the_way
        for message in self.settled:
            yield from message.files


def read(root: Path) -> Folders:
    """Read every file under a root that is laid out by state."""
    settled: list[DiskMessage] = []
    for folder in SETTLED:
        settled += _messages(root, folder)
    on_the_way: list[DiskFile] = []
    for folder in ON_THE_WAY:
        on_the_way += _files(root, root / folder)
    return Folders(
        inbox=tuple(_files(root, root / "inbox")), settled=tuple(settled), on_the_way=tuple(on_the_way)
    )


def read_file(root: Path, path: Path) -> DiskFile:
    """One file under `root/<state>/<station>/<partner>/`."""
    content = path.read_bytes()
    return DiskFile(
        path=path,
        partner=path.relative_to(root).parts[2],
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
    )


def _files(root: Path, under: Path) -> Iterator[DiskFile]:
    for path in sorted(under.rglob("*")):
        if path.is_file() and not path.name.endswith(STATUS):
            yield read_file(root, path)


def _messages(root: Path, folder: str) -> Iterator[DiskMessage]:
    """Each entry of the pairs' folders; those of sent/ are one day deeper."""
    pattern = "*/*/*/*" if folder == "sent" else "*/*/*"
    entries = {path.with_name(path.name.removesuffix(STATUS)) for path in (root / folder).glob(pattern)}
    for entry in sorted(entries):
        yield _message(root, folder, entry)


def _message(root: Path, folder: str, entry: Path) -> DiskMessage:
    if entry.is_dir():
        files = tuple(_files(root, entry))
    else:
        files = (read_file(root, entry),) if entry.exists() else ()
    told = _status(entry.with_name(entry.name + STATUS))
    mdn = told.get("mdn") or {}
    return DiskMessage(
        folder=folder,
        partner=entry.relative_to(root).parts[2],
        name=entry.name,
        files=files,
        state=told.get("state"),
        reason=told.get("reason"),
        message_id=told.get("message_id"),
        mdn_status=mdn.get("status"),
        mdn_content=mdn.get("content"),
        attempts=tuple(str(attempt["outcome"]) for attempt in told.get("attempts", ())),
    )


def _status(path: Path) -> Mapping[str, Any]:
    try:
        words = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return words if isinstance(words, dict) else {}
