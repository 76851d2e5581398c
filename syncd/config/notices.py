"""`[notices]`: how people are told, and of what besides failed and held messages."""

from __future__ import annotations

import re
from datetime import time
from importlib.util import find_spec
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, SecretStr

from syncd.config.commands import read_program
from syncd.config.keys import Table, key
from syncd.config.values import Duration, is_loopback, read_list, wrong
from syncd.core.notices.pace import Quiet

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://.", re.IGNORECASE)
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


def read_quiet(value: object) -> Quiet | None:
    """`"22:00-06:00"`; empty: none."""
    if value == "":
        return None
    found = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise wrong("is no span of a day", 'Write begin and end, like "22:00-06:00"')
    hours, minutes, end_hours, end_minutes = map(int, found.groups())
    quiet = Quiet(begin=time(hours, minutes), end=time(end_hours, end_minutes))
    if quiet.begin == quiet.end:
        raise wrong("is empty, or the whole day", 'Write begin and end, like "22:00-06:00"; "" is none')
    return quiet


def read_webhook(value: object) -> object:
    """Where notices are posted to."""
    remedy = 'Write an address like "https://chat.example/hooks/…"'
    return read_secret_address(value, remedy=remedy, in_the_clear="would send names in the clear")


def read_secret_address(value: object, *, remedy: str, in_the_clear: str) -> object:
    """An https address, or http of this machine; a secret, since many carry one. Empty: none."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if text == "":
        return None
    if not isinstance(text, str) or not text.isprintable() or " " in text:
        raise wrong("is not an address", remedy)
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise wrong("is not an address", remedy) from None
    if parts.scheme not in {"http", "https"} or not host:
        raise wrong("is not an address", remedy)
    if parts.scheme == "http" and not is_loopback(host):
        raise wrong(in_the_clear, "Write https://; http:// is for 127.0.0.1 only")
    return text


def read_addresses(value: object) -> object:
    """Addresses of Apprise, which has to be there."""
    found = read_list(value)
    if not isinstance(found, list | tuple) or not all(isinstance(each, str | SecretStr) for each in found):
        raise wrong("is not a list of addresses", 'Write it like ["mailto://…"]')
    texts = [each.get_secret_value() if isinstance(each, SecretStr) else each for each in found]
    if not all(map(_SCHEME.match, texts)):
        raise wrong("has something that is no address", 'Each begins like "mailto://"; see Apprise\'s list')
    if texts and find_spec("apprise") is None:
        raise wrong("needs the package apprise", "Install it: pip install 'syncd[notices]'")
    return tuple(texts)


def masked(address: str) -> str:
    """An address without all that may be a secret: `mailto://********`."""
    scheme, _, rest = address.partition("://")
    return f"{scheme}://********" if rest else "********"


QuietHours = Annotated[Quiet | None, BeforeValidator(read_quiet)]
Addresses = Annotated[tuple[SecretStr, ...], BeforeValidator(read_addresses)]
Webhook = Annotated[SecretStr | None, BeforeValidator(read_webhook)]
Program = Annotated[tuple[str, ...], BeforeValidator(read_program)]


class NoticesTable(Table):
    """`[notices]`. Nobody is told anything unless a way is set."""

    to: Addresses | None = key(
        "addresses of Apprise (mail, chat, text messages; https://appriseit.com/services/): "
        "needs pip install 'syncd[notices]'",
        example=["mailto://user:password@mail.example?to=edi@acme.example"],
    )
    command: Program | None = key(
        "a program and its arguments, never a shell's line: it has the notice as JSON on its standard input",
        example=["/usr/local/bin/page"],
    )
    webhook: Webhook = key(
        "an address that the notice is posted to, as JSON; http:// is for this machine only",
        example="https://chat.example/hooks/secret",
    )
    digest: Duration = key(
        "the first trouble is told at once; what follows within this time, together", default="15m"
    )
    quiet: QuietHours = key(
        "hours in `timezone` in which only what is urgent is told; the rest is told at their end",
        example="22:00-06:00",
    )
    not_collected_after: Duration | None = key(
        "how long a delivered file may stand in inbox/ before that is told; default: for ever", example="2h"
    )
    silent_after: Duration | None = key(
        "how long a partner from whom something came may send nothing before that is told, weekends "
        "counted; default: for ever",
        example="3d",
    )
    unreachable_after: Duration = key("how long a gateway does not answer before that is told", default="15m")
