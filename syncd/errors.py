"""Everything that syncd raises: what went wrong, with which thing, and what to do now.

A class stands for a reaction, not for a cause::

    SyncdError
      UsageError                 wrong use or configuration: the person corrects it (exit 2)
        ConfigError              every mistake of a configuration at once
      NotFound                   what was asked for is not there (exit 1)
      CannotAct                  could not ask or act: lock held, no permission (exit 3)
        LockHeld                 another syncd works on this state
      GatewayError               something about one request, with status and request
        Unreachable              nothing left this machine: the same request may be repeated
        TryLater                 the gateway said "not now" (429, 503): nothing happened
        AccountRefused           the gateway refuses this account, whatever the message is
        NotThere                 the gateway does not know the thing that was named
        Rejected                 the gateway's own verdict on this very request
        Unanswered               it may or may not have happened: a timeout, a reset, a 5xx
          BadReply               an answer came, but it is not what was asked for
      FolderError                a file or folder is not as it has to be
        NameTaken                the final name exists already: choose another
        FileGone                 a person took the file away
        FileChanged              the file changed while it was read
        FileTooLarge             the file is larger than any message may be
        RootUnusable             the root is not there, not ours, or not writable: the account pauses
        DiskFull                 no room, or below `min_free`: nothing is fetched until there is
      StateError                 the database
        NewerState               written by a newer syncd (exit 78 from `run`)
        StateBroken              cannot be written or read: stop, nothing else is safe
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


class SyncdError(Exception):
    """A mistake or a mishap that we can name, with its remedy.

    `what` is one sentence for a person, without a final stop; `remedy` says what to do, or is empty.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        stop = "" if self.what.endswith(("?", ".", "!")) else "."
        return f"{self.what}{stop} {self.remedy}" if self.remedy else self.what


class UsageError(SyncdError):
    """Wrong use of a command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake in a configuration: the key as the user writes it, what is wrong, what to write."""

    key: str
    what: str
    remedy: str


class ConfigError(UsageError):
    """Every mistake of a configuration, found in one go."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        if len(problems) == 1 and not problems[0].key:
            super().__init__(problems[0].what, problems[0].remedy)
        else:
            lines = [f"{p.key}: {p.what}. {p.remedy}".rstrip().removeprefix(": ") for p in problems]
            super().__init__("the configuration has mistakes:\n  " + "\n  ".join(lines))
        self.problems = problems


class NotFound(SyncdError):
    """What was asked for is not there."""


class CannotAct(SyncdError):
    """The command could not ask or act."""


class LockHeld(CannotAct):
    """Another syncd holds the state directory."""


class GatewayError(SyncdError):
    """A request to a gateway that did not give what was asked for.

    `request` names method and path, `status` is the HTTP status (None: no answer), `detail` the
    gateway's own words. None of them ever carries a secret.
    """

    def __init__(
        self, what: str, *, request: str = "", status: int | None = None, detail: str = "", remedy: str = ""
    ) -> None:
        super().__init__(what, remedy)
        self.request = request
        self.status = status
        self.detail = detail


class Unreachable(GatewayError):
    """No connection: nothing of the request left this machine, so it may be repeated."""


class TryLater(GatewayError):
    """The gateway refused for now; `retry_after` is its wish, or None."""

    def __init__(
        self,
        what: str,
        *,
        request: str = "",
        status: int | None = None,
        detail: str = "",
        remedy: str = "",
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(what, request=request, status=status, detail=detail, remedy=remedy)
        self.retry_after = retry_after


class AccountRefused(GatewayError):
    """The account is refused (password, rights, address): no message of it can be handled."""


class NotThere(GatewayError):
    """The gateway itself says that it does not know the thing that was named."""


class Rejected(GatewayError):
    """The gateway's verdict on this very request; the same request would be refused again."""


class Unanswered(GatewayError):
    """The request left, and nobody can tell whether it had its effect."""


class BadReply(Unanswered):
    """The answer is not of the documented shape, or was cut short."""


class FolderError(SyncdError):
    """A file or folder is not as it has to be."""


class NameTaken(FolderError):
    """A thing of that name stands there already; nothing was overwritten."""


class FileGone(FolderError):
    """The file is not where its row put it: a person took it away."""


class FileChanged(FolderError):
    """The file changed while it was read or claimed."""


class FileTooLarge(FolderError):
    """The file is larger than any message may be."""


class RootUnusable(FolderError):
    """The root lacks its marker, has another state's, or cannot be used at all."""


class DiskFull(FolderError):
    """There is no room for more."""


class StateError(SyncdError):
    """The database cannot be used."""


class NewerState(StateError):
    """The database was written by a newer syncd."""


class StateBroken(StateError):
    """The database refused a write or a read: nothing that follows would be safe."""
