"""From staging into the inbox, then the confirmation: in this order, each step committed before the next.

Staged and the file is there: publish. Staged and the file is gone: it was published, the ERP has it. Staged
and the whole folder is gone: staging was emptied from outside, and a person has to look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from syncd.core import events as ev
from syncd.core import status_file
from syncd.core.machine import STAGED, advance, spot
from syncd.core.model import GatewayId, Message, MessageId, State
from syncd.core.planning import pull as planning
from syncd.errors import (
    DiskFull,
    FolderError,
    NameTaken,
    NotThere,
    Rejected,
    RootUnusable,
    Unanswered,
)
from syncd.flows.answering import Answering
from syncd.flows.bridge import Bridge, Step, Trouble
from syncd.flows.fetching import Arrived, NotArrived, Outcome, is_silence, wanted_of
from syncd.flows.holding import NEVER_BY_ITSELF

log = structlog.get_logger(__name__)

MOST_NAMES = 20
MOST_UNCONFIRMED = 5
"""Refused confirmations of one group, after which the rest of it waits for the next pass."""


def store(bridge: Bridge, outcomes: Sequence[Outcome]) -> list[Message]:
    """Record what a batch brought, in one transaction; returns the messages after, staged or not."""
    steps: list[Step] = []
    answers: list[Step] = []
    answering = Answering(bridge)
    with bridge.inbox.together():
        for outcome in outcomes:
            match outcome:
                case Arrived():
                    event, answered = _with_answers(answering, outcome, _staged(bridge, outcome))
                    steps.append((outcome.row, event))
                    answers.extend(answered)
                case NotArrived():
                    steps.extend([] if outcome.again else [(outcome.row, _not_arrived(bridge, outcome))])
    for row, event in steps:
        if row.state is State.HELD and not isinstance(event, ev.Postponed):
            bridge.inbox.write_alone(row.pair, row.id, None)
    bridge.inbox.settle_staging()
    rows = bridge.record([*steps, *answers])[: len(steps)]
    for row in rows:
        if spot(row) != STAGED:
            bridge.inbox.discard(row.id)
        if row.state is State.HELD:
            bridge.inbox.write_alone(row.pair, row.id, status_file.render(row))
    return rows


def _with_answers(answering: Answering, arrived: Arrived, event: ev.Event) -> tuple[ev.Event, Sequence[Step]]:
    """What is staged may acknowledge what we sent: that is recorded with it."""
    if not isinstance(event, ev.Staged):
        return event, ()
    note, answers = answering.hear(arrived.row, arrived.readings)
    return replace(event, note="; ".join(filter(None, (event.note, note)))), answers


def _staged(bridge: Bridge, arrived: Arrived) -> ev.Event:
    """Staged; or, for a partner's retransmission, recognised or held."""
    row = arrived.row
    original_id = row.progress.retransmission_of
    original = bridge.records.get(original_id) if original_id else None
    if original is not None and any(file.sha256 for file in original.files):
        if planning.same_content(original.files, arrived.files):
            return ev.Recognised(original=original.id, files=arrived.files, note=arrived.note)
        return _other_content(bridge, row, original)
    now = bridge.clock.now()
    try:
        place, files = bridge.inbox.choose(replace(row, files=arrived.files), now=now)
    except (DiskFull, RootUnusable):
        raise
    except FolderError as error:
        _complain_of(bridge, [row], {row.id: error})
        return ev.Postponed(reason=error.what, next_at=planning.next_fetch(row, now=now))
    return ev.Staged(
        files=files,
        place=place,
        is_folder=place is not None,
        readings=arrived.readings,
        note=arrived.note,
    )


def _other_content(bridge: Bridge, row: Message, original: Message) -> ev.Event:
    reason = f"the partner sent {original.id} once more under the same id, with other content"
    next_at = bridge.clock.now() + planning.TRIED_DAILY
    if row.state is State.HELD:
        return ev.Postponed(reason=reason, next_at=next_at)
    return ev.Held(reason=reason, next_at=next_at)


def _not_arrived(bridge: Bridge, outcome: NotArrived) -> ev.Event:
    now = bridge.clock.now()
    if outcome.gone:
        return ev.Vanished(reason=outcome.reason)
    if outcome.row.state is State.HELD:
        return ev.Postponed(reason=outcome.reason, next_at=now + planning.TRIED_DAILY)
    if planning.is_to_be_held(outcome.row, now=now):
        return ev.Held(reason=outcome.reason, next_at=now + planning.TRIED_DAILY)
    return ev.Postponed(reason=outcome.reason, next_at=planning.next_fetch(outcome.row, now=now))


