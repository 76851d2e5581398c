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
