"""The ways out: what arrives, and what is said of one that does not; never a secret."""

import io
import json
import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from syncd.core.notices.notice import Notice, trial
from syncd.notify import GuardedRunner
from syncd.notify.addresses import by_address
from syncd.notify.ways import by_command
from syncd.notify.webhook import by_webhook
from tests.contracts.stores import NOON

NOTICE: Notice = trial(host="erp1", now=NOON, zone=UTC)


@contextmanager
def listening(status: int) -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    """A small server that answers so, and keeps what was posted."""
    posted: list[tuple[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posted.append((self.path, (self.headers["Content-Type"], json.loads(body))))
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://user:pazzword@127.0.0.1:{server.server_port}/hooks/sesame?sig=open", posted
        finally:
            server.shutdown()
            thread.join()


def test_a_webhook_gets_the_json_and_a_200_is_out() -> None:
    """At the very address, with its secret."""
    with listening(204) as (address, posted):
        assert by_webhook(address)(NOTICE) == ""
    [(path, (kind, told))] = posted
    assert (path, kind, told["id"]) == ("/hooks/sesame?sig=open", "application/json", NOTICE.id)


@pytest.mark.parametrize(
    ("status", "words"), [(302, "302 Found"), (404, "404 Not Found"), (503, "503 Service Unavailable")]
)
def test_any_other_answer_is_none(status: int, words: str) -> None:
    """A redirect is not followed; the words hold no secret."""
    with listening(status) as (address, posted):
        assert by_webhook(address)(NOTICE) == f"127.0.0.1 answered {words}"
    assert len(posted) == 1


def test_a_webhook_that_is_not_there_is_named_by_its_host() -> None:
    """Neither path nor password."""
    assert by_webhook("http://u:pazzword@127.0.0.1:9/sesame")(NOTICE) == (
        "127.0.0.1 cannot be reached (ConnectError)"
    )


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Apprise's own
def test_an_address_of_apprise_is_sent_to() -> None:
    """By its own JSON service; what it says of a failure holds no secret."""
    pytest.importorskip("apprise", reason="an extra: pip install syncd[notices]")
    with listening(200) as (address, posted):
        place = address.removeprefix("http://user:pazzword@").partition("/")[0]
        assert by_address(f"json://user:pazzword@{place}/sesame")(NOTICE) == ""
    [(path, (_, told))] = posted
    assert (path, told["title"]) == ("/sesame", NOTICE.subject)
    said = by_address(f"json://user:pazzword@{place}/sesame")(NOTICE)
    assert said.startswith("Apprise could not send it by json: ")
    assert "pazzword" not in said
    assert by_address("bogus://x:pazzword@y")(NOTICE) == "Apprise knows no such address: bogus://…"


class FakeApprise(ModuleType):
    """A mail server that tells the password back, and a service with a mistake."""

    class LogCapture(io.StringIO):
        def __init__(self, **_: object) -> None:
            super().__init__("535 user bob@x.example: hunter2 is wrong\n")

    class Apprise:
        def add(self, address: str) -> bool:
            return address.startswith("mail")

        def notify(self, *, title: str, **_: object) -> bool:
            logging.getLogger("apprise").warning("hunter2 was refused")
            if "break" in title:
                raise KeyError("hunter2")
            return False


@pytest.fixture
def logged() -> Iterator[list[logging.LogRecord]]:
    """What reaches the log of the program; pytest's own listens to every library's, too."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign,assignment]  # any callable
    logging.getLogger().addHandler(handler)
    yield records
    logging.getLogger().removeHandler(handler)


def test_whatever_apprise_says_or_does_the_secret_stays(
    monkeypatch: pytest.MonkeyPatch, logged: list[logging.LogRecord]
) -> None:
    """Also percent-encoded, and when a service has a mistake."""
    monkeypatch.setitem(sys.modules, "apprise", FakeApprise("apprise"))
    send = by_address("mailtos://bob:%68unter2@x.example?to=ops@y.example")
    assert send(NOTICE) == "Apprise could not send it by mailtos: 535 user ***@x.example: *** is wrong"
    broken = replace(NOTICE, subject="break")
    assert send(broken) == "Apprise could not send it by mailtos: KeyError"
    assert logged == []


def test_a_command_has_the_json_on_its_standard_input(tmp_path: Path) -> None:
    """And exit code 0 is out."""
    program = tmp_path / "page"
    program.write_text(f'#!/bin/sh\ncat > {tmp_path}/told; echo "no line"; exit $1\n')
    program.chmod(0o755)
    runner = GuardedRunner(os.environ)
    assert by_command((str(program), "0"), runner)(NOTICE) == ""
    assert json.loads((tmp_path / "told").read_text())["id"] == NOTICE.id
    assert by_command((str(program), "3"), runner)(NOTICE) == f"{program} ended with exit code 3: no line"
