"""Disks that are full, read-only, closed, gone, or two instead of one: said at once, and nothing is lost.

The program runs as an unprivileged user, since to root no folder is closed. While something is wrong, the
exit code and the words of a pass tell; when it is made good again, everything settles by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from syncd.sandbox import Sandbox
from tests.e2e.daemon.harness import until
from tests.e2e.invariants import faults, faults_at_any_moment
from tests.safety.disks import WORLD, Bench, Servant, bench
from tests.safety.figures import record_campaign
from tests.two_users import TwoUsers

PAIR = "RJ_Station/RJ_Partner"
TOLD = {1, 3}
"""Exit codes that say that something is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """What is done to the disks and undone again, and what syncd has to say meanwhile.

    `sends` and `pulls`: whether that goes on all the same. `checks`: what `syncd check` says, if it can tell.
    """

    name: str
    spoil: str
    mend: str
    says: str
    checks: str = ""
    sends: bool = False
    pulls: bool = False

    def __str__(self) -> str:
        return self.name


def _full(disk: str) -> tuple[str, str]:
    return f"head -c 64m /dev/zero > {disk}/filler 2>&- || true", f"rm {disk}/filler"


def _no_inodes(disk: str) -> tuple[str, str]:
    use_up = f"n=0; while touch {disk}/filler$n 2>&-; do n=$((n + 1)); done"
    return f"mount -o remount,nr_inodes=60 {disk}; {use_up}", (
        f"mount -o remount,nr_inodes=0 {disk}; rm {disk}/filler*"
    )


def _mode(folder: str, closed: str, opened: str) -> tuple[str, str]:
    return f"chmod {closed} {folder}", f"chmod {opened} {folder}"


def _read_only(disk: str) -> tuple[str, str]:
    return f"mount -o remount,ro {disk}", f"mount -o remount,rw {disk}"


def _mishap(name: str, how: tuple[str, str], says: str, **more: object) -> Mishap:
    return Mishap(name=name, spoil=how[0], mend=how[1], says=says, **more)  # type: ignore[arg-type]


MISHAPS = (
    _mishap("the state is full", _full("state"), "no room to write", checks="no room"),
    _mishap("the state has no inodes left", _no_inodes("state"), "df -i", checks="df -i"),
    _mishap("the state is read-only", _read_only("state"), "Read-only", checks="for writing"),
    _mishap("the state is closed", _mode("state", "0550", "0750"), "cannot be written", checks="denied"),
    _mishap("the root is full", _full("root"), "No space left", checks="No space left", sends=True),
    _mishap("the root has no inodes left", _no_inodes("root"), "No space left", checks="No space left"),
    _mishap("the root is read-only", _read_only("root"), "Read-only", checks="Read-only"),
    _mishap(
        "the root is not mounted",
        ("mkdir aside; mount --move root aside", "mount --move aside root"),
        "is its disk mounted?",
        checks="is its disk mounted?",
    ),
    _mishap(
        "the inbox is another disk",
        (
            "mount -t tmpfs -o uid=$(stat -c %u root),gid=$(stat -c %g root) none root/inbox",
            "umount root/inbox",
        ),
        "on different file systems",
        checks="another file system",
        sends=True,
    ),
    _mishap(
        "the inbox is closed",
        _mode(f"root/inbox/{PAIR}", "0550", "2770"),
        "the inbox of RJ_Station/RJ_Partner cannot be written",
        sends=True,
    ),
    _mishap("the outbox is closed", _mode(f"root/outbox/{PAIR}", "0550", "2770"), "Permission", pulls=True),
    _mishap("the outbox is hidden", _mode(f"root/outbox/{PAIR}", "0000", "2770"), "Permission", pulls=True),
)
OFTEN = {
    "the state is full",
    "the root is not mounted",
    "the inbox is another disk",
    "the outbox is closed",
}
SAMPLE = tuple(mishap for mishap in MISHAPS if mishap.name in OFTEN)


@pytest.fixture
def disks(servant: Servant, two_users: TwoUsers) -> Iterator[Bench]:
    """A bridge that has run once, with folders for its one pair."""
    with Sandbox(world=WORLD) as box, bench(box, servant, two_users) as opened:
        first = opened.syncd("once")
        assert first.code == 0, first.said
        yield opened


def suffered(disks: Bench, mishap: Mishap) -> list[str]:
    """Let it happen, make it good, and let everything settle; what is wrong, in words."""
    ground = disks.ground
    ground.box.deliver(files={"in.edi": b"UNA in"})
    ground.drop("out.edi", b"UNA out")

    disks.root_does(mishap.spoil)
    told, checked = disks.syncd("once"), disks.syncd("check")
    ledger = ground.box.ledger
    went_on = (len(ledger.sent) == 1, ledger.received[0].is_read)
    disks.root_does(mishap.mend)
    found = faults_at_any_moment(ground)
    disks.settle()

    if told.code not in TOLD or mishap.says not in told.said:
        found.append(f"a pass says {told}")
    if mishap.checks not in checked.said or (mishap.checks and checked.code not in TOLD):
        found.append(f"check says {checked}")
    if "belongs to another" in checked.said:
        found.append("check advises to take the root over")
    if went_on != (mishap.sends, mishap.pulls):
        found.append(f"sent and pulled: {went_on}")
    if (ground.states(), ground.names("inbox")) != ({"out.edi": "sent"}, ["in.edi"]):
        found.append(f"in the end {ground.states()}, {ground.names('inbox')}")
    verified = disks.syncd("verify")
    if verified.code:
        found.append(f"verify says {verified}")
    return found + faults(ground)


@pytest.mark.parametrize("mishap", SAMPLE, ids=str)
def test_what_is_wrong_with_a_disk_is_said_and_heals(disks: Bench, mishap: Mishap) -> None:
    """Nothing is lost and nothing doubled; once it is made good, the next passes finish everything."""
    assert suffered(disks, mishap) == []


@pytest.mark.torture
@pytest.mark.parametrize("mishap", MISHAPS, ids=str)
def test_whatever_is_wrong_with_a_disk_is_said_and_heals(disks: Bench, mishap: Mishap) -> None:
    """The same for all of them."""
    found = suffered(disks, mishap)

    record_campaign("mishaps of disks", tried=1, found=bool(found))
    assert found == []


def test_a_state_that_fills_up_while_a_message_is_sent_doubles_nothing(disks: Bench) -> None:
    """Accepted, and no room to note it: the pass ends and says so, the next one finds it at the gateway."""
    ground, box = disks.ground, disks.ground.box
    box.trouble("slow", operation="send", seconds=1.5)
    ground.drop("out.edi", b"UNA out")
    spoil, mend = _full("state")

    def fill() -> None:
        until(lambda: box.ledger.sent)
        disks.root_does(spoil)

    filler = threading.Thread(target=fill)
    filler.start()
    told = disks.syncd("once")
    filler.join()

    assert told.code in TOLD, told
    assert "no room to write" in told.said
    disks.root_does(mend)
    disks.settle()
    assert len(box.ledger.sent) == 1
    assert "adopted" in ground.history(ground.row("out.edi"))
    assert faults(ground) == []
