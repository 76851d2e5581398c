"""What every removal from a tree promises."""

from pathlib import Path

import pytest

from syncd.core.account import PairRules, PartnerTable
from syncd.core.model import File, Message, MessageId, Place, State
from syncd.folders.removal import Removal as DiskRemoval
from syncd.folders.tree import Tree
from syncd.ports.removal import Removal
from tests.contracts.folder_worlds import DiskHands, account
from tests.contracts.stores import outbound

DONE = PartnerTable(partner="08925485US00", rules=PairRules(done_marker=".done"))
DAY = "sent/ACME/08925485US00/2026-01-31"


@pytest.fixture
def hands(tmp_path: Path) -> DiskHands:
    return DiskHands(tmp_path)


@pytest.fixture
def removal(tmp_path: Path) -> Removal:
    tree = Tree(account(tmp_path, partners=(DONE,)), state_id="state", known=False)
    tree.prepare()
    return DiskRemoval(tree)


def sent(name: str, *inside: str, batch: str | None = None) -> Message:
    """A message that was sent on that day."""
    return outbound(
        name,
        id=MessageId(name),
        state=State.SENT,
        phase=None,
        place=Place(f"{DAY}/{batch}/{name}" if batch else f"{DAY}/{name}"),
        batch=batch,
        is_folder=bool(inside),
        files=tuple(File(name=each, size=1) for each in inside or (name,)),
    )


def standing(hands: DiskHands) -> list[str]:
    there = (path for path in hands.root.rglob("*") if ".syncd" not in path.parts)
    return sorted(str(path.relative_to(hands.root)) for path in there if path.is_file() or path.is_symlink())


def test_a_message_goes_with_all_that_stands_beside_it(removal: Removal, hands: DiskHands) -> None:
    """And its day, when nothing else is left; twice is as once; the pair's folder stays."""
    for name in ("a.edi", "a.edi.syncd.json", "a.edi.done", "f/1", "f/Thumbs.db", "f.syncd.json", "b/1"):
        hands.drop(f"{DAY}/{name}")
    messages = [sent("a.edi"), sent("f", "1"), sent("1", batch="b"), sent("nowhere.edi")]
    for _ in range(2):
        assert removal.remove(messages) == {}
        assert standing(hands) == []
    assert not (hands.root / DAY).exists()
    assert (hands.root / DAY).parent.exists()


def test_what_is_not_the_messages_stays(removal: Removal, hands: DiskHands) -> None:
    """Other files, a folder where a file should be, a link; each is told for its own message alone."""
    for name in ("own.txt", "f/1", "f/own.txt", "folder.edi/1", "b/1", "b/own.txt", "fine.edi"):
        hands.drop(f"{DAY}/{name}")
    (hands.root / "elsewhere").mkdir()
    (hands.root / "elsewhere" / "1").touch()
    (hands.root / DAY / "link.edi").symlink_to(hands.root / DAY / "own.txt")
    (hands.root / DAY / "l").symlink_to(hands.root / "elsewhere")
    messages = [sent("f", "1"), sent("l", "1"), sent("folder.edi"), sent("link.edi"), sent("1", batch="b")]
    failed = removal.remove([*messages, sent("fine.edi")])
    assert sorted(failed) == ["f", "folder.edi", "l", "link.edi"]
    assert standing(hands) == [
        "elsewhere/1",
        *(f"{DAY}/{name}" for name in ("b/own.txt", "f/own.txt", "folder.edi/1", "l", "link.edi", "own.txt")),
    ]


def test_nothing_is_reached_through_a_link(removal: Removal, hands: DiskHands) -> None:
    """A folder above it may have become one."""
    hands.drop("elsewhere/a.edi")
    (hands.root / DAY).parent.mkdir(parents=True)
    (hands.root / DAY).symlink_to(hands.root / "elsewhere")
    assert list(removal.remove([sent("a.edi")])) == ["a.edi"]
    assert (hands.root / "elsewhere" / "a.edi").exists()
