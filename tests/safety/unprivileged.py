"""A process that runs commands of syncd as another user, each in a child and in a mount namespace.

The interpreter and the checkout may be out of that user's reach: so all that the commands need is imported
before, by a rehearsal of them, and a child gives up its rights only then. Wishes come as lines of JSON.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import pkgutil
import sys
import traceback
from typing import Any

import syncd
from syncd.cli import main

NEW_MOUNTS = 0x20000  # CLONE_NEWNS (setns(2))
REHEARSED = (("once",), ("once", "--dry-run"), ("check",), ("status",), ("status", "--check"), ("--help",))


def serve(config: str) -> None:
    """Rehearse with this configuration, then answer wishes until there are no more."""
    for module in pkgutil.walk_packages(syncd.__path__, "syncd."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    answers = os.fdopen(os.dup(1), "w")
    silence = os.open(os.devnull, os.O_RDWR)
    os.dup2(silence, 1)
    for words in REHEARSED:
        main(["--config", config, *words])
    gc.freeze()  # or a child's collector would copy all that is shared
    for line in sys.stdin:
        print(json.dumps(_run(json.loads(line))), file=answers, flush=True)


def _run(wish: dict[str, Any]) -> dict[str, Any]:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        os._exit(_as_wished(wish, write))
    os.close(write)
    with os.fdopen(read) as output:
        said = output.read()
    return {"code": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), "said": said}


def _as_wished(wish: dict[str, Any], output: int) -> int:
    try:
        os.dup2(output, 1)
        os.dup2(output, 2)
        sys.stdout = os.fdopen(1, "w", closefd=False)
        sys.stderr = os.fdopen(2, "w", closefd=False)
        _enter(wish["process"])
        os.chdir("/")
        os.setgroups([wish["group"]])
        os.setresgid(wish["user"], wish["user"], wish["user"])
        os.setresuid(wish["user"], wish["user"], wish["user"])
        return main(wish["words"])
    except BaseException:  # noqa: BLE001 - nothing of the parent may go on in a child
        traceback.print_exc()
        return 99
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _enter(process: int) -> None:
    """Join the mount namespace of another process."""
    space = os.open(f"/proc/{process}/ns/mnt", os.O_RDONLY)
    library = ctypes.CDLL(None, use_errno=True)
    if library.setns(space, NEW_MOUNTS) != 0:
        raise OSError(ctypes.get_errno(), "setns")
    os.close(space)


if __name__ == "__main__":
    serve(sys.argv[1])
