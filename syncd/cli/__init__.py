"""The command line: commands return values, one renderer prints them."""

from __future__ import annotations

from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. The words are those of the process, unless given."""
    from syncd.cli.app import run

    return run(argv)
