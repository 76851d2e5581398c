"""The process itself: signals, reload in place, the second instance, and what systemd is told."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from syncd.cli import main
from syncd.sandbox import Sandbox
from syncd.web.server import bound
from tests.e2e.daemon.harness import Bridge, until

ORDERLY_S = 10.0


@dataclass
class Process:
    """`syncd run` as systemd starts it, with a socket that hears what it tells."""

    bridge: Bridge
    ear: socket.socket
    popen: subprocess.Popen[bytes]
    log: Path
    said: list[str] = field(default_factory=list)

    def heard(self, word: str, *, times: int = 1) -> bool:
        """Whether systemd was told so, that often."""
        while True:
            try:
                self.said.extend(self.ear.recv(4096).decode().splitlines())
            except BlockingIOError:
                return sum(line.startswith(word) for line in self.said) >= times

    def told(self, event: str) -> list[dict[str, Any]]:
        """The log lines of an event."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == event]

    def ended(self, *, within_s: float) -> int:
        """Wait for the end, and return the exit code."""
        return self.popen.wait(within_s)


def command(bridge: Bridge, *words: str) -> list[str]:
    return [sys.executable, "-m", "syncd", "--config", str(bridge.config), *words]


def asked(bridge: Bridge, *words: str) -> tuple[int, str]:
    """How a command beside the daemon ends, in this process, and all that it prints."""
    with redirect_stdout(StringIO()) as printed, redirect_stderr(printed):
        code = main(["--config", str(bridge.config), *words])
    return code, printed.getvalue()


def refused(bridge: Bridge) -> subprocess.CompletedProcess[str]:
    """A daemon that does not start."""
    return subprocess.run(
        command(bridge, "run"), capture_output=True, text=True, timeout=30, env=clean(), check=False
    )


