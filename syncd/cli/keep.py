"""Commands that keep the bridge in order."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from syncd.cli.act import user
from syncd.cli.options import Call, Given
from syncd.cli.render import Reply, console, safe, sentences

if TYPE_CHECKING:
    from datetime import tzinfo

    from rich.console import RenderableType

    from syncd.operations.verifying_report import AccountVerified, Finding, Verified

SHOWN = 100
"""Findings of an account that people see; JSON has them all."""


def verify(
    *,
    repair: Annotated[
        bool, Parameter(help="Do what is safe of what the findings name.", show_default=False)
    ] = False,
    call: Given,
) -> Reply:
    """Compare disk, database and gateway; name what does not agree, and the repair.

    Example: syncd verify --repair
    """
    settings = call.settings(passwords=False)
    names = call.accounts(settings)
    call.log_quietly(settings)
    with _progress(call) as progress, call.wiring.door(settings, progress=progress) as door:
        verified = door.verify(names, repair=repair, by=user())
    return Reply(
        value=verified, view=lambda: _view(verified, settings.timezone), exit_code=_verdict(verified)
    )


def _verdict(verified: Verified) -> int:
    """3 when something could not be asked, whatever was found besides."""
    if any(account.trouble for account in verified.accounts):
        return 3
    return 0 if verified.ok else 1


@contextmanager
def _progress(call: Call) -> Iterator[Callable[[str], None]]:
    """A line on the terminal while it lasts; nothing anywhere else."""
    if call.options.quiet or call.options.json or not sys.stderr.isatty():
        yield lambda _what: None
        return
    with console(call.options, stderr=True).status("comparing disk, database and gateway") as status:
        yield lambda what: status.update(safe(what))


# What people see ---------------------------------------------------------------------------------


def _view(verified: Verified, zone: tzinfo) -> RenderableType:
    from rich.console import Group

    known = {account.account for account in verified.accounts}
    besides = [finding for finding in verified.findings if finding.account not in known]
    parts = [part for account in verified.accounts for part in _account(account, verified, zone)]
    return Group(*parts, *_findings(besides))


def _account(account: AccountVerified, verified: Verified, zone: tzinfo) -> list[RenderableType]:
    from rich.text import Text

    mine = [finding for finding in verified.findings if finding.account == account.account]
    parts: list[RenderableType] = [Text(safe(account.account), style="bold")]
    if account.trouble:
        words = sentences(account.trouble, account.remedy)
        parts.append(Text(f"  could not look at everything: {safe(words)}", style="red"))
    parts.append(Text(f"  compared {_scope(account, zone)}"))
    if account.is_cut:
        parts.append(
            Text("  there is more than was looked at: repair this, then run it again", style="yellow")
        )
    if not mine and not account.trouble:
        parts.append(Text("  everything agrees", style="green"))
    return parts + _findings(mine)


def _scope(account: AccountVerified, zone: tzinfo) -> str:
    from syncd.cli.standing import moment

    words = f"{_count(account.messages)} with the disk"
    if account.since is None:
        return words
    return f"{words}, and {_count(account.listed)} at the gateway, back to {moment(account.since, zone)}"


def _count(messages: int) -> str:
    return f"{messages} message{'' if messages == 1 else 's'}"


def _findings(findings: Sequence[Finding]) -> list[RenderableType]:
    from rich.text import Text

    from syncd.cli.views import grid

    if not findings:
        return []
    urgent = sorted(findings, key=lambda finding: (not finding.is_open, finding.is_note))
    parts: list[RenderableType] = [grid(("", "", "", ""), map(_line, urgent[:SHOWN]))]
    if len(findings) > SHOWN:
        parts.append(Text(f"  and {len(findings) - SHOWN} more: --json has them all"))
    return parts


def _line(finding: Finding) -> Sequence[object]:
    from rich.text import Text

    verdict = Text("  found", style="yellow")
    if finding.repaired:
        verdict = Text("  repaired", style="green")
    elif finding.is_note:
        verdict = Text("  note")
    remedy = "" if finding.repaired else finding.remedy
    if finding.trouble:
        remedy = f"Could not be repaired: {finding.trouble}"
    return verdict, finding.id or "", finding.place or "", sentences(finding.what, remedy)
