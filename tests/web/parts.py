"""An app over a door that remembers, and a browser's manners."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from syncd.core.model import Direction
from syncd.errors import NotFound
from syncd.operations.rows import Row
from syncd.web.acting import Acting
from syncd.web.acts import acts
from syncd.web.app import Part, web_app
from syncd.web.chart import Opened, Traffic
from syncd.web.gate import Gate
from syncd.web.hosts import Hosts
from syncd.web.page import Source, page
from syncd.web.passwords import Allowances, Password
from tests.core.building import capabilities
from tests.fakes.door import NOON, FakeDoor

HERE = "http://127.0.0.1:8475"
AS2GATEWAY = capabilities()
ECGRID = replace(AS2GATEWAY, kind="ecgrid", has_mdn=False, can_retry=False)


@dataclass
class Ticks:
    """A monotonic clock that moves when it is told to."""

    seconds: float = 100.0

    def __call__(self) -> float:
        return self.seconds


class Browser(FlaskClient):
    """Goes to the page's address, unless it is told another; keeps its cookies."""

    def open(self, *args: Any, **parts: Any) -> TestResponse:  # noqa: ANN401 - werkzeug's own
        """Ask."""
        return super().open(*args, **{"base_url": HERE} | parts)


def no_mdn(row: Row) -> bytes:
    raise NotFound(f"the gateway has no MDN of message {row.id}", "None was asked for.")


def quiet(_way: Direction, _since: datetime, _until: datetime) -> int:
    return 0


@dataclass
class Site:
    """The page of a door, at 127.0.0.1:8475; times are of the fake door's noon."""

    door: FakeDoor = field(default_factory=FakeDoor)
    password_file: Path | None = None
    address: str = "127.0.0.1"
    port: int = 8475
    hosts: Sequence[str] = ()
    ticks: Ticks = field(default_factory=Ticks)
    more: Sequence[Part] = ()
    secret: bytes = b"of this run"
    mdn: Callable[[Row], bytes] = no_mdn
    patience: timedelta = timedelta(seconds=8)
    opened: Opened = quiet

    @cached_property
    def gate(self) -> Gate:
        return Gate(
            Hosts(self.address, self.port, names=self.hosts),
            Password(self.password_file) if self.password_file else None,
            Allowances(self.ticks),
            cookie="syncd_8475",
            secret=self.secret,
        )

    @property
    def app(self) -> Flask:
        source = Source(
            door=self.door,
            accounts=("acme", "other"),
            zone=ZoneInfo("Europe/Berlin"),
            now=lambda: NOON,
            abilities={"acme": AS2GATEWAY, "other": ECGRID},
            mdn=self.mdn,
            traffic=Traffic(self.opened, zone=ZoneInfo("Europe/Berlin"), now=lambda: NOON),
        )
        pages = [
            Part(blueprint=page(source)),
            Part(blueprint=acts(source, Acting(2, patience=self.patience))),
        ]
        app = web_app([*pages, *self.more], gate=self.gate, zone=source.zone, now=lambda: NOON)
        app.test_client_class = Browser
        return app

    def browser(self) -> FlaskClient:
        """A browser of its own, with its cookies."""
        return self.app.test_client()


def token(text: str) -> str:
    """The token of the forms of a page."""
    found = re.search(r'name="token" value="([0-9a-f]+)"', text)
    assert found
    return found[1]
