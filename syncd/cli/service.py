"""The command that is the daemon, and the one that lets it read its configuration anew."""

from __future__ import annotations

import os
from dataclasses import dataclass

from syncd.cli.act import user
from syncd.cli.options import Call, Given
from syncd.cli.render import Reply, render_error, safe
from syncd.errors import ConfigError, NewerState, UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Reloaded:
    """What the daemon did."""

    done: str


def run(*, call: Given) -> int:
    """Run the daemon in the foreground: pull, send and track until it is told to stop.

    Example: syncd run

    SIGTERM and Ctrl-C let the steps in hand finish, within 10 s; a second one leaves at once. SIGHUP
    (`syncd reload`) checks the configuration whole, and with no mistake in it starts anew with it. The exit
    code is 78 when only a person can help: the configuration has mistakes, or the state is of a newer syncd.
    """
    try:
        return _run(call)
    except (UsageError, NewerState) as error:
        render_error(error, as_json=call.options.json)
        return os.EX_CONFIG


def _run(call: Call) -> int:
    from syncd.logs import set_up

    if call.options.account is not None:
        raise UsageError("`syncd run` serves every account", "Leave --account out; `syncd pause` stops one.")
    settings = call.settings()
    watched = call.options.quiet and settings.log_level == "info"
    set_up(form=settings.log_format, level="warning" if watched else settings.log_level)
    return call.wiring.run_daemon(settings, config=call.options.config)


def reload(*, call: Given) -> Reply:
    """Let the daemon read its configuration anew; with a mistake in it, nothing changes.

    Example: syncd reload
    """
    from rich.text import Text

    try:
        settings = call.settings(passwords=False)
        with call.wiring.door(settings) as door:
            done = door.reload(by=user())
    except ConfigError as error:
        error.remedy = "Nothing has changed: a daemon that runs goes on with the old one."
        raise
    return Reply(value=Reloaded(done=done), view=lambda: Text(safe(done)))
