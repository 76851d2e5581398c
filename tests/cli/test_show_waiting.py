"""`show NAME` for what stands in an outbox and is no message yet."""

from dataclasses import replace
from pathlib import Path

import pytest

from syncd.operations.reports import Left
from syncd.operations.status import AccountStatus, JobStatus, TroubleStatus
from tests.cli.world import HELD, NOON, SENT, World, parsed

Screen = pytest.CaptureFixture[str]


class Outboxes:
    """A world whose account `acme` has a root on disk; `left` is what the daemon names."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "acme"
        self.world = World(folder=folder)
        self.configure(self.world.configuration.read_text())
        self.status = AccountStatus(
            account="acme",
            gateway="as2gateway",
            root=self.root,
            watching="watching",
            jobs=(JobStatus(name="send"),),
            counts={},
            attention=(),
            not_taken=(),
            troubles=(),
            passed_over=0,
        )

    def configure(self, text: str) -> None:
        self.world.configuration.write_text(text.replace('"/srv/acme"', f'"{self.root}"'))

    def drop(self, name: str, *, pair: str = "ACME/WALMART", under: str = "") -> Path:
        path = self.root / (under or f"outbox/{pair}") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("ISA")
        return path

    def leave(self, path: Path, reason: str, *, needs_person: bool = False) -> None:
        left = Left(path=path, reason=reason, needs_person=needs_person, since=NOON)
        self.knows(not_taken=(*self.status.not_taken, left))

    def knows(self, **of: object) -> None:
        self.status = replace(self.status, **of)  # type: ignore[arg-type]
        self.world.opened.known = {"acme": self.status}


@pytest.fixture
def outboxes(tmp_path: Path) -> Outboxes:
    return Outboxes(tmp_path)


@pytest.mark.parametrize("needs_person", [False, True])
def test_a_file_that_is_not_taken_is_told_with_its_reason(
    outboxes: Outboxes, capsys: Screen, *, needs_person: bool
) -> None:
    """By its name or its path; exit 1 when a person has to act."""
    path = outboxes.drop("new.edi")
    outboxes.leave(path, "it is settling", needs_person=needs_person)
    assert outboxes.world.run("show", "new.edi", "--json") == int(needs_person)
    assert parsed(capsys.readouterr().out) == {
        "name": "new.edi",
        "not_taken": [
            {
                "account": "acme",
                "path": str(path),
                "reason": "it is settling",
                "remedy": "",
                "needs_person": needs_person,
                "since": "2026-01-31T12:00:00Z",
            }
        ],
    }
    for text in (str(path), "outbox/ACME/WALMART/new.edi", "./WALMART/new.edi"):
        assert outboxes.world.run("show", text) == int(needs_person)
        shown = capsys.readouterr().out
        assert str(path) in shown
        assert "it is settling" in shown
        assert "2026-01-31 13:00:00" in shown


def test_a_name_must_be_whole(outboxes: Outboxes, capsys: Screen) -> None:
    """A part of it may mean anything."""
    outboxes.leave(outboxes.drop("renew.edi"), "it is settling")
    assert outboxes.world.run("show", "new.edi") == 1
    assert "it is settling" not in capsys.readouterr().out


def test_files_of_one_name_for_several_partners_are_all_told(outboxes: Outboxes, capsys: Screen) -> None:
    """Each with its own reason."""
    outboxes.leave(outboxes.drop("new.edi"), "it is settling")
    outboxes.leave(outboxes.drop("new.edi", pair="ACME/TARGET"), "a link", needs_person=True)
    assert outboxes.world.run("show", "new.edi") == 1
    shown = capsys.readouterr().out
    assert "it is settling" in shown
    assert "a link" in shown


def test_what_the_daemon_did_not_see_yet_waits_for_its_turn(outboxes: Outboxes, capsys: Screen) -> None:
    """It is there, and nothing speaks against it."""
    outboxes.drop("new.edi")
    assert outboxes.world.run("show", "new.edi") == 0
    assert "its turn has not come yet" in capsys.readouterr().out


def test_what_is_said_of_its_folder_counts(outboxes: Outboxes, capsys: Screen) -> None:
    """A dropped folder is one thing."""
    path = outboxes.drop("folder/new.edi")
    outboxes.leave(path.parent, "it has a sub-folder", needs_person=True)
    assert outboxes.world.run("show", "new.edi") == 1
    assert f"{path.parent}: it has a sub-folder" in capsys.readouterr().out
    assert outboxes.world.run("show", "folder") == 1
    assert "sub-folder" in capsys.readouterr().out


def test_what_is_gone_meanwhile_is_not_told(outboxes: Outboxes, capsys: Screen) -> None:
    """The daemon's last look may be old."""
    path = outboxes.drop("new.edi")
    outboxes.leave(path, "it is settling")
    path.unlink()
    assert outboxes.world.run("show", "new.edi") == 1
    assert "no message" in capsys.readouterr().err


