"""What lies around a root: known to the last change, so that nothing outside can be touched unseen.

Decoys stand where a way out of the root leads: beside it, above it, under names that the attacks use. Each
holds a secret; each has never been read as far as its access time tells.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.harness import Ground, sha

SECRET = b"ISA the bridge's own secret, and nobody else's: "
_OWN = ("root", "state", "collected", "syncd.toml")
"""What belongs to the bridge and to its test: it may change."""
_STATE = ("state.db", "state.db-wal", "state.db-shm", "rate-")
_NEVER_READ_NS = 1_000_000_000

Look = tuple[object, ...]


@dataclass
class Around:
    """The disk around a ground."""

    ground: Ground
    decoys: Path = field(init=False)
    secrets: set[str] = field(default_factory=set)
    _before: dict[str, Look] = field(default_factory=dict)

    def __post_init__(self) -> None:
        top = self.ground.folder
        self.decoys = top / "outside"
        for folder in (self.decoys, self.decoys / "RJ_Partner", self.decoys / "RJ_Station" / "RJ_Partner"):
            folder.mkdir(parents=True)
            for name in ("secret.edi", "a.edi", "escape.edi"):
                self.decoy(folder / name)
            (folder / "folder").mkdir()
            self.decoy(folder / "folder" / "a.edi")
        self.decoy(top / "beside.edi")
        self.remember()

    def decoy(self, path: Path) -> Path:
        """One more file outside that nobody may read or change."""
        content = SECRET + str(path).encode()
        path.write_bytes(content)
        path.chmod(0o600)
        self.secrets.add(sha(content))
        return path

    def remember(self) -> None:
        """Take what is outside now as what has to stay."""
        for path in self._outside():
            if stat.S_ISREG(path.lstat().st_mode):
                os.utime(path, ns=(_NEVER_READ_NS, path.lstat().st_mtime_ns))
        self._before = dict(self._looks())

    def changes(self) -> list[str]:
        """Everything outside the root that was made, removed, changed or read since, and every leak."""
        after = dict(self._looks())
        names = sorted(self._before.keys() | after.keys())
        touched = [f"touched: {name}" for name in names if self._before.get(name) != after.get(name)]
        return touched + list(self._leaks()) + list(self._strangers_in_state())

    def _outside(self) -> Iterator[Path]:
        top = self.ground.folder
        for path in sorted(top.rglob("*")):
            if path.relative_to(top).parts[0] not in _OWN:
                yield path

    def _looks(self) -> Iterator[tuple[str, Look]]:
        for path in self._outside():
            seen = path.lstat()
            look = (seen.st_ino, seen.st_mode, seen.st_uid, seen.st_gid, seen.st_nlink, seen.st_ctime_ns)
            is_file = stat.S_ISREG(seen.st_mode)
            yield str(path), (*look, seen.st_size, seen.st_atime_ns) if is_file else look

    def _leaks(self) -> Iterator[str]:
        """A secret that was sent, or that stands within the root as a file of its own."""
        for record in self.ground.box.ledger.sent:
            for file in record.files:
                if file.sha256 in self.secrets:
                    yield f"sent: {file.name}"
        for path in sorted(self.ground.root.rglob("*")):
            seen = path.lstat()
            is_own = stat.S_ISREG(seen.st_mode) and seen.st_nlink == 1
            if is_own and sha(path.read_bytes()) in self.secrets:
                yield f"copied: {path}"

    def _strangers_in_state(self) -> Iterator[str]:
        for path in sorted(self.ground.state.iterdir()):
            if not path.name.startswith(_STATE):
                yield f"made: {path}"
