"""The rate limit of one login, across threads and restarts.

The stamps of the window live in a small file, written before each request leaves. It is not fsynced: what
a power cut takes away was sent before the machine was started, and until it has been up for a window that
window counts as full. It is written in place, in one piece: to rename a fresh file over it makes some
filesystems write to the disk each time. What cannot be read afterwards counts as a full window. The stamps
are seconds since the machine was started, which nobody sets; one from before that lies in the future, and
counts as new; what was on its way when the program ended counts from the next start.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from syncd.core.window import Advice, Slot, Use, Window
from syncd.errors import TryLater
from syncd.ports.surroundings import Clock

PATIENCE = timedelta(seconds=30)
_LONGEST_FREEZE = timedelta(hours=1)


class Limiter:
    """Lets requests through at the pace of one window. Safe for threads.

    `patience`: a freeze that lasts longer is not waited out, but told as TryLater.
    """

    def __init__(
        self,
        *,
        requests: int,
        per: timedelta,
        clock: Clock,
        file: Path | None,
        patience: timedelta = PATIENCE,
    ) -> None:
        self._clock = clock
        self._file = file
        self._patience = patience
        self._lock = threading.Lock()
        self._waiting: Counter[Use] = Counter()
        self._window = Window(requests=requests, per=per)
        self._restore()

    def narrow(self, *, requests: int, per: timedelta) -> None:
        """Keep to the lower of two limits: two accounts may name different ones for the same login."""
        with self._lock:
            if requests / per.total_seconds() < self._window.requests / self._window.per.total_seconds():
                now_s = self._clock.monotonic()
                stamps = self._window.stamps(now_s)
                self._window = Window(requests=requests, per=per)
                self._window.restore(stamps, now_s)

    def take(self, use: Use) -> Slot:
        """Wait for a slot and take it.

        Raises: TryLater when the program is to stop, or the gateway wants us to wait for long.
        """
        with self._queued(use):
            while True:
                slot, wait_s = self._try(use)
                if slot is not None:
                    return slot
                if self._clock.wait(timedelta(seconds=wait_s)):
                    raise TryLater("the program is stopping; the request was not sent")

    def take_at_once(self, use: Use) -> Slot:
        """Take a slot without waiting: for the last request of all, which is counted all the same."""
        with self._lock:
            slot = self._window.take(use)
            self._store()
            return slot

    def answer(self, slot: Slot) -> None:
        """The answer to a request began, or it failed on the way."""
        with self._lock:
            self._window.answer(slot, self._clock.monotonic())

    def give_back(self, slot: Slot) -> None:
        """There was no connection: nothing was sent."""
        with self._lock:
            self._window.give_back(slot)

    def freeze(self, span: timedelta | None) -> None:
        """Hold everything for that long, an hour at most; None: for one window."""
        with self._lock:
            lasting = self._window.per if span is None else min(span, _LONGEST_FREEZE)
            self._window.freeze(self._clock.monotonic() + lasting.total_seconds())

    def advise(self, advice: Advice) -> None:
        """Obey what the gateway says of its limit. Nothing left for longer than a window is a freeze."""
        with self._lock:
            self._window.advise(advice, self._clock.monotonic())
            is_long = (advice.reset_s or 0) > self._window.per.total_seconds()
        if advice.remaining == 0 and advice.reset_s is not None and is_long:
            self.freeze(timedelta(seconds=advice.reset_s))

    def close(self) -> None:
        """Write the last answers down."""
        with self._lock:
            self._store()

    @contextmanager
    def _queued(self, use: Use) -> Iterator[None]:
        with self._lock:
            self._waiting[use] += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting[use] -= 1

    def _try(self, use: Use) -> tuple[Slot | None, float]:
        with self._lock:
            now_s = self._clock.monotonic()
            frozen = self._window.frozen_for(now_s)
            if frozen > self._patience:
                raise TryLater("the gateway asked us to wait", retry_after=frozen)
            other_waits = any(self._waiting[other] for other in Use if other is not use)
            wait_s = self._window.next_free(now_s, use, other_waits=other_waits) - now_s
            if wait_s > 0:
                return None, wait_s
            slot = self._window.take(use)
            self._store()
            return slot, 0.0

    def _store(self) -> None:
        """Write the stamps down, for the next start."""
        if self._file is None:
            return
        now_s = self._clock.monotonic()
        stamps = [[use, at_s and round(at_s, 3)] for use, at_s in self._window.stamps(now_s)]
        try:
            _overwrite(self._file, json.dumps(stamps).encode())
        except OSError:
            return  # a full disk: the limit holds all the same, but for a restart

    def _restore(self) -> None:
        if self._file is None:
            return
        now_s = self._clock.monotonic()
        self._window.doubt(self._window.per.total_seconds(), now_s)
        try:
            stored = json.loads(self._file.read_text())
            stamps = [(Use(use), None if at_s is None else float(at_s)) for use, at_s in stored]
        except FileNotFoundError:
            return
        except (OSError, ValueError, TypeError):
            self._window.freeze(now_s + self._window.per.total_seconds())  # unreadable: take it as full
            return
        self._window.restore(stamps, now_s)


class Windows:
    """The limiters of all logins; accounts of one login share one. Made once, by wiring."""

    def __init__(self, *, folder: Path | None, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._limiters: dict[tuple[str, str], Limiter] = {}

    def of(self, *, url: str, login: str, requests: int, per: timedelta) -> Limiter:
        """The limiter of that login, the same at every call.

        An empty login is nobody's: that of all requests from here which need no log-in.
        """
        key = (url.rstrip("/"), login)
        limiter = self._limiters.get(key)
        if limiter is None:
            limiter = Limiter(requests=requests, per=per, clock=self._clock, file=self._file(key))
            self._limiters[key] = limiter
        limiter.narrow(requests=requests, per=per)
        return limiter

    def close(self) -> None:
        """Write down what the next start has to know."""
        for limiter in self._limiters.values():
            limiter.close()

    def _file(self, key: tuple[str, str]) -> Path | None:
        if self._folder is None:
            return None
        return self._folder / f"rate-{hashlib.sha256(repr(key).encode()).hexdigest()[:16]}.json"


def _overwrite(file: Path, content: bytes) -> None:
    """Write over what is there; a file that was longer is filled up with spaces, so one call does it all."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.pwrite(descriptor, content.ljust(os.fstat(descriptor).st_size), 0)
    finally:
        os.close(descriptor)
