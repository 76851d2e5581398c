"""What a daemon logs in with, and what becomes of it over the months: expired, rotated, revoked, replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.sandbox import ECGridSandbox
from tests.e2e.daemon.harness import QUIET, Bridge, Running, until
from tests.e2e.daemon.test_trouble import BEGAN, ENDED, impatient, patient

USER = {"username": "your.user@example.com", "password": "YOUR_PASSWORD"}
JOBS = ("pull", "send", "track")
WITH_KEY = {"pull", "send"}
"""The jobs that ask the gateway when a message waits on either side."""


@pytest.fixture
def bridge(grid: ECGridSandbox, tmp_path: Path) -> Bridge:
    """One account at ECGrid, that logs in with name and password."""
    return Bridge(tmp_path, {"acme": grid}, of={"acme": dict(USER)})


def one_each_way(bridge: Bridge, grid: ECGridSandbox, name: str) -> None:
    """Let a parcel arrive and another go, and wait for both."""
    grid.deliver(files={name: b"UNA"})
    bridge.drop(name)
    until(lambda: name in bridge.names("inbox") and name in bridge.names("sent"))


def nothing_was_told(running: Running) -> bool:
    """No line louder than info, no trouble, and no job that failed or backs off."""
    loud = [line for line in list(running.lines) if line["log_level"] not in {"debug", "info"}]
    states = [running.state(job) for job in JOBS]
    return not loud and not running.whats() and not any(one.failures or one.not_before for one in states)


def test_expired_and_rotated_tokens_go_unnoticed(bridge: Bridge, grid: ECGridSandbox) -> None:
    """Each time one renewal, with the newest refresh token; nothing fails, and nothing waits."""
    with bridge.running() as running:
        until(bridge.has_outbox)
        for number in range(3):
            grid.expire_tokens()
            one_each_way(bridge, grid, f"{number}.edi")
        assert nothing_was_told(running)
    counted = grid.ledger.operations()
    assert (counted["login"], counted["refresh"]) == (1, 3)
    assert all(record.status == 200 for record in grid.ledger.requests if record.operation == "refresh")


def test_a_revoked_refresh_token_is_answered_by_a_new_log_in(bridge: Bridge, grid: ECGridSandbox) -> None:
    """The password is what it was: nobody hears of it."""
    with bridge.running() as running:
        until(bridge.has_outbox)
        grid.revoke_refresh()
        one_each_way(bridge, grid, "a.edi")
        assert nothing_was_told(running)
    assert grid.ledger.count("login") == 2


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """The file with the API key."""
    path = tmp_path / "grid.api_key"
    path.write_text("YOUR_API_KEY\n")
    return path


@pytest.fixture
def keyed(grid: ECGridSandbox, tmp_path: Path, secret: Path) -> Bridge:
    """One account at ECGrid, that has an API key in a file."""
    return Bridge(tmp_path, {"acme": grid}, of={"acme": {"api_key_file": str(secret)}})


def test_a_new_api_key_is_asked_for_once_and_heals_by_itself(
    keyed: Bridge, grid: ECGridSandbox, secret: Path
) -> None:
    """`status` names the file and what to do; what waits goes as soon as the new key is in it."""
    keyed.configure(**QUIET)
    with keyed.running(tune=patient) as running:
        running.worked("addresses")
        until(keyed.has_outbox)
        fresh = grid.regenerate_key()
        running.daemon.supervisor.poke("acme", "pull")
        keyed.drop("out.edi")
        until(lambda: {job for one in running.account().troubles for job in one.job.split(", ")} == WITH_KEY)
        grid.deliver(files={"in.edi": b"UNA"})
        [trouble] = running.account().troubles
        assert trouble.needs_person
        assert f"{secret} (accounts.acme.api_key_file)" in trouble.remedy
        assert len(running.told(BEGAN)) == 1
        secret.write_text(f"{fresh}\n")
        until(lambda: keyed.names("inbox") == ["in.edi"] and keyed.names("sent") == ["out.edi"])
        until(lambda: not running.whats())
        assert len(running.told(BEGAN)) == len(running.told(ENDED)) == 1


def test_a_key_that_stays_dead_is_told_once(keyed: Bridge, grid: ECGridSandbox) -> None:
    """However often it is tried, and though each refusal has a reference of its own."""
    with keyed.running(tune=impatient) as running:
        running.worked("pull")
        grid.regenerate_key()
        until(lambda: running.state("pull").failures >= 4)
        assert len(running.told(BEGAN)) == len(running.whats()) == 1
