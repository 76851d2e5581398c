"""How many files a process may have open."""

from __future__ import annotations

import resource
from contextlib import suppress

_ENOUGH = 65_536


def allow_many_files() -> None:
    """Raise the soft limit as far as the hard one lets us, or until it is enough for many accounts at once.

    The usual 1,024 is for programs that call select(2), and we do not. What is refused leaves it as it is.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _ENOUGH if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
