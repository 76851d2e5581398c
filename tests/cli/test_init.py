"""`syncd init` writes a first configuration, and never over another."""

import os
import pty
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from syncd.cli.app import run
from syncd.config import load
from tests.cli.world import World, parsed

Screen = pytest.CaptureFixture[str]


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    """All that has to be said, for a file that is not there."""
    return [
        *("init", "--config", str(tmp_path / "etc" / "syncd.toml"), "--name", "acme"),
        *("--username", "edi@acme.example", "--root", str(tmp_path / "acme")),
    ]


def test_the_first_configuration_can_be_loaded(tmp_path: Path, words: list[str], capsys: Screen) -> None:
    """And the next commands are printed."""
    path = tmp_path / "etc" / "syncd.toml"
    assert run(words) == 0
    shown = capsys.readouterr().out
    settings = load(path)
    assert settings.accounts[0].root == tmp_path / "acme"
    assert settings.credentials["acme"].username == "edi@acme.example"
    assert settings.credentials["acme"].password_file == tmp_path / "etc" / "acme.password"
    assert stat.S_IMODE(path.stat().st_mode) & 0o027 == 0
    assert f"syncd check --config {path}" in shown
    assert f"install -d -m 2770 {tmp_path / 'acme'}" in shown
    assert f"put the password into {tmp_path / 'etc' / 'acme.password'}" in shown


def test_json_says_the_same(tmp_path: Path, words: list[str], capsys: Screen) -> None:
    """One object."""
    assert run([*words, "--json"]) == 0
    shown = parsed(capsys.readouterr().out)
    assert shown["config"] == str(tmp_path / "etc" / "syncd.toml")
    assert shown["password_written"] is False
    assert shown["next"][-1].startswith("syncd once")


def test_the_account_may_be_named_by_the_shared_option(tmp_path: Path, capsys: Screen) -> None:
    """And a root from where one stands is made whole, and shown."""
    path = tmp_path / "syncd.toml"
    assert run(["init", "--config", str(path), "--account", "foo", "--username", "u", "--root", "rel"]) == 0
    (account,) = load(path, passwords=False).accounts
    assert (account.name, account.root) == ("foo", Path("rel").absolute())
    assert f"the root is {account.root}" in capsys.readouterr().out


@pytest.fixture
def grid(tmp_path: Path) -> list[str]:
    """All that has to be said for ECGrid."""
    return [
        *("init", "--gateway", "ecgrid", "--config", str(tmp_path / "etc" / "syncd.toml")),
        *("--name", "grid", "--root", str(tmp_path / "grid")),
    ]


def test_ecgrid_is_reached_by_an_api_key(tmp_path: Path, grid: list[str], capsys: Screen) -> None:
    """No user name is asked for; where the key belongs is said."""
    path = tmp_path / "etc" / "syncd.toml"
    assert run(grid) == 0
    settings = load(path)
    assert settings.accounts[0].gateway == "ecgrid"
    credentials = settings.credentials["grid"]
    assert (credentials.username, credentials.password_file) == (None, path.with_name("grid.api_key"))
    shown = capsys.readouterr().out
    assert f"put the API key into {path.with_name('grid.api_key')}, readable for syncd alone" in shown
    assert f"syncd check --config {path}" in shown


def test_an_api_key_file_that_is_there_is_used(tmp_path: Path, grid: list[str], capsys: Screen) -> None:
    """And nothing is said of making one; JSON names it."""
    (tmp_path / "key").write_text("7c9e-hush\n", encoding="utf-8")
    assert run([*grid, "--api-key-file", str(tmp_path / "key"), "--json"]) == 0
    shown = parsed(capsys.readouterr().out)
    assert (shown["api_key_file"], shown["api_key_written"]) == (str(tmp_path / "key"), False)
    assert (shown["password_file"], shown["password_written"]) == (None, False)
    assert not any("API key" in step for step in shown["next"])
    assert load(tmp_path / "etc" / "syncd.toml").credentials["grid"].secrets().password() == "7c9e-hush"


def test_ecgrid_may_be_reached_by_a_password(tmp_path: Path, grid: list[str], capsys: Screen) -> None:
    """Whoever names a user name logs in with it."""
    path = tmp_path / "etc" / "syncd.toml"
    assert run([*grid, "--username", "edi@acme.example"]) == 0
    credentials = load(path).credentials["grid"]
    assert credentials.username == "edi@acme.example"
    assert credentials.password_file == path.with_name("grid.password")
    assert "put the password into" in capsys.readouterr().out


def test_a_password_file_needs_a_user_name(grid: list[str], capsys: Screen) -> None:
    """It tells which way to log in is meant."""
    assert run([*grid, "--password-file", "/etc/syncd/grid.password"]) == 2
    assert "--username is missing" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong",
    [
        ["--api-key-file", "/k", "--username", "u"],
        ["--api-key-file", "/k", "--password-file", "/p"],
        ["--api-key-file", "/k", "--gateway", "as2gateway", "--username", "u"],
        ["--gateway", "ecgird"],
    ],
)
def test_two_ways_to_log_in_write_nothing(tmp_path: Path, grid: list[str], wrong: list[str]) -> None:
    """Nor does a key where there are none."""
    assert run([*grid, *wrong]) == 2
    assert not (tmp_path / "etc").exists()


