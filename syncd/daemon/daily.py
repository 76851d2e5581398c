"""Once a day, beside the jobs: work that has no hurry, on a thread of its own.

It first runs some time after the start: whoever starts a daemon with a mistake in its configuration can
still correct it. An hour on another day is as good: what could not be done is done then.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import structlog

from syncd.errors import CannotAct, SyncdError
from syncd.ports import Clock

FIRST_AFTER = timedelta(minutes=15)
EVERY = timedelta(days=1)
ENDS_WITHIN = timedelta(seconds=5)

log = structlog.get_logger(__name__)


class Daily:
    """Runs `work` until the clock says that the program is to stop. `work` ends soon after that, too."""

    def __init__(self, work: Callable[[], None], *, clock: Clock) -> None:
        self._work = work
        self._clock = clock
        self._thread = threading.Thread(target=self.run, name="daily", daemon=True)

    def start(self) -> None:
        """Begin to wait for the first time."""
        self._thread.start()

    def run(self) -> None:
        """Work and wait by turns, until the program is to stop."""
        span = FIRST_AFTER
        while not self._clock.wait(span):
            self._run_once()
            span = EVERY

    def _run_once(self) -> None:
        try:
            self._work()
        except CannotAct:
            return  # the program is to stop
        except SyncdError as error:
            log.warning("daily.failed", what=error.what, remedy=error.remedy)
        except Exception:
            log.exception("daily.broke")

    def stop(self) -> None:
        """Wait until the work in hand has ended, but not for long: it may be cut off anywhere."""
        if self._thread.is_alive():
            self._thread.join(ENDS_WITHIN.total_seconds())
