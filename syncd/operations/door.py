"""The one door for commands, socket and page: everything that a person asks or does.

Implemented here by a process that holds the state (the daemon, or a command without one), and by the
control socket's client, which asks the daemon. Each call may raise the errors of `syncd.errors`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from syncd.core.looking import Search
    from syncd.core.planning.span import Refetched, Span
    from syncd.core.retention import Retention
    from syncd.operations.deletions import Deletions
    from syncd.operations.elsewhere import Elsewhere
    from syncd.operations.pruning_report import Pruned
    from syncd.operations.reports import OnceReport
    from syncd.operations.rows import Row, Whole
    from syncd.operations.status import Status
    from syncd.operations.verifying_report import Verified

Pausable = Literal["pull", "send"]
Job = Literal["pull", "send", "track"]


class Door(Protocol):
    """What can be asked and done. `by` names the person who acts; the history keeps it."""

    def status(self, accounts: Sequence[str]) -> Status:
        """How these accounts are."""
        ...

    def list_messages(self, wanted: Search) -> tuple[Row, ...]:
        """Messages that fit, newest first."""
        ...

    def find_messages(self, text: str, *, account: str | None, limit: int) -> tuple[Row, ...]:
        """Messages of an id or a file name, newest first."""
        ...

    def show_message(self, text: str, *, account: str | None) -> Whole:
        """One message with its history. Raises: NotFound, UsageError."""
        ...

    def once(self, accounts: Sequence[str], *, only: Job | None, wait: timedelta | None) -> OnceReport:
        """One pass, now."""
        ...

    def resolve(self, message_id: str, verdict: str, *, by: str) -> Row:
        """Decide on a held message."""
        ...

    def stop(self, message_id: str, *, by: str) -> Row:
        """End the gateway's own tries of a queued message."""
        ...

    def retry(self, message_id: str, *, by: str) -> Row:
        """Try again what was stopped at the gateway, or at once what waits."""
        ...

    def resend(self, message_id: str, *, by: str) -> Row:
        """A failed or sent file again, as a new message linked to the old; returns the new one."""
        ...

    def refetch(self, message_id: str, *, by: str) -> Row:
        """A partner's message once more: it is fetched again, and delivered again."""
        ...

    def look_elsewhere(self, text: str, *, accounts: Sequence[str]) -> Elsewhere:
        """What the gateways of these accounts have under an id that is not known here."""
        ...

    def refetch_unknown(self, message_id: str, *, account: str, by: str) -> Row:
        """A partner's message that the gateway has and we have not, by the gateway's id."""
        ...

    def refetch_span(
        self, accounts: Sequence[str], span: Span, *, only_look: bool, by: str
    ) -> tuple[Refetched, ...]:
        """What the gateways received in that time, asked for; `only_look`: counted, and nothing changes."""
        ...

    def delete(self, message_ids: Sequence[str], *, only_look: bool, by: str) -> Deletions:
        """Delete at the gateway what is settled here; `only_look`: tell what would be, and touch nothing.

        Raises: NotFound.
        """
        ...

    def verify(self, accounts: Sequence[str], *, repair: bool, by: str) -> Verified:
        """Compare disk, database and gateway; `repair`: and do what is safe."""
        ...

    def prune(self, accounts: Sequence[str], retention: Retention, *, dry_run: bool, by: str) -> Pruned:
        """Remove what this retention says, or only tell what would be removed.

        Raises: UsageError when it says that nothing is removed, ever; also, but for a dry run, when it is
        not what is in force.
        """
        ...

    def pause(self, accounts: Sequence[str], *, job: Pausable | None, by: str) -> Status:
        """Stop pull, send or both (None) of these accounts, until resumed; survives a restart."""
        ...

    def resume(self, accounts: Sequence[str], *, job: Pausable | None, by: str) -> Status:
        """Undo a pause."""
        ...

    def reload(self, *, by: str) -> str:
        """Read the configuration anew; returns what was done.

        Raises: ConfigError, and nothing changed; CannotAct without a daemon.
        """
        ...
