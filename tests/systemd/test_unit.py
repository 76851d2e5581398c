"""The unit that is shipped, as systemd's own tools judge it. Nothing is started: no systemd runs here."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[2] / "systemd" / "syncd.service"
EXPOSURE = 1.5


@pytest.fixture(scope="module")
def analyze() -> str:
    """The path of systemd-analyze."""
    path = shutil.which("systemd-analyze")
    if path is None:
        pytest.skip("judging the unit needs systemd-analyze (Debian: systemd)")
    return path


def test_systemd_finds_no_fault(analyze: str, tmp_path: Path) -> None:
    """Every setting is known and well-formed. Only the program is another: syncd stands elsewhere here."""
    text = UNIT.read_text(encoding="utf-8")
    assert text.count("\nExecStart=/usr/bin/syncd run\n") == 1
    copy = tmp_path / "syncd.service"
    copy.write_text(text.replace("=/usr/bin/syncd ", f"={sys.executable} "))
    said = subprocess.run(
        [analyze, "verify", "--man=no", str(copy)], capture_output=True, text=True, check=False
    )
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


def test_little_is_exposed(analyze: str) -> None:
    """The overall exposure, which is 9.2 for a service without any hardening."""
    said = subprocess.run(
        [analyze, "security", "--offline=true", "--no-pager", str(UNIT)],
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"Overall exposure level for syncd\.service: ([\d.]+)", said.stdout)
    assert found, said.stdout + said.stderr
    assert float(found[1]) <= EXPOSURE


def test_each_exception_has_its_reason() -> None:
    """What opens the sandbox stands below a comment that says why."""
    lines = UNIT.read_text(encoding="utf-8").splitlines()
    exceptions = (
        "CapabilityBoundingSet=",
        "PrivateUsers=no",
        "RestrictAddressFamilies=",
        "SystemCallFilter=@chown",
    )
    for exception in exceptions:
        [at] = [number for number, line in enumerate(lines) if line.startswith(exception)]
        comment = [line for line in lines[at - 3 : at] if line.startswith("#")]
        assert any(line.startswith("# Exception:") for line in comment), exception


def test_the_stop_outlasts_what_syncd_asks_for() -> None:
    """It finishes the steps in hand within 10 s; systemd waits for longer, and for no child of ours."""
    text = UNIT.read_text(encoding="utf-8")
    assert "\nTimeoutStopSec=15s\n" in text
    assert "\nKillMode=mixed\n" in text
