"""`show` and `refetch` of what is not known here: the gateways are asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

from rich.console import RenderableType

from syncd.cli.options import Call
from syncd.cli.render import Reply
from syncd.cli.standing import moment
from syncd.cli.views import grid
from syncd.errors import NotFound, SyncdError, UsageError

if TYPE_CHECKING:
    from syncd.config import Settings
    from syncd.operations.door import Door
    from syncd.operations.elsewhere import There


def show_there(call: Call, settings: Settings, door: Door, text: str, missing: SyncdError) -> Reply:
    """What a gateway has under this id. Raises: NotFound naming who was asked; UsageError."""
    there = the_one_there(call, settings, door, text, missing)
    return Reply(value=there, view=lambda: _facts(there, settings.timezone))


def the_one_there(call: Call, settings: Settings, door: Door, text: str, missing: SyncdError) -> There:
    """The message that just one of the gateways has. Raises: as `show_there`."""
    if "/" in text and "@" not in text:  # a path, and no id
        raise missing
    looked = door.look_elsewhere(text, accounts=call.accounts(settings))
    if len(looked.found) > 1:
        names = ", ".join(each.account for each in looked.found)
        raise UsageError(f"the gateways of several accounts have {text}: {names}", "Name one: --account.")
    if not looked.found:
        raise _nowhere(missing, looked.asked, looked.troubles)
    return looked.found[0]


def _nowhere(missing: SyncdError, asked: Sequence[str], troubles: Sequence[str]) -> NotFound:
    words = [f"Nor has the gateway of {', '.join(asked)}; it was asked."] if asked else []
    words += [f"{trouble[:1].upper()}{trouble[1:]}." for trouble in troubles]
    return NotFound(missing.what, " ".join([missing.remedy, *words]))


def _facts(there: There, zone: tzinfo) -> RenderableType:
    facts: list[tuple[str, object]] = [
        ("message id", there.message_id),
        ("state", f"not here; at the gateway, {there.box}"),
        ("reason", there.why),
        ("to do", there.remedy),
        ("account", f"{there.account} ({there.gateway})"),
        ("direction", there.direction),
        ("from", there.sender),
        ("to", there.receiver),
        ("type", there.partner_type),
        ("subject", there.subject or ""),
        ("time", moment(there.at, zone)),
        ("files", ", ".join(f"{file.name} ({file.size} bytes)" for file in there.files)),
    ]
    return grid(("", ""), [fact for fact in facts if fact[1]])
