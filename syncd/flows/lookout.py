"""When the outbox is looked at again in the middle of a send pass: what is dropped then need not wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog

from syncd.core.shown import Outlook
from syncd.errors import FolderError
from syncd.flows.bridge import Bridge

log = structlog.get_logger(__name__)

RESCAN_S = 1.0
"""Seconds after which a look is due in any case: nobody may be watching."""
TICK_S = 0.02
"""Seconds from one question to the next whether there is news."""
NOTHING = Outlook(ready=(), not_taken=())


class Lookout:
    """`has_news` tells, once, that something may have changed; None: nobody watches, nor waits.

    Then a look is due after each `patience_s` without any answer; else, besides, when something settles.
    """

    def __init__(self, bridge: Bridge, has_news: Callable[[], bool] | None) -> None:
        self._bridge = bridge
        self._has_news = has_news
        self._after_s = bridge.clock.monotonic() + TICK_S
        self.patience_s = RESCAN_S if has_news is None else TICK_S

    def is_due(self, *, is_quiet: bool) -> bool:
        """Whether to look now; `is_quiet`: there was no answer for as long as our patience lasts."""
        if self._has_news is None:
            return is_quiet
        now_s = self._bridge.clock.monotonic()
        if now_s < self._after_s:
            return False
        settled_in = self._bridge.outbox.next_settled()
        is_settled = settled_in is not None and settled_in <= timedelta()
        return self._has_news() or is_settled or now_s >= self._after_s + RESCAN_S

    def look(self) -> Outlook:
        """One look; at most half of the time goes into looking."""
        clock = self._bridge.clock
        began_s = clock.monotonic()
        try:
            return self._bridge.outbox.scan()
        except FolderError as error:
            log.warning("outbox.not_scanned", account=self._bridge.account.name, error=str(error))
            return NOTHING
        finally:
            now_s = clock.monotonic()
            self._after_s = now_s + max(now_s - began_s, TICK_S)
