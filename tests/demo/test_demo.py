"""The whole demo, as a person runs it."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from syncd.cli.app import COMMANDS, build

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start `syncd demo` in an empty folder, with everything temporary beside it."""
    started: list[subprocess.Popen[str]] = []
    for name in ("empty", "scratch"):
        (tmp_path / name).mkdir()

    def begin(*words: str) -> subprocess.Popen[str]:
        demo = subprocess.Popen(
            [sys.executable, "-m", "syncd", "demo", *words],
            cwd=tmp_path / "empty",
            env=os.environ | {"TMPDIR": str(tmp_path / "scratch")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(demo)
        return demo

    yield begin
    for demo in started:
        demo.terminate()
        demo.communicate(timeout=30)


def _read_to(demo: subprocess.Popen[str], wanted: str) -> str:
    """What the demo prints, up to and with the line that has these words."""
    assert demo.stdout is not None
    told = ""
    for line in demo.stdout:
        told += line
        if wanted in line:
            return told
    raise AssertionError(f"the demo ended without {wanted!r}:\n{told}")


def _sandboxes(told: str) -> dict[str, str]:
    """Where each gateway is played, by the name of its account."""
    found = dict(re.findall(r"(\w+) +gateway .* at http://(127\.0\.0\.1:\d+)/v\d", told))
    assert set(found) == {"as2", "grid"}, told
    return found


def _tell(address: str, command: str, fields: dict[str, object]) -> None:
    link = http.client.HTTPConnection(address, timeout=10)
    link.request("POST", f"/_sandbox/{command}", json.dumps(fields))
    assert link.getresponse().status == 200
    link.close()


def _ask(export: str, command: str) -> str:
    """What a person's shell answers after the line that the demo prints."""
    line = f"{export}; {sys.executable} -m syncd {command}"
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False).stdout


def _running_daemon(export: str) -> int:
    """The process of the daemon that was started a moment ago."""
    for _ in range(30):  # each look takes longer than the daemon's own start
        if pid := json.loads(_ask(export, "status --json"))["pid"]:
            return int(pid)
    raise AssertionError("no daemon runs")


def _is_served(address: str) -> bool:
    link = http.client.HTTPConnection(urlsplit(f"//{address}").netloc, timeout=10)
    try:
        link.connect()
    except ConnectionRefusedError:
        return False
    link.close()
    return True


def _left(tmp_path: Path) -> list[Path]:
    return [*(tmp_path / "scratch").iterdir(), *(tmp_path / "empty").iterdir()]


def _ends_well(told: str) -> None:
    assert "DISAGREES" not in told
    assert "nothing lost, nothing doubled, every line agrees" in told
    assert "ended by SIGKILL" in told
    for account, name, place in FLOWN:
        assert re.search(rf"{account} +in the list +{name} +queued \(submitting\)", told), told
        assert re.search(rf"{account} +there +{name} +1 time\n", told), told
        assert re.search(rf"{account} +in sent/ +{place}: {name} +in doubt, then accepted", told), told
    assert re.search(r"grid +in inbox/ +4711/unknown: INV-8102\.edi\n", told), told
    assert re.search(r"grid +log-in +ended unnoticed: \d of its requests refused, renewed 1 time\n", told), (
        told
    )


OTHERWISE = {"run", "init", "sandbox", "demo", "reload", "verify"}
"""Commands whose example is not for the demo, or whose end it would not see."""


def _examples() -> list[str]:
    """What each command's help gives as its example, in the order of the overview."""
    app = build()
    texts = [str(app[name].help) for name, _, _ in COMMANDS if name not in OTHERWISE]
    return [found[1] for text in texts if (found := re.search(r"Example: syncd (.*)", text))]


def _exit_code(export: str, words: str) -> int:
    line = f"{export}; {sys.executable} -m syncd {words} < /dev/null"
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False).returncode


FLOWN = (("as2", r"PO-4712\.edi", "RJ_Station/RJ_Test"), ("grid", r"PO-9005\.edi", "112233/445566"))


@pytest.mark.torture  # the proof itself runs wherever the wheel is tried; this adds that it stays
@pytest.mark.timeout(180)
def test_the_demo_proves_the_bridge_and_stays_when_asked(start: Start, tmp_path: Path) -> None:
    """Every line agrees, the kill came in mid-send, all examples of the help work, Ctrl-C leaves nothing."""
    demo = start("--keep")
    told = _read_to(demo, "grid/outbox") + _read_to(demo, "_sandbox/ledger")
    _ends_well(told)
    export = re.search(r"export .*", told)
    assert export is not None
    daemon = _running_daemon(export[0])
    copied = re.findall(r"cp SOME-FILE (\S+)", told)
    assert len(copied) == 2, told
    for place in copied:
        (Path(place) / "mine.edi").write_text("mine")
    _ask(export[0], "once --wait 30s")  # through the daemon
    listed = json.loads(_ask(export[0], "list --json"))
    mine = {
        (row["account"], row["direction"]): row["state"]
        for row in listed
        if row["files"][0]["name"] == "mine.edi"
    }
    assert (mine["as2", "outbound"], mine["grid", "outbound"]) == ("sent", "sent")
    assert [(words, code) for words in _examples() if (code := _exit_code(export[0], words)) != 0] == [
        ("check --account as2", 1),  # the demo's passwords stand in its configuration
        ("status --check", 1),  # it has failed messages
    ]
    demo.send_signal(signal.SIGINT)
    ended, _ = demo.communicate(timeout=60)
    assert demo.returncode == 0, ended
    assert "exit code 0" in ended
    assert not any(_is_served(address) for address in _sandboxes(told).values())
    assert not Path(f"/proc/{daemon}").exists()
    assert _left(tmp_path) == []


@pytest.mark.torture
@pytest.mark.timeout(150)
def test_a_gateway_that_loses_a_message_makes_the_demo_fail(start: Start, tmp_path: Path) -> None:
    """One sandbox marks read what the bridge has never seen; the table says so, and the exit code."""
    demo = start()
    addresses = _sandboxes(_read_to(demo, "syncd run"))
    _tell(addresses["as2"], "trouble", {"do": "lose", "operation": "list_received", "times": None})
    told, _ = demo.communicate(timeout=120)
    assert demo.returncode == 1, told
    assert re.search(r"marked read +5 +[0-4] +3 +3 +messages +DISAGREES: as2\n", told), told
    assert re.search(r"lost +[1-9] +[1-9] +0 +0 +files +DISAGREES: as2\n", told), told
    assert "lines disagree" in told
    assert _left(tmp_path) == []


@pytest.mark.timeout(120)
def test_a_demo_that_is_stopped_leaves_nothing_behind(start: Start, tmp_path: Path) -> None:
    """SIGTERM in the middle ends its processes, and removes its folder."""
    demo = start()
    addresses = _sandboxes(_read_to(demo, "dropped"))
    demo.send_signal(signal.SIGTERM)
    demo.communicate(timeout=60)
    assert demo.returncode == 128 + signal.SIGTERM
    assert not any(_is_served(address) for address in addresses.values())
    assert _left(tmp_path) == []
