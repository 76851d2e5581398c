"""The door of a command without a daemon: reads what is there, acts under the instance lock."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syncd import wiring
from syncd.config import Settings, check
from syncd.control.server import ControlServer
from syncd.core import events as ev
from syncd.core.looking import Search
from syncd.core.machine import advance
from syncd.core.model import Direction, Message, MessageId, Pair, Phase, State
from syncd.errors import CannotAct, ConfigError, LockHeld, NotFound
from syncd.operations.door import Door
from syncd.ports import Change, Draft
from syncd.store import open_store
from syncd.system.lock import instance_lock
from syncd.wiring.local import LocalDoor
from tests.fakes.door import FakeDoor

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Two accounts, of which one has no password."""
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    accounts = {
        name: {"gateway": "as2gateway", "username": "u", "password": "hush", "root": str(tmp_path / name)}
        for name in ("acme", "other")
    }
    return check({"state_dir": str(tmp_path / "state"), "accounts": accounts}, path=tmp_path / "syncd.toml")


@pytest.fixture
def door(settings: Settings) -> Iterator[Door]:
    with wiring.door(settings) as opened:
        yield opened


def test_without_a_daemon_the_door_is_this_processs(settings: Settings, door: Door) -> None:
    """A state that is not there yet is empty, and stays so."""
    assert isinstance(door, LocalDoor)
    status = door.status(["acme"])
    assert (status.pid, status.since, status.needs_person) == (None, None, False)
    assert [account.account for account in status.accounts] == ["acme"]
    assert door.list_messages(Search()) == ()
    assert door.find_messages("x", account=None, limit=5) == ()
    with pytest.raises(NotFound):
        door.show_message("x", account=None)
    assert not settings.state_dir.exists()


def test_without_a_daemon_a_look_tells_what_is_not_taken(settings: Settings, door: Door) -> None:
    """Why each stays, for `status` and `show`; what may go with the next pass is not named."""
    outbox = settings.roots["acme"] / "outbox/ACME/WALMART"
    outbox.mkdir(parents=True)
    for name in ("x.tmp", "good.edi", "../stray.edi"):
        (outbox / name).write_text("ISA")
    (outbox / "empty.edi").touch()
    (outbox / "link.edi").symlink_to("good.edi")
    os.mkfifo(outbox / "fifo.edi")
    status = door.status(["acme"])
    told = {left.path.name: (left.reason, left.needs_person) for left in status.accounts[0].not_taken}
    words = {
        "x.tmp": "ignore pattern *.tmp",
        "stray.edi": "stands under no pair",
        "empty.edi": "is empty",
        "link.edi": "a link",
        "fifo.edi": "a FIFO",
    }
    assert told.keys() == words.keys()
    assert all(word in told[name][0] for name, word in words.items())
    assert [name for name in told if not told[name][1]] == ["x.tmp"]
    assert status.needs_person
    assert not settings.state_dir.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_nobody_is_told_of_an_outbox_that_is_anothers(settings: Settings, door: Door) -> None:
    """Who may read what is that user's to tell."""
    outbox = settings.roots["acme"] / "outbox/ACME/WALMART"
    outbox.mkdir(parents=True)
    (outbox / "link.edi").symlink_to("good.edi")
    assert len(door.status(["acme"]).accounts[0].not_taken) == 1
    settings.state_dir.mkdir()
    os.chown(settings.state_dir, 54321, -1)
    assert door.status(["acme"]).accounts[0].not_taken == ()


@pytest.mark.parametrize("state_dir", ["/proc/nope", "/etc/hostname/x"])
def test_a_state_that_cannot_be_is_no_empty_one(settings: Settings, state_dir: str) -> None:
    """A slip in state_dir does not look like a bridge at rest."""
    with (
        wiring.door(replace(settings, state_dir=Path(state_dir))) as opened,
        pytest.raises(CannotAct, match="cannot be used"),
    ):
        opened.status(["acme"])


@contextmanager
def daemon(path: Path, behind: FakeDoor) -> Iterator[None]:
    """A daemon that answers there."""
    server = ControlServer(path, behind, group=None)
    server.start()
    yield
    server.stop()


