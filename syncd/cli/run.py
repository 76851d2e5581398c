"""Commands that run the bridge, or say whether and how it would run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from syncd.cli.options import Call, Given
from syncd.cli.render import Reply, console, safe
from syncd.errors import UsageError
from syncd.operations.door import Job

if TYPE_CHECKING:
    from syncd.config import Settings
    from syncd.config.inforce import InForce
    from syncd.operations.checks import CheckLine
    from syncd.operations.reports import AccountReport, OnceReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What is in force."""

    path: Path | None
    keys: tuple[InForce, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The lines of `check`, and whether all is well."""

    ok: bool
    lines: tuple[CheckLine, ...]


def once(
    *,
    only: Annotated[Job | None, Parameter(help="This job only.")] = None,
    wait: Annotated[
        str | None, Parameter(help="Follow what was sent until it settles, so long: 60s.")
    ] = None,
    dry_run: Annotated[
        bool, Parameter(help="Touch nothing, here or there; say what would be done.", show_default=False)
    ] = False,
    call: Given,
) -> Reply:
    """Make one pass: pull, send, track. A daemon that runs is asked for it.

    Example: syncd once --only pull
    """
    from syncd.cli import views

    settings = call.settings(passwords=dry_run)
    span = _span(wait)
    names = call.accounts(settings)
    _start_logs(settings, call)
    with _progress(call) as progress:
        if dry_run:
            report = call.wiring.run_once(
                settings, accounts=names, only=only, wait=span, dry_run=True, progress=progress
            )
        else:
            with call.wiring.door(settings, progress=progress) as door:
                report = door.once(names, only=only, wait=span)
    return Reply(value=report, view=lambda: views.once(report), exit_code=_verdict(report))


def check(
    *,
    unit: Annotated[
        bool,
        Parameter(
            help="Prove systemd's unit instead: does it leave open what is needed?", show_default=False
        ),
    ] = False,
    notify: Annotated[
        bool,
        Parameter(
            help="Send a notice to try instead, on each way of `[notices]`: does it get out?",
            show_default=False,
        ),
    ] = False,
    call: Given,
) -> Reply:
    """Prove the set-up, one line each: what, why, what to type.

    Example: syncd check --account as2
    """
    from syncd.cli import views

    settings = call.settings(passwords=not (unit or notify))
    names = call.accounts(settings)
    if notify:
        lines = call.wiring.run_check_notices(settings)
    else:
        prove = call.wiring.run_check_unit if unit else call.wiring.run_check
        lines = prove(settings, names)
    ok = all(line.ok is not False for line in lines)
    return Reply(
        value=Checked(ok=ok, lines=lines), view=lambda: views.checks(lines), exit_code=0 if ok else 1
    )


def config(*, call: Given) -> Reply:
    """Show what is in force and where each value comes from; secrets are masked.

    Example: syncd config --json
    """
    from syncd.cli import views
    from syncd.config import load_with_sources

    settings, keys = load_with_sources(call.options.config, passwords=False)
    names = call.accounts(settings)
    meant = tuple(
        line for line in keys if not line.key.startswith("accounts.") or line.key.split(".")[1] in names
    )
    return Reply(
        value=Configuration(path=settings.path, keys=meant), view=lambda: views.in_force(settings.path, meant)
    )


def _span(wait: str | None) -> timedelta | None:
    if wait is None:
        return None
    from pydantic_core import PydanticCustomError

    from syncd.config.values import read_duration

    try:
        return read_duration(wait)
    except PydanticCustomError:
        raise UsageError(f"--wait {wait} is no duration", "Write 60s or 5m.") from None


def _start_logs(settings: Settings, call: Call) -> None:
    """On a terminal the report is enough, and lines at info would tear the progress apart."""
    from syncd.logs import set_up

    watched = call.options.quiet or sys.stderr.isatty()
    level = "warning" if watched and settings.log_level == "info" else settings.log_level
    set_up(form=settings.log_format, level=level)


@contextmanager
def _progress(call: Call) -> Iterator[Callable[[str], None]]:
    """A line on the terminal that says what is being done; nothing anywhere else."""
    if call.options.quiet or call.options.json or not sys.stderr.isatty():
        yield lambda _what: None
        return
    with console(call.options, stderr=True).status("starting") as status:
        yield lambda what: status.update(safe(what))


def _verdict(report: OnceReport) -> int:
    if any(account.trouble for account in report.accounts):
        return 3
    return 1 if any(_went_wrong(account) for account in report.accounts) else 0


def _went_wrong(account: AccountReport) -> bool:
    unhappy = any(row.state in {"failed", "held"} for row in account.messages)
    return unhappy or bool(account.hooks) or any(left.needs_person for left in account.not_taken)
