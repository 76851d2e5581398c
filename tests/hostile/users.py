"""The bridge and the ERP in one process, each with its own rights: who acts is who the kernel sees."""

from __future__ import annotations

import codecs
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from syncd.sandbox import Sandbox
from tests.e2e.harness import Ground
from tests.hostile.around import Around
from tests.safety.conftest import MEMORY
from tests.two_users import TwoUsers


@dataclass(frozen=True)
class Shared:
    """A root that both share, as `install -d -o syncd -g edi -m 2770` makes it; all else is the bridge's."""

    ground: Ground
    around: Around
    users: TwoUsers

    @contextmanager
    def bridge(self) -> Iterator[None]:
        """Act as the bridge's user."""
        with _acting_as(self.users.bridge_uid, self.users.shared_gid, umask=0o007):
            yield

    @contextmanager
    def erp(self) -> Iterator[None]:
        """Act as the ERP's user."""
        with _acting_as(self.users.erp_uid, self.users.shared_gid, umask=0o002):
            yield


@contextmanager
def shared_ground(box: Sandbox, users: TwoUsers) -> Iterator[Shared]:
    """A new ground that both users can reach, where the decoys are the bridge's alone."""
    top = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None, prefix="syncd-users-"))
    try:
        top.chmod(0o755)
        ground = Ground(box, top)
        _import_all()
        around = Around(ground)
        for path in (ground.state, around.decoys, *around.decoys.rglob("*")):
            os.chown(path, users.bridge_uid, users.bridge_uid)
        os.chown(ground.root, users.bridge_uid, users.shared_gid)
        ground.root.chmod(0o2770)
        around.remember()
        yield Shared(ground=ground, around=around, users=users)
    finally:
        shutil.rmtree(top)


@cache
def _import_all() -> None:
    """Live once as root elsewhere: what a pass imports may be out of the two users' reach."""
    for encoding in ("cp437", "unicode_escape"):
        codecs.lookup(encoding)
    with tempfile.TemporaryDirectory() as elsewhere, Sandbox() as box:
        warm = Ground(box, Path(elsewhere))
        warm.drop("folder/a.edi", b"UNA warm")
        box.deliver(files={"a/b.edi": b"UNA warm", "c.edi": b"UNA warm too"})
        warm.settle()


@contextmanager
def _acting_as(uid: int, gid: int, *, umask: int) -> Iterator[None]:
    """Take a user's rights, without any capability of root's, in all threads; give them back after."""
    groups, before = os.getgroups(), os.umask(umask)
    os.setgroups([gid])
    os.setegid(uid)
    os.seteuid(uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)
        os.umask(before)
