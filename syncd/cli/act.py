"""Commands that act on a message."""

from __future__ import annotations

import os
import pwd
from typing import Annotated, Literal

from cyclopts import Parameter

from syncd.cli.options import Given
from syncd.cli.render import Reply

Verdict = Literal["sent", "resend", "fail", "done"]


def resolve(
    message: Annotated[str, Parameter(name="ID", help="Our id, the gateway's, or a file's name.")],
    verdict: Annotated[
        Verdict,
        Parameter(
            help="sent: the partner has it; resend: send it again; fail: give it up; done: confirm it."
        ),
    ],
    /,
    *,
    call: Given,
) -> Reply:
    """Decide on a held message.

    Example: syncd resolve 4k7q2mzd resend
    """
    from syncd.cli import views
    from syncd.operations.questions import row, the_message

    settings = call.settings()
    with call.wiring.records(settings) as records:
        held = the_message(records, message, account=call.options.account)
    resolved = row(call.wiring.resolve(settings, held.id, verdict, _user()), settings.roots)
    return Reply(value=resolved, view=lambda: views.messages((resolved,), settings.timezone))


def _user() -> str:
    """Who types: behind sudo, the person and not root."""
    try:
        return os.environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
