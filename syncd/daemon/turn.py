"""Whether a job is under way, and was asked for meanwhile: so that no runs overlap, and no wish is lost."""

from __future__ import annotations

import threading


class Turn:
    """The turn of one job of one account. Safe for threads.

    Between `begin` and `end` the job is under way, also while it waits for the lock of its account. What is
    asked for from `listen` on comes after that run; what was asked for before is done by it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_under_way = False
        self._is_wanted = False
        self._has_rung = False

    @property
    def is_under_way(self) -> bool:
        """Whether a thread runs the job, or waits for its lock."""
        return self._is_under_way

    def begin(self) -> bool:
        """Take the turn; False when somebody has it."""
        with self._lock:
            if self._is_under_way:
                return False
            self._is_under_way = True
            self._is_wanted = False
            return True

    def listen(self) -> None:
        """The work begins now: it does what was asked for so far."""
        with self._lock:
            self._is_wanted = False
            self._has_rung = False

    def end(self) -> bool:
        """Give the turn back; True when the job was asked for meanwhile."""
        with self._lock:
            self._is_under_way = False
            return self._is_wanted

    def ask(self) -> bool:
        """Want a run; True when nobody has the turn, so that the caller has to plan it."""
        with self._lock:
            self._is_wanted = self._is_under_way
            return not self._is_under_way

    def ring(self) -> bool:
        """The same for a bell, which counts once until a run listens: ten thousand files plan one run."""
        with self._lock:
            if self._has_rung:
                return False
            self._has_rung = True
            self._is_wanted = self._is_under_way
            return not self._is_under_way
