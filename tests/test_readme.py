"""The README's promises that can be run are run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from syncd.cli.app import COMMANDS, run
from syncd.sandbox import Account, Partner, Sandbox, Station, World

HERE = Path(__file__).parent.parent
README = HERE / "README.md"
MARK = "\x01"
ANYTHING = "…"


def _transcript() -> list[tuple[str, str]]:
    """The commands of the quick start, each with the output that the README shows."""
    block = README.read_text().split("```console\n", 1)[1].split("```", 1)[0]
    steps: list[tuple[str, str]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            steps.append((line[2:], ""))
        else:
            command, output = steps[-1]
            steps[-1] = (command, output + line + "\n")
    return steps


def _replay(commands: list[str], home: Path, url: str) -> list[str]:
    """Run all commands in one shell, as a person does; returns the output of each."""
    script = "\n".join(f"{command}\nprintf '{MARK}'" for command in commands)
    binaries = str(Path(sys.executable).parent)
    environ = {
        "HOME": str(home),
        "PATH": f"{binaries}:{os.environ['PATH']}",
        "SYNCD_ACCOUNTS__ACME__URL": url,
        "TZ": "UTC",
        "COLUMNS": "200",
        "LANG": "C.UTF-8",
    }
    shell = subprocess.run(
        ["bash", "-c", script], cwd=home, env=environ, capture_output=True, text=True, timeout=55, check=True
    )
    return shell.stdout.split(MARK)[:-1]


def _world() -> World:
    account = Account(
        username="edi@acme.example",
        password="my-password",  # the README's own
        stations=(Station(as2_id="ACME"),),
        partners=(Partner(as2_id="08925485US00", name="Walmart"),),
    )
    return World(accounts=(account,))


def _fits(shown: str, real: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in shown.rstrip("\n").split(ANYTHING))
    return re.fullmatch(pattern, real.rstrip(), flags=re.DOTALL) is not None


def test_the_quick_start_does_what_it_shows(tmp_path: Path) -> None:
    """Whoever types the transcript of the README sees its answers."""
    steps = _transcript()
    with Sandbox(world=_world()) as box:
        box.deliver(station="ACME", partner="08925485US00", files={"invoice-8801.edi": b"ISA*00*"})
        outputs = _replay([command for command, _ in steps], tmp_path, box.url)
        accepted = [sent.outcome for sent in box.ledger.sent]
    for (command, shown), real in zip(steps, outputs, strict=True):
        assert _fits(shown, real), f"$ {command}\n{real}"
    assert accepted == ["sent"]


def test_every_command_of_the_readme_exists(capsys: pytest.CaptureFixture[str]) -> None:
    """A command that the README names has a help."""
    named = set(re.findall(r"`syncd ([a-z]+)", README.read_text()))
    for command in sorted(named):
        assert run([command, "--help"]) == 0, command
        assert f"syncd {command}" in capsys.readouterr().out


def test_the_service_is_installed_in_ten_lines_that_fit_the_unit() -> None:
    """The program, its user, root and state are where the packaged unit looks for them."""
    text = README.read_text().split("## Install as a service, in ten lines", 1)[1]
    block = text.split("```sh\n", 1)[1].split("```", 1)[0]
    unit = (HERE / "systemd" / "syncd.service").read_text()
    program = re.search(r"^ExecStart=(\S+) run$", unit, re.MULTILINE)
    assert program is not None
    assert len(block.splitlines()) == 10
    assert f"ln -s /opt/syncd/bin/syncd {program[1]}" in block
    assert "useradd --system --home-dir /var/lib/syncd --shell /usr/sbin/nologin syncd" in block
    assert "User=syncd\n" in unit
    assert "-m 2770 /srv/edi/acme" in block
    assert "ReadWritePaths=-/srv/edi\n" in unit
    credential = re.search(r"#(LoadCredential=\S+)", unit)
    assert credential is not None
    assert credential[1] in block


def test_what_the_appendix_names_is_there() -> None:
    """A complaint is answered by a test that there is, or a command that can be typed."""
    _, appendix = README.read_text(encoding="utf-8").split("## Appendix", 1)
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (HERE / "tests").rglob("test_*.py"))
    named = re.findall(r"`(test_\w+)`", appendix)
    assert named
    assert [name for name in named if f"def {name}(" not in tests] == []
    commands = {name for name, _, _ in COMMANDS}
    assert set(re.findall(r"`syncd ([a-z]+)", appendix)) <= commands
