"""An OpenSSH server of our own, and what fetches from it."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.distance import Way

SSHD = "/usr/sbin/sshd"


def missing(program: str) -> list[str]:
    """The Debian packages that are not there."""
    packages = {program: bool(shutil.which(program)), "openssh-server": Path(SSHD).exists()}
    return [package for package, is_there in packages.items() if not is_there]


def fetching(program: str, port: int, folder: Path, way: Way, *, more: Sequence[str] = ()) -> list[str]:
    """The command of lftp or rclone that moves all files from `there` to `here`, with more options."""
    key, there, here = folder / "key", folder / "there", folder / "here"
    if program == "lftp":
        trust = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
        ssh = f"ssh -a -x -i {key} {trust}"
        mirror = f"mirror --parallel=4 --Remove-source-files {there} {here}"
        script = f"set sftp:connect-program '{ssh}'; open -u {getpass.getuser()},x sftp://{way.host}:{port}"
        return [*way.near, "lftp", *more, "-c", f"{script}; {mirror}"]
    remote = f":sftp,host={way.host},port={port},user={getpass.getuser()},key_file={key}:{there}"
    return [*way.near, "rclone", "--config", "/dev/null", "--quiet", "move", *more, remote, str(here)]


@contextmanager
def sshd(folder: Path, way: Way) -> Iterator[int]:
    """The server, with keys of its own; gives its port."""
    for key in ("host", "key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / key], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    told = {
        "Port": port,
        "ListenAddress": way.host,
        "HostKey": folder / "host",
        "AuthorizedKeysFile": folder / "key.pub",
        "StrictModes": "no",
        "UsePAM": "no",
        "PidFile": "none",
        "Subsystem": "sftp internal-sftp",
    }
    options = [f"-o{name}={value}" for name, value in told.items()]
    command = [*way.far, SSHD, "-D", "-f", "/dev/null", *options]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            _await(port, way)
            yield port
        finally:
            server.terminate()


def _await(port: int, way: Way) -> None:
    pause = threading.Event()
    probe = [*way.near, "ssh-keyscan", "-p", str(port), way.host]
    for _ in range(100):
        if subprocess.run(probe, check=False, capture_output=True).stdout:
            return
        pause.wait(0.05)
    raise AssertionError(f"{SSHD} does not listen on port {port}")
