"""An app over a door that remembers, and a browser's manners."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from syncd.web.app import Part, web_app
from syncd.web.gate import Gate
from syncd.web.hosts import Hosts
from syncd.web.page import page
from syncd.web.passwords import Allowances, Password
from tests.fakes.door import FakeDoor

HERE = "http://127.0.0.1:8475"


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


@dataclass
class Site:
    """The page of a door, at 127.0.0.1:8475."""

    door: FakeDoor = field(default_factory=FakeDoor)
    password_file: Path | None = None
    address: str = "127.0.0.1"
    hosts: Sequence[str] = ()
    ticks: Ticks = field(default_factory=Ticks)
    more: Sequence[Part] = ()

    @cached_property
    def gate(self) -> Gate:
        return Gate(
            Hosts(self.address, 8475, names=self.hosts),
            Password(self.password_file) if self.password_file else None,
            Allowances(self.ticks),
            cookie="syncd_8475",
            secret=b"secret",
        )

    @property
    def app(self) -> Flask:
        app = web_app([Part(blueprint=page(self.door, ("acme", "other"))), *self.more], gate=self.gate)
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
