"""A dry run: what a pass would do, in sentences. Reads the gateway's list and the outbox; writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from syncd.core import gate
from syncd.core.account import Account
from syncd.core.model import AUTO, Direction, Message, MessageId, Pair, State, bare
from syncd.core.planning.pull import plan_walk, start, wanted
from syncd.core.shown import Dropped, Outlook, Partner, Record, Station
from syncd.errors import FolderError
from syncd.flows.gating import Judge, flaws_of, judged, repeats_of
from syncd.flows.reading import read_contents
from syncd.flows.under_way import UnderWay
from syncd.ports import Clock, Gateway, Outbox, Records

MOST_PAGES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """The doors of a dry run; none of them is written through. `learn` takes in stations and partners."""

    account: Account
    gateway: Gateway
    records: Records
    outbox: Outbox
    clock: Clock
    learn: Callable[[Sequence[Station], Sequence[Partner]], None]


def sent_soon(bridge: Rehearsed, outlook: Outlook) -> Iterator[str]:
    """What would be taken from the outbox, what the gate says to it, and what would stay."""
    for drop in outlook.ready:
        if drop.refusal:
            yield f"refuse {drop.place}: {drop.refusal}"
        else:
            yield _sent_through_gate(bridge, drop)
    for left in outlook.not_taken:
        yield f"leave {left.place}: {left.reason}"


def _sent_through_gate(bridge: Rehearsed, drop: Dropped) -> str:
    mode = gate.mode(bridge.account, drop.pair)
    words = "" if mode == gate.OFF else _judged(bridge, drop)
    send = f"send {drop.place} {_whither(drop.pair)}"
    if not words:
        return send
    if mode == gate.WARN:
        return f"{send}, with a warning: {words}"
    is_split = drop.is_folder and bridge.gateway.capabilities.files_per_message == 1
    return f"{send}, but hold of it: {words}" if is_split else f"hold {drop.place}: {words}"


def _judged(bridge: Rehearsed, drop: Dropped) -> str:
    now = bridge.clock.now()
    message = Message(
        id=MessageId(""),
        account=bridge.account.name,
        gateway=bridge.account.gateway,
        direction=Direction.OUTBOUND,
        state=State.QUEUED,
        pair=drop.pair,
        name=drop.name,
        is_folder=drop.is_folder,
        place=drop.place,
        created=now,
        updated=now,
    )
    try:
        contents = bridge.outbox.read(message)
    except FolderError:  # the pass will say so
        return ""
    names = [name for name, _ in contents]
    judge = Judge(
        account=bridge.account, records=bridge.records, under_way=UnderWay(), now=bridge.clock.now()
    )
    readings = read_contents(message, contents)
    flaws = judged(judge, flaws_of, message, names, readings)
    return gate.together(flaws + judged(judge, repeats_of, message, names, readings))


def _whither(pair: Pair) -> str:
    if pair.station == pair.partner == AUTO:
        return "as its own header says"
    return f"from {pair.station} to {pair.partner}"


def pulled_soon(account: Account, gateway: Gateway, known: Records, *, clock: Clock) -> Iterator[str]:
    """What would be fetched. A list request or more for each partner type. Raises: GatewayError."""
    for row in wanted(known.unfinished(account.name, Direction.INBOUND), now=clock.now()):
        yield f"fetch {row.message_id} once more: {', '.join(file.name for file in row.files)}"
    for partner_type in account.partner_types:
        listed: list[Record] = []
        for page in range(MOST_PAGES):
            listing = gateway.unread(partner_type, page=page)
            listed.extend(listing.records)
            if listing.is_last:
                break
        yield from _fetches(account, listed, known, clock)


def _fetches(account: Account, listed: list[Record], known: Records, clock: Clock) -> Iterator[str]:
    rows: dict[str, list[Message]] = {}
    for row in known.by_gateway_ids(account.name, [record.message_id for record in listed]):
        rows.setdefault(bare(row.message_id or ""), []).append(row)
    plan = plan_walk(listed, known=rows, since=_since(account, known, clock), last=None, now=clock.now())
    for fetch in plan.fetch:
        names = ", ".join(file.name for file in fetch.record.files) or "no attachments"
        yield f"fetch {fetch.record.message_id}: {names}"
    if plan.old.count:
        yield f"pass over {plan.old.count} messages that are older than pull_since"


def _since(account: Account, known: Records, clock: Clock) -> datetime | None:
    facts = known.facts(account.name)
    if account.pull_since is not None:
        return start(account.pull_since if isinstance(account.pull_since, datetime) else None, facts)
    stored = facts.get("pull_since")
    return start(datetime.fromisoformat(stored) if stored else clock.now() - timedelta(hours=24), facts)


def rehearse(bridge: Rehearsed, *, only: str | None) -> tuple[str, ...]:
    """What a pass of an account would do. Raises: GatewayError, FolderError."""
    would: list[str] = []
    stations, partners = bridge.gateway.stations(), bridge.gateway.partners()
    if only in (None, "pull"):
        would += pulled_soon(bridge.account, bridge.gateway, bridge.records, clock=bridge.clock)
    if only in (None, "send"):
        bridge.learn(stations, partners)
        would += sent_soon(bridge, _settled_look(bridge))
    return tuple(would)


def _settled_look(bridge: Rehearsed) -> Outlook:
    """A scan that has given what stands in the outbox its settle."""
    outlook = bridge.outbox.scan()
    deadline = bridge.clock.monotonic() + 3 * bridge.account.settle.total_seconds() + 1
    while bridge.clock.monotonic() < deadline:
        left = bridge.outbox.next_settled()
        if left is None or bridge.clock.wait(left):
            break
        outlook = bridge.outbox.scan()
    return outlook
