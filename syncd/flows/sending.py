"""One message, one request: read, hash, commit the intention, send those very bytes, record the outcome.

The outcome has three classes: refused for now, refused for good, accepted. Everything else is in doubt,
and only a look-up at the gateway may settle it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

import structlog

from syncd.core import events as ev
from syncd.core.acknowledging import is_to_be_acknowledged
from syncd.core.filed import Readings, filed
from syncd.core.layout import parent
from syncd.core.limits import Limits
from syncd.core.machine import may
from syncd.core.model import File, Folder, Message, MessageId, Place, State
from syncd.core.planning import send as planning
from syncd.core.planning.doubt import doubt_wait, next_lookup
from syncd.core.shown import traced
from syncd.errors import (
    AccountRefused,
    FileChanged,
    FileGone,
    FileTooLarge,
    FolderError,
    GatewayError,
    NotThere,
    Rejected,
    TryLater,
    Unreachable,
)
from syncd.flows.bridge import Bridge
from syncd.flows.gating import through_gate
from syncd.flows.placing import place_for, record_and_settle
from syncd.flows.reading import read_contents
from syncd.ports import Outgoing

log = structlog.get_logger(__name__)

LATER = timedelta(minutes=1)
MOST_LATER = timedelta(minutes=15)
MOST_FORBIDDEN = 6
"""Tries that were answered 403, after which a person has to look; half an hour by then."""
Contents = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of one try; `effect` is how it bears on the account's next sends."""

    row: Message
    effect: Literal["good", "trouble", "refused", "none"]
    wish: timedelta | None = None
    why: str = ""
    remedy: str = ""


def send_one(bridge: Bridge, row: Message) -> Sent:
    """Send one claimed or waiting message; safe to call from several threads for different messages."""
    try:
        contents = bridge.outbox.read(row)
    except FileGone:
        return _withdrawn(bridge, row)
    except FileChanged as error:
        next_at = bridge.clock.now() + bridge.account.settle
        return Sent(
            row=bridge.record_one(row, ev.Unsettled(reason=error.what, next_at=next_at)), effect="none"
        )
    except FileTooLarge as error:
        return replace(_refused(bridge, row, error.what), effect="none")
    except FolderError as error:
        next_at = bridge.clock.now() + LATER
        event = ev.Deferred(reason=error.what, next_at=next_at, attempted=False)
        return Sent(row=bridge.record_one(row, event), effect="none")
    changed = _changed(bridge, row)
    if changed is not None:
        return Sent(row=bridge.record_one(row, changed), effect="none")
    refusal = _objection(bridge, contents)
    if refusal is not None:
        return replace(_refused(bridge, row, refusal), effect="none")
    readings = read_contents(row, contents)
    with through_gate(bridge, row, [name for name, _ in contents], readings) as judged:
        if judged.state is State.HELD:
            return Sent(row=judged, effect="none")
        intended = _intend(bridge, judged, contents, readings)
    return _submit(bridge, *intended)


def _changed(bridge: Bridge, row: Message) -> ev.Unsettled | None:
    """Whether somebody wrote to the file after it was claimed: then it has to keep still once more."""
    if row.place is None or row.progress.identity is None:
        return None
    identity = bridge.outbox.identity(row.place)
    if identity is None or identity.is_as(row.progress.identity):
        return None
    next_at = bridge.clock.now() + bridge.account.settle
    return ev.Unsettled(reason="it changed after it was taken", next_at=next_at, identity=identity)


def _withdrawn(bridge: Bridge, row: Message) -> Sent:
    """The file is gone from `queued/`; if it is the whole root that is gone, nothing is concluded."""
    bridge.tree.check()
    if row.batch is not None and row.place is not None:
        bridge.outbox.close_folder(parent(row.place), to=None)
    reason = "taken out of queued/ before it was sent"
    return Sent(row=bridge.record_one(row, ev.Withdrawn(reason=reason)), effect="none")


def _objection(bridge: Bridge, contents: Contents) -> str | None:
    """What the scan would have refused: a file of a folder is judged here first, others may have changed."""
    can = bridge.gateway.capabilities
    limits = Limits(files=can.files_per_message, bytes=can.bytes_per_message)
    return limits.objection([File(name=name, size=len(content)) for name, content in contents])


def _intend(bridge: Bridge, row: Message, contents: Contents, readings: Readings) -> tuple[Message, Contents]:
    """Commit that these bytes are about to leave; find out whether they failed before."""
    files = tuple(
        File(name=name, size=len(content), sha256=hashlib.sha256(content).hexdigest())
        for name, content in contents
    )
    files = _first_names(row, files)
    old = None if row.resend_of else _failed_before(bridge, row, files)
    if old is not None and not row.is_folder and len(old.files) == 1:
        files = (replace(files[0], name=old.files[0].name),)
    rules = bridge.account.rules(station=row.pair.station, partner=row.pair.partner)
    date = planning.date_words(bridge.local_now())
    subject = planning.subject_for(rules.subject, row, date=date)
    note = f"a resend of {old.id}" if old else ""
    is_answered = is_to_be_acknowledged(filed(readings))
    event = ev.Submitting(
        files=files,
        subject=subject,
        resend_of=old.id if old else None,
        readings=readings,
        acknowledged_within=rules.acknowledged_within if is_answered else None,
        note=note,
    )
    after = bridge.record_one(row, event)
    _forget_old_status(bridge, after)
    named = tuple((file.name, content) for file, (_, content) in zip(files, contents, strict=True))
    return after, named


