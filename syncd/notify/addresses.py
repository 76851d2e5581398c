"""A notice by Apprise, which knows a hundred services. Its addresses hold passwords: none is ever named."""

from __future__ import annotations

import logging
import re
from importlib import import_module
from typing import Any
from urllib.parse import unquote, urlsplit

from syncd.core.notices.notice import Notice, plain
from syncd.notify.ways import MOST_SAID, Send

_PARTS = re.compile(r"[:/@?&=,;+\s]+")
SHORTEST = 3
"""Letters of what might be a secret."""


def by_address(address: str) -> Send:
    """Send to an address of Apprise. It is loaded with the first notice: it is large."""
    scheme = address.partition("://")[0]

    def send(notice: Notice) -> str:
        try:
            return _sent(address, scheme, notice)
        except Exception as error:  # noqa: BLE001 - a hundred services, by as many authors
            return f"Apprise could not send it by {scheme}: {type(error).__name__}"

    return send


def _sent(address: str, scheme: str, notice: Notice) -> str:
    apprise: Any = import_module("apprise")
    logging.getLogger("apprise").propagate = False  # it writes down addresses, and what was answered
    sender = apprise.Apprise()
    with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as said:
        if not sender.add(address):
            return f"Apprise knows no such address: {scheme}://…"
        if sender.notify(title=notice.subject, body=notice.body, body_format="text"):
            return ""
        return f"Apprise could not send it by {scheme}: {without(address, said.getvalue())}"


def without(address: str, said: str) -> str:
    """What was said, in one line, without any part of the address but its scheme and host."""
    parts = urlsplit(address)
    known = {parts.scheme, (parts.hostname or "")}
    secrets = {each for part in _PARTS.split(address) for each in (part, unquote(part))}
    for secret in sorted(secrets - known, key=len, reverse=True):
        if len(secret) >= SHORTEST:
            said = said.replace(secret, "***")
    return plain(said, most=MOST_SAID) or "it does not say why"
