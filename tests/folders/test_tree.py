import json
import os
import re
import stat
from pathlib import Path

import pytest

from syncd.errors import FolderError, RootUnusable
from syncd.folders.examine import examine
from syncd.folders.tree import Tree
from tests.contracts.folder_worlds import PARTNERS, STATIONS, account


def tree(root: Path, *, state_id: str = "state", known: bool = False) -> Tree:
    return Tree(account(root), state_id=state_id, known=known)


def test_a_missing_root_says_how_to_make_it(tmp_path: Path) -> None:
    """With the command to type, and nothing is made."""
    root = tmp_path / "edi"
    with pytest.raises(RootUnusable) as caught:
        tree(root).prepare()
    assert re.search(rf"install -d -o \S+ -g \S+ -m 2770 {root}", caught.value.remedy)
    assert not root.exists()


def test_the_private_folder_keeps_the_groups_bit(tmp_path: Path) -> None:
    """0700, with the inherited bit: what is renamed out of it is the group's."""
    tmp_path.chmod(0o2770)
    tree(tmp_path).prepare()
    assert stat.S_IMODE((tmp_path / ".syncd").stat().st_mode) == 0o2700


def test_what_a_killed_process_was_just_writing_is_swept_away(tmp_path: Path) -> None:
    """Once, at the start: what stands there later is being written. What is not ours is left alone."""
    tree(tmp_path).prepare()
    scratch = tmp_path / ".syncd/scratch"
    (scratch / "whole-1-2").write_bytes(b"{")
    (scratch / "whole-folder").mkdir()
    (scratch / "somebody's").touch()
    started = tree(tmp_path)
    started.prepare()
    assert sorted(path.name for path in scratch.iterdir()) == ["somebody's", "whole-folder"]
    (scratch / "whole-1-3").write_bytes(b"{")
    started.prepare()
    assert (scratch / "whole-1-3").exists()


def test_the_marker_names_account_and_state(tmp_path: Path) -> None:
    """As JSON."""
    tree(tmp_path).prepare()
    told = json.loads((tmp_path / ".syncd/root.json").read_text())
    assert told == {"version": 1, "account": "acme", "state": "state"}


def test_another_state_is_told_how_to_adopt(tmp_path: Path) -> None:
    """And may do so."""
    tree(tmp_path, state_id="old").prepare()
    new = tree(tmp_path, state_id="new")
    with pytest.raises(RootUnusable) as caught:
        new.prepare()
    assert "syncd init --adopt acme" in caught.value.remedy
    new.adopt()
    new.check()


def test_a_root_that_goes_in_the_midst_of_a_batch_is_missed(tmp_path: Path) -> None:
    """A second look in the same batch is a look at the disk too."""
    root = tmp_path / "root"
    root.mkdir()
    known = tree(root)
    known.prepare()
    with known.reach.together():
        known.check()
        root.rename(tmp_path / "elsewhere")
        root.mkdir()
        with pytest.raises(RootUnusable):
            known.check()
        root.rmdir()
        with pytest.raises(RootUnusable):
            known.check()


@pytest.mark.parametrize("content", ["", "[]", "{}", "\x00"])
def test_a_damaged_marker_is_refused(tmp_path: Path, content: str) -> None:
    """Nothing is guessed."""
    tree(tmp_path).prepare()
    (tmp_path / ".syncd/root.json").write_text(content)
    with pytest.raises(RootUnusable, match="damaged"):
        tree(tmp_path).check()


def test_a_link_in_the_place_of_the_private_folder_is_refused(tmp_path: Path) -> None:
    """Staging never leaves the root."""
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    root.mkdir()
    elsewhere.mkdir()
    (root / ".syncd").symlink_to(elsewhere)
    with pytest.raises(RootUnusable):
        tree(root).prepare()
    assert list(elsewhere.iterdir()) == []


def test_one_folder_that_cannot_be_made_stops_no_other(tmp_path: Path) -> None:
    """It is named."""
    made = tree(tmp_path)
    made.prepare()
    (tmp_path / "outbox/ACME").mkdir(parents=True)
    (tmp_path / "outbox/ACME/WALMART").write_text("a file")
    made.make_pairs(stations=STATIONS, partners=PARTNERS, used=())
    ((place, error),) = made.unmade
    assert place == "outbox/ACME/WALMART"
    assert isinstance(error, FolderError)
    assert (tmp_path / "outbox/ACME/WALMART.test").is_dir()


def test_examine_writes_renames_and_leaves_nothing(tmp_path: Path) -> None:
    """Before and after the root is prepared."""
    tmp_path.chmod(0o2770)
    made = tree(tmp_path)
    assert all(finding.ok for finding in examine(made))
    assert list(tmp_path.iterdir()) == []
    made.prepare()
    made.make_pairs(stations=STATIONS, partners=PARTNERS, used=())
    before = sorted(os.walk(tmp_path))
    assert all(finding.ok for finding in examine(made))
    assert sorted(os.walk(tmp_path)) == before


def test_examine_tells_of_a_missing_bit(tmp_path: Path) -> None:
    """With what to type."""
    tmp_path.chmod(0o770)
    bad = [finding for finding in examine(tree(tmp_path)) if not finding.ok]
    assert len(bad) == 1
    assert "setgid" in bad[0].what
    assert "chmod g+s" in bad[0].remedy


def test_examine_tells_of_a_missing_root(tmp_path: Path) -> None:
    """As preparing does."""
    (finding,) = examine(tree(tmp_path / "nowhere"))
    assert not finding.ok
    assert "install -d" in finding.remedy
