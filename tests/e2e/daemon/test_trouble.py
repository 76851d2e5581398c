"""What goes wrong heals by itself, is told once, and stops nobody else."""

from __future__ import annotations

import os
import socket
import subprocess
from contextlib import suppress
from datetime import timedelta

import pytest

from syncd.daemon.jobs import Gaps
from syncd.daemon.supervisor import TICK
from syncd.sandbox import Sandbox
from syncd.wiring.daemon import Daemon
from tests.e2e.daemon.conftest import WORLD
from tests.e2e.daemon.harness import PAIR, QUIET, Bridge, until

BEGAN, ENDED = "trouble.began", "trouble.ended"
MOMENT = timedelta(seconds=0.2)
SHORT = Gaps(first=MOMENT, most=2 * MOMENT, most_refused=2 * MOMENT, most_root=2 * MOMENT)


PATIENT = Gaps(first=timedelta(hours=1), most=timedelta(hours=1), most_refused=timedelta(hours=1))
NOTICED_S = 2 * TICK.total_seconds()


def impatient(daemon: Daemon) -> None:
    """Backing off takes a moment instead of minutes."""
    for runner in daemon.runners.values():
        runner.gaps = SHORT


def patient(daemon: Daemon) -> None:
    """Backing off takes an hour."""
    for runner in daemon.runners.values():
        runner.gaps = PATIENT


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_gateway_that_is_down_at_the_start_is_waited_for(bridge: Bridge) -> None:
    """The daemon is up without it, and goes on as soon as it is there; the log has one line for each end."""
    port = free_port()
    bridge.configure(url=f"http://127.0.0.1:{port}/v1")
    with bridge.running(tune=impatient) as running:
        until(lambda: running.state("pull").failures >= 3 and running.state("addresses").failures >= 3)
        assert len(running.told(BEGAN)) == 1, running.told(BEGAN)
        with Sandbox(world=WORLD, port=port) as box:
            box.deliver(files={"order.edi": b"UNA"})
            until(lambda: bridge.names("inbox") == ["order.edi"])
            until(lambda: running.told(ENDED))
            until(lambda: not running.whats())
            until(bridge.has_outbox)
            bridge.drop("invoice.edi")
            until(lambda: bridge.names("sent") == ["invoice.edi"])
        assert len(running.told(ENDED)) == 1


def test_a_gateway_that_fails_for_a_while_is_told_once(bridge: Bridge, box: Sandbox) -> None:
    """One line when it begins, one when it is over, however many passes were in vain."""
    with bridge.running(tune=impatient) as running:
        running.worked("pull")
        box.trouble("status", operation="*", status=502, times=None)
        until(lambda: running.state("pull").failures >= 4)
        [trouble] = running.whats()
        [began] = running.told(BEGAN)
        assert trouble == began["what"]
        box.calm()
        until(lambda: not running.whats())
        assert len(running.told(BEGAN)) == len(running.told(ENDED)) == 1


def test_a_corrected_password_heals_without_a_restart(bridge: Bridge, box: Sandbox) -> None:
    """Within seconds, though a refused account is asked again only after long."""
    secret = bridge.folder / "password"
    secret.write_text("wrong\n")
    bridge.configure(password=None, password_file=str(secret), **QUIET)
    with bridge.running(tune=patient) as running:
        until(lambda: running.state("pull").failures and running.state("addresses").failures)
        assert running.account().troubles[0].needs_person
        box.deliver(files={"order.edi": b"UNA"})
        secret.write_text("pazzword\n")
        until(lambda: bridge.names("inbox") == ["order.edi"], within_s=NOTICED_S)
        until(lambda: not running.whats(), within_s=NOTICED_S)
        assert running.told("account.secret_changed")
        bridge.drop("invoice.edi")
        until(lambda: len(box.ledger.sent) == 1)


def test_a_password_file_that_was_missing_heals_too(bridge: Bridge, box: Sandbox) -> None:
    """Nothing changed in it: it came to be."""
    secret = bridge.folder / "password"
    bridge.configure(password=None, password_file=str(secret), **QUIET)
    box.deliver(files={"order.edi": b"UNA"})
    with bridge.running(tune=patient) as running:
        until(lambda: running.state("pull").failures)
        secret.write_text("pazzword\n")
        until(lambda: bridge.names("inbox") == ["order.edi"], within_s=NOTICED_S)


def test_an_unmounted_root_pauses_its_account_until_it_is_back(bridge: Bridge, box: Sandbox) -> None:
    """Nothing is withdrawn, no second tree is made in the mount point, and it goes on by itself."""
    box.partner("RJ_Partner").pause()
    root, aside = bridge.root(), bridge.folder / "unmounted"
    with bridge.running(tune=impatient) as running:
        until(bridge.has_outbox)
        bridge.drop("queued.edi")
        until(lambda: running.account().counts.get("queued") == 1)
        with running.daemon.runners["acme"].alone():  # a disk goes at once; this is two steps
            root.rename(aside)
            root.mkdir()
        box.deliver(files={"order.edi": b"UNA"})
        until(lambda: min(running.state(job).failures for job in ("pull", "send", "track")) >= 2)
        assert all("is its disk mounted?" in what for what in running.whats())
        assert list(root.iterdir()) == []
        assert len(running.told(BEGAN)) == 1
        root.rmdir()
        aside.rename(root)
        until(lambda: bridge.names("inbox") == ["order.edi"])
        box.partner("RJ_Partner").resume()
        until(lambda: bridge.names("sent") == ["queued.edi"])
        assert set(running.account().counts) == {"sent", "received"}
        until(lambda: not running.whats())
    assert [record.files[0].name for record in box.ledger.sent] == ["queued.edi"]