def clean(**more: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SYNCD_")}
    return kept | {"PYTHONPATH": os.getcwd()} | more  # noqa: PTH109 - where the tests run


@contextmanager
def started(bridge: Bridge, *, within: Sequence[str] = (), **more: str) -> Iterator[Process]:
    """A daemon that is ready; killed when the test is done with it. `within` is what starts it instead."""
    notify, log = bridge.folder / "notify", bridge.folder / "log"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear, log.open("ab") as file:
        notify.unlink(missing_ok=True)
        ear.bind(str(notify))
        ear.setblocking(False)
        env = clean(NOTIFY_SOCKET=str(notify), WATCHDOG_USEC="4000000", **more)
        with subprocess.Popen([*within, *command(bridge, "run")], stderr=file, env=env) as popen:
            process = Process(bridge=bridge, ear=ear, popen=popen, log=log)
            try:
                until(lambda: process.heard("READY=1") or popen.poll() is not None, within_s=60)
                assert popen.poll() is None, log.read_text()
                yield process
            finally:
                if popen.poll() is None:
                    popen.kill()


@pytest.fixture
def silent_send(bridge: Bridge, box: Sandbox) -> Bridge:
    """The gateway takes the next send, and never says so."""
    box.trouble("silence", operation="send", when="after", seconds=30.0, times=1)
    return bridge


def test_a_daemon_is_told_alone_reloaded_in_place_and_ended(bridge: Bridge, box: Sandbox) -> None:
    """One life: ready, a second one refused, a broken reload that changes nothing, a good one, the end."""
    with started(bridge) as process:
        second = refused(bridge)
        assert second.returncode == 3
        assert f"process {process.popen.pid}" in second.stderr
        sound = bridge.config.read_text()

        bridge.config.write_text(sound + 'layout = "sideways"\n')
        process.popen.send_signal(signal.SIGHUP)
        until(lambda: process.told("daemon.not_reloaded"))
        assert process.told("daemon.not_reloaded")[0]["keys"] == ["accounts.acme.layout"]
        assert asked(bridge, "reload")[0] == 2
        bridge.config.write_text(sound)
        status = json.loads(asked(bridge, "status", "--json")[1])
        assert "accounts.acme.layout" in status["reload_error"]
        assert not process.heard("RELOADING=1")
        until(lambda: process.heard("WATCHDOG=1"))

        bridge.configure(inbox_style="prefix")
        process.popen.send_signal(signal.SIGHUP)
        until(lambda: process.heard("READY=1", times=2))
        assert process.said.index("RELOADING=1") > process.said.index("READY=1")
        box.deliver(files={"order.edi": b"UNA"})
        until(lambda: any(name.endswith("Z_order.edi") for name in bridge.names("inbox")))
        status = json.loads(asked(bridge, "status", "--json")[1])
        assert (status["pid"], status["reload_error"]) == (process.popen.pid, "")

        process.popen.terminate()
        assert process.ended(within_s=ORDERLY_S) == 0
        assert process.heard("STOPPING=1")
    assert json.loads(process.log.read_text().splitlines()[-1])["event"] == "daemon.stopped"


def test_an_end_in_the_middle_of_a_send_loses_and_doubles_nothing(silent_send: Bridge, box: Sandbox) -> None:
    """It waits for the answer, but not for long; the next start finds out what became of it."""
    bridge = silent_send
    bridge.configure(in_doubt_wait="4s")
    with started(bridge) as process:
        until(bridge.has_outbox)
        bridge.drop("invoice.edi")
        until(lambda: box.ledger.sent)
        began = time.monotonic()
        process.popen.terminate()
        assert process.ended(within_s=ORDERLY_S) == 0
        assert time.monotonic() - began < ORDERLY_S
    with bridge.running():
        until(lambda: bridge.names("sent") == ["invoice.edi"], within_s=30)
    assert len(box.ledger.sent) == 1


def test_a_second_signal_leaves_at_once(silent_send: Bridge, box: Sandbox) -> None:
    """Whatever is in hand."""
    bridge = silent_send
    with started(bridge) as process:
        until(bridge.has_outbox)
        bridge.drop("invoice.edi")
        until(lambda: box.ledger.sent)
        process.popen.terminate()
        until(lambda: process.heard("STOPPING=1"))
        process.popen.terminate()
        process.ended(within_s=2)


def test_an_end_that_comes_during_a_reload_is_an_end(bridge: Bridge, box: Sandbox) -> None:
    """The process does not start itself anew any more; and a late SIGHUP does not kill it."""
    box.trouble("silence", operation="send", when="after", seconds=2.0, times=1)
    with started(bridge) as process:
        until(bridge.has_outbox)
        bridge.drop("invoice.edi")
        until(lambda: box.ledger.sent)
        process.popen.send_signal(signal.SIGHUP)
        until(lambda: process.heard("STOPPING=1"))
        process.popen.terminate()
        process.popen.send_signal(signal.SIGHUP)
        assert process.ended(within_s=ORDERLY_S) == 0
        assert not process.heard("READY=1", times=2)


def test_the_page_is_there_from_start_to_end(bridge: Bridge) -> None:
    """A port that is taken is a mistake of the configuration; a reload in place keeps it."""
    with bound("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        bridge.config.write_text(bridge.config.read_text() + f'[web]\nlisten = "127.0.0.1:{port}"\n')
        second = refused(bridge)
        assert second.returncode == 78
        assert f"web.listen: 127.0.0.1:{port} is taken" in second.stderr

    def page(path: str = "/") -> str:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return str(answer.read().decode())

    def is_ready() -> bool:
        try:
            return '"ready":true' in page("/readyz")
        except HTTPError:
            return False

    with started(bridge) as process:
        assert "acme" in page()
        bridge.drop("order.edi")
        until(is_ready)
        until(
            lambda: (
                'syncd_requests_total{account="acme",operation="send",status="202"} 1.0' in page("/metrics")
            )
        )
        assert 'syncd_messages_entered_total{account="acme",direction="outbound",state="queued"} 1.0' in page(
            "/metrics"
        )
        assert page("/healthz") == '{"alive":true}\n'
        process.popen.send_signal(signal.SIGHUP)
        until(lambda: process.heard("READY=1", times=2))
        assert "acme" in page()
        process.popen.terminate()
        assert process.ended(within_s=ORDERLY_S) == 0
    with bound("127.0.0.1", port):
        pass