def _first_names(row: Message, files: tuple[File, ...]) -> tuple[File, ...]:
    if row.is_folder or len(row.files) != len(files):
        return files
    return tuple(replace(f, name=known.name) for f, known in zip(files, row.files, strict=True))


def _failed_before(bridge: Bridge, row: Message, files: tuple[File, ...]) -> Message | None:
    """A failed message of the pair with this name and these bytes: the file was put back by hand."""
    hashes = sorted(file.sha256 or "" for file in files)
    sizes = sorted(file.size for file in files)
    for old in bridge.records.alike_failed(bridge.account.name, row.pair, row.name):
        known = sorted(file.sha256 or "" for file in old.files)
        # What was refused here was never read: its name and sizes have to do.
        same = known == hashes if any(known) else sorted(file.size for file in old.files) == sizes
        if old.id != row.id and same:
            return old
    return None


def _forget_old_status(bridge: Bridge, row: Message) -> None:
    """A file that came back from `failed/` takes its old status file along."""
    old = bridge.records.get(MessageId(row.resend_of)) if row.resend_of else None
    if old is None or old.place is None:
        return
    try:
        if bridge.outbox.identity(old.place) is not None:
            return
        bridge.outbox.write_status(Place(old.place), None)
        if old.batch is not None:
            bridge.outbox.close_folder(parent(old.place), to=None)
        if may(old, ev.TakenAway) and not (old.progress.resent_as or old.progress.pruned):
            bridge.record_one(old, ev.TakenAway(resent_as=row.id))
    except FolderError as error:
        log.warning("status_file.not_removed", message=old.id, error=str(error))


def _submit(bridge: Bridge, row: Message, contents: Contents) -> Sent:
    rules = bridge.account.rules(station=row.pair.station, partner=row.pair.partner)
    outgoing = Outgoing(
        pair=row.pair,
        files=contents,
        subject=row.subject,
        content_type=rules.content_type,
        profile=rules.profile,
    )
    try:
        receipt = bridge.gateway.send(outgoing)
    except (Unreachable, TryLater) as error:
        return _later(bridge, row, error)
    except AccountRefused as error:
        return _account_refused(bridge, row, error)
    except (Rejected, NotThere) as error:
        return _refused(bridge, row, _verdict(error))
    except Exception as error:  # whatever happened after the intention: the request may have left
        if not isinstance(error, GatewayError):
            log.exception("message.send_broke", message=row.id)
        return _doubted(bridge, row, error)
    note = traced(receipt.reference)
    event = ev.Accepted(message_id=receipt.message_id, at=bridge.clock.now(), note=note)
    after = bridge.record_one(row, event)
    return Sent(row=after, effect="good")


def _verdict(error: GatewayError) -> str:
    words = error.detail or error.what
    return f"the gateway refused it: {words}" + (f" (HTTP {error.status})" if error.status else "")


def _later(bridge: Bridge, row: Message, error: Unreachable | TryLater) -> Sent:
    wish = error.retry_after if isinstance(error, TryLater) else None
    next_at = bridge.clock.now() + max(wish or timedelta(), planning.FIRST_GAP)
    after = bridge.record_one(row, ev.Deferred(reason=error.what, next_at=next_at))
    return Sent(row=after, effect="trouble", wish=wish, why=error.what, remedy=error.remedy)


def _account_refused(bridge: Bridge, row: Message, error: AccountRefused) -> Sent:
    """The account's trouble: nothing is sent until it is let in again.

    A message that is forbidden (403) lets others go first then; one that is forbidden time and again, though
    the account was let in each time, is to blame itself.
    """
    tries = row.progress.tries
    if error.status == 403 and tries >= MOST_FORBIDDEN:
        reason = f"the gateway forbids this message time and again: {error.what}"
        event = ev.Held(reason=reason, place=place_for(bridge, row, Folder.HELD))
        return Sent(row=record_and_settle(bridge, [(row, event)])[0], effect="good")
    gap = min(LATER * 2.0 ** min(tries, 8), MOST_LATER)
    next_at = bridge.clock.now() + gap if error.status == 403 else None
    after = bridge.record_one(row, ev.Deferred(reason=error.what, next_at=next_at))
    return Sent(row=after, effect="refused", why=error.what, remedy=error.remedy)


def _refused(bridge: Bridge, row: Message, reason: str) -> Sent:
    event = ev.Refused(reason=reason, place=place_for(bridge, row, Folder.FAILED))
    return Sent(row=record_and_settle(bridge, [(row, event)])[0], effect="good")


def _doubted(bridge: Bridge, row: Message, error: Exception) -> Sent:
    what = error.what if isinstance(error, GatewayError) else f"{type(error).__name__} while it was sent"
    reason = f"it may have been accepted: {what}"
    event = ev.Doubted(reason=reason, next_at=first_lookup(bridge, row))
    return Sent(row=bridge.record_one(row, event), effect="trouble", why=what)


def first_lookup(bridge: Bridge, row: Message) -> datetime:
    """When a send in doubt is looked up for the first time."""
    now = bridge.clock.now()
    return next_lookup(row.progress.submitted_at or now, wait_of(bridge, row), now=now)


def wait_of(bridge: Bridge, row: Message) -> timedelta:
    """How long after the attempt the message's absence is believed."""
    return doubt_wait(bridge.account.in_doubt_wait, bridge.addresses.send_timeout_s(row.pair))
