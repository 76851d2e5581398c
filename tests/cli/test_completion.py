"""`syncd completion`: a script that the shell itself understands."""

import shutil
import subprocess
from pathlib import Path

import pytest

from syncd.cli.app import commands
from tests.cli.world import World, parsed

Screen = pytest.CaptureFixture[str]
WORDS = {
    "sta": {"status", "stations"},
    "status --w": {"--watch"},
    "list --state f": {"failed"},
    "resolve 4k7q2mzd re": {"resend"},
    "status --js": {"--json"},
}
"""What is typed, and what it may become."""
ASK = """
source "$1"; shift
COMP_WORDS=(syncd "$@"); COMP_CWORD=$#
_syncd
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize("typed", WORDS)
def test_bash_completes_what_is_typed(world: World, tmp_path: Path, capsys: Screen, typed: str) -> None:
    """Commands, options, and the words that an option or a verdict may be."""
    assert world.run("completion", "bash") == 0
    script = tmp_path / "syncd"
    script.write_text(capsys.readouterr().out)

    asked = subprocess.run(
        [shutil.which("bash") or "bash", "-c", ASK, "bash", str(script), *typed.split()],
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )

    assert set(asked.stdout.split()) == WORDS[typed]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_other_shells_know_every_command(world: World, capsys: Screen, shell: str) -> None:
    """Also as JSON, for what installs it."""
    assert world.run("completion", shell, "--json") == 0
    told = parsed(capsys.readouterr().out)
    assert told["shell"] == shell
    assert all(name in told["script"] for name in commands())