def publish(bridge: Bridge, rows: Sequence[Message]) -> list[Message]:
    """Make staged messages visible, then record that in one transaction; returns them, published.

    Safe to repeat after a crash at any point. Raises: DiskFull, RootUnusable.
    """
    failed = bridge.inbox.publish_many([(row, _inbox_status(bridge, row)) for row in rows])
    taken = [row for row in rows if isinstance(failed.get(row.id), NameTaken)]
    steps: list[Step] = [(row, ev.Published()) for row in rows if row.id not in failed]
    done = bridge.record([*steps, *(_publish_elsewhere(bridge, row) for row in taken)])
    with bridge.inbox.together():
        for row in done:
            bridge.inbox.discard(row.id)
    for row in done:
        if row.state is State.HELD:
            bridge.inbox.write_alone(row.pair, row.id, status_file.render(row))
    _complain_of(bridge, rows, failed)
    return [row for row in done if row.state is State.RECEIVED]


def _complain_of(bridge: Bridge, rows: Sequence[Message], failed: Mapping[MessageId, FolderError]) -> None:
    """A folder that cannot be written holds up its own messages only: they stay staged, and are tried again.

    Raises: DiskFull, RootUnusable: nothing else could be published either.
    """
    for row in rows:
        error = failed.get(row.id)
        if isinstance(error, (DiskFull, RootUnusable)):
            raise error
        if error is not None and not isinstance(error, NameTaken):
            what = f"the inbox of {row.pair.station}/{row.pair.partner} cannot be written: {error.what}"
            name = bridge.account.name
            bridge.complain(
                Trouble(account=name, job="pull", what=what, remedy=error.remedy, needs_person=True)
            )


def _publish_elsewhere(bridge: Bridge, row: Message) -> Step:
    """Somebody took the chosen name: choose anew, note it, try again."""
    for _ in range(MOST_NAMES):
        place, files = bridge.inbox.choose(row, now=bridge.clock.now())
        row = bridge.record_one(row, ev.Relocated(files=files, place=place))
        try:
            bridge.inbox.publish(row, status=_inbox_status(bridge, row))
        except NameTaken:
            continue
        return (row, ev.Published())
    return (row, ev.Held(reason="its name in the inbox was taken again and again"))


def _inbox_status(bridge: Bridge, row: Message) -> bytes | None:
    if not bridge.account.inbox_status_files:
        return None
    return status_file.render(advance(row, ev.Published(), now=bridge.clock.now()))


def recover_staged(bridge: Bridge, rows: Sequence[Message]) -> list[Message]:
    """Publish what a stopped run left staged, reading the witness; returns what is published now."""
    ready: list[Message] = []
    steps: list[Step] = []
    for row in rows:
        if not bridge.inbox.staged(row.id).folder_exists:
            steps.append((row, _emptied(bridge)))
        elif bridge.inbox.damaged(row):
            steps.append((row, ev.Unstaged(reason="the staged copy was damaged; it is fetched again")))
        else:
            ready.append(row)
    for row in bridge.record(steps):
        bridge.inbox.release(row)
        bridge.inbox.discard(row.id)
        if row.state is State.HELD:
            bridge.inbox.write_alone(row.pair, row.id, status_file.render(row))
    return publish(bridge, ready)


def _emptied(bridge: Bridge) -> ev.Held:
    reason = "its staging folder was removed from outside, so nobody can tell whether it was delivered"
    return ev.Held(reason=reason, next_at=bridge.clock.now() + NEVER_BY_ITSELF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A message that the gateway has noted as safe here, and its reference for that, maybe empty."""

    row: Message
    reference: str = ""


def confirm_group(bridge: Bridge, rows: Sequence[Message]) -> list[Noted]:
    """Tell the gateway that these are safe here; returns those that it has noted for certain.

    Several go in one request, one by itself. Safe to repeat. Touches no row: the caller records. A message
    that the gateway does not want to confirm holds up no other: it is tried again by the next pass.
    Raises: GatewayError when it is not the messages that are to blame.
    """
    confirmed: frozenset[GatewayId] = frozenset()
    if len(rows) > 1:
        confirmed = _confirm_together(bridge, rows)
    done: list[Noted] = []
    failures = 0
    for row in rows:
        reference = "" if row.message_id in confirmed else _confirm_one(bridge, row)
        if reference is not None:
            done.append(Noted(row=row, reference=reference))
            continue
        failures += 1
        if failures >= MOST_UNCONFIRMED:
            break
    return done


def _confirm_together(bridge: Bridge, rows: Sequence[Message]) -> frozenset[GatewayId]:
    try:
        return bridge.gateway.confirm_batch([wanted_of(row) for row in rows])
    except (Rejected, NotThere, Unanswered) as error:
        if is_silence(error):
            raise
        return frozenset()


def _confirm_one(bridge: Bridge, row: Message) -> str | None:
    """Confirm one message; one that the gateway no longer has needs no confirmation. None: not now."""
    try:
        return bridge.gateway.confirm(wanted_of(row).message_id)
    except NotThere:
        return ""
    except (Rejected, Unanswered) as error:
        if is_silence(error):
            raise
        what = f"the gateway does not confirm message {row.id}: {error.what}"
        bridge.complain(Trouble(account=bridge.account.name, job="pull", what=what))
        return None
