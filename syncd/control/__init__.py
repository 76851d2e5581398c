"""How a command asks the daemon that runs: the one door, over a private Unix socket."""
