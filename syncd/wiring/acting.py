"""What commands that ask the gateway or act on messages need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from syncd.core.account import Account
from syncd.core.model import Direction, GatewayId, Message, MessageId, PartnerType
from syncd.core.planning.span import Refetched, Span
from syncd.errors import SyncdError
from syncd.flows import refetching, resending
from syncd.flows.bridge import Bridge
from syncd.flows.once import Tally
from syncd.flows.placing import settle
from syncd.flows.refetching_span import look
from syncd.flows.refetching_span import refetch_span as ask_for_span
from syncd.flows.send import wait_no_longer
from syncd.folders.examine import Finding, examine
from syncd.folders.tree import Tree
from syncd.operations import actions, checking, elsewhere, tries
from syncd.operations.checking_hooks import check_hooks
from syncd.operations.checking_secrets import SecretFile, check_secrets
from syncd.operations.checks import CheckLine
from syncd.ports import Gateway, Records
from syncd.store import Store
from syncd.store.nothing import NoRecords
from syncd.system.clock import SystemClock
from syncd.wiring.doors import ROOT_FACT, Doors, open_doors, take_umask
from syncd.wiring.looking import state
from syncd.wiring.numbered import has_numbered_pairs

if TYPE_CHECKING:
    from syncd.config import Settings


@contextmanager
def gateway(settings: Settings, account: str) -> Iterator[Gateway]:
    """The account's gateway, for a command that only asks it."""
    doors = Doors(settings, store=None, clock=SystemClock())
    with doors.gateway(doors.account(account)) as opened:
        yield opened


def run_check(settings: Settings, accounts: Sequence[str]) -> tuple[CheckLine, ...]:
    """Prove the set-up of the accounts, one line for each thing that was tried."""
    doors = Doors(settings, store=None, clock=SystemClock())
    take_umask(settings)
    lines = list(checking.check_state(settings.state_dir))
    lines.extend(check_secrets(_addresses(settings)))
    with ExitStack() as stack:
        store, is_readable = _opened(settings, stack, lines)
        known = store.records if store else NoRecords()
        for name in accounts:
            account = doors.account(name)
            lines.extend(check_secrets(_secret_files(settings, account)))
            opened = stack.enter_context(doors.gateway(account))
            lines.extend(check_hooks(account))
            lines.extend(checking.check_account(account, opened, known, clock=doors.clock))
            lines.extend(checking.check_retention(account, opened, settings.retention))
            lines.extend(_check_root(account, store) if is_readable else check_folders(account))
    return tuple(lines)


def _opened(settings: Settings, stack: ExitStack, lines: list[CheckLine]) -> tuple[Store | None, bool]:
    """The state as it is, None where there is none yet; and whether it could be read.

    One that cannot be read is a line, unless it was complained of already.
    """
    try:
        return stack.enter_context(state(settings)), True
    except SyncdError as error:
        if all(line.ok for line in lines):
            lines.append(
                CheckLine(account=None, name="state", ok=False, what=error.what, remedy=error.remedy)
            )
        return None, False


def _secret_files(settings: Settings, account: Account) -> Iterator[SecretFile]:
    """Where the account's secret is kept: a file of its own, or the configuration, if it stands there."""
    login = settings.credentials[account.name]
    noun = "API key" if login.username is None else "password"
    if login.password_file is not None:
        yield SecretFile(account=account.name, path=login.password_file, holds=f"the {noun}")
    written = login.password.get_secret_value() if login.password else ""
    if written and settings.path is not None and _has(settings.path, written):
        yield SecretFile(account=account.name, path=settings.path, holds=f"the {noun} of {account.name}")


def _addresses(settings: Settings) -> Iterator[SecretFile]:
    """The configuration, if the addresses that people are told at stand there: most hold a password."""
    wanted = settings.notices
    secrets = [each.get_secret_value() for each in (*wanted.to, wanted.webhook) if each is not None]
    if settings.path is not None and any(_has(settings.path, each) for each in secrets):
        yield SecretFile(account=None, path=settings.path, holds="the addresses of [notices]")


def _has(path: Path, secret: str) -> bool:
    """Whether the configuration's file has the secret; it may come from a variable instead."""
    try:
        return secret in path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def _check_root(account: Account, store: Store | None) -> list[CheckLine]:
    """The folders, and whose they are: without a state, a marker is another's."""
    was_used = store is not None and ROOT_FACT in store.records.facts(account.name)
    state_id, numbered = store.state_id if store else "", has_numbered_pairs(account)
    tree = Tree(account, state_id=state_id, known=was_used, numbered=numbered)
    return _lines(account, examine(tree, was_used=was_used))


def check_folders(account: Account) -> list[CheckLine]:
    """Write, rename, group: what the folders allow, whosever they are."""
    numbered = has_numbered_pairs(account)
    return _lines(account, examine(Tree(account, state_id="", known=False, numbered=numbered)))


def _lines(account: Account, findings: Iterable[Finding]) -> list[CheckLine]:
    return [
        CheckLine(account=account.name, name="folders", ok=found.ok, what=found.what, remedy=found.remedy)
        for found in findings
    ]