def test_sending_that_stands_still_is_a_reason(outboxes: Outboxes, capsys: Screen) -> None:
    """Paused, or in trouble; with what to do."""
    outboxes.drop("new.edi")
    outboxes.knows(jobs=(JobStatus(name="send", is_paused=True),))
    assert outboxes.world.run("show", "new.edi") == 0
    assert "syncd resume send --account acme" in capsys.readouterr().out

    trouble = TroubleStatus(
        job="pull, send", what="the log-in is refused", remedy="Ask.", since=NOON, needs_person=True
    )
    outboxes.knows(jobs=(), troubles=(trouble,))
    assert outboxes.world.run("show", "new.edi") == 1
    assert "the log-in is refused" in capsys.readouterr().out


def test_without_a_daemon_it_is_said_that_none_runs(outboxes: Outboxes, capsys: Screen) -> None:
    """Nobody will take the file until somebody acts."""
    outboxes.drop("new.edi")
    outboxes.world.opened.pid = None
    assert outboxes.world.run("show", "new.edi") == 1
    shown = capsys.readouterr().out
    assert "no daemon runs" in shown
    assert "systemctl start syncd" in shown
    assert "syncd once" in shown


def test_both_layouts_and_friendly_folders_are_looked_through(outboxes: Outboxes, capsys: Screen) -> None:
    """Pair folders themselves are nothing that was dropped."""
    table = '[[accounts.acme.partners]]\nstation = "ACME"\npartner = "W"\nfolder = "walmart"\n'
    text = outboxes.world.configuration.read_text()
    text = text.replace("[accounts.other]", f'layout = "by-partner"\n{table}[accounts.other]')
    outboxes.configure(text)
    outboxes.drop("new.edi", under="ACME/TARGET/outbox")
    outboxes.drop("old.edi", under="walmart/outbox/folder")
    for name, code in {
        "new.edi": 0,
        "old.edi": 0,
        "folder": 0,
        "TARGET": 1,
        "walmart": 1,
        "outbox": 1,
    }.items():
        assert outboxes.world.run("show", name) == code, name
    outboxes.configure(text.replace("by-partner", "by-state"))
    outboxes.drop("new.edi", under="outbox/walmart")
    assert outboxes.world.run("show", "new.edi") == 0
    assert outboxes.world.run("show", "walmart") == 1
    assert "outbox/walmart/new.edi" in capsys.readouterr().out


def test_what_is_nowhere_is_not_found(outboxes: Outboxes, capsys: Screen) -> None:
    """It is named where was looked; status files are no messages."""
    outboxes.drop("new.edi")
    status_file = outboxes.drop("new.edi.syncd.json")
    for name in ("none.edi", status_file.name, "ACME"):
        assert outboxes.world.run("show", name, "--account", "acme") == 1
        error = capsys.readouterr().err
        assert f"no message has the id or the file name {name}" in error
        assert f"looked in {outboxes.root / 'outbox'}." in error


def test_a_known_message_stays_the_answer(outboxes: Outboxes, capsys: Screen) -> None:
    """With one more line for people; scripts see what they saw. An id means the message alone."""
    path = outboxes.drop("order.edi")
    outboxes.leave(path, "it is settling")
    assert outboxes.world.run("show", "order.edi") == 0
    shown = capsys.readouterr().out
    assert "taken over" in shown
    assert shown.splitlines()[-1] == f"{path} is not taken yet: it is settling"

    assert outboxes.world.run("show", "order.edi", "--json") == 0
    assert "not_taken" not in parsed(capsys.readouterr().out)
    assert outboxes.world.run("show", "bbbb2222") == 0
    assert "is not taken yet" not in capsys.readouterr().out


def test_a_name_of_several_messages_names_the_file_too(outboxes: Outboxes, capsys: Screen) -> None:
    """By a path that means it alone."""
    path = outboxes.drop("invoice.edi")
    outboxes.world.opened.messages = [replace(HELD, files=SENT.files), SENT]
    assert outboxes.world.run("show", "invoice.edi") == 2
    error = capsys.readouterr().err
    assert "bbbb2222, aaaa1111" in error
    assert f"syncd show {path}" in error
