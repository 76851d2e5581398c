"""`syncd prune`: what retention removes, or would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from syncd.cli.act import user
from syncd.cli.options import Given
from syncd.cli.render import Reply, safe, sentences

if TYPE_CHECKING:
    from datetime import tzinfo

    from rich.console import RenderableType

    from syncd.operations.pruning_report import AccountPruned, Pruned, Share

SHOWN = 20
"""What is kept of an account, as far as people see it; JSON has more."""
_WHAT = {
    "sent": "files in sent/",
    "failed": "files in failed/",
    "history": "the history",
    "at_gateway": "at the gateway",
}

_NOT_IN_FORCE = "The daemon still runs with another [retention]: `syncd reload` puts this one in force."


def prune(
    *,
    yes: Annotated[
        bool, Parameter(help="Do it, in place of telling what would go.", show_default=False)
    ] = False,
    call: Given,
) -> Reply:
    """Remove what is older than the configuration's [retention]; without --yes, only tell of it.

    Example: syncd prune --account as2
    """
    settings = call.settings(passwords=False)
    names = call.accounts(settings)
    call.log_quietly(settings)
    with call.wiring.door(settings) as door:
        pruned = door.prune(names, settings.retention, dry_run=not yes, by=user())
    is_well = not any(account.trouble for account in pruned.accounts)
    return Reply(value=pruned, view=lambda: _view(pruned, settings.timezone), exit_code=0 if is_well else 3)


def _view(pruned: Pruned, zone: tzinfo) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    parts = [part for account in pruned.accounts for part in _account(account, pruned, zone)]
    if pruned.dry_run and any(account.messages for account in pruned.accounts):
        parts.append(Text("Nothing was touched. To do it: syncd prune --yes"))
    if not pruned.in_force:
        parts.append(Text(_NOT_IN_FORCE, style="yellow"))
    return Group(*parts)


def _account(account: AccountPruned, pruned: Pruned, zone: tzinfo) -> list[RenderableType]:
    from rich.text import Text

    from syncd.cli.views import grid

    parts: list[RenderableType] = [Text(safe(account.account), style="bold")]
    if account.trouble:
        parts.append(Text(f"  {safe(sentences(account.trouble, account.remedy))}", style="red"))
    shares = [share for share in account.shares if share.messages]
    if shares:
        verb = "would remove" if pruned.dry_run else "removed"
        parts.append(grid(("", "", "", ""), (_share(share, verb, zone) for share in shares)))
    elif not account.trouble:
        parts.append(Text("  nothing is old enough"))
    kept = [(f"  kept {each.path}", each.reason) for each in account.kept[:SHOWN]]
    if kept:
        parts.append(grid(("", ""), kept))
    if len(account.kept) > SHOWN:
        parts.append(Text(f"  and {len(account.kept) - SHOWN} more are kept: --json has them"))
    return parts


def _share(share: Share, verb: str, zone: tzinfo) -> tuple[object, ...]:
    from syncd.cli.standing import moment

    count = f"{share.messages} message{'' if share.messages == 1 else 's'}"
    settled = f"settled {moment(share.oldest, zone)} to {moment(share.newest, zone)}"
    return f"  {verb} {_WHAT[share.kind]}", count, _size(share.bytes) if share.bytes else "", settled


def _size(count: int) -> str:
    """Bytes as people read them."""
    for unit, length in (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)):
        if count >= length:
            return f"{count / length:.1f} {unit}"
    return f"{count} bytes"
