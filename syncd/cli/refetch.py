"""`syncd refetch`: a partner's message once more, or all that the gateway received in some time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.text import Text

from syncd.cli import views
from syncd.cli.act import user
from syncd.cli.asking import is_sure
from syncd.cli.elsewhere import the_one_there
from syncd.cli.look import moment
from syncd.cli.options import Call, Given
from syncd.cli.pausing import waits_for, with_hint
from syncd.cli.render import Reply, safe
from syncd.core.model import Direction
from syncd.core.planning.span import Refetched, Span
from syncd.errors import NotFound, UsageError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from syncd.config import Settings
    from syncd.operations.door import Door
    from syncd.operations.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class RefetchedSpan:
    """What was found in a span, as scripts see it; `done`: it was asked for, and is on its way in."""

    done: bool
    since: datetime
    until: datetime
    again: bool
    accounts: tuple[Refetched, ...]


def refetch(
    message: Annotated[
        str | None, Parameter(name="ID", help="Our id, the gateway's, or a file's name.")
    ] = None,
    /,
    *,
    since: Annotated[str | None, Parameter(help="All from this time on: 2026-01-31T08:00, or 7d.")] = None,
    until: Annotated[str | None, Parameter(help="With --since: all before this time.")] = None,
    again: Annotated[
        bool, Parameter(help="With --since: also what was received here.", show_default=False)
    ] = False,
    yes: Annotated[bool, Parameter(help="With --since: do not ask first.", show_default=False)] = False,
    call: Given,
) -> Reply:
    """Fetch a partner's message once more, or all of some time that is not here.

    Example: syncd refetch --since 2026-01-01 --until 2026-02-01
    """
    if since is None:
        return _one(call, message, alone=not (until or again or yes))
    if message is not None:
        raise UsageError("an ID and --since are two things", "Name a message, or a time.")
    return _span(call, since, until, again=again, yes=yes)


def _one(call: Call, message: str | None, *, alone: bool) -> Reply:
    if message is None or not alone:
        raise UsageError("there is no --since", "Write `syncd refetch ID`, or `syncd refetch --since 7d`.")
    settings = call.settings(passwords=False)
    call.log_quietly(settings)
    with call.wiring.door(settings) as door:
        row = _asked(call, settings, door, message)
        hint = waits_for(door, row.account, "pull")
    return Reply(value=row, view=lambda: with_hint(views.messages((row,), settings.timezone), hint))


def _asked(call: Call, settings: Settings, door: Door, message: str) -> Row:
    """A message that is known here, or else at one of the gateways."""
    try:
        known = door.show_message(message, account=call.options.account)
    except NotFound as missing:
        there = the_one_there(call, settings, door, message, missing)
        if there.direction is Direction.OUTBOUND:
            what = f"{there.message_id} goes out ({there.box} at the gateway): there is nothing to fetch"
            raise UsageError(what, "To send a file of ours once more: syncd resend.") from missing
        return door.refetch_unknown(there.message_id, account=there.account, by=user())
    return door.refetch(known.id, by=user())


def _span(call: Call, since: str, until: str | None, *, again: bool, yes: bool) -> Reply:
    """Count first, ask a person, then do it: for the same time, whatever the clock says by then."""
    settings = call.settings(passwords=False)
    names, zone, now = call.accounts(settings), settings.timezone, datetime.now(UTC)
    call.log_quietly(settings)
    span = Span(
        since=moment(since, option="--since", zone=zone, now=now) or now,
        until=moment(until, option="--until", zone=zone, now=now) or now,
        again=again,
    )
    if span.since > now:
        raise UsageError(f"--since {since} lies in the future", "Name a time that is over.")
    if span.since >= span.until:
        raise UsageError("--since is not before --until", "Turn them round.")
    with call.wiring.door(settings) as door:
        found = door.refetch_span(names, span, only_look=True, by=user())
        if not any(_count(each, again=again) for each in found):
            return _reply(span, found, zone, "there is nothing to fetch")
        if not is_sure("\n".join([*_lines(found, span, zone), "Fetch them?"]), yes=yes):
            return _reply(span, found, zone, "nothing was done")
        found = door.refetch_span(names, span, only_look=False, by=user())
    return _reply(span, found, zone, "asked for: the next pull brings them", is_done=True)


def _reply(
    span: Span, found: tuple[Refetched, ...], zone: tzinfo, words: str, *, is_done: bool = False
) -> Reply:
    value = RefetchedSpan(done=is_done, since=span.since, until=span.until, again=span.again, accounts=found)
    return Reply(value=value, view=lambda: _view([*_lines(found, span, zone), words]))


def _view(lines: Sequence[str]) -> RenderableType:
    return Text("\n".join(safe(line) for line in lines))


def _count(found: Refetched, *, again: bool) -> int:
    return found.missing + (found.received if again else 0)


def _lines(found: Sequence[Refetched], span: Span, zone: tzinfo) -> list[str]:
    """A line for each account: how many, of which time, and what is let alone."""
    return [_line(each, span, zone) for each in found]


def _line(found: Refetched, span: Span, zone: tzinfo) -> str:
    count = _count(found, again=span.again)
    words = [f"{found.account}: {count} {'message' if count == 1 else 'messages'} to fetch"]
    if found.oldest and found.newest:
        words.append(f"from {_at(found.oldest, zone)} to {_at(found.newest, zone)}")
    if found.received:
        tail = "among them" if span.again else "let alone: --again fetches them too"
        words.append(f"{found.received} received here before ({tail})")
    if found.under_way:
        words.append(f"{found.under_way} on the way in, or held")
    return ", ".join(words)


def _at(time: datetime, zone: tzinfo) -> str:
    return f"{time.astimezone(zone):%Y-%m-%d %H:%M}"
