"""The guard of one hook: a program of its own, which knows nothing of syncd.

    python guard.py LIFELINE TIMEOUT_S GRACE_S PROGRAM ARGUMENT…

It runs the program in a process group of its own, and writes to the descriptor LIFELINE how that ended, in
one line: `exit CODE`, `signal NUMBER`, `timeout` or `unstarted ERRNO`. After the timeout the group is asked
to end (TERM), and killed when the grace is over. When the other end of LIFELINE is closed, whoever wanted to
know is gone: the group is killed at once.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

IGNORED_HERE = (signal.SIGPIPE, signal.SIGXFSZ)
"""By Python; a program expects them to be as usual."""
_LONGEST_MS = 3_600_000
"""poll(2) takes no more than some weeks."""


def main(arguments: Sequence[str]) -> None:
    """Run the program, and say how it ended."""
    lifeline, timeout_s, grace_s = int(arguments[0]), float(arguments[1]), float(arguments[2])
    program = [os.fsencode(argument) for argument in arguments[3:]]
    os.set_inheritable(lifeline, False)  # noqa: FBT003 - it has no name
    woken = _woken_by_children()
    try:
        child = os.posix_spawn(
            program[0], program, os.environ, setpgroup=0, setsigmask=[], setsigdef=IGNORED_HERE
        )
    except OSError as error:
        _say(lifeline, f"unstarted {error.errno}")
        return
    if _ends_within(child, timeout_s, lifeline, woken):
        _say(lifeline, _ending(child))
        return
    _signal(child, signal.SIGTERM)
    _ends_within(child, grace_s, lifeline, woken)
    _signal(child, signal.SIGKILL)
    os.waitpid(child, 0)
    _say(lifeline, "timeout")


def _woken_by_children() -> int:
    """A descriptor that can be read when a child has ended."""
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    return woken


def _ends_within(child: int, span_s: float, lifeline: int, woken: int) -> bool:
    """Whether the program ends in time. It is left to be waited for: so its group cannot be another's yet."""
    until = time.monotonic() + span_s
    poll = select.poll()  # the lifeline's number may be above what select(2) takes
    poll.register(lifeline, select.POLLIN)
    poll.register(woken, select.POLLIN)
    while os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        left = until - time.monotonic()
        if left <= 0:
            return False
        ready = [descriptor for descriptor, _ in poll.poll(min(left * 1000, _LONGEST_MS))]
        if woken in ready:
            os.read(woken, 512)
        if lifeline in ready:
            _signal(child, signal.SIGKILL)
            os._exit(0)  # nobody listens any more
    return True


def _signal(child: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child, number)


def _ending(child: int) -> str:
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return f"exit {code}" if code >= 0 else f"signal {-code}"


def _say(lifeline: int, words: str) -> None:
    with suppress(OSError):
        os.write(lifeline, f"{words}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1:])
