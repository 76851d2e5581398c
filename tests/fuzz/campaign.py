"""Fuzz one target, guided by coverage: `python -m tests.fuzz.campaign TARGET [options of libFuzzer]`.

Ends with 0 when its time is over, and otherwise with the bytes that broke a promise beside it.
"""

from __future__ import annotations

import sys

import atheris


def main() -> None:
    """Instrument what is fuzzed while it is imported, and fuzz until the time is over."""
    with atheris.instrument_imports(include=["syncd"]):
        from tests.fuzz.targets import TARGETS
    atheris.Setup([sys.argv[0], *sys.argv[2:]], TARGETS[sys.argv[1]])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