def test_a_daemon_that_answers_is_asked(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In systemd's folder, else in the state; once it is gone, the command helps itself."""
    settings.state_dir.mkdir()
    runtime = tmp_path / "run"
    runtime.mkdir()
    with daemon(settings.state_dir / "control.sock", FakeDoor(pid=1)):
        with wiring.door(settings) as found:
            assert found.status(["acme"]).pid == 1
        monkeypatch.setenv("RUNTIME_DIRECTORY", str(runtime))
        with daemon(runtime / "control.sock", FakeDoor(pid=2)), wiring.door(settings) as found:
            assert found.status(["acme"]).pid == 2
    with wiring.door(settings) as found:
        assert isinstance(found, LocalDoor)


def test_a_pause_is_kept_for_the_daemon_to_come(settings: Settings, door: Door) -> None:
    """As a fact of the account, jobs in order; nothing left of it when all is resumed."""
    door.pause(["acme"], job="send", by="anna")
    paused = door.pause(["acme", "other"], job=None, by="anna")
    assert facts(settings, "acme") == facts(settings, "other") == {"paused": "pull,send"}
    assert [job.name for job in paused.accounts[1].jobs if job.is_paused] == ["pull", "send"]
    door.resume(["acme"], job="pull", by="anna")
    assert facts(settings, "acme") == {"paused": "send"}
    door.resume(["acme", "other"], job=None, by="anna")
    assert facts(settings, "acme") == facts(settings, "other") == {}


def facts(settings: Settings, account: str) -> dict[str, str]:
    """What is remembered of the account."""
    with wiring.records(settings) as records:
        return dict(records.facts(account))


def test_the_records_are_read_also_while_a_daemon_runs(settings: Settings) -> None:
    """By this process: they may be more than an answer of the daemon's holds."""
    held = a_held_message(settings)
    with daemon(settings.state_dir / "control.sock", FakeDoor()), wiring.records(settings) as records:
        assert [message.id for message in records.part("acme", after=None, limit=5)] == [held.id]


def test_records_that_a_daemon_keeps_elsewhere_are_not_none(settings: Settings) -> None:
    """Who may ask the daemon, and cannot see its database, is told what to do."""
    settings.state_dir.mkdir()
    with (
        daemon(settings.state_dir / "control.sock", FakeDoor()),
        pytest.raises(CannotAct, match="sudo -u syncd"),
    ):
        wiring.records(settings)
    with wiring.records(settings) as records:
        assert records.accounts() == frozenset()


def test_what_acts_takes_the_lock(settings: Settings, door: Door) -> None:
    """Held by a daemon that is just starting, it is refused."""
    with instance_lock(settings.state_dir):
        with pytest.raises(LockHeld):
            door.pause(["acme"], job=None, by="anna")
        with pytest.raises(LockHeld):
            door.once(["acme"], only=None, wait=None)
        with pytest.raises(LockHeld):
            door.resolve("aaaa1111", "fail", by="anna")
        with pytest.raises(LockHeld):
            door.stop("aaaa1111", by="anna")
        with pytest.raises(LockHeld):
            door.retry("aaaa1111", by="anna")


def test_a_reload_needs_a_daemon(door: Door) -> None:
    """It says how to start one."""
    with pytest.raises(CannotAct, match=r"no daemon runs\. Start it: systemctl start syncd"):
        door.reload(by="anna")


def test_a_pass_of_our_own_needs_the_password(tmp_path: Path) -> None:
    """A command that asks the daemon does not; so it is asked for late, by its key."""
    path = tmp_path / "syncd.toml"
    path.write_text(
        f'state_dir = "{tmp_path}/state"\n'
        f'[accounts.acme]\ngateway = "as2gateway"\nusername = "u"\nroot = "{tmp_path}/acme"\n',
        encoding="utf-8",
    )
    from syncd.config import load

    with wiring.door(load(path, {}, passwords=False)) as door, pytest.raises(ConfigError) as caught:
        door.once(["acme"], only=None, wait=None)
    assert [problem.key for problem in caught.value.problems] == ["accounts.acme.password_file"]


def test_messages_are_read_with_their_story(settings: Settings, door: Door) -> None:
    """The rows that a daemon would give, with their paths."""
    held = a_held_message(settings)
    [row] = door.list_messages(Search(states=(State.HELD,)))
    assert row.id == held.id
    whole = door.show_message(held.id, account="acme")
    assert (whole.reason, whole.history[-1].kind) == ("why not", "held")
    [acme] = door.status(["acme"]).accounts
    assert ([each.id for each in acme.attention], acme.counts) == ([held.id], {"held": 1})
    assert door.status(["acme"]).needs_person


def a_held_message(settings: Settings) -> Message:
    """One that waits for a person."""
    settings.state_dir.mkdir()
    store = open_store(settings.state_dir)
    draft = Message(
        id=MessageId(""),
        account="acme",
        gateway="as2gateway",
        direction=Direction.INBOUND,
        state=State.ARRIVING,
        phase=Phase.LISTED,
        pair=Pair(station="ACME", partner="WALMART"),
        created=NOON,
        updated=NOON,
    )
    [message] = store.journal.open([Draft(event=ev.Listed(), message=draft)])
    event = ev.Held(reason="why not")
    after = advance(message, event, now=NOON)
    store.journal.write([Change(event=event, after=after)])
    store.close()
    return after
