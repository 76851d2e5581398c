import errno
import fcntl
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.errors import DiskFull, FileGone, FolderError, NameTaken, RootUnusable
from syncd.folders import durable


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[int]:
    fd = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    yield fd
    os.close(fd)


def refusing(number: int) -> durable.Rename:
    """A kernel that answers with this error and does nothing."""
    return lambda *_: number


@pytest.mark.parametrize(
    "kernel",
    [durable.KERNEL, refusing(errno.EINVAL), refusing(errno.ENOSYS), None],
    ids=["renameat2", "flag refused", "no call", "old library"],
)
def test_a_rename_moves_and_never_overwrites(
    folder: int, tmp_path: Path, kernel: durable.Rename | None
) -> None:
    """Also where the file system refuses the flag."""
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").write_text("b")
    with pytest.raises(FileExistsError):
        durable.rename("a", "b", source_fd=folder, target_fd=folder, kernel=kernel)
    assert (tmp_path / "b").read_text() == "b"
    durable.rename("a", "c", source_fd=folder, target_fd=folder, kernel=kernel)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "c"]


@pytest.mark.parametrize("kernel", [durable.KERNEL, None])
def test_an_empty_folder_and_a_broken_link_are_names_too(
    folder: int, tmp_path: Path, kernel: durable.Rename | None
) -> None:
    """A plain rename would replace them."""
    (tmp_path / "source").mkdir()
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("nowhere")
    for target in ("empty", "link"):
        with pytest.raises(FileExistsError):
            durable.rename("source", target, source_fd=folder, target_fd=folder, kernel=kernel)


def test_another_error_of_the_kernel_is_raised(folder: int, tmp_path: Path) -> None:
    """Only a refused flag is worth a second way."""
    (tmp_path / "a").write_text("a")
    with pytest.raises(OSError, match="No space"):
        durable.rename("a", "b", source_fd=folder, target_fd=folder, kernel=refusing(errno.ENOSPC))
    assert (tmp_path / "a").exists()


def test_a_new_file_that_breaks_off_is_thrown_away(folder: int, tmp_path: Path) -> None:
    """A failed write, or a failed fsync, leaves nothing that could be believed later."""
    with pytest.raises(TypeError), durable.new_file("a", dir_fd=folder, mode=0o600) as fd:
        durable.write_all(fd, b"half" + None)  # type: ignore[operator]
    assert not (tmp_path / "a").exists()


def test_a_failed_write_of_a_whole_file_leaves_the_old_one(folder: int, tmp_path: Path) -> None:
    """And no scratch file."""
    (tmp_path / "a").mkdir()
    with pytest.raises(OSError, match="irectory"):
        durable.write_whole(
            b"x", name="a", dir_fd=folder, scratch="s", scratch_fd=folder, mode=0o600, over=True
        )
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_sync_that_the_file_system_does_not_know_is_forgiven() -> None:
    """EINVAL, as for a pipe; anything else is raised."""
    reader, writer = os.pipe()
    durable.sync(writer)
    os.close(reader)
    os.close(writer)
    with pytest.raises(OSError, match="Bad file"):
        durable.sync(writer)


def test_a_lease_tells_who_writes(tmp_path: Path) -> None:
    """Our own file: free, then held open for writing, then free again."""
    path = tmp_path / "a"
    path.write_text("x")
    fd = os.open(path, os.O_RDONLY)
    assert durable.lease(fd) is durable.Lease.FREE
    with path.open("a"):
        assert durable.lease(fd) is durable.Lease.WRITING
    assert durable.lease(fd) is durable.Lease.FREE
    assert fcntl.fcntl(fd, fcntl.F_GETLEASE) == fcntl.F_UNLCK
    os.close(fd)


def test_where_there_are_no_leases_nothing_can_be_told(folder: int) -> None:
    """A folder, a network share, another user's file."""
    assert durable.lease(folder) is durable.Lease.CANNOT_TELL


def test_the_umask_lets_the_configured_modes_through_and_no_more(tmp_path: Path) -> None:
    """In a process of its own, since it is the process's."""
    program = """if True:
        import os
        from syncd.folders import durable
        durable.own_umask([0o640, 0o770])
        os.close(os.open("file", os.O_CREAT | os.O_WRONLY, 0o666))
        os.mkdir("folder", 0o777)
    """
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o660
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) & 0o777 == 0o770


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.EROFS, RootUnusable),
        (errno.ENOENT, FileGone),
        (errno.EEXIST, NameTaken),
        (errno.ENOTEMPTY, NameTaken),
        (errno.EACCES, FolderError),
        (errno.ELOOP, FolderError),
        (errno.EXDEV, FolderError),
        (errno.ENAMETOOLONG, FolderError),
        (errno.EIO, FolderError),
    ],
)
def test_errors_become_ours_and_name_the_thing(number: int, kind: type[FolderError]) -> None:
    """By the reaction that they ask for."""
    with pytest.raises(kind) as caught, durable.speaking_of("inbox/a.edi"):
        raise OSError(number, os.strerror(number))
    assert type(caught.value) is kind
    assert "inbox/a.edi" in caught.value.what
