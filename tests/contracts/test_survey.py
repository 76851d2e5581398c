"""What every survey of a tree promises."""

import hashlib
import os
from pathlib import Path

import pytest

from syncd.core.account import PairRules, PartnerTable
from syncd.core.model import Folder, Place
from syncd.errors import FolderError
from syncd.folders.survey import Survey as DiskSurvey
from syncd.folders.tree import Tree
from syncd.ports.survey import Entry, Survey
from tests.contracts.folder_worlds import DiskHands, account

DONE = PartnerTable(partner="WALMART", rules=PairRules(done_marker=".done", folder="shop"))


@pytest.fixture
def hands(tmp_path: Path) -> DiskHands:
    return DiskHands(tmp_path)


@pytest.fixture
def survey(tmp_path: Path) -> Survey:
    tree = Tree(account(tmp_path, partners=(DONE,)), state_id="state", known=False)
    tree.prepare()
    return DiskSurvey(tree)


def test_pair_folders_are_those_that_stand(survey: Survey, hands: DiskHands) -> None:
    """Of one folder of the tree; what stands above any pair is loose, and a link is no folder."""
    hands.drop("failed/ACME/TARGET/a.edi")
    hands.drop("failed/shop/a.edi")
    hands.drop("sent/ACME/OTHER/a.edi")
    (hands.root / "failed/LINK").symlink_to(hands.root / "failed/ACME")
    found = survey.pair_folders(Folder.FAILED)
    assert [(stand.place, stand.is_loose) for stand in found.folders] == [
        ("failed", True),
        ("failed/ACME", True),
        ("failed/ACME/TARGET", False),
        ("failed/shop", False),
    ]
    assert [stand.marker for stand in found.folders] == [None, None, None, ".done"]
    assert found.troubles == ()


def test_a_folder_that_cannot_be_told_is_a_trouble(survey: Survey, hands: DiskHands) -> None:
    """Nothing else is left out for it."""
    hands.drop("failed/AC\nME/TARGET/a.edi")
    hands.drop("failed/ACME/TARGET/a.edi")
    found = survey.pair_folders(Folder.FAILED)
    assert [place for place, _ in found.troubles] == ["failed/AC\\nME"]
    assert found.folders[-1].place == "failed/ACME/TARGET"


def test_entries_are_by_name(survey: Survey, hands: DiskHands) -> None:
    """A folder that is not there has none; a file has no entries."""
    hands.drop("failed/b.edi")
    hands.drop("failed/a/c.edi")
    assert survey.entries(Place("failed")) == [
        Entry(name="a", is_folder=True),
        Entry(name="b.edi", is_folder=False),
    ]
    assert survey.entries(Place("held")) == []
    with pytest.raises(FolderError):
        survey.entries(Place("failed/b.edi"))


def test_a_digest_is_of_a_file_alone(survey: Survey, hands: DiskHands) -> None:
    """Nothing there is none; a link or a FIFO is never followed."""
    hands.drop("inbox/a.edi", b"UNA")
    assert survey.digest(Place("inbox/a.edi")) == hashlib.sha256(b"UNA").hexdigest()
    assert survey.digest(Place("inbox/b.edi")) is None
    (hands.root / "inbox/link").symlink_to(hands.root / "inbox/a.edi")
    os.mkfifo(hands.root / "inbox/fifo")
    for name in ("link", "fifo"):
        with pytest.raises(FolderError):
            survey.digest(Place(f"inbox/{name}"))


def test_leftovers_are_removed_whole(survey: Survey, hands: DiskHands) -> None:
    """Safe to repeat; links are removed, and what they lead to stays."""
    hands.drop("outbox/a.edi")
    hands.drop(".syncd/scratch/deep/er/0")
    hands.drop(".syncd/staging/aaaaaaaa/0")
    (hands.root / ".syncd/scratch/deep/link").symlink_to(hands.root / "outbox")
    assert survey.leftovers() == [".syncd/scratch/deep"]
    for place in (".syncd/scratch/deep", ".syncd/scratch/deep", ".syncd/staging/aaaaaaaa"):
        survey.remove(Place(place))
    assert survey.leftovers() == []
    assert hands.names(".syncd/staging") == []
    assert hands.names("outbox") == ["a.edi"]


@pytest.mark.parametrize(
    "place", [".syncd/root.json", "outbox/a.edi", ".syncd/staging", ".syncd/staging/a/../b"]
)
def test_nothing_else_is_removed(survey: Survey, hands: DiskHands, place: str) -> None:
    """Only what stands in staging or scratch is ours to remove."""
    hands.drop("outbox/a.edi")
    with pytest.raises(FolderError):
        survey.remove(Place(place))
    assert hands.exists("outbox/a.edi")
    assert hands.exists(".syncd/root.json")
