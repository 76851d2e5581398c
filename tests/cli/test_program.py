"""The program as a whole: words in, output, errors and an exit code out."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from syncd.cli.app import COMMANDS, build, run
from syncd.cli.sandbox import LOGINS, PORTS
from syncd.errors import CannotAct, NotFound, SyncdError, UsageError
from tests.cli.world import World, parsed

Screen = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    "words",
    [
        ["--json", "list"],
        ["list", "--json"],
        ["list", "--limit", "5", "--json", "--account", "acme"],
        ["--account", "acme", "--json", "list", "--limit", "5"],
    ],
)
def test_shared_options_stand_before_or_after(world: World, capsys: Screen, words: list[str]) -> None:
    """Before or after the command's name, between its own."""
    assert world.run(*words) == 0
    assert len(parsed(capsys.readouterr().out)) == 3


@pytest.mark.parametrize(
    "words",
    [["lst"], ["list", "--limit", "many"], ["list", "--bad"], ["find"], ["list", "--account", "nobody"]],
)
def test_wrong_use_is_exit_2(world: World, capsys: Screen, words: list[str]) -> None:
    """Also what the command line itself refuses; nothing on standard output."""
    assert world.run(*words) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("syncd: ")
    assert world.run("--json", *words) == 2
    assert list(parsed(capsys.readouterr().err)) == ["error", "remedy"]


def test_a_command_that_was_meant_is_named(world: World, capsys: Screen) -> None:
    """A slip of the finger costs no look into the help."""
    assert world.run("lits") == 2
    assert 'Did you mean "list"?' in capsys.readouterr().err


def test_mistakes_of_the_configuration_are_exit_2(tmp_path: Path, capsys: Screen) -> None:
    """All of them, also as JSON."""
    path = tmp_path / "syncd.toml"
    path.write_text("log_level = 3\n", encoding="utf-8")
    assert run(["list", "--config", str(path)]) == 2
    assert "  log_level: " in capsys.readouterr().err
    assert run(["list", "--config", str(path), "--json"]) == 2
    printed = parsed(capsys.readouterr().err)
    assert [problem["key"] for problem in printed["problems"]] == ["log_level", "accounts"]


@pytest.mark.parametrize(
    ("error", "code"), [(UsageError("a", "B."), 2), (NotFound("a", "B."), 1), (CannotAct("a", "B."), 3)]
)
def test_each_reaction_has_its_exit_code(world: World, capsys: Screen, error: SyncdError, code: int) -> None:
    """Whatever room it comes from."""

    def broken() -> World:
        raise error

    words = ["list", "--config", str(world.configuration)]
    assert run(words, reach=broken) == code
    assert capsys.readouterr().err == "syncd: a. B.\n"
    assert run([*words, "--json"], reach=broken) == code
    assert parsed(capsys.readouterr().err) == {"error": "a", "remedy": "B."}


def test_a_fault_of_ours_shows_its_traceback(world: World, capsys: Screen) -> None:
    """So that it can be reported; the exit code is not that of a finding."""

    def broken() -> World:
        raise ZeroDivisionError

    assert run(["list", "--config", str(world.configuration)], reach=broken) == 3
    assert "ZeroDivisionError" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "output"), [("list", ">/dev/full"), ("list --json", ">&-")])
def test_an_output_that_takes_nothing_is_no_fault_of_ours(world: World, output: str, words: str) -> None:
    """It is named, and nothing else is said."""
    world.configuration.write_text(
        world.configuration.read_text(encoding="utf-8").replace(
            "timezone", f'state_dir = "{world.folder}"\ntimezone'
        ),
        encoding="utf-8",
    )
    line = f"exec {sys.executable} -m syncd {words} --config {world.configuration} {output}"
    ended = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
    assert ended.returncode == 3
    assert "standard output cannot be written" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "fault" not in ended.stderr


def test_an_interrupt_ends_quietly(world: World, capsys: Screen) -> None:
    """130, as shells expect."""

    def interrupted() -> World:
        raise KeyboardInterrupt

    assert run(["list", "--config", str(world.configuration)], reach=interrupted) == 130
    assert capsys.readouterr().err == ""


def test_quiet_prints_nothing_but_errors(world: World, capsys: Screen) -> None:
    """The exit code says it all."""
    assert world.run("--quiet", "list") == 0
    assert world.run("list", "--quiet", "--bad") == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err != ""


def test_every_command_has_a_help_with_an_example(capsys: Screen) -> None:
    """The example can be typed: it names a command and options that there are."""
    app = build()
    for name, _, _ in COMMANDS:
        assert run([name, "--help"]) == 0
        shown = capsys.readouterr().out
        assert "--no-color" in shown
        [line] = [each for each in shown.splitlines() if each.startswith("Example: ")]
        words = (
            line.removeprefix("Example: syncd ").replace("--json", "").replace("--account as2", "").split()
        )
        assert words[0] == name
        app.parse_args(words, exit_on_error=False, print_error=False)


def test_the_overview_names_every_command(capsys: Screen) -> None:
    """With what it does; also when nothing was asked."""
    for words in ([], ["--help"]):
        assert run(words) == 0
        shown = capsys.readouterr().out
        assert all(f"│ {name} " in shown for name, _, _ in COMMANDS)
        assert "List messages, newest first." in shown


def test_the_version_needs_no_room() -> None:
    """`--version` imports neither the configuration nor a command."""
    code = "import sys; from syncd.cli import main; main(['--version']); print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    first, modules = said.split("\n", 1)
    assert first == version("syncd")
    heavy = {"pydantic", "sqlalchemy", "httpx", "structlog", "syncd.config", "syncd.cli.look", "rich.table"}
    assert not heavy.intersection(modules.split())


def test_a_reader_that_has_seen_enough(tmp_path: Path) -> None:
    """`syncd config | head -1` ends without a traceback."""
    path = tmp_path / "syncd.toml"
    World(folder=tmp_path)
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as gone:
        ended = subprocess.run(
            [sys.executable, "-m", "syncd", "config", "--config", str(path)],
            stdout=gone,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (141, "")


def test_the_sandbox_says_where_it_is(tmp_path: Path) -> None:
    """It serves until it is told to stop, and a port in use is no fault of ours."""
    command = [sys.executable, "-m", "syncd", "sandbox", "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        told = parsed(program.stdout.readline())
        port = told["url"].split(":")[2].split("/")[0]
        assert run(["sandbox", "--port", port]) == 3
        program.terminate()
    assert program.returncode == 0
    assert run(["sandbox", "--port", "70000"]) == 2


def test_both_gateways_can_be_played_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Each has a port of its own, and the help names it."""
    assert set(PORTS) == set(LOGINS)
    assert len(set(PORTS.values())) == len(PORTS)
    assert run(["sandbox", "--help"]) == 0
    told = capsys.readouterr().out
    assert all(str(port) in told for port in PORTS.values())
