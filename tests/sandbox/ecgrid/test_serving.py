"""ECGrid as a program, and the document's own curl line."""

import json
import shutil
import subprocess
import sys
import threading
import tomllib

import httpx
import pytest

from syncd.sandbox import ECGridSandbox, ECGridWorld, serve
from tests.sandbox.driver import CONTEXT

ME = r"""curl https://rest.ecgrid.io/v2/users/me \
-H "X-API-Key: YOUR_API_KEY" """


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_published_line_works(grid: ECGridSandbox) -> None:
    """But for the host."""
    line = ME.replace("https://rest.ecgrid.io/v2", grid.url)
    line = line.replace("curl ", "curl --silent --show-error --noproxy '*' --max-time 5 ", 1)
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=True)

    assert json.loads(done.stdout)["data"]["email"] == "your.user@example.com"


def test_it_serves_from_any_thread() -> None:
    """At the pace of the service, until an event ends it."""
    ready, stop, urls = threading.Event(), threading.Event(), list[str]()

    def hear(url: str) -> None:
        urls.append(url)
        ready.set()

    options = {"gateway": "ecgrid", "port": 0, "ready": hear, "stop": stop}
    thread = threading.Thread(target=serve, kwargs=options)
    thread.start()
    assert ready.wait(timeout=10)
    status = httpx.get(f"{urls[0]}/auth/version", verify=CONTEXT).status_code
    stop.set()
    thread.join(timeout=10)

    assert (status, thread.is_alive()) == (200, False)
    assert ECGridWorld.default().paced().timing.queue_s > 0


def test_the_command_says_what_to_write_into_a_configuration() -> None:
    """The table of an account, ready to be copied."""
    command = [sys.executable, "-m", "syncd", "sandbox", "--gateway", "ecgrid", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        told = program.stdout.readline()
        program.terminate()
        told += program.stdout.read()

    table = tomllib.loads(told[told.index("[accounts") :])["accounts"]["try_ecgrid"]
    assert (table["gateway"], table["api_key"]) == ("ecgrid", "YOUR_API_KEY")
    assert table["url"].endswith("/v2")
    assert program.returncode == 0


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1"])
def test_only_loopback_is_bound(host: str) -> None:
    """It has published keys."""
    with pytest.raises(ValueError, match="loopback"):
        ECGridSandbox(host=host)
