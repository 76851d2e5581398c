import errno
import os
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from watchdog.observers.inotify_c import CallbackId, InotifyFD, Mask, WatchCallback, WatchDescriptor

from syncd.folders.inotify import Inotify
from tests.folders.watcher_desk import PAIR, WAIT_SECONDS, Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "root")
    made.watcher.start()
    yield made
    made.watcher.stop()


def threads() -> set[threading.Thread]:
    return set(threading.enumerate())


def test_an_overflow_rings_and_begins_anew(desk: Desk) -> None:
    """What was lost may have been that a folder is gone, so every watch is made again."""
    stuck, released = threading.Event(), threading.Event()

    def ring() -> None:
        stuck.set()
        released.wait(WAIT_SECONDS)
        desk.bell.set()

    desk.opened[0]._ring = ring
    (desk.root / PAIR / "new").touch()
    assert stuck.wait(WAIT_SECONDS)
    first = desk.opened[0]
    queue_size = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    for _ in range(queue_size // 2 + 100):
        os.utime(desk.root / PAIR / "old")
        os.utime(desk.root / PAIR / "new")
    released.set()
    assert first.overflowed.wait(WAIT_SECONDS)
    assert desk.bell.is_set()
    desk.follow()
    assert not first._reader.is_alive()
    assert len(desk.opened) == 2
    assert desk.rings_for_file(f"{PAIR}/after")


def test_a_bell_that_raises_does_not_end_the_thread(desk: Desk) -> None:
    """The next change rings again."""
    failed = threading.Event()

    def ring() -> None:
        if not failed.is_set():
            failed.set()
            raise ValueError("the bell is broken")
        desk.bell.set()

    desk.opened[0]._ring = ring
    (desk.root / PAIR / "one").touch()
    assert failed.wait(WAIT_SECONDS)
    assert desk.rings_for_file(f"{PAIR}/two")
    assert desk.opened[0].hears


def test_a_thread_that_ended_is_replaced(desk: Desk) -> None:
    """By the next refresh."""
    desk.opened[0]._reader.stop()
    desk.opened[0]._reader.join(WAIT_SECONDS)
    desk.watcher.refresh()
    assert len(desk.opened) == 2
    assert desk.rings_for_file(f"{PAIR}/new")


class Full(InotifyFD):
    """A kernel that grants three watches, and then says what it says at the limit."""

    def __init__(self) -> None:
        super().__init__()
        self.granted = 0

    def add_callback(
        self, path: bytes, mask: Mask, callback: WatchCallback, id_: CallbackId
    ) -> WatchDescriptor:
        self.granted += 1
        if self.granted > 3:
            raise OSError(errno.ENOSPC, "inotify watch limit reached")
        return super().add_callback(path, mask, callback, id_)


def no_instance() -> InotifyFD:
    raise OSError(errno.EMFILE, "inotify instance limit reached")


def no_inotify() -> InotifyFD:
    raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))


@pytest.mark.parametrize(
    ("reader", "reason"),
    [
        (Full, "inotify limit reached: raise fs.inotify.max_user_watches"),
        (no_instance, "inotify limit reached: raise fs.inotify.max_user_instances"),
        (no_inotify, f"inotify cannot be used: {os.strerror(errno.ENOSYS)}"),
    ],
)
def test_at_a_limit_the_scans_go_on_alone(desk: Desk, reader: Callable[[], InotifyFD], reason: str) -> None:
    """The mode says what to raise; nothing half is left, and a raised limit is found by itself."""
    before = threads()
    desk.watcher.stop()
    hear, desk.listen = desk.listen, partial(Inotify, reader=reader)
    desk.watcher.start()
    assert str(desk.watcher.mode).startswith(f"scanning: {reason}")
    assert len(threads()) == len(before) - 1
    desk.listen = hear
    desk.watcher.refresh()
    assert desk.watcher.mode.watches
    assert desk.rings_for_file(f"{PAIR}/new")


def test_on_a_network_file_system_the_scans_go_on_alone(desk: Desk) -> None:
    """No thread runs for a bell that would ring for half of the changes; a disk put there is watched."""
    desk.file_system = lambda _fd: "nfs4"
    desk.watcher.refresh()
    reason = "network file system nfs4: changes made elsewhere are not told"
    assert str(desk.watcher.mode) == f"scanning: {reason}"
    assert not desk.opened[0]._reader.is_alive()
    desk.file_system = lambda _fd: "xfs"
    desk.watcher.refresh()
    assert desk.rings_for_file(f"{PAIR}/new")


# The end ----------------------------------------------------------------------------------------


def test_the_stop_leaves_nothing(desk: Desk) -> None:
    """No thread and no open file."""
    desk.watcher.stop()
    before, files = threads(), set(os.listdir("/proc/self/fd"))  # noqa: PTH208 - names are what counts
    desk.watcher.start()
    assert threads() != before
    desk.watcher.stop()
    assert threads() == before
    assert set(os.listdir("/proc/self/fd")) == files  # noqa: PTH208


def test_a_stop_does_not_wait_for_a_disk_that_hangs(desk: Desk) -> None:
    """A refresh that hangs comes back to a watcher that is stopped, and leaves nothing."""
    desk.watcher.stop()
    before = threads()
    asked, released = threading.Event(), threading.Event()

    def hang(_fd: int) -> str:
        asked.set()
        released.wait(WAIT_SECONDS)
        return "ext4"

    desk.file_system = hang
    starting = threading.Thread(target=desk.watcher.start)
    starting.start()
    assert asked.wait(WAIT_SECONDS)
    desk.watcher.stop()
    assert not released.is_set()
    released.set()
    starting.join(WAIT_SECONDS)
    assert threads() == before
    assert not desk.watcher.mode.watches