def resolve(settings: Settings, message_id: MessageId, verdict: str, by: str) -> Message:
    """Decide on a held message, under the instance lock.

    Raises: UsageError, NotFound, LockHeld, GatewayError.
    """
    with open_doors(settings) as doors:
        held = actions.held_message(doors.store.records, message_id, verdict)
        account = doors.account(held.account)
        with doors.gateway(account) as opened:
            return decide(doors.bridge(account, opened, Tally()), held, verdict, by=by)


def stop(settings: Settings, message_id: MessageId, by: str) -> Message:
    """End the gateway's own tries of a message, under the instance lock.

    Raises: UsageError, NotFound, LockHeld, GatewayError.
    """
    return _act(settings, message_id, lambda bridge, row: tries.stop(desk(bridge), row, by=by))


def retry(settings: Settings, message_id: MessageId, by: str) -> Message:
    """Try a message again, under the instance lock. Raises: as `stop`."""
    return _act(settings, message_id, lambda bridge, row: try_anew(bridge, row, by=by))


def try_anew(bridge: Bridge, row: Message, *, by: str) -> Message:
    """Try a message again; its account does not wait longer for it. Raises: UsageError, GatewayError."""
    after = tries.retry(desk(bridge), row, by=by)
    if after.direction is Direction.OUTBOUND:
        wait_no_longer(bridge)
    return after


def resend(settings: Settings, message_id: MessageId, by: str) -> Message:
    """Send a failed or sent file again, under the instance lock; returns the new message.

    Raises: as `stop`.
    """

    def act(bridge: Bridge, row: Message) -> Message:
        old = tries.to_resend(row)
        _know_folder(bridge, old)
        return resending.resend(bridge, old, by=by)

    return _act(settings, message_id, act)


def refetch(settings: Settings, message_id: MessageId, by: str) -> Message:
    """Ask for a partner's message once more, under the instance lock. Raises: as `stop`."""
    return _act(
        settings, message_id, lambda bridge, row: refetching.refetch(bridge, tries.to_refetch(row), by=by)
    )


def look_elsewhere(
    settings: Settings, known: Records, text: str, accounts: Sequence[str]
) -> elsewhere.Elsewhere:
    """Ask the gateways of these accounts for a message; nothing is left behind."""
    with ExitStack() as stack:
        doors = Doors(settings, store=None, clock=SystemClock())
        named = [doors.account(name) for name in accounts]
        places = [
            elsewhere.Place(account=each, gateway=stack.enter_context(doors.gateway(each)), records=known)
            for each in named
        ]
        return elsewhere.look_elsewhere(places, text)


def refetch_unknown(settings: Settings, message_id: GatewayId, account_name: str, *, by: str) -> Message:
    """Ask for a message that is not known here, under the instance lock. Raises: as `stop`."""
    with open_doors(settings) as doors:
        account = doors.account(account_name)
        with doors.gateway(account) as opened:
            return refetching.refetch_unknown(doors.bridge(account, opened, Tally()), message_id, by=by)


def refetch_span(
    settings: Settings, accounts: Sequence[str], span: Span, *, only_look: bool, by: str
) -> tuple[Refetched, ...]:
    """What the gateways received in that time, counted or asked for, under the instance lock.

    Raises: LockHeld, GatewayError.
    """
    found: list[Refetched] = []
    with open_doors(settings) as doors:
        for name in accounts:
            account = doors.account(name)
            with doors.gateway(account) as opened:
                bridge = doors.bridge(account, opened, Tally())
                found.append(look(bridge, span) if only_look else ask_for_span(bridge, span, by=by))
    return tuple(found)


def _act(settings: Settings, message_id: MessageId, act: Callable[[Bridge, Message], Message]) -> Message:
    with open_doors(settings) as doors:
        row = actions.named(doors.store.records, message_id)
        account = doors.account(row.account)
        with doors.gateway(account) as opened:
            return act(doors.bridge(account, opened, Tally()), row)


def decide(bridge: Bridge, held: Message, verdict: str, *, by: str) -> Message:
    """Record a decision and let the file follow."""
    bridge.tree.check()
    _know_folder(bridge, held)
    after = actions.resolve(desk(bridge), held, verdict, by=by)
    settle(bridge, [after])
    return bridge.records.get(after.id) or after


def _know_folder(bridge: Bridge, row: Message) -> None:
    """Which folder a test partner has, only the gateway's lists tell."""
    if row.pair.partner_type is PartnerType.TEST:
        bridge.refresh_addresses()


def desk(bridge: Bridge) -> actions.Desk:
    """The doors that actions need."""
    return actions.Desk(
        journal=bridge.journal,
        gateway=bridge.gateway,
        inbox=bridge.inbox,
        outbox=bridge.outbox,
        now=bridge.clock.now(),
        zone=bridge.timezone,
        observe=bridge.observe,
    )


def adopt(settings: Settings, account_name: str) -> None:
    """Take a root over for this state, whatever marker it has. Raises: LockHeld, RootUnusable."""
    with open_doors(settings) as doors:
        account = doors.account(account_name)
        doors.tree(account).adopt()
        doors.know_root(account)
