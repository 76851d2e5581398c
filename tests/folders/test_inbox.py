import os
import stat
from pathlib import Path

import pytest

from syncd.core.model import MessageId, Place
from syncd.errors import FolderError, RootUnusable
from syncd.folders.free import FreeNames
from syncd.folders.reach import Reach
from tests.contracts.folder_worlds import PAIR, World, open_world

INBOX = "inbox/ACME/WALMART"
ONE = MessageId("00000001")


class CountingReach(Reach):
    """Counts its looks at the disk."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, dir_mode=0o770, file_mode=0o660)
        self.looks = 0

    def look(self, place: Place) -> os.stat_result | None:
        self.looks += 1
        return super().look(place)


@pytest.fixture
def inbox(tmp_path: Path) -> World:
    return open_world("disk", tmp_path)


def test_a_crash_between_two_names_of_one_file_is_finished(inbox: World, tmp_path: Path) -> None:
    """Where a journal kept both names, the staged one goes."""
    message = inbox.staged(ONE, ("a.edi", b"a"))
    os.link(tmp_path / ".syncd/staging/00000001/0", tmp_path / INBOX / "a.edi")
    inbox.inbox.publish(message)
    assert inbox.inbox.staged(ONE).indexes == frozenset()
    assert (tmp_path / INBOX / "a.edi").stat().st_nlink == 1


def test_a_link_in_the_inbox_leads_nowhere(inbox: World, tmp_path: Path) -> None:
    """What is published never leaves the root."""
    elsewhere = tmp_path.parent / f"{tmp_path.name}-elsewhere"
    elsewhere.mkdir()
    message = inbox.staged(ONE, ("a.edi", b"a"))
    (tmp_path / INBOX).rmdir()
    (tmp_path / INBOX).symlink_to(elsewhere)
    with pytest.raises(FolderError, match="link"):
        inbox.inbox.publish(message)
    assert list(elsewhere.iterdir()) == []
    assert inbox.inbox.staged(ONE).indexes == {0}


def test_a_batch_holds_no_folder_after_its_end(inbox: World, tmp_path: Path) -> None:
    """A disk that is taken away is seen by the next call, and can be unmounted."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    with inbox.inbox.stage_together() as stage:
        stage(ONE, [])
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    (tmp_path / ".syncd").rename(tmp_path / "away")
    assert not inbox.inbox.staged(ONE).folder_exists


def test_staging_is_never_made_on_an_unmounted_disk(inbox: World, tmp_path: Path) -> None:
    """An empty mount point stays empty."""
    (tmp_path / ".syncd").rename(tmp_path / "away")
    with pytest.raises(RootUnusable):
        inbox.staged(ONE, ("a.edi", b"a"))
    with pytest.raises(RootUnusable):
        inbox.inbox.settle_staging()
    with pytest.raises(RootUnusable):
        inbox.inbox.write_alone(PAIR, ONE, b"{}")
    assert not (tmp_path / ".syncd").exists()
    assert not (tmp_path / "held").exists()


def test_a_status_file_that_says_the_same_is_left(inbox: World, tmp_path: Path) -> None:
    """At each start all that are held are written; what says more, or is a link, is written anew."""
    path = tmp_path / "held/ACME/WALMART" / f"{ONE}.syncd.json"
    inbox.inbox.write_alone(PAIR, ONE, b"{}")
    first = path.stat().st_ino
    inbox.inbox.write_alone(PAIR, ONE, b"{}")
    assert path.stat().st_ino == first
    path.write_bytes(b"{}more")
    inbox.inbox.write_alone(PAIR, ONE, b"{}")
    assert path.read_bytes() == b"{}"
    theirs = tmp_path / "theirs"
    path.rename(theirs)
    path.symlink_to(theirs)
    inbox.inbox.write_alone(PAIR, ONE, b"{}")
    assert not path.is_symlink()


def test_the_mode_is_the_configured_one(tmp_path: Path) -> None:
    """Given when the file is made."""
    made = open_world("disk", tmp_path, file_mode=0o640, inbox_status_files=True)
    before = os.umask(0o007)
    made.published(ONE, ("a.edi", b"a"), status=b"{}")
    os.umask(before)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / INBOX).iterdir()]
    assert modes == [0o640, 0o640]


def test_many_messages_of_one_name_cost_one_look_each(tmp_path: Path) -> None:
    """The last number is remembered; counting from 2 for each would be forty thousand looks."""
    reach = CountingReach(tmp_path)
    free = FreeNames(reach)
    places = []
    for _ in range(300):
        places.append(free.choose(Place(""), "a.edi"))
        (tmp_path / places[-1]).touch()
        free.release(places[-1])
    assert places[:2] == ["a.edi", "a~2.edi"]
    assert places[-1] == "a~300.edi"
    assert reach.looks < 1_000


def test_a_file_taken_out_of_a_whole_folder_is_damage(tmp_path: Path) -> None:
    """A folder is published whole or not at all."""
    made = open_world("disk", tmp_path, inbox_style="folder")
    message = made.staged(ONE, ("a.edi", b"a"), ("b.edi", b"b"))
    (tmp_path / ".syncd/staging/00000001/whole/a.edi").unlink()
    assert made.inbox.damaged(message)


def test_staging_that_was_emptied_from_outside_is_told_apart(inbox: World, tmp_path: Path) -> None:
    """Only the message's own folder is a witness."""
    inbox.staged(ONE, ("a.edi", b"a"))
    (tmp_path / ".syncd/staging/00000001/0").unlink()
    (tmp_path / ".syncd/staging/00000001").rmdir()
    assert not inbox.inbox.staged(ONE).folder_exists
