"""What `syncd verify` finds in a bridge that somebody laid hands on, and what it repairs."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syncd.errors import DiskFull
from syncd.flows.bridge import Bridge
from syncd.operations.actions import resolve
from syncd.operations.verifying_report import Finding, Kind
from syncd.ports import Inbox
from syncd.sandbox import Partner, Sandbox, World
from syncd.wiring.acting import desk
from tests.e2e.harness import Ground, sha
from tests.e2e.invariants import faults
from tests.e2e.verified import found, verify
from tests.e2e.worlds import with_partners

PAIR = "RJ_Station/RJ_Partner"


@pytest.fixture
def world() -> World:
    return with_partners("RJ_Partner", Partner(as2_id="RJ_Partner", partner_type="test"))


@pytest.fixture
def busy(ground: Ground, box: Sandbox) -> Ground:
    """A bridge that has received two messages, sent three, refused one and holds one, and is at rest."""
    ground.run(jobs=("pull",))
    box.deliver(files={"in-1.edi": b"UNA 1"})
    box.deliver(files={"in-2.edi": b"UNA 2", "in-3.edi": b"UNA 3"})
    box.deliver(files={}, partner_type="test")
    for name in ("a.edi", "b.edi", "c.edi"):
        ground.drop(name, name.encode())
    ground.drop("no.edi", b"UNA no", pair="RJ_Station/Nobody")
    ground.settle()
    return ground


def at(ground: Ground, name: str) -> Path:
    """Where a file stands, wherever that is."""
    [path] = ground.root.rglob(name)
    return path


def put(ground: Ground, place: str, content: bytes = b"put there") -> None:
    path = ground.root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def seen(*findings: Finding) -> list[tuple[str, str]]:
    """Kind and name of each finding, in order."""
    return sorted((finding.kind, finding.place.name if finding.place else "") for finding in findings)


def test_what_is_spoilt_is_found_and_repaired(busy: Ground) -> None:
    """Looking changes nothing; after the repair nothing is found, and every promise holds again."""
    at(busy, "a.edi").unlink()
    at(busy, "no.edi").unlink()
    busy.dropped.remove(sha(b"UNA no"))  # a refused file was never read: nobody knows its bytes
    at(busy, "b.edi.syncd.json").unlink()
    at(busy, "c.edi.syncd.json").write_text(at(busy, "no.edi.syncd.json").read_text())
    [held] = (busy.root / "held").rglob("*.syncd.json")
    held.unlink()
    # As a move that was cut short before the old status file was removed.
    told = at(busy, "a.edi.syncd.json").read_bytes()
    put(busy, f"failed/{PAIR}/a.edi.syncd.json", told)
    put(busy, f"queued/{PAIR}/strange.edi")
    put(busy, ".syncd/staging/zzzzzzzz/deep/0")
    put(busy, ".syncd/staging/a-file")
    put(busy, ".syncd/scratch/whole-1-1")
    wanted = sorted(
        [
            (Kind.FILE_GONE, "a.edi"),
            (Kind.FILE_GONE, "no.edi"),
            (Kind.STATUS_FILE, "b.edi.syncd.json"),
            (Kind.STATUS_FILE, "c.edi.syncd.json"),
            (Kind.STATUS_FILE, ""),
            (Kind.STATUS_ALONE, "a.edi.syncd.json"),
            (Kind.STRANGER, "strange.edi"),
            (Kind.STAGING_FOREIGN, "zzzzzzzz"),
            (Kind.STAGING_FOREIGN, "a-file"),
            (Kind.SCRATCH, "whole-1-1"),
        ]
    )
    for _ in range(2):
        assert seen(*verify(busy).wrong) == wanted
    repaired = verify(busy, repair=True)
    assert [finding.trouble for finding in repaired.findings if not finding.repaired] == []
    assert seen(*repaired.findings) == wanted
    assert found(busy) == []
    assert faults(busy) == []


def test_what_a_person_did_is_noted_or_named(busy: Ground, box: Sandbox) -> None:
    """A file that was filed away is noted once, and its status file goes with it; own files are left alone.

    An edited file in the inbox is told, but not so what the ERP took, nor a message that has its name now.
    """
    at(busy, "a.edi").rename(busy.folder / "a.edi")
    put(busy, f"sent/{PAIR}/own.txt")
    put(busy, f"failed/{PAIR}/folder/own.txt")
    put(busy, f"held/{PAIR}/Thumbs.db")
    at(busy, "in-1.edi").write_bytes(b"UNA 9")
    at(busy, "in-2.edi").unlink()
    box.deliver(files={"in-2.edi": b"UNA another"})
    busy.run()
    compared = verify(busy, repair=True)
    edited = (Kind.INBOX_CHANGED, "in-1.edi")
    own = [(Kind.FILE_UNKNOWN, "folder"), (Kind.FILE_UNKNOWN, "own.txt")]
    assert seen(*compared.findings) == [(Kind.FILE_GONE, "a.edi"), *own, edited]
    [finding] = compared.wrong
    assert (finding.kind, finding.id) == (Kind.INBOX_CHANGED, _owner(busy, "in-1.edi"))
    assert seen(*verify(busy).findings) == [*own, edited]
    row = busy.row("a.edi")
    assert (row.state, row.progress.file_gone) == ("sent", True)
    assert busy.history(row).count("takenaway") == 1
    assert not list(busy.root.rglob("a.edi*"))
    assert at(busy, "folder").is_dir()


def _owner(ground: Ground, name: str) -> str:
    [row] = [row for row in ground.rows() if any(file.name == name for file in row.files)]
    return row.id


class _Full:
    """An inbox on a disk that is full just when something is to be published."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever an inbox has
        return getattr(self._inbox, name)

    def publish_many(self, batch: object) -> object:
        if batch:
            raise DiskFull("the disk is full")
        return {}


