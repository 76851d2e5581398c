"""The same files by other means, in the same run: from the server into a folder, and away from the server.

SFTP runs against an OpenSSH server of our own on loopback. What is missing is named by its package.
"""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.far import UNLIMITED, Wanted, content, far, size_of
from tests.benchmarks.near import environ
from tests.benchmarks.table import Table

HERE = Path(__file__).parent
SSHD = "/usr/sbin/sshd"
SAFE = "loses and doubles nothing in a crash; limit kept"
UNSAFE = "no syncs, doubles or loses in a crash, limit not kept"
SFTP = "no syncs, no history, no limit to keep; the server's SFTP, not its API"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A way to fetch by the API; `needs`: programs, with the Debian packages that have them."""

    name: str
    command: Sequence[str]
    remark: str
    needs: Sequence[str] = ()


def side_by_side(messages: int) -> Table:
    """Everybody takes the same files from a server of the same kind, one after the other."""
    table = Table(
        title=f"Side by side: {messages:,} messages of 1-8 KB, without a limit",
        note="The whole command, from its start to its end, ours as `syncd once --only pull`. Ours syncs "
        "each file and folder (fsync) before it confirms; nobody else does.",
    )
    curl = ("bash", str(HERE / "loop.sh"))
    python = (sys.executable, str(HERE / "loop.py"))
    took = _ours(table, messages)
    for rival in (
        Rival(name="curl, jq, unzip", command=curl, remark=UNSAFE, needs=("curl", "jq", "unzip")),
        Rival(name="Python, httpx", command=python, remark=UNSAFE),
    ):
        _by_api(table, rival, messages, took)
    for name, needs in (("lftp", "lftp"), ("rclone", "rclone")):
        _by_sftp(table, name, needs, messages, took)
    return table


def _ours(table: Table, messages: int) -> float:
    with tempfile.TemporaryDirectory() as folder, far(Wanted(messages=messages)) as there:
        environment = environ(Path(folder), there.url, limit=f"{UNLIMITED}/10s")
        command = [sys.executable, "-m", "syncd", "once", "--only", "pull", "--quiet"]
        took = _timed(command, environment)
        arrived = len(list((Path(folder) / "root0" / "inbox").rglob("*.edi")))
        _check(there.seen().unread, arrived, messages)
        _add(table, "syncd once", messages, took, took, requests=str(there.seen().requests), remark=SAFE)
    return took


def _by_api(table: Table, rival: Rival, messages: int, ours: float) -> None:
    missing = [need for need in rival.needs if not shutil.which(need)]
    if missing:
        _skip(table, rival.name, missing)
        return
    with tempfile.TemporaryDirectory() as inbox, far(Wanted(messages=messages)) as there:
        took = _timed([*rival.command, there.url, inbox], dict(os.environ))
        _check(there.seen().unread, len(list(Path(inbox).iterdir())), messages)
        requests = str(there.seen().requests)
        _add(table, rival.name, messages, took, ours, requests=requests, remark=rival.remark)


def _by_sftp(table: Table, name: str, package: str, messages: int, ours: float) -> None:
    missing = [what for what, found in _packages(name, package).items() if not found]
    if missing:
        _skip(table, name, missing)
        return
    with tempfile.TemporaryDirectory() as folder, _sshd(Path(folder)) as port:
        there, here = Path(folder) / "there", Path(folder) / "here"
        there.mkdir()
        here.mkdir()
        for number in range(messages):
            file = f"in-{number:06}.edi"
            (there / file).write_bytes(content(file, size_of(file)))
        took = _timed(_commands(name, port, Path(folder)), dict(os.environ))
        _check(len(list(there.iterdir())), len(list(here.iterdir())), messages)
        _add(table, name, messages, took, ours, requests="-", remark=SFTP)


def _packages(name: str, package: str) -> dict[str, bool]:
    return {package: bool(shutil.which(name)), "openssh-server": Path(SSHD).exists()}


def _commands(name: str, port: int, folder: Path) -> list[str]:
    key, there, here = folder / "key", folder / "there", folder / "here"
    if name == "lftp":
        trust = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
        ssh = f"ssh -a -x -i {key} {trust}"
        mirror = f"mirror --parallel=4 --Remove-source-files {there} {here}"
        script = f"set sftp:connect-program '{ssh}'; open -u {getpass.getuser()},x sftp://127.0.0.1:{port}"
        return ["lftp", "-c", f"{script}; {mirror}"]
    remote = f":sftp,host=127.0.0.1,port={port},user={getpass.getuser()},key_file={key}:{there}"
    return ["rclone", "--config", "/dev/null", "--quiet", "move", remote, str(here)]


@contextmanager
def _sshd(folder: Path) -> Iterator[int]:
    """An OpenSSH server on loopback with keys of its own."""
    for key in ("host", "key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / key], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    told = {
        "Port": port,
        "ListenAddress": "127.0.0.1",
        "HostKey": folder / "host",
        "AuthorizedKeysFile": folder / "key.pub",
        "StrictModes": "no",
        "UsePAM": "no",
        "PidFile": "none",
        "Subsystem": "sftp internal-sftp",
    }
    options = [f"-o{name}={value}" for name, value in told.items()]
    with subprocess.Popen([SSHD, "-D", "-f", "/dev/null", *options], stderr=subprocess.DEVNULL) as server:
        try:
            _await(port)
            yield port
        finally:
            server.terminate()


def _await(port: int) -> None:
    pause = threading.Event()
    for _ in range(100):
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        pause.wait(0.05)
    raise AssertionError(f"{SSHD} does not listen on port {port}")


def _timed(command: Sequence[str], environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def _check(left: int, arrived: int, messages: int) -> None:
    assert (left, arrived) == (0, messages), f"{left} left at the server, {arrived} of {messages} arrived"


def _add(
    table: Table, name: str, messages: int, took: float, ours: float, *, requests: str, remark: str
) -> None:
    table.add(
        what=name,
        seconds=f"{took:.2f}",
        a_second=f"{messages / took:.0f}",
        of_our_time=f"{took / ours:.1f} x",
        requests=requests,
        remark=remark,
    )


def _skip(table: Table, name: str, missing: Sequence[str]) -> None:
    remark = f"skipped: {', '.join(missing)} not installed"
    table.add(what=name, seconds="-", a_second="-", of_our_time="-", requests="-", remark=remark)
