"""Where the time of a running process goes: its threads are looked at a hundred times a second.

What a thread does is told by the innermost frame of its stack that a rule knows. The time since the last look
is divided among the threads by what they did of it: a thread that waits for an answer or for the disk did so
all the time, any other as long as the kernel charged it CPU; the rest is waiting, for the limit, for another
thread or for the interpreter's lock. These are samples: good to some percent, once there are a few seconds.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType

EVERY_S = 0.01
WAITING = "waiting for a turn or a core"
ANSWER = "HTTP: the answer is awaited"
OWN = "own code, with its calls of files"
IDLE = ("threading.py", "queue.py", "selectors.py")
RULES = (
    ("tests/benchmarks/near.py:synced", "fsync"),
    ("zipfile", "unzip"),
    ("httpcore/_backends/", ANSWER),
    ("httpx/", "HTTP: requests and answers"),
    ("httpcore/", "HTTP: requests and answers"),
    ("h11/", "HTTP: requests and answers"),
    ("sqlalchemy/", "database, with its own syncs"),
    ("pydantic", "lists, read and checked"),
    ("/json/", "lists, read and checked"),
    ("syncd/core/envelopes", "envelopes"),
    ("syncd/", OWN),
)
"""A piece of `FILE:FUNCTION`, and what it is; the first that fits a frame counts."""
KINDS = tuple(dict.fromkeys([*(kind for _, kind in RULES), WAITING]))


@dataclass(slots=True)
class Spent:
    """Seconds of the whole, and of CPU."""

    wall_s: float = 0.0
    cpu_s: float = 0.0


@dataclass
class Sampler:
    """Looks until told to stop."""

    spent: defaultdict[str, Spent] = field(default_factory=lambda: defaultdict(Spent))
    stop: threading.Event = field(default_factory=threading.Event)
    _cpu_s: dict[int, float] = field(default_factory=dict)
    _known: dict[CodeType, str] = field(default_factory=dict)

    def run(self) -> None:
        """In a thread of its own, which is not looked at."""
        last = time.perf_counter()
        while not self.stop.wait(EVERY_S):
            now = time.perf_counter()
            self._look(now - last)
            last = now

    def _look(self, passed_s: float) -> None:
        frames = sys._current_frames()
        weights: list[tuple[str, float]] = []
        for thread in threading.enumerate():
            frame = frames.get(thread.ident or 0)
            if frame is None or thread is threading.current_thread():
                continue
            kind = self._kind(frame)
            cpu_s, is_on_disk = self._used(thread.native_id or 0)
            self.spent[kind].cpu_s += cpu_s
            if kind != WAITING:
                weight = 1.0 if kind == ANSWER or is_on_disk else min(1.0, cpu_s / passed_s)
                weights.append((kind, weight))
        total = max(1.0, sum(weight for _, weight in weights))
        for kind, weight in weights:
            self.spent[kind].wall_s += passed_s * weight / total
        self.spent[WAITING].wall_s += passed_s * max(0.0, 1.0 - sum(weight for _, weight in weights))

    def _used(self, thread: int) -> tuple[float, bool]:
        """The CPU seconds of a thread since the last look, and whether it waits for the disk."""
        task = Path(f"/proc/self/task/{thread}")
        try:
            total_s = int((task / "schedstat").read_text().split()[0]) / 1e9
            state = (task / "stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return 0.0, False  # it has just ended
        before_s = self._cpu_s.get(thread, total_s)
        self._cpu_s[thread] = total_s
        return total_s - before_s, state == "D"

    def _kind(self, innermost: FrameType) -> str:
        if innermost.f_code.co_filename.endswith(IDLE):
            return WAITING
        frame: FrameType | None = innermost
        while frame:
            kind = self._known.get(frame.f_code)
            if kind is None:
                kind = self._known[frame.f_code] = _ruled(frame.f_code)
            if kind:
                return kind
            frame = frame.f_back
        return WAITING


def _ruled(code: CodeType) -> str:
    where = f"{code.co_filename}:{code.co_name}"
    return next((kind for piece, kind in RULES if piece in where), "")


@contextmanager
def sampled() -> Iterator[dict[str, Spent]]:
    """Look at all threads while the block runs; the seconds are complete when it has ended."""
    sampler = Sampler()
    thread = threading.Thread(target=sampler.run, name="sampler")
    thread.start()
    try:
        yield sampler.spent
    finally:
        sampler.stop.set()
        thread.join()
