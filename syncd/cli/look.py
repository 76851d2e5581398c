"""Commands that look: messages, partners, stations."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from cyclopts import Parameter

from syncd.cli.filters import OfDirection, OfName, OfPartner, OfStates, OfStation, Since
from syncd.cli.options import Call, Given
from syncd.cli.render import Reply, as_fields
from syncd.errors import NotFound, UsageError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from syncd.config import Settings
    from syncd.core.shown import Partner, Station
    from syncd.operations.door import Door
    from syncd.ports import Gateway

T = TypeVar("T", "Partner", "Station")
_AGO = re.compile(r"(\d+)([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def list_(
    *,
    direction: OfDirection = None,
    state: OfStates = (),
    station: OfStation = None,
    partner: OfPartner = None,
    since: Since = None,
    until: Annotated[str | None, Parameter(help="A time, or how long ago.")] = None,
    name: OfName = None,
    document: Annotated[
        str | None, Parameter(help="Only with a business document of this kind: 850, INVOIC.")
    ] = None,
    control: Annotated[
        str | None,
        Parameter(help="Only with this control number, of an interchange, group or document."),
    ] = None,
    acknowledged: Annotated[
        Literal["waiting", "overdue", "accepted", "rejected", "partly", "settled"] | None,
        Parameter(help="Only what was sent, and stands so with the partner's acknowledgement."),
    ] = None,
    attention: Annotated[bool, Parameter(help="Only what needs a person.", show_default=False)] = False,
    limit: Annotated[int, Parameter(help="At most so many.")] = 100,
    call: Given,
) -> Reply:
    """List messages, newest first.

    Example: syncd list --state failed --since 2d
    """
    from syncd.cli import views
    from syncd.control import within
    from syncd.core.looking import Search

    settings = call.settings(passwords=False)
    now = datetime.now(UTC)
    wanted = Search(
        account=call.options.account,
        direction=direction,
        states=state,
        station=station,
        partner=partner,
        since=moment(since, option="--since", zone=settings.timezone, now=now),
        until=moment(until, option="--until", zone=settings.timezone, now=now),
        name=name,
        document=document,
        control=control,
        acknowledged=acknowledged,
        at=now,
        attention=attention,
        limit=within(limit),
    )
    with call.wiring.door(settings) as door:
        rows = door.list_messages(wanted)
    with_due = acknowledged == "waiting"
    return Reply(value=rows, view=lambda: views.messages(rows, settings.timezone, now=now, with_due=with_due))


def find(
    name: Annotated[
        str | None, Parameter(help="Our id, the gateway's, or a file's name or a part of it.")
    ] = None,
    /,
    *,
    document: Annotated[
        str | None, Parameter(help="Instead: a kind of business documents, like 850 or INVOIC.")
    ] = None,
    control: Annotated[
        str | None, Parameter(help="Instead: a control number, with or without leading zeros.")
    ] = None,
    limit: Annotated[int, Parameter(help="At most so many.")] = 100,
    call: Given,
) -> Reply:
    """Find messages by id or file name, or by their business documents, newest first.

    Example: syncd find --document 850 --control 4711
    """
    from syncd.cli import views
    from syncd.control import within
    from syncd.core.looking import Search

    account, most = call.options.account, within(limit)
    wanted = Search(account=account, document=document, control=control, limit=most)
    by_document = document is not None or control is not None
    _refuse_both(name, by_document=by_document)
    settings = call.settings(passwords=False)
    with call.wiring.door(settings) as door:
        if by_document:
            rows = door.list_messages(wanted)
        else:
            rows = door.find_messages(name or "", account=account, limit=most)
            if not rows and name and any(mark in name for mark in "*?"):
                rows = door.list_messages(replace(wanted, name=name))
    now = datetime.now(UTC)
    view = partial(views.messages, rows, settings.timezone, now=now)
    return Reply(value=rows, view=view, exit_code=0 if rows else 1)


def _refuse_both(name: str | None, *, by_document: bool) -> None:
    if name is None and not by_document:
        raise UsageError(
            "find needs an id or a file's name", "Or say --document or --control; syncd find --help"
        )
    if name is not None and by_document:
        raise UsageError(
            "find takes a name, or --document and --control, not both",
            "Leave one out; `syncd list --name` takes all of them.",
        )


def show(
    message: Annotated[
        str, Parameter(name="ID", help="Our id, the gateway's, or a file's name; a path in an outbox.")
    ],
    /,
    *,
    mdn: Annotated[
        bool, Parameter(help="Its MDN instead, asked of the gateway.", show_default=False)
    ] = False,
    save: Annotated[Path | None, Parameter(help="With --mdn: into this new file.")] = None,
    call: Given,
) -> Reply:
    """Show one message with its history, or its MDN; or why it is not taken, or not here.

    Example: syncd show INV-8842.edi
    """
    from syncd.cli import views

    if mdn:
        from syncd.cli.mdn import show_mdn

        return show_mdn(call, message, save=save)
    if save:
        raise UsageError("--save is for an MDN", f"syncd show {message} --mdn --save {save}")
    from syncd.cli import waiting

    settings = call.settings(passwords=False)
    with call.wiring.door(settings) as door:
        try:
            whole = door.show_message(message, account=call.options.account)
        except NotFound as missing:
            return _show_unknown(call, settings, door, message, missing)
        except UsageError as error:
            raise waiting.several(call, settings, message, error) from error
        is_id = message in {whole.id, whole.message_id}
        also = () if is_id else waiting.also_waiting(call, settings, door, message)
    view = partial(views.message, whole, settings.timezone, now=datetime.now(UTC))
    return Reply(value=whole, view=lambda: waiting.with_lines(view(), also))


def _show_unknown(call: Call, settings: Settings, door: Door, text: str, missing: NotFound) -> Reply:
    """What is no message here: a file in an outbox, or one that a gateway has."""
    from syncd.cli import elsewhere, waiting

    try:
        return waiting.show_waiting(call, settings, door, text, missing)
    except NotFound as nowhere:
        return elsewhere.show_there(call, settings, door, text, nowhere)


def partners(*, call: Given) -> Reply:
    """List the trading partners that the gateway knows.

    Example: syncd partners --account as2
    """
    from syncd.cli import views

    unlisted: list[str] = []

    def ask(account: str, gateway: Gateway) -> Sequence[Partner]:
        if gateway.capabilities.has_numbered_pairs:
            unlisted.append(account)
        return gateway.partners()

    settings = call.settings()
    rows = _ask_gateways(call, settings, ask)
    numbered = [account for account in settings.accounts if account.name in unlisted]
    return Reply(value=_with_account(rows), view=lambda: views.partners(rows, numbered))


def stations(*, call: Given) -> Reply:
    """List our own stations at the gateway.

    Example: syncd stations --account as2
    """
    from syncd.cli import views

    rows = _ask_gateways(call, call.settings(), lambda _, gateway: gateway.stations())
    return Reply(value=_with_account(rows), view=lambda: views.stations(rows))


def _ask_gateways(
    call: Call, settings: Settings, ask: Callable[[str, Gateway], Sequence[T]]
) -> list[tuple[str, T]]:
    rows: list[tuple[str, T]] = []
    for name in call.accounts(settings):
        with call.wiring.gateway(settings, name) as gateway:
            rows += [(name, answer) for answer in ask(name, gateway)]
    return rows


def _with_account(rows: Sequence[tuple[str, DataclassInstance]]) -> list[dict[str, object]]:
    return [{"account": name} | as_fields(row) for name, row in rows]


def moment(text: str | None, *, option: str, zone: tzinfo, now: datetime) -> datetime | None:
    """A time as people write it: `2026-01-31`, `2026-01-31T08:00` on the configured clock, or `2h` ago.

    Raises: UsageError naming the option.
    """
    if text is None:
        return None
    ago = _AGO.fullmatch(text)
    try:
        if ago:
            return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{option} {text} is no time", "Write 2026-01-31, 2026-01-31T08:00 or 2h.") from None
