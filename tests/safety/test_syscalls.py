"""The real program, killed at each system call that changes a disk, and told of disks that fail."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.sandbox import Sandbox
from tests.e2e.harness import Ground
from tests.e2e.invariants import faults_at_any_moment
from tests.safety.campaign import SHORT, Life, Tale, a_world
from tests.safety.dying import Death
from tests.safety.figures import record_campaign
from tests.safety.traced import CHANGES, Call, Run, need_strace, watched

SYNCS = ("fsync", "fdatasync")
SAMPLE = ("renameat2", "fsync", "fdatasync")
NO_REPLACE = "RENAME_NOREPLACE"
EVERY_SEVENTH = "pwrite64"
"""The database writes pages by the hundred, a header and a page in turn: one in seven hits both."""


def _begin_new(ground: Ground) -> None:
    """Two messages, one with two files; a file and a folder to send."""
    ground.box.deliver(files={"in.edi": b"UNA in"})
    ground.box.deliver(files={"a.edi": b"UNA a", "b.edi": b"UNA b"})
    ground.drop("out.edi", b"UNA out")
    ground.drop("folder/x.edi", b"UNA x")


def _begin_known(ground: Ground) -> None:
    """The same, where state and tree are there already."""
    ground.run()
    _begin_new(ground)


def _tale(begin: object) -> Tale:
    return Tale(
        open=lambda: Sandbox(world=a_world()),
        begin=begin,  # type: ignore[arg-type]  # one of the two above
        fates={"out.edi": "sent", "folder": "sent"},
        keys=SHORT,
    )


TALES = {"first start": _tale(_begin_new), "later start": _tale(_begin_known)}


@pytest.fixture(autouse=True)
def strace() -> None:
    need_strace()


def run_once(life: Life, *inject: str) -> Run:
    """One real pass of a life, watched."""
    return watched(life.ground.config, life.ground.folder / "trace", *inject)


def counted(tale: Tale, folder: Path) -> Run:
    """A pass to which nothing happens."""
    with tale.open() as box:
        return run_once(Life(tale, box, folder, settle=0.05))


def every(call: str, run: Run) -> range:
    """The numbers of the calls of one kind that a pass makes."""
    return range(1, run.most().get(call, 0) + 1, 7 if call == EVERY_SEVENTH else 1)


def broken_after(tale: Tale, folder: Path, *inject: str, dies: bool, erp: bool = True) -> list[str]:
    """One pass with this mishap, then life to the end; what is wrong, in words."""
    with tale.open() as box:
        life = Life(tale, box, folder, settle=0.05)
        run = run_once(life, *inject)
        if dies and not run.was_killed:
            return [f"{inject} never came: exit {run.exit_code}"]
        found = [*faults_at_any_moment(life.ground), *believed_again(run)]
        if run.exit_code == 0 and not dies:
            found += [f"{path} could not be made durable, and nobody was told" for path in at_stake(run)]
        if erp:
            life.ground.collect()
        life.run(Death())
        life.ground.later(seconds=2)  # two processes tell the gateway's time to a second or so
        life.ground.run()  # this pass sees that what was confirmed has left the list
        return found + life.verdict()


def at_stake(run: Run) -> Iterator[str]:
    """Staged files, and the database's log, that were written to and could not be made durable.

    When it closes, SQLite syncs its log once more, and the copy that it makes of it: nothing is lost by that.
    """
    written: set[str] = set()
    for call in run.calls:
        if call.name in {"write", "pwrite64"}:
            written.add(call.path)
        elif call.name in SYNCS and not call.failed:
            written.discard(call.path)
        elif call.spoilt and call.name in SYNCS and call.path in written and _is_message(call.path):
            yield call.path


def _is_message(path: str) -> bool:
    return "/.syncd/staging/" in path or path.endswith(".db-wal")


def believed_again(run: Run) -> Iterator[str]:
    """Files whose sync failed, and was repeated and believed: what was not written then is clean now.

    A folder is another matter: what its sync writes is the file system's journal, which does not forget.
    """
    doubtful: set[str] = set()
    written = {call.path for call in run.calls if call.name in {"write", "pwrite64"}}
    for call in run.calls:
        if call.name in SYNCS and call.spoilt and call.path in written and "state.db" not in call.path:
            doubtful.add(call.path)
        elif call.name in SYNCS and not call.failed and call.path in doubtful:
            yield f"the sync of {call.path} failed, was repeated, and was believed"
        elif call.name in {"unlinkat", "unlink"} and not call.failed:
            doubtful.discard(_unlinked(call))


def _unlinked(call: Call) -> str:
    name = call.arguments.split('"')[1]
    return f"{call.path}/{name}"


def test_what_is_published_has_one_name_at_every_moment_and_overwrites_none(memory: Path) -> None:
    """Every file enters the inbox by a rename that cannot overwrite; no hard link is made anywhere."""
    run = counted(TALES["later start"], memory)
    into_inbox = [
        call for call in run.calls if call.name.startswith("rename") and "/root/inbox/" in call.arguments
    ]

    assert run.exit_code == 0, run.said
    assert len(into_inbox) == 3
    assert all(NO_REPLACE in call.arguments for call in into_inbox)
    assert not [call for call in run.calls if call.name.startswith("link")]


@pytest.mark.parametrize("call", SAMPLE)
def test_death_at_a_system_call_loses_and_doubles_nothing(memory: Path, call: str) -> None:
    """A seeded sample: killed before its n-th call of this kind, in whatever thread that is."""
    number = random.Random(f"{call} 3").randint(1, 5)

    assert broken_after(TALES["later start"], memory, f"{call}:signal=KILL:when={number}", dies=True) == []


@pytest.mark.parametrize("call", SYNCS)
def test_a_failed_sync_is_never_repeated_and_believed(memory: Path, call: str) -> None:
    """A staged file is thrown away and fetched again; after a failed sync of the database syncd ends."""
    assert broken_after(TALES["later start"], memory, f"{call}:error=EIO:when=1", dies=False) == []


@pytest.mark.torture
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("start", TALES)
@pytest.mark.parametrize("call", CHANGES)
def test_death_at_every_system_call_loses_and_doubles_nothing(memory: Path, start: str, call: str) -> None:
    """For the calls of every kind that a pass makes; every other time the ERP takes what it sees."""
    tale = TALES[start]
    numbers = every(call, counted(tale, memory))
    found = {
        number: faults
        for number in numbers
        if (
            faults := broken_after(
                tale, memory, f"{call}:signal=KILL:when={number}", dies=True, erp=number % 2 == 1
            )
        )
    }

    record_campaign("kills at a system call", tried=len(numbers), found=len(found))
    assert found == {}


@pytest.mark.torture
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("lasts", ["", "+"], ids=("once", "from then on"))
@pytest.mark.parametrize("call", [*SYNCS, "write", "pwrite64", "renameat2", "mkdirat"])
def test_a_disk_that_fails_at_any_system_call_is_never_believed(memory: Path, call: str, lasts: str) -> None:
    """One failure, or nothing but failures from then on; with the disk mended everything settles."""
    tale = TALES["later start"]
    numbers = every(call, counted(tale, memory))
    found = {
        number: faults
        for number in numbers
        if (faults := broken_after(tale, memory, f"{call}:error=EIO:when={number}{lasts}", dies=False))
    }

    record_campaign("disks that fail at a system call", tried=len(numbers), found=len(found))
    assert found == {}
