"""`syncd once` as a real process under strace: every system call that changes a disk, counted or spoilt.

strace counts calls of one name for each thread by itself: the n-th comes in whichever thread is first there.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

CHANGES = (
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "fsync",
    "fdatasync",
    "write",
    "pwrite64",
    "ftruncate",
    "unlink",
    "unlinkat",
    "mkdir",
    "mkdirat",
)
"""What changes a disk; a process that dies between two of these leaves what it left after the first."""

_LINE = re.compile(r"(?P<thread>\d+) +(?P<rest>.*)")
_RESUMED = re.compile(r"<\.\.\. \w+ resumed>")
_CALL = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+|\?)(?P<words>.*)")
_OPEN_FILE = re.compile(r"\d+<(?P<path>[^>]*)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One system call: who made it, with what, and what came of it."""

    thread: int
    name: str
    arguments: str
    result: str

    @property
    def failed(self) -> bool:
        """Whether it did not do what it was asked for."""
        return self.result.startswith("-1")

    @property
    def spoilt(self) -> bool:
        """Whether it failed because a test wanted it to."""
        return "INJECTED" in self.result

    @property
    def path(self) -> str:
        """The path of the open file that it is about."""
        found = _OPEN_FILE.match(self.arguments)
        return found["path"] if found else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run that was watched: how it ended, and what it did, in order."""

    exit_code: int
    said: str
    calls: tuple[Call, ...]

    @property
    def was_killed(self) -> bool:
        """Whether it died of the signal that strace sent."""
        return self.exit_code in {-9, 137}

    def most(self) -> dict[str, int]:
        """For each kind of call, up to which number it can be hit: the most that one thread makes."""
        of_threads = Counter((call.thread, call.name) for call in self.calls)
        most: dict[str, int] = {}
        for (_, name), count in of_threads.items():
            most[name] = max(count, most.get(name, 0))
        return most


def need_strace() -> None:
    """Skip the test, with what to install, where there is no strace."""
    if shutil.which("strace") is None:
        pytest.skip("watching system calls needs strace (Debian: strace)")


def watched(config: Path, log: Path, *inject: str) -> Run:
    """Run `syncd once` to its end, with these injections (strace(1), -e inject)."""
    watch = ["strace", "-f", "-qq", "-y", "-s", "0", "-o", str(log), "-e", f"trace={','.join(CHANGES)}"]
    spoil = [word for one in inject for word in ("-e", f"inject={one}")]
    once = [sys.executable, "-m", "syncd", "once", "--quiet", "--config", str(config)]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("SYNCD_")}
    ended = subprocess.run(
        [*watch, *spoil, *once],
        env=environment | {"SYNCD_LOG_LEVEL": "error", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Run(exit_code=ended.returncode, said=ended.stderr, calls=_calls(log.read_text().splitlines()))


def _calls(lines: Sequence[str]) -> tuple[Call, ...]:
    """The calls of a trace, in the order in which they ended."""
    begun: dict[int, str] = {}
    calls: list[Call] = []
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None:
            continue
        thread, rest = int(found["thread"]), found["rest"]
        if rest.endswith("<unfinished ...>"):
            begun[thread] = rest.removesuffix("<unfinished ...>").rstrip()
            continue
        if _RESUMED.match(rest):
            rest = begun.pop(thread, "") + _RESUMED.sub("", rest, count=1)
        call = _CALL.fullmatch(rest)
        if call is not None:
            result = call["result"] + call["words"]
            calls.append(Call(thread=thread, name=call["name"], arguments=call["arguments"], result=result))
    return tuple(calls)
