import os
import stat
from pathlib import Path

import pytest

from syncd.core.model import MessageId
from syncd.errors import FolderError, RootUnusable
from tests.contracts.folder_worlds import PAIR, World, open_world

INBOX = "inbox/ACME/WALMART"
ONE = MessageId("00000001")


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


def test_the_mode_is_the_configured_one(tmp_path: Path) -> None:
    """Given when the file is made."""
    made = open_world("disk", tmp_path, file_mode=0o640, inbox_status_files=True)
    before = os.umask(0o007)
    made.published(ONE, ("a.edi", b"a"), status=b"{}")
    os.umask(before)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / INBOX).iterdir()]
    assert modes == [0o640, 0o640]


def test_a_thousand_messages_of_one_name_cost_no_more_than_a_thousand(inbox: World) -> None:
    """The last number is remembered; from 2 for each it would be half a million looks."""
    looks = 0
    look = inbox.tree.reach.look  # type: ignore[attr-defined]

    def counting(place: str) -> object:
        nonlocal looks
        looks += 1
        return look(place)

    inbox.inbox._free._reach = _Counting(counting)  # type: ignore[attr-defined]
    (inbox.inbox.scratch.parent.parent / INBOX / "a.edi").write_bytes(b"x")
    message = inbox.staged(ONE, ("a.edi", b"a"))
    for _ in range(1000):
        inbox.chosen(message)
    assert inbox.chosen(message).files[0].place == f"{INBOX}/a~1003.edi"
    assert looks < 3_000


class _Counting:
    def __init__(self, look: object) -> None:
        self.look = look


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
