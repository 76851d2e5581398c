"""The page's one password: read anew when its file changes, compared in constant time, guessed slowly.

Guesses cost whoever makes them: each address may be wrong a few times at once, then once in a while; more
than that is not even looked at, and said at once: no thread waits. Another address does not notice, nor does
a browser that was let in before, which shows by its cookie: it has an allowance of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Callable
from pathlib import Path

import structlog

from syncd.errors import ConfigError
from syncd.system.secrets import FileSecrets

log = structlog.get_logger(__name__)

KEY = "web.password_file"


class Password:
    """The password in a file. Raises: ConfigError when it cannot be read at first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._secrets = FileSecrets(path, key=KEY)
        self._stamp = _stamp(path)
        self._digest: bytes | None = _digest(self._secrets.password())

    def fits(self, given: str) -> bool | None:
        """Whether it is this one; None: the file cannot be read, and nobody is let in."""
        self._look()
        return None if self._digest is None else hmac.compare_digest(self._digest, _digest(given))

    def _look(self) -> None:
        stamp = _stamp(self._path)
        if stamp == self._stamp and self._digest is not None:
            return
        was_readable, self._stamp = self._digest is not None, stamp
        try:
            self._digest = _digest(self._secrets.password())
        except ConfigError as error:
            self._digest = None
            if was_readable:
                log.error("web.password_unreadable", why=error.what)  # noqa: TRY400 - it is the user's


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _stamp(path: Path) -> object:
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_ino, status.st_size)


AT_ONCE = 10
"""Wrong passwords that one visitor may give without a wait."""
EACH_S = 1.0
"""Seconds until one more may be wrong."""
_MOST = 4096
"""Visitors that are remembered."""


class Allowances:
    """How often each visitor may still be wrong. `now` is a clock's monotonic seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._spent: dict[str, float] = {}
        """By visitor: when all that was spent is back."""

    def spend(self, visitor: str) -> bool:
        """Take one guess; False: there is none left for now."""
        with self._lock:
            now = self._now()
            back = max(self._spent.get(visitor, now), now) + EACH_S
            if back > now + AT_ONCE * EACH_S:
                return False
            self._make_room(now)
            self._spent[visitor] = back
            return True

    def give_back(self, visitor: str) -> None:
        """It was no guess, but right."""
        with self._lock:
            if visitor in self._spent:
                self._spent[visitor] -= EACH_S

    def _make_room(self, now: float) -> None:
        """Forget whose guesses are all back; of too many, the half that spent least."""
        if len(self._spent) < _MOST:
            return
        ranked = sorted(self._spent.items(), key=lambda spent: spent[1])[-_MOST // 2 :]
        self._spent = {visitor: back for visitor, back in ranked if back > now}
