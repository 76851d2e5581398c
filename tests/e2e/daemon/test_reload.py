"""A reload and an end at the same time: the end wins, and nothing is left half done."""

from __future__ import annotations

import pytest

from syncd.errors import CannotAct, ConfigError, Problem
from tests.e2e.daemon.harness import Bridge, until

WRONG = ConfigError((Problem(key="accounts.acme.root", what="is missing", remedy="Name it"),))


def sound() -> None:
    """A configuration without a mistake."""


def broken() -> None:
    raise WRONG


def test_an_end_after_a_reload_was_asked_for_wins(bridge: Bridge) -> None:
    """`systemctl stop` right after `systemctl reload`."""
    with bridge.running() as running:
        running.daemon.reload(sound)
        assert running.daemon.reloads
        running.daemon.end()
        assert not running.daemon.reloads


def test_a_daemon_that_is_ending_does_not_reload(bridge: Bridge) -> None:
    """And says so to the person who asked."""
    with bridge.running() as running:
        running.daemon.end()
        with pytest.raises(CannotAct, match="is ending"):
            running.daemon.reload(sound)
        assert not running.daemon.reloads


def test_a_broken_configuration_changes_nothing(bridge: Bridge) -> None:
    """It is told in the log and by `status`, and the jobs go on."""
    with bridge.running() as running:
        running.worked("pull")
        with pytest.raises(ConfigError):
            running.daemon.reload(broken)
        assert "accounts.acme.root" in running.door.status([]).reload_error
        assert running.told("daemon.not_reloaded", keys=["accounts.acme.root"])
        assert not running.daemon.stop.is_set()
        running.worked("pull")


def test_a_mistake_that_is_none_of_the_configuration_is_told_too(bridge: Bridge) -> None:
    """A file that cannot be read, say."""

    def unreadable() -> None:
        raise CannotAct("the file cannot be read")

    with bridge.running() as running:
        with pytest.raises(CannotAct):
            running.daemon.reload(unreadable)
        assert running.door.status([]).reload_error == "the file cannot be read"


def test_status_names_the_true_next_try(bridge: Bridge) -> None:
    """While a job backs off, that is not its pace."""
    with bridge.running() as running:
        running.worked("pull")
        bridge.boxes["acme"].trouble("status", operation="*", status=502, times=None)
        until(lambda: running.state("pull").failures)
        until(lambda: running.state("pull").not_before)
        shown = next(job.next for job in running.account().jobs if job.name == "pull")
        assert shown is not None
        assert shown >= running.state("pull").not_before
