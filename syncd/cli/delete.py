"""`syncd delete`: entries at the gateway, of one message or of many; the files here stay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from syncd.cli.act import Yes, user
from syncd.cli.asking import is_sure
from syncd.cli.filters import OfDirection, OfName, OfPartner, OfStates, OfStation, Since
from syncd.cli.look import moment
from syncd.cli.options import Call, Given
from syncd.cli.render import Reply, safe, sentences
from syncd.errors import UsageError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from syncd.core.looking import Search
    from syncd.operations.deletions import Deletions
    from syncd.operations.door import Door
    from syncd.operations.rows import Row

PART = 500
"""Messages that the door is asked for at once; between two parts the account's jobs may run."""
SHOWN = 10


def delete(
    *messages: Annotated[str, Parameter(name="ID", help="Our id, the gateway's, or a file's name.")],
    direction: OfDirection = None,
    state: OfStates = (),
    station: OfStation = None,
    partner: OfPartner = None,
    since: Since = None,
    before: Annotated[str | None, Parameter(help="Only what is older: a time, or how long ago.")] = None,
    name: OfName = None,
    yes: Yes = False,
    call: Given,
) -> Reply:
    """Delete at the gateway what is settled here; the files here stay.

    Example: syncd delete --state sent --before 90d
    """
    from syncd.core.looking import Search

    settings = call.settings(passwords=False)
    zone, now = settings.timezone, datetime.now(UTC)
    call.log_quietly(settings)
    wanted = Search(
        account=call.options.account,
        direction=direction,
        states=state,
        station=station,
        partner=partner,
        since=moment(since, option="--since", zone=zone, now=now),
        until=moment(before, option="--before", zone=zone, now=now),
        name=name,
    )
    _need_one_choice(messages, wanted)
    with call.wiring.door(settings) as door:
        ids = _named(door, messages, call) if messages else _fitting(door, wanted)
        found = _in_parts(door, ids, only_look=True)
        if messages and found.left:
            raise UsageError(found.left[0].reason, found.left[0].remedy)
        if not found.messages:
            return _reply(found, zone, "nothing is to be deleted")
        if not is_sure("\n".join([*_lines(found), "Delete them there?"]), yes=yes):
            return _reply(found, zone, "nothing was deleted")
        done = _in_parts(door, [row.id for row in found.messages], only_look=False)
    return _reply(done, zone, f"deleted there: {_count(done.messages)}", exit_code=_verdict(done))


def _need_one_choice(messages: Sequence[str], wanted: Search) -> None:
    """Either messages by name, or what fits: never everything by an oversight. Raises: UsageError."""
    filters = replace(wanted, account=None)
    chosen = any(getattr(filters, field) for field in ("direction", "states", "station", "partner", "name"))
    chosen = chosen or wanted.since is not None or wanted.until is not None
    if bool(messages) == chosen:
        what = "messages and filters are two things" if messages else "nothing says which messages"
        raise UsageError(what, "Write `syncd delete ID`, or `syncd delete --state sent --before 90d`.")


def _named(door: Door, messages: Sequence[str], call: Call) -> list[str]:
    return [door.show_message(each, account=call.options.account).id for each in messages]


def _fitting(door: Door, wanted: Search) -> list[str]:
    """Every message that fits and is not deleted there yet, however many they are."""
    from syncd.control import MOST_ROWS

    found: dict[str, Row] = {}
    wanted = replace(wanted, limit=MOST_ROWS)
    while True:
        rows = door.list_messages(wanted)
        fresh = {row.id: row for row in rows if row.id not in found}
        found |= fresh
        if len(rows) < wanted.limit or not fresh:
            return [row.id for row in found.values() if row.deleted is None]
        wanted = replace(wanted, until=rows[-1].created + timedelta(microseconds=1))


def _in_parts(door: Door, ids: Sequence[str], *, only_look: bool) -> Deletions:
    from syncd.operations.deletions import together

    parts: list[Deletions] = []
    for start in range(0, len(ids), PART):
        parts.append(door.delete(ids[start : start + PART], only_look=only_look, by=user()))
        if parts[-1].trouble:
            break
    return together(parts, done=not only_look)


def _verdict(done: Deletions) -> int:
    return 3 if done.trouble else int(bool(done.left))


# What people see ---------------------------------------------------------------------------------


def _reply(found: Deletions, zone: tzinfo, words: str, *, exit_code: int = 0) -> Reply:
    return Reply(value=found, view=lambda: _view(found, zone, words), exit_code=exit_code)


def _view(found: Deletions, zone: tzinfo, words: str) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    from syncd.cli import views

    parts: list[RenderableType] = [views.messages(found.messages, zone)] if found.messages else []
    reasons = Counter(sentences(each.reason, each.remedy) for each in found.left)
    lines = [f"left there: {_times(count)}{reason}" for reason, count in list(reasons.items())[:SHOWN]]
    if len(reasons) > SHOWN:
        more = sum(list(reasons.values())[SHOWN:])
        lines.append(f"and {more} more are left: --json has them all")
    if found.trouble:
        lines.append(f"it ended early: {sentences(found.trouble, found.remedy)}")
    return Group(*parts, Text("\n".join(safe(line) for line in [*lines, words])))


def _lines(found: Deletions) -> list[str]:
    """What is about to be deleted: how many of which account and state, and the first of them."""
    counts = Counter((row.account, row.state) for row in found.messages)
    lines = [f"{account}: {count} {state}" for (account, state), count in sorted(counts.items())]
    lines += [f"  {row.id} {row.station} {row.partner} {_names(row)}" for row in found.messages[:SHOWN]]
    if len(found.messages) > SHOWN:
        lines.append(f"  and {len(found.messages) - SHOWN} more")
    if found.left:
        lines.append(f"{_count(found.left)} that fit stay there: they are not settled, or not there")
    return [*lines, "Their entries at the gateway go for good; the files here stay."]


def _names(row: Row) -> str:
    from syncd.cli import views

    return views.names(row)


def _times(count: int) -> str:
    return f"{count} messages: " if count > 1 else ""


def _count(things: Sequence[object]) -> str:
    return f"{len(things)} message{'' if len(things) == 1 else 's'}"
