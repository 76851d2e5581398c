"""The pure heart: what a message is, how it may move, what to do next; no clock, disk, network or log."""
