"""The sandbox as a program."""

import os
import signal
import subprocess
import sys
import threading

import httpx
import pytest

from syncd.sandbox import Sandbox, World, serve
from tests.sandbox.driver import CONTEXT

PROGRAM = """
from syncd.sandbox import serve
serve(port=0, ready=lambda url: print(url, flush=True))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_stop(number: signal.Signals) -> None:
    """SIGTERM and SIGINT end it in order."""
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        url = program.stdout.readline().strip()
        status = httpx.get(f"{url}/station", verify=CONTEXT).status_code
        os.kill(program.pid, number)

        assert status == 401
        assert program.wait(timeout=10) == 0


def test_it_serves_from_any_thread() -> None:
    """An event ends it where signals cannot be had."""
    ready, stop = threading.Event(), threading.Event()
    thread = threading.Thread(target=serve, kwargs={"port": 0, "ready": lambda _: ready.set(), "stop": stop})
    thread.start()
    assert ready.wait(timeout=10)
    stop.set()
    thread.join(timeout=10)

    assert not thread.is_alive()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::"])
def test_only_loopback_is_bound(host: str) -> None:
    """It has published passwords."""
    with pytest.raises(ValueError, match="loopback"):
        Sandbox(host=host)


def test_an_unknown_gateway_is_refused() -> None:
    """With the names of those that exist."""
    with pytest.raises(ValueError, match="as2gateway"):
        serve(gateway="nothing")


def test_the_pace_of_the_program_is_that_of_the_service() -> None:
    """A message takes five to ten seconds, as the document says (§4.5.1)."""
    timing = World.default().paced().timing

    assert 5 <= timing.queue_s + timing.processing_s <= 10


def test_it_imports_nothing_of_the_bridge() -> None:
    """A misreading shared by both sides would hide from every test."""
    code = "import sys, syncd.sandbox; print([m for m in sys.modules if m.startswith('syncd.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert all(name.startswith("syncd.sandbox") for name in eval(done.stdout))
