"""What a person may do about a message, as its state has it: the buttons. The door decides anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syncd.core.shown import Capabilities
from syncd.operations.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """A button: the command behind it, with its verdict, and what it says.

    `asks`: on the page of the message only, and not by one press: it goes out once more.
    """

    command: str
    label: str
    verdict: str = ""
    asks: str = ""

    @property
    def key(self) -> str:
        """Tells the buttons of one message apart."""
        return f"{self.command}-{self.verdict}" if self.verdict else self.command


SENT = Verb(command="resolve", verdict="sent", label="The partner has it")
RESEND_HELD = Verb(command="resolve", verdict="resend", label="Send it again")
FAIL = Verb(command="resolve", verdict="fail", label="Give it up")
FETCH = Verb(command="retry", label="Fetch it now")
CONFIRM = Verb(command="resolve", verdict="done", label="Confirm without a file")
SEEN_TO = Verb(command="resolve", verdict="done", label="It is seen to")
RESEND = Verb(command="resend", label="Send it again")
SEND_TWICE = Verb(
    command="resend", label="Send it once more", asks="The partner has it already, and would get it twice."
)
STOP = Verb(command="stop", label="Stop the gateway's tries")
RESTART = Verb(command="retry", label="Let the gateway try again")
RETRY = Verb(command="retry", label="Try now")
REFETCH = Verb(
    command="refetch", label="Fetch it once more", asks="It was delivered, and would be delivered again."
)
ALL = (SENT, RESEND_HELD, FAIL, FETCH, CONFIRM, SEEN_TO, RESEND, STOP, RESTART, RETRY, REFETCH)

_QUEUED = {"accepted": STOP, "stopped": RESTART, "waiting": RETRY}


def verbs(row: Row, can: Mapping[str, Capabilities]) -> tuple[Verb, ...]:
    """What fits; nothing for an account that the daemon does not have."""
    able = can.get(row.account)
    if able is None:
        return ()
    return _inbound(row) if row.direction == "inbound" else _outbound(row, able)


def _inbound(row: Row) -> tuple[Verb, ...]:
    if row.state == "held":
        return (FETCH, CONFIRM)
    if row.state == "arriving" and row.phase == "waiting":
        return (FETCH,)
    is_done = row.state == "gone" or (row.state == "received" and row.phase == "confirmed")
    return (REFETCH,) if is_done and row.deleted is None else ()


def _outbound(row: Row, able: Capabilities) -> tuple[Verb, ...]:
    was_read = bool(row.files) and all(file.sha256 for file in row.files)
    match row.state:
        case "held":
            return tuple(verb for verb in (SENT, RESEND_HELD, FAIL) if verb.verdict in row.verdicts)
        case "failed":
            return (RESEND,) if was_read else ()
        case "sent":
            again = (SEND_TWICE,) if was_read else ()
            return (SEEN_TO, *again) if _is_unanswered(row) else again
        case "queued":
            fitting = _QUEUED.get(row.phase or "")
            needs_queue = fitting in {STOP, RESTART}
            return (fitting,) if fitting and (able.can_retry or not needs_queue) else ()
        case _:
            return ()


def _is_unanswered(row: Row) -> bool:
    """Whether documents in it were rejected, or are not acknowledged yet though that is waited for."""
    if row.acknowledged is None:
        return row.acknowledge_by is not None
    return row.acknowledged in {"rejected", "partly"}
