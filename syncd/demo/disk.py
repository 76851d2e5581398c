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
AUTO = "auto"
"""The one pair folder that is one component."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskFile:
    """One file, read whole."""

    path: Path
    pair_folder: str
    """What stands for its pair in the tree: `<station>/<partner>`, or `auto`."""
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
    pair_folder: str
    name: str
    """Below its pair's folder, or that of the day: `a.edi`, or `folder/a.edi` of a folder that was split."""
    files: tuple[DiskFile, ...]
    state: str | None = None
    """None: there is no status file beside it."""
    reason: str | None = None
    message_id: str | None = None
    mdn_status: str | None = None
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
    """One file under `root/<state>/<pair folder>/`."""
    content = path.read_bytes()
    return DiskFile(
        path=path,
        pair_folder=_read_place(root, path)[0],
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
    )


def _read_place(root: Path, path: Path) -> tuple[str, str]:
    """The pair folder that something stands under, and its name there."""
    folder, *parts = path.relative_to(root).parts
    depth = 1 if parts[0] == AUTO else 2
    rest = parts[depth + 1 :] if folder == "sent" else parts[depth:]
    return "/".join(parts[:depth]), "/".join(rest)


def _files(root: Path, under: Path) -> Iterator[DiskFile]:
    for path in sorted(under.rglob("*")):
        is_hidden = path.name.startswith(".")  # the daemon proves its folders with such
        if path.is_file() and not is_hidden and not path.name.endswith(STATUS):
            yield read_file(root, path)


def _messages(root: Path, folder: str) -> Iterator[DiskMessage]:
    """What status files tell of, and each file that none tells of."""
    told = {path.with_name(path.name.removesuffix(STATUS)) for path in (root / folder).rglob(f"*{STATUS}")}
    untold = {file.path for file in _files(root, root / folder) if told.isdisjoint(_around(file.path))}
    for entry in sorted(told | untold):
        yield _message(root, folder, entry)


def _around(path: Path) -> tuple[Path, Path]:
    """A file, and the folder that may be a message with it."""
    return path, path.parent


def _message(root: Path, folder: str, entry: Path) -> DiskMessage:
    if entry.is_dir():
        files = tuple(_files(root, entry))
    else:
        files = (read_file(root, entry),) if entry.exists() else ()
    pair_folder, name = _read_place(root, entry)
    told = _status(entry.with_name(entry.name + STATUS))
    mdn = told.get("mdn") or {}
    return DiskMessage(
        folder=folder,
        pair_folder=pair_folder,
        name=name,
        files=files,
        state=told.get("state"),
        reason=told.get("reason"),
        message_id=told.get("message_id"),
        mdn_status=mdn.get("status"),
        attempts=tuple(str(attempt["outcome"]) for attempt in told.get("attempts", ())),
    )


def _status(path: Path) -> Mapping[str, Any]:
    try:
        words = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return words if isinstance(words, dict) else {}
