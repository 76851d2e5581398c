"""How a command asks the daemon that runs: the one door, over a private Unix socket."""

from syncd.errors import UsageError

MOST_ROWS = 10_000
"""Messages in one answer: more would take the daemon's memory."""


def within(limit: int) -> int:
    """The limit, if an answer may be that large; commands and daemon say the same. Raises: UsageError."""
    if limit < 1:
        raise UsageError("--limit is less than 1", "Write 1 or more.")
    if limit > MOST_ROWS:
        raise UsageError(f"--limit is more than {MOST_ROWS}", "Ask in parts: --since and --until.")
    return limit
