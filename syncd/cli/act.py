"""Commands that act: on a message, or on the jobs of an account."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from syncd.cli.options import Call, Given
from syncd.cli.render import Reply
from syncd.operations.door import Pausable

if TYPE_CHECKING:
    from syncd.operations.door import Door
    from syncd.operations.rows import Row

Verdict = Literal["sent", "resend", "fail", "done"]


def resolve(
    message: Annotated[str, Parameter(name="ID", help="Our id, the gateway's, or a file's name.")],
    verdict: Annotated[
        Verdict,
        Parameter(
            help="sent: the partner has it; resend: send it again; fail: give it up; done: confirm it; "
            "of one that was sent: its acknowledgement was seen to."
        ),
    ],
    /,
    *,
    call: Given,
) -> Reply:
    """Decide on a held message, or settle a sent one whose acknowledgement is bad or overdue.

    Example: syncd resolve ORDERS-2045.edi fail
    """
    from syncd.cli import views

    settings = call.settings(passwords=False)
    call.log_quietly(settings)
    with call.wiring.door(settings) as door:
        held = door.show_message(message, account=call.options.account)
        resolved = door.resolve(held.id, verdict, by=user())
    return Reply(value=resolved, view=lambda: views.messages((resolved,), settings.timezone))


Yes = Annotated[bool, Parameter(help="Do not ask.", show_default=False)]
Named = Annotated[str, Parameter(name="ID", help="Our id, the gateway's, or a file's name.")]


def stop(message: Named, /, *, call: Given) -> Reply:
    """End the gateway's own tries of a queued message.

    Example: syncd stop PO-4713.edi
    """
    return _done(message, call, lambda door, found: door.stop(found, by=user()))


def retry(message: Named, /, *, call: Given) -> Reply:
    """Let the gateway try a stopped message again, or try now what waits here.

    Example: syncd retry PO-4713.edi
    """
    return _done(message, call, lambda door, found: door.retry(found, by=user()))


def resend(message: Named, /, *, yes: Yes = False, call: Given) -> Reply:
    """Send a failed or sent file again, as a new message linked to the old.

    Example: syncd resend INV-8842.edi

    What was sent already is asked about first: the partner gets it twice.
    """
    from rich.text import Text

    from syncd.cli import views
    from syncd.cli.asking import is_sure
    from syncd.cli.pausing import waits_for, with_hint

    settings = call.settings(passwords=False)
    call.log_quietly(settings)
    with call.wiring.door(settings) as door:
        old: Row = door.show_message(message, account=call.options.account)
        what = f"Message {old.id} was sent to {old.partner}, who gets it twice. Send it again?"
        if old.state == "sent" and not is_sure(what, yes=yes):
            return Reply(value=old, view=lambda: Text("nothing was sent"))
        row = door.resend(old.id, by=user())
        hint = waits_for(door, row.account, "send")
    return Reply(value=row, view=lambda: with_hint(views.messages((row,), settings.timezone), hint))


def _done(message: str, call: Call, act: Callable[[Door, str], Row]) -> Reply:
    """Do it to the message that is meant, and show it as it is after."""
    from syncd.cli import views

    settings = call.settings(passwords=False)
    call.log_quietly(settings)
    with call.wiring.door(settings) as door:
        row = act(door, door.show_message(message, account=call.options.account).id)
    return Reply(value=row, view=lambda: views.messages((row,), settings.timezone))


def pause(
    job: Annotated[Pausable | None, Parameter(help="This job only; else both.")] = None, /, *, call: Given
) -> Reply:
    """Stop pulling, sending or both, until resumed; it outlives a restart.

    Example: syncd pause send --account as2
    """
    from syncd.cli.pausing import paused, paused_lines

    settings = call.settings(passwords=False)
    with call.wiring.door(settings) as door:
        status = door.pause(call.accounts(settings), job=job, by=user())
    return Reply(value=status, view=lambda: paused_lines(paused(status), job=job))


def resume(
    job: Annotated[Pausable | None, Parameter(help="This job only; else both.")] = None, /, *, call: Given
) -> Reply:
    """Undo a pause.

    Example: syncd resume send --account as2
    """
    from syncd.cli.pausing import paused, resumed_lines

    settings = call.settings(passwords=False)
    names = call.accounts(settings)
    with call.wiring.door(settings) as door:
        before = paused(door.status(names))
        status = door.resume(names, job=job, by=user())
    return Reply(value=status, view=lambda: resumed_lines(names, before, paused(status)))


def user() -> str:
    """Who types: behind sudo, the person and not root."""
    try:
        return os.environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
