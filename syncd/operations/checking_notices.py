"""Whether people can be told: a notice to try, on every way."""

from __future__ import annotations

from syncd.core.notices.notice import Notice
from syncd.operations.checks import CheckLine
from syncd.ports.notices import Notifier


def check_notices(notifier: Notifier, notice: Notice) -> tuple[CheckLine, ...]:
    """Send it; one line for each way, or one that says that there is none."""
    if not notifier.ways:
        what = "nobody is told: no way is set"
        remedy = "Set to, command or webhook in [notices]"
        return (CheckLine(account=None, name="notices", ok=False, what=what, remedy=remedy),)
    return tuple(_tried(notifier, way, notice) for way in notifier.ways)


def _tried(notifier: Notifier, way: str, notice: Notice) -> CheckLine:
    problem = notifier.send(way, notice)
    if not problem:
        return CheckLine(account=None, name="notices", ok=True, what=f"{way}: a notice to try is out")
    remedy = f"Correct {way} in [notices], or what is behind it"
    return CheckLine(account=None, name="notices", ok=False, what=f"{way}: {problem}", remedy=remedy)
