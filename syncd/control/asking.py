"""The door of a daemon that runs, asked over its control socket."""

from __future__ import annotations

import http.client
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from syncd.control import calls
from syncd.control.calls import Call, read, written
from syncd.control.client import connected, refused, silent
from syncd.control.mishaps import Mishap, unpacked
from syncd.errors import CannotAct

if TYPE_CHECKING:
    from syncd.core.looking import Search
    from syncd.core.planning.span import Refetched, Span
    from syncd.core.retention import Retention
    from syncd.operations.deletions import Deletions
    from syncd.operations.door import Job, Pausable
    from syncd.operations.elsewhere import Elsewhere
    from syncd.operations.pruning_report import Pruned
    from syncd.operations.reports import OnceReport
    from syncd.operations.rows import Row, Whole
    from syncd.operations.status import Status
    from syncd.operations.verifying_report import Verified

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

_DONE, _REFUSED = 200, 409


class Client:
    """Asks the daemon; each call is a connection of its own.

    `by` stays here: who acts is what the kernel tells the daemon.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def status(self, accounts: Sequence[str]) -> Status:
        """How these accounts are."""
        return self._ask(calls.STATUS, calls.Accounts(accounts=tuple(accounts)))

    def list_messages(self, wanted: Search) -> tuple[Row, ...]:
        """Messages that fit, newest first."""
        return self._ask(calls.LIST, wanted)

    def find_messages(self, text: str, *, account: str | None, limit: int) -> tuple[Row, ...]:
        """Messages of an id or a file name, newest first."""
        return self._ask(calls.FIND, calls.Find(text=text, account=account, limit=limit))

    def show_message(self, text: str, *, account: str | None) -> Whole:
        """One message with its history."""
        return self._ask(calls.SHOW, calls.Show(text=text, account=account))

    def once(self, accounts: Sequence[str], *, only: Job | None, wait: timedelta | None) -> OnceReport:
        """One pass, now, by the daemon."""
        from syncd.control import wide_calls

        return self._ask(wide_calls.ONCE, wide_calls.Once(accounts=tuple(accounts), only=only, wait=wait))

    def resolve(self, message_id: str, verdict: str, *, by: str) -> Row:
        """Decide on a held message."""
        del by
        return self._ask(calls.RESOLVE, calls.Resolve(message_id=message_id, verdict=verdict))

    def stop(self, message_id: str, *, by: str) -> Row:
        """End the gateway's own tries of a queued message."""
        del by
        return self._ask(calls.STOP, calls.Named(message_id=message_id))

    def retry(self, message_id: str, *, by: str) -> Row:
        """Try a message again, at once."""
        del by
        return self._ask(calls.RETRY, calls.Named(message_id=message_id))

    def resend(self, message_id: str, *, by: str) -> Row:
        """Send a failed or sent file again, as a new message."""
        del by
        return self._ask(calls.RESEND, calls.Named(message_id=message_id))

    def refetch(self, message_id: str, *, by: str) -> Row:
        """A partner's message once more."""
        del by
        return self._ask(calls.REFETCH, calls.Named(message_id=message_id))

    def look_elsewhere(self, text: str, *, accounts: Sequence[str]) -> Elsewhere:
        """What the gateways have under an id that is not known here."""
        from syncd.control import wide_calls

        asked = wide_calls.LookElsewhere(text=text, accounts=tuple(accounts))
        return self._ask(wide_calls.LOOK_ELSEWHERE, asked)

    def refetch_unknown(self, message_id: str, *, account: str, by: str) -> Row:
        """A partner's message that is not known here."""
        from syncd.control import wide_calls

        del by
        asked = wide_calls.RefetchUnknown(message_id=message_id, account=account)
        return self._ask(wide_calls.REFETCH_UNKNOWN, asked)

    def refetch_span(
        self, accounts: Sequence[str], span: Span, *, only_look: bool, by: str
    ) -> tuple[Refetched, ...]:
        """What the gateways received in that time, counted or asked for."""
        from syncd.control import wide_calls

        del by
        asked = wide_calls.RefetchSpan(accounts=tuple(accounts), span=span, only_look=only_look)
        return self._ask(wide_calls.REFETCH_SPAN, asked)

    def delete(self, message_ids: Sequence[str], *, only_look: bool, by: str) -> Deletions:
        """Delete at the gateway, by the daemon."""
        from syncd.control import wide_calls

        del by
        return self._ask(
            wide_calls.DELETE, wide_calls.Delete(message_ids=tuple(message_ids), only_look=only_look)
        )

    def verify(self, accounts: Sequence[str], *, repair: bool, by: str) -> Verified:
        """Compare disk, database and gateway, by the daemon."""
        from syncd.control import wide_calls

        del by
        return self._ask(wide_calls.VERIFY, wide_calls.Verify(accounts=tuple(accounts), repair=repair))

    def prune(self, accounts: Sequence[str], retention: Retention, *, dry_run: bool, by: str) -> Pruned:
        """Remove what is old enough, or tell of it, by the daemon."""
        from syncd.control import wide_calls

        del by
        asked = wide_calls.Prune(accounts=tuple(accounts), retention=retention, dry_run=dry_run)
        return self._ask(wide_calls.PRUNE, asked)

    def pause(self, accounts: Sequence[str], *, job: Pausable | None, by: str) -> Status:
        """Stop jobs until they are resumed."""
        del by
        return self._ask(calls.PAUSE, calls.Jobs(accounts=tuple(accounts), job=job))

    def resume(self, accounts: Sequence[str], *, job: Pausable | None, by: str) -> Status:
        """Undo a pause."""
        del by
        return self._ask(calls.RESUME, calls.Jobs(accounts=tuple(accounts), job=job))

    def reload(self, *, by: str) -> str:
        """Let the daemon read its configuration anew."""
        del by
        return self._ask(calls.RELOAD, calls.Nothing())

    def _ask(self, call: Call[Asked, Answer], asked: Asked) -> Answer:
        code, text = self._post(call, written(asked, call.takes))
        try:
            if code == _REFUSED:
                raise unpacked(read(text, Mishap))
            if code == _DONE:
                answer: Answer = read(text, call.gives)
                return answer
        except ValueError as error:
            raise _stranger() from error
        raise _stranger()

    def _post(self, call: Call[Asked, Answer], body: bytes) -> tuple[int, bytes]:
        connection = _Connection(self._path, patience=call.patience)
        try:
            connection.request("POST", f"/{call.name}", body, {"Content-Type": "application/json"})
            reply = connection.getresponse()
            return reply.status, reply.read()
        except PermissionError as error:
            raise refused(self._path) from error
        except TimeoutError as error:
            raise silent(self._path) from error
        except (OSError, http.client.HTTPException) as error:
            what = "the daemon ended before it answered"
            raise CannotAct(what, "`syncd status` tells how things stand.") from error
        finally:
            connection.close()


class _Connection(http.client.HTTPConnection):
    """HTTP over the Unix socket."""

    def __init__(self, path: Path, *, patience: timedelta | None) -> None:
        super().__init__("localhost")
        self._path = path
        self._patience = patience

    def connect(self) -> None:
        """Connect; from then on an answer may take as long as the call may."""
        self.sock = connected(self._path)
        self.sock.settimeout(self._patience.total_seconds() if self._patience else None)


def _stranger() -> CannotAct:
    return CannotAct(
        "the daemon that runs speaks another version of syncd", "Restart it: systemctl restart syncd"
    )