def test_a_full_disk_pauses_pulling_alone(bridge: Bridge, box: Sandbox) -> None:
    """Below `min_free` nothing is fetched, what is dropped is sent; with room again it goes on by itself."""
    bridge.configure(min_free="200MB")
    room = {"bytes": 1_000_000}

    def fill(daemon: Daemon) -> None:
        daemon._trees["acme"].room = lambda: room["bytes"]  # type: ignore[method-assign]

    with bridge.running(tune=fill) as running:
        box.deliver(files={"order.edi": b"UNA"})
        until(lambda: any("pulling pauses" in what for what in running.whats()))
        until(bridge.has_outbox)
        bridge.drop("invoice.edi")
        until(lambda: bridge.names("sent") == ["invoice.edi"])
        running.tried("pull", times=2)
        assert running.state("pull").last_success is None
        assert bridge.names("inbox") == []
        assert running.account().troubles[0].needs_person
        room["bytes"] = 1_000_000_000
        until(lambda: bridge.names("inbox") == ["order.edi"])
        until(lambda: not running.whats())
        assert len(running.told(BEGAN)) == len(running.told(ENDED)) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_disk_that_is_full_to_the_last_byte_heals_too(bridge: Bridge, box: Sandbox) -> None:
    """What does not fit stays at the gateway, unread, until it does."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=2770", "none", str(bridge.root())]
    subprocess.run(mount, check=True, timeout=10)
    try:
        with bridge.running(tune=impatient) as running:
            until(bridge.has_outbox)
            with (bridge.root() / "filler").open("wb", buffering=0) as filler, suppress(OSError):
                while True:
                    filler.write(b"x" * 65536)
            message = box.deliver(files={"order.edi": b"x" * 300_000})
            until(lambda: running.state("pull").failures >= 2)
            assert bridge.names("inbox") == []
            assert not next(one for one in box.ledger.received if one.id == message).is_read
            (bridge.root() / "filler").unlink()
            until(lambda: bridge.names("inbox") == ["order.edi"])
            until(lambda: not running.whats())
            assert len(running.told(BEGAN)) == len(running.told(ENDED)) == 1
    finally:
        subprocess.run(["umount", "--lazy", str(bridge.root())], check=True, timeout=10)


def test_a_missing_root_stops_no_other_account(pair: Bridge, box: Sandbox, other: Sandbox) -> None:
    """It is named, and used as soon as it is made."""
    pair.root("globex").rmdir()
    with pair.running(tune=impatient) as running:
        box.deliver(files={"order.edi": b"UNA"})
        other.deliver(files={"late.edi": b"UNA"})
        until(lambda: pair.names("inbox") == ["order.edi"])
        until(lambda: any("is not there" in what for what in running.whats("globex")))
        assert not running.whats("acme")
        assert not pair.root("globex").exists()
        pair.root("globex").mkdir()
        until(lambda: pair.names("inbox", "globex") == ["late.edi"])


def test_under_systemd_the_setting_in_the_way_is_named(
    pair: Bridge, box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A root that the unit hides looks like one that is not there."""
    monkeypatch.setenv("INVOCATION_ID", "0123456789abcdef")
    pair.of["globex"] = {"root": "/home/nobody-of-that-name/edi"}
    pair.configure()
    with pair.running() as running:
        until(lambda: running.whats("globex"))
        [began] = running.told(BEGAN, account="globex")
        assert began["log_level"] == "error"
        assert "BindPaths=/home/nobody-of-that-name/edi" in began["remedy"]
        box.deliver(files={"order.edi": b"UNA"})
        until(lambda: pair.names("inbox") == ["order.edi"])


def test_accounts_do_not_wait_for_each_other(pair: Bridge, box: Sandbox, other: Sandbox) -> None:
    """One gateway is silent, the other one's messages come and go all the while."""
    with pair.running() as running:
        until(lambda: pair.has_outbox("acme") and pair.has_outbox("globex"))
        other.trouble("silence", operation="*", times=None, seconds=3.0)
        until(lambda: running.state("pull", "globex").running_since)
        for number in range(3):
            box.deliver(files={f"order{number}.edi": b"UNA"})
            pair.drop(f"invoice{number}.edi")
            until(lambda count=number + 1: len(pair.names("inbox")) == count)  # type: ignore[misc]
            until(lambda count=number + 1: len(pair.names("sent")) == count)  # type: ignore[misc]
        assert running.state("pull", "globex").running_since
        other.calm()


def test_folders_that_check_would_not_pass_are_told_at_the_start(bridge: Bridge, box: Sandbox) -> None:
    """The daemon runs all the same."""
    bridge.root().chmod(0o770)
    with bridge.running() as running:
        box.deliver(files={"order.edi": b"UNA"})
        until(lambda: bridge.names("inbox") == ["order.edi"])
        running.worked("pull", times=2)
        [trouble] = running.account().troubles
        assert trouble.job == "folders"
        assert "setgid" in trouble.what
        assert f"chmod g+s {bridge.root()}" in trouble.remedy
    assert PAIR.split("/")[0] in {path.name for path in (bridge.root() / "outbox").iterdir()}
