"""A bridge on small disks of its own, which a test fills, takes away, and brings back.

The disks are mounted in a mount namespace that lives as long as the test, so nothing is left of them. The
program runs in it as an unprivileged user; the test looks in from outside, by `/proc/<process>/root`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from syncd.ports import Records
from syncd.sandbox import Partner, Sandbox
from syncd.store import open_store
from tests.e2e.harness import Ground
from tests.e2e.worlds import with_partners
from tests.two_users import TwoUsers

_INTO = re.compile(r"/proc/\d+/root")
WORLD = with_partners(Partner(as2_id="RJ_Partner", send_timeout_s=0))
KEYS = {"settle": 0.05, "min_free": 0, "in_doubt_wait": "1s"}
MOST_PASSES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How a command ended, and all that it said."""

    code: int
    said: str


class Servant:
    """Runs commands of syncd as another user; see `unprivileged.py`."""

    def __init__(self, config: Path, users: TwoUsers) -> None:
        self._users = users
        environment = {key: value for key, value in os.environ.items() if not key.startswith("SYNCD_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.safety.unprivileged", str(config)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment | {"SYNCD_LOG_LEVEL": "error"},
        )

    def run(self, process: int, *words: str) -> Told:
        """Run one command in the mount namespace of that process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        ids = {"user": self._users.bridge_uid, "group": self._users.shared_gid}
        wish: dict[str, Any] = {"process": process, "words": [*words], **ids}
        self._process.stdin.write(json.dumps(wish) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return Told(code=answer["code"], said=answer["said"])

    def end(self) -> None:
        """No more wishes."""
        self._process.communicate()


@contextmanager
def serving(users: TwoUsers) -> Iterator[Servant]:
    """A servant, which rehearses at a gateway of its own."""
    for tool in ("unshare", "nsenter"):
        if shutil.which(tool) is None:
            pytest.skip(f"disks of its own need {tool} (Debian: util-linux)")
    with Sandbox(world=WORLD) as box, tempfile.TemporaryDirectory() as folder:
        ground = Ground(box, Path(folder), keys=KEYS)
        box.deliver(files={"in.edi": b"UNA in"})
        ground.drop("out.edi", b"UNA out")
        servant = Servant(ground.config, users)
        yield servant
        servant.end()


class SeenFromOutside(Ground):
    """A ground whose paths lead into a namespace; its configuration has them as they are within."""

    def configure(self, **keys: object) -> None:
        super().configure(**keys)
        self.config.write_text(_INTO.sub("", self.config.read_text()))

    @contextmanager
    def records(self) -> Iterator[Records]:
        """The records of a copy: SQLite would follow the way into the namespace as if it were a link."""
        with tempfile.TemporaryDirectory() as copy:
            for path in self.state.glob("state.db*"):
                shutil.copy(path, copy)
            store = open_store(Path(copy), read_only=True)
            try:
                yield store.records
            finally:
                store.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A bridge with a state and a root on disks of their own, and what can be done to them."""

    ground: Ground
    servant: Servant
    users: TwoUsers
    process: int
    top: Path

    def syncd(self, *words: str) -> Told:
        """A command, by the unprivileged user."""
        return self.servant.run(self.process, "--config", str(self.top / "syncd.toml"), *words)

    def root_does(self, script: str) -> None:
        """A shell script by root, within, in the folder that has `state` and `root`."""
        enter = ["nsenter", f"--mount=/proc/{self.process}/ns/mnt"]
        argv = [*enter, "sh", "-euc", f'cd "$0"; {script}', str(self.top)]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
        assert done.returncode == 0, f"{script}: {done.stderr}"

    def disk(self, name: str, options: str) -> None:
        """Mount a new, empty disk over a folder; it belongs to the bridge."""
        ids = f"uid={self.users.bridge_uid},gid={self.users.shared_gid}"
        self.root_does(f"mount -t tmpfs -o {ids},{options} none {name}")

    def settle(self) -> None:
        """Pass after pass until nothing is under way. Fails when that does not come."""
        told = []
        for _ in range(MOST_PASSES):
            told.append(self.syncd("once", "--wait", "5s"))
            rows = self.ground.rows()
            if not any(row.state in {"queued", "arriving"} or row.phase == "published" for row in rows):
                return
        raise AssertionError(f"not quiet: {self.ground.states()}, {told[-1]}")


@contextmanager
def bench(box: Sandbox, servant: Servant, users: TwoUsers) -> Iterator[Bench]:
    """A bench with a disk of 16 MB for the state and one for the root."""
    top = Path(tempfile.mkdtemp(prefix="syncd-disks-"))
    top.chmod(0o755)
    for name in ("state", "root", "collected"):
        (top / name).mkdir()
    alive = ["unshare", "--mount", "--propagation", "private", "sh", "-c", "echo; read -r _"]
    try:
        with subprocess.Popen(alive, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            ids = f"uid={users.bridge_uid},gid={users.shared_gid},size=16m"
            for name, mode in (("state", "0750"), ("root", "2770")):
                enter = ["nsenter", f"--mount=/proc/{process.pid}/ns/mnt"]
                mount = ["mount", "-t", "tmpfs", "-o", f"{ids},mode={mode}", "none", str(top / name)]
                subprocess.run([*enter, *mount], check=True, timeout=20)
            ground = SeenFromOutside(box, Path(f"/proc/{process.pid}/root{top}"), keys=KEYS)
            yield Bench(ground=ground, servant=servant, users=users, process=process.pid, top=top)
            process.communicate()
    finally:
        shutil.rmtree(top)
