"""How a command asks the daemon that runs: the one door, over a private Unix socket."""

MOST_ROWS = 10_000
"""Messages in one answer: more would take the daemon's memory."""
