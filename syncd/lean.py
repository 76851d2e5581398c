"""Libraries without what they take along and a daemon never uses.

structlog and httpx import what is there for colours on a terminal and for asynchronous programs: megabytes
that stay for years. Both go without where it is not installed, and that is how they are imported here.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType


def import_without(library: str, *unwanted: str) -> None:
    """Import a library as if the unwanted modules were not installed; others can import them afterwards.

    For the start of a process: another thread would not find them meanwhile. A library that is there
    already stays as it is.
    """
    hidden: dict[str, ModuleType | None] = dict.fromkeys(unwanted)
    known = {name: sys.modules[name] for name in unwanted if name in sys.modules}
    sys.modules.update(hidden)  # type: ignore[arg-type]  # None: an import fails, as the language says
    try:
        import_module(library)
    finally:
        for name in unwanted:
            del sys.modules[name]
        sys.modules.update(known)