def test_an_existing_file_is_left_alone(tmp_path: Path, words: list[str], capsys: Screen) -> None:
    """Whatever stands there, also a link to nothing."""
    path = tmp_path / "etc" / "syncd.toml"
    path.parent.mkdir()
    path.symlink_to(tmp_path / "nothing")
    assert run(words) == 3
    assert "is there already" in capsys.readouterr().err
    assert not (tmp_path / "nothing").exists()


def test_what_is_missing_is_named_where_nobody_can_be_asked(tmp_path: Path, capsys: Screen) -> None:
    """All of it, and nothing is written."""
    assert run(["init", "--config", str(tmp_path / "syncd.toml")]) == 2
    assert "--username, --root is missing" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "wrong",
    [
        ["--name", "Acme"],
        ["--name", "Bad Name"],
        ["--name", 'a"]'],
        ["--root", "/srv/\x7f"],
        ["--account", "other"],
        ["--url", "http://example.com"],
    ],
)
def test_a_wrong_answer_writes_nothing(tmp_path: Path, words: list[str], wrong: list[str]) -> None:
    """What the other commands would refuse is refused before."""
    assert run([*words, *wrong]) == 2
    assert not (tmp_path / "etc").exists()


def test_a_place_that_cannot_be_written(tmp_path: Path, words: list[str], capsys: Screen) -> None:
    """Is no fault of ours."""
    (tmp_path / "etc").write_text("", encoding="utf-8")
    assert run(words) == 3
    assert "cannot be written" in capsys.readouterr().err


def test_a_root_is_adopted_by_its_account_s_name(world: World, capsys: Screen) -> None:
    """Nothing is written; another name is refused."""
    assert world.run("init", "--adopt", "acme", "--json") == 0
    assert parsed(capsys.readouterr().out) == {"account": "acme", "root": "/srv/acme"}
    assert world.run("init", "--adopt", "nobody") == 2
    assert world.adopted == ["acme"]


ON_A_TERMINAL = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from syncd.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_terminal_is_asked_for_what_is_missing(tmp_path: Path) -> None:
    """Login, folder and password; the password is not shown, and its file is for syncd alone."""
    path = tmp_path / "syncd.toml"
    answers = [b"edi@acme.example\n", f"{tmp_path}/acme\n".encode(), b"hush\n"]
    code, shown = converse(
        ["init", "--config", str(path)], [b"gateway: ", b"messages: ", b"example: "], answers
    )
    assert code == 0, shown
    password = path.with_name("main.password")
    assert password.read_text(encoding="utf-8") == "hush\n"
    assert stat.S_IMODE(password.stat().st_mode) == 0o600
    assert b"hush" not in shown
    assert load(path).credentials["main"].secrets().password() == "hush"


def test_a_terminal_is_asked_for_the_api_key(tmp_path: Path) -> None:
    """It is not shown, its file is for syncd alone, and spaces around what was pasted are no part of it."""
    path = tmp_path / "syncd.toml"
    words = ["init", "--gateway", "ecgrid", "--config", str(path), "--name", "grid"]
    answers = [f"{tmp_path}/grid\n".encode(), b" 7c9e-hush \n"]
    code, shown = converse(words, [b"messages: ", b"API key of grid: "], answers)
    assert code == 0, shown
    api_key = path.with_name("grid.api_key")
    assert api_key.read_text(encoding="utf-8") == "7c9e-hush\n"
    assert stat.S_IMODE(api_key.stat().st_mode) == 0o600
    assert b"hush" not in shown
    assert load(path).credentials["grid"].secrets().password() == "7c9e-hush"


def test_what_is_no_api_key_is_not_written(tmp_path: Path) -> None:
    """Nor is anything else; and it is not shown again."""
    path = tmp_path / "syncd.toml"
    words = ["init", "--gateway", "ecgrid", "--config", str(path), "--root", f"{tmp_path}/grid"]
    code, shown = converse(words, [b"API key of main: "], [b"hush hush\n"])
    assert code == 2
    assert b"is not an API key" in shown
    assert b"hush" not in shown
    assert list(tmp_path.iterdir()) == []


def converse(words: list[str], questions: list[bytes], answers: list[bytes]) -> tuple[int, bytes]:
    """The program on a terminal of its own: its exit code and all that was to be seen."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", ON_A_TERMINAL, *words]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ) as program:
        os.close(theirs)
        shown = b""
        for question, answer in zip(questions, answers, strict=True):
            shown += read_until(ours, question)
            os.write(ours, answer)
        shown += read_until(ours, None)
    os.close(ours)
    return program.returncode, shown


def read_until(terminal: int, end: bytes | None) -> bytes:
    """What the program shows, up to these bytes or to its end."""
    shown = b""
    while end is None or not shown.endswith(end):
        try:
            piece = os.read(terminal, 1024)
        except OSError:  # how Linux says that the other end is closed
            piece = b""
        if not piece:
            break
        shown += piece
    return shown
