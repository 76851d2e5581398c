"""`delete`: of each account by its own bridge, and all of it as one answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from syncd.core.model import Message, MessageId, PartnerType, Phase
from syncd.errors import SyncdError, UsageError
from syncd.flows.bridge import Bridge
from syncd.flows.deleting import Deletion, delete_there, would_delete
from syncd.flows.once import Tally
from syncd.operations.actions import named
from syncd.operations.deletions import Deletions, Spared, together
from syncd.operations.questions import Roots, row
from syncd.ports import Records
from syncd.wiring.doors import open_doors

if TYPE_CHECKING:
    from syncd.config import Settings


def delete(settings: Settings, ids: Sequence[str], *, only_look: bool, by: str) -> Deletions:
    """Delete at the gateway, under the instance lock. Raises: NotFound, LockHeld, FolderError."""
    parts: list[Deletions] = []
    with open_doors(settings) as doors:
        for name, mine in of_accounts(doors.store.records, ids):
            account = doors.account(name)
            with doors.gateway(account) as opened:
                bridge = doors.bridge(account, opened, Tally())
                parts.append(delete_of(bridge, mine, only_look=only_look, by=by, roots=settings.roots))
    return together(parts, done=not only_look)


def of_accounts(records: Records, ids: Sequence[str]) -> Iterator[tuple[str, list[MessageId]]]:
    """The messages by account. Raises: NotFound."""
    rows = [named(records, MessageId(one)) for one in ids]
    for account in sorted({each.account for each in rows}):
        yield account, [each.id for each in rows if each.account == account]


def delete_of(
    bridge: Bridge, ids: Sequence[MessageId], *, only_look: bool, by: str, roots: Roots
) -> Deletions:
    """Delete the entries of messages of one account, as they are now; or tell which would be deleted."""
    rows = [named(bridge.records, one) for one in ids]
    try:
        found = would_delete(bridge, rows) if only_look else _delete(bridge, rows, by)
    except UsageError as refused:
        found = Deletion(left=tuple((each, refused) for each in rows))
    return Deletions(
        done=not only_look,
        messages=tuple(row(each, roots) for each in found.deleted),
        left=tuple(_spared(each, error, roots) for each, error in found.left),
        trouble=found.trouble.what if found.trouble else "",
        remedy=found.trouble.remedy if found.trouble else "",
    )


def _delete(bridge: Bridge, rows: Sequence[Message], by: str) -> Deletion:
    """Which folder a test partner's file goes to, only the gateway's lists tell."""
    moves = [row for row in rows if row.phase is Phase.STOPPED]
    unknown = bridge.addresses.stations is None
    if unknown and any(row.pair.partner_type is PartnerType.TEST for row in moves):
        bridge.refresh_addresses()
    return delete_there(bridge, rows, by=by)


def _spared(message: Message, error: SyncdError, roots: Roots) -> Spared:
    return Spared(message=row(message, roots), reason=error.what, remedy=error.remedy)
