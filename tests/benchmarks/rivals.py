"""The same files by other means, in the same run: from the server into a folder, and away from the server.

Afterwards every file is compared, byte by byte. What is missing on this machine is named by its package.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.distance import HERE, CannotDelay, Way, way
from tests.benchmarks.far import UNLIMITED, Wanted, content, far, size_of
from tests.benchmarks.near import PATIENCE_S, environ
from tests.benchmarks.passes import LIMITS, check_arrived, check_files
from tests.benchmarks.sftp import fetching, missing, sshd
from tests.benchmarks.sizes import Sizes
from tests.benchmarks.table import Table

FOLDER = Path(__file__).parent
SAFE = "synced before it is confirmed; loses and doubles nothing in a crash; limit kept; history"
UNSAFE = "no syncs; loses or doubles in a crash; overwrites a name; limit not kept"
SFTP = "no syncs; loses what a crash left half; no limit to keep: the server's SFTP, not its API"
FAR_MS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """Who takes part in what: so many messages over this way; ours sets the pace."""

    table: Table
    messages: int
    way: Way

    def add(
        self, name: str, messages: int, took_s: float, ours_s: float, *, requests: str, remark: str
    ) -> None:
        """A row of somebody who took so many."""
        each = took_s / messages
        self.table.add(
            what=name,
            messages=f"{messages:,}",
            seconds=f"{took_s:.2f}",
            a_second=f"{1 / each:.0f}",
            of_our_time=f"{each / (ours_s / self.messages):.1f} x",
            requests_per_100=requests,
            remark=remark,
        )


def side_by_side(sizes: Sizes) -> Table:
    """Everybody takes the same files from a server of the same kind, one after the other."""
    table = Table(
        title=f"Side by side: {sizes.rivals:,} messages of 1-8 KB, without a limit, on this machine",
        note=_note(f"Who is slow takes {sizes.few:,} of them; the ratio is that of the time a message."),
    )
    _all(Contest(table=table, messages=sizes.rivals, way=HERE), few=sizes.few)
    return table


def side_by_side_far(sizes: Sizes) -> Table:
    """The same from where users live."""
    count = sizes.rivals_far
    table = Table(
        title=f"Side by side: {count:,} messages of 1-8 KB, without a limit, at a round trip of {FAR_MS} ms",
        note=_note("The round trip as in the table of the limited pull."),
    )
    try:
        with way(FAR_MS) as there_and_back:
            _all(Contest(table=table, messages=count, way=there_and_back), few=min(count, sizes.few))
    except CannotDelay as error:
        table.skip("all", str(error))
    return table


def _note(more: str) -> str:
    return (
        "The whole command, from its start to its end, ours as `syncd once --only pull`. Every file is "
        "compared byte by byte afterwards. Ours syncs each file and folder (fsync) before it confirms; "
        f"nobody else does. {more} lftp is `mirror --parallel=4`, rclone `move` with 4 at a time (it "
        "compares hashes by a command at the server for each file, unless told not to), both against an "
        "OpenSSH server."
    )


def _all(contest: Contest, *, few: int) -> None:
    ours_s = _ours(contest)
    shell = ["bash", str(FOLDER / "loop.sh")]
    python = [sys.executable, str(FOLDER / "loop.py")]
    _by_api(contest, "curl, jq, unzip", shell, ours_s, messages=few, needs=("curl", "jq", "unzip"))
    _by_api(contest, "Python, requests", python, ours_s, messages=contest.messages)
    _by_sftp(contest, "lftp", ours_s, messages=contest.messages)
    hashless = ("--sftp-disable-hashcheck",)
    _by_sftp(contest, "rclone", ours_s, messages=contest.messages, more=hashless)
    _by_sftp(contest, "rclone", ours_s, messages=few)


def _ours(contest: Contest) -> float:
    wanted = Wanted(messages=contest.messages)
    with tempfile.TemporaryDirectory() as folder, far(wanted, contest.way) as there:
        environment = environ(Path(folder), there.url, limit=LIMITS[UNLIMITED])
        command = [sys.executable, "-m", "syncd", "once", "--only", "pull", "--quiet"]
        took_s = _timed([*contest.way.near, *command], environment)
        seen = there.seen()
        check_arrived(Path(folder) / "root0" / "inbox", wanted, seen)
    requests = f"{100 * seen.requests / contest.messages:.1f}"
    contest.add("syncd once", contest.messages, took_s, took_s, requests=requests, remark=SAFE)
    return took_s


def _by_api(
    contest: Contest,
    name: str,
    command: Sequence[str],
    ours_s: float,
    *,
    messages: int,
    needs: Sequence[str] = (),
) -> None:
    lacking = [need for need in needs if not shutil.which(need)]
    if lacking:
        contest.table.skip(name, _not_installed(lacking))
        return
    wanted = Wanted(messages=messages)
    with tempfile.TemporaryDirectory() as inbox, far(wanted, contest.way) as there:
        took_s = _timed([*contest.way.near, *command, there.url, inbox], dict(os.environ))
        seen = there.seen()
        check_arrived(Path(inbox), wanted, seen)
    requests = f"{100 * seen.requests / messages:.1f}"
    contest.add(name, messages, took_s, ours_s, requests=requests, remark=UNSAFE)


def _by_sftp(
    contest: Contest, program: str, ours_s: float, *, messages: int, more: Sequence[str] = ()
) -> None:
    lacking = missing(program)
    if lacking:
        contest.table.skip(program, _not_installed(lacking))
        return
    wanted = Wanted(messages=messages)
    with tempfile.TemporaryDirectory() as place, sshd(Path(place), contest.way) as port:
        folder = Path(place)
        (folder / "here").mkdir()
        _fill(folder / "there", wanted)
        took_s = _timed(fetching(program, port, folder, contest.way, more=more), dict(os.environ))
        assert not list((folder / "there").iterdir()), "files are left at the server"
        check_files(folder / "here", wanted)
    name = " ".join([program, *more])
    contest.add(name, messages, took_s, ours_s, requests="-", remark=SFTP)


def _not_installed(packages: Sequence[str]) -> str:
    return f"{', '.join(packages)} {'is' if len(packages) == 1 else 'are'} not installed"


def _fill(folder: Path, wanted: Wanted) -> None:
    folder.mkdir()
    for number in range(wanted.messages):
        file = f"in-{number:06}.edi"
        (folder / file).write_bytes(content(file, size_of(file)))


def _timed(command: Sequence[str], environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True, timeout=PATIENCE_S)
    return time.perf_counter() - began
