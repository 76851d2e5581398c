"""The ways out: what arrives, and what is said of one that does not; never a secret."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from syncd.core.notices.notice import Notice, trial
from syncd.notify import GuardedRunner
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


def test_a_command_has_the_json_on_its_standard_input(tmp_path: Path) -> None:
    """And exit code 0 is out."""
    program = tmp_path / "page"
    program.write_text(f'#!/bin/sh\ncat > {tmp_path}/told; echo "no line"; exit $1\n')
    program.chmod(0o755)
    runner = GuardedRunner(os.environ)
    assert by_command((str(program), "0"), runner)(NOTICE) == ""
    assert json.loads((tmp_path / "told").read_text())["id"] == NOTICE.id
    assert by_command((str(program), "3"), runner)(NOTICE) == f"{program} ended with exit code 3: no line"