def _without_publishing(bridge: Bridge) -> Bridge:
    return replace(bridge, inbox=_Full(bridge.inbox))  # type: ignore[arg-type]


def test_a_staged_message_without_its_folder_is_held(ground: Ground, box: Sandbox) -> None:
    """Nobody can tell whether it was delivered; a folder that a message knows is never removed."""
    box.deliver(files={"in-1.edi": b"UNA 1"})
    box.deliver(files={"in-2.edi": b"UNA 2"})
    ground.run(jobs=("pull",), wrap=_without_publishing)
    first, second = sorted((ground.root / ".syncd/staging").iterdir())
    assert found(ground) == []
    first.joinpath("0").unlink()
    first.rmdir()
    [finding] = verify(ground).findings
    assert (finding.kind, finding.id) == (Kind.STAGING_EMPTIED, first.name)
    [finding] = verify(ground, repair=True).findings
    assert finding.repaired
    assert second.is_dir()
    assert [told["id"] for told in ground.status_files("held").values()] == [first.name]
    assert found(ground) == []


def test_a_file_taken_before_it_was_sent_is_withdrawn(ground: Ground, box: Sandbox) -> None:
    """As the next pass would do it."""
    box.trouble("status", operation="send", status=429)
    ground.drop("a.edi", b"UNA a")
    ground.run()
    assert ground.row("a.edi").phase == "waiting"
    at(ground, "a.edi").unlink()
    assert seen(*verify(ground).findings) == [("file_gone", "a.edi")]
    verify(ground, repair=True)
    assert ground.row("a.edi").state == "withdrawn"
    assert found(ground) == []


def test_a_held_message_keeps_its_status_file(ground: Ground, box: Sandbox) -> None:
    """Without its file it still waits for a decision."""
    put(ground, "queued/RJ_Station/RJ_Partner/a.edi")
    ground.run()
    at(ground, "a.edi").unlink()
    verify(ground, repair=True)
    assert list(ground.status_files("held")) == ["a.edi"]
    assert found(ground) == []


def test_what_was_read_there_and_never_came_is_fetched(ground: Ground, box: Sandbox) -> None:
    """Marked unread, the next pull has it; what was read before the first look is somebody else's."""
    old = box.deliver(files={"old.edi": b"UNA old"})
    box.mark_read(old)
    ground.later(minutes=1)  # times at the gateway are told by the second
    ground.run()
    ground.later(minutes=1)
    lost, _ = box.deliver(files={"lost.edi": b"UNA lost"}), box.deliver(files={"new.edi": b"UNA new"})
    box.mark_read(lost)
    missing, before = verify(ground).findings
    assert (missing.kind, missing.message_id, missing.is_open) == (Kind.NEVER_RECEIVED, f"<{lost}>", True)
    assert (before.kind, before.is_note) == (Kind.READ_BEFORE, True)
    assert verify(ground, repair=True).wrong == ()
    ground.run()
    assert ground.names("inbox") == ["lost.edi", "new.edi"]
    assert found(ground) == []


def test_what_is_not_confirmed_for_long_is_told(ground: Ground, box: Sandbox) -> None:
    """The gateway still counts it as unread; the next pull may confirm it."""
    box.trouble("status", operation="get_received", status=503, times=100)
    box.deliver(files={"in-1.edi": b"UNA 1"})
    ground.run(jobs=("pull",))
    assert found(ground) == []
    ground.clock.wait(timedelta(hours=2))
    [finding] = verify(ground, repair=True).wrong
    assert (finding.kind, finding.can_repair) == (Kind.UNCONFIRMED, False)


def test_after_a_day_of_work_nothing_is_found(busy: Ground, box: Sandbox) -> None:
    """Whatever a bridge went through by itself agrees. Without root or gateway the rest is compared."""
    compared = verify(busy)
    assert compared.findings == ()
    assert (compared.account.messages, compared.account.listed, compared.account.trouble) == (7, 3, "")
    assert faults(busy) == []

    box.trouble("status", operation="list_received", status=500, times=100)
    at(busy, "b.edi.syncd.json").unlink()
    compared = verify(busy)
    assert compared.account.trouble
    assert [finding.kind for finding in compared.wrong] == [Kind.STATUS_FILE]
    box.calm()
    busy.root.rename(busy.folder / "elsewhere")
    compared = verify(busy, repair=True)
    assert "is not there" in compared.account.trouble
    assert (compared.findings, compared.account.listed) == ((), 3)


def test_a_held_message_given_up_without_its_file_leaves_nothing_in_held(ground: Ground) -> None:
    """Its status file follows, also after a crash before that; one that tells of another message stays."""
    for _ in range(2):
        put(ground, f"queued/{PAIR}/a.edi")
        ground.run()
        [held] = [path for path in (ground.root / "held").rglob("a*") if path.suffix == ".edi"]
        held.unlink()
        verify(ground, repair=True)
        if len(ground.rows()) == 1:  # so the name is free, and the next one gets it
            at(ground, f"held/{PAIR}/a.edi.syncd.json").unlink()
    first, second = ground.rows()
    assert first.place == second.place

    ground.resolve(first, "fail")
    assert second.id in {told["id"] for told in ground.status_files("held").values()}
    with ground.process() as process:
        resolve(desk(process.bridge), second, "fail", by="a test")  # and dies before the files follow
    ground.run()

    assert ground.all_files("held") == {}
    assert found(ground) == []
    assert not any(row.moving_from for row in ground.rows())
