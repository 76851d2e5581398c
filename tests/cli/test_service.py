"""The commands of the daemon's life: `run`, `reload`, `pause`, `resume`."""

import os
import pwd
from collections.abc import Iterator

import pytest

from syncd.errors import CannotAct, ConfigError, LockHeld, NewerState, Problem, SyncdError
from tests.cli.logging_state import restored
from tests.cli.world import World, parsed

Screen = pytest.CaptureFixture[str]
WRONG = ConfigError((Problem(key="accounts.acme.url", what="is not an address", remedy="Write one"),))


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Put the process's logging back as it was."""
    with restored():
        yield


def test_run_hands_over_and_ends_as_the_daemon_does(world: World) -> None:
    """The file of --config goes along: a reload reads it again."""
    world.run_ends = 1
    assert world.run("run") == 1
    assert world.ran == [world.configuration]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (WRONG, 78),
        (NewerState("the state is of a newer syncd", "Install it."), 78),
        (LockHeld("another one runs", "Stop it."), 3),
    ],
)
def test_what_only_a_person_can_mend_is_not_started_again(
    world: World, capsys: Screen, error: SyncdError, code: int
) -> None:
    """systemd leaves 78 alone."""
    world.run_ends = error
    assert world.run("run") == code
    assert error.what in capsys.readouterr().err


def test_a_configuration_with_mistakes_is_78_from_run(world: World, capsys: Screen) -> None:
    """And 2 from every other command."""
    world.configuration.write_text("log_level = 3\n", encoding="utf-8")
    assert world.run("run", "--json") == 78
    assert [each["key"] for each in parsed(capsys.readouterr().err)["problems"]] == ["log_level", "accounts"]
    assert world.run("reload") == 2
    assert "goes on with the old one" in capsys.readouterr().err


def test_run_is_for_every_account(world: World, capsys: Screen) -> None:
    """One alone would leave the others behind unseen."""
    assert world.run("run", "--account", "acme") == 78
    assert world.ran == []
    assert "syncd pause" in capsys.readouterr().err


def test_reload_says_what_was_done(world: World, capsys: Screen) -> None:
    """For people and scripts."""
    assert world.run("reload") == 0
    assert capsys.readouterr().out == "started anew\n"
    assert world.run("reload", "--json") == 0
    assert parsed(capsys.readouterr().out) == {"done": "started anew"}


def test_a_reload_that_changed_nothing_says_why(world: World, capsys: Screen) -> None:
    """Every mistake that the daemon found; or that there is no daemon."""
    world.opened.reload_fails = WRONG
    assert world.run("reload") == 2
    assert "accounts.acme.url: is not an address. Write one" in capsys.readouterr().err
    world.opened.reload_fails = CannotAct("no daemon runs", "Start it: systemctl start syncd")
    assert world.run("reload") == 3


def test_a_pause_names_its_account_job_and_person(
    world: World, capsys: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes back is the status as it is now."""
    monkeypatch.delenv("SUDO_USER", raising=False)
    assert world.run("pause", "send", "--account", "acme", "--json") == 0
    jobs = parsed(capsys.readouterr().out)["accounts"][0]["jobs"]
    assert [job["name"] for job in jobs if job["is_paused"]] == ["send"]
    assert world.opened.acted == [("pause", pwd.getpwuid(os.getuid()).pw_name)]
    assert world.run("pause", "send", "--account", "acme") == 0
    told = capsys.readouterr().out
    assert told == "acme: sending is paused (syncd resume send --account acme undoes it)\n"
    assert world.run("resume") == 0
    assert capsys.readouterr().out == "acme: sending goes on\nother: nothing was paused\n"
    assert world.run("pause", "track") == 2
