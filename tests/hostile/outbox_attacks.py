"""What a hostile user of the folders puts into an outbox: everything but a file that was honestly dropped."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

Attack = Callable[[Path, Path], None]
"""Gets the pair's outbox folder and a folder outside the root."""


def link_to_a_file(outbox: Path, outside: Path) -> None:
    (outbox / "link.edi").symlink_to(outside / "secret.edi")


def relative_link(outbox: Path, outside: Path) -> None:
    (outbox / "relative.edi").symlink_to(os.path.relpath(outside / "secret.edi", outbox))


def link_to_a_folder(outbox: Path, outside: Path) -> None:
    (outbox / "linked").symlink_to(outside / "folder", target_is_directory=True)


def link_to_nothing(outbox: Path, outside: Path) -> None:
    (outbox / "dangling.edi").symlink_to(outside / "not yet.edi")


def link_to_itself(outbox: Path, outside: Path) -> None:
    (outbox / "circle").symlink_to("circle")


def link_to_the_marker(outbox: Path, outside: Path) -> None:
    (outbox / "marker.json").symlink_to("../../../.syncd/root.json")


def link_to_the_inbox(outbox: Path, outside: Path) -> None:
    (outbox / "mirror").symlink_to("../../../inbox/RJ_Station/RJ_Partner")


def link_to_memory(outbox: Path, outside: Path) -> None:
    (outbox / "environ").symlink_to("/proc/self/environ")


def folder_with_a_link(outbox: Path, outside: Path) -> None:
    (outbox / "half").mkdir()
    (outbox / "half" / "a.edi").write_bytes(b"UNA half")
    (outbox / "half" / "b.edi").symlink_to(outside / "secret.edi")


def folder_with_a_linked_folder(outbox: Path, outside: Path) -> None:
    (outbox / "nested").mkdir()
    (outbox / "nested" / "a.edi").write_bytes(b"UNA nested")
    (outbox / "nested" / "deep").symlink_to(outside, target_is_directory=True)


def fifo(outbox: Path, outside: Path) -> None:
    os.mkfifo(outbox / "fifo.edi")
    (outbox / "pipes").mkdir()
    os.mkfifo(outbox / "pipes" / "fifo.edi")


def listening_socket(outbox: Path, outside: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        before = Path.cwd()
        os.chdir(outbox)
        try:
            bound.bind("socket.edi")
        finally:
            os.chdir(before)


def device(outbox: Path, outside: Path) -> None:
    """Only root may make one; where it may not, there is nothing to defend against."""
    with suppress(PermissionError):
        os.mknod(outbox / "zero.edi", 0o666 | 0o020000, os.makedev(1, 5))


def hard_link(outbox: Path, outside: Path) -> None:
    """Where the kernel lets one user link to another's file (fs.protected_hardlinks)."""
    with suppress(PermissionError):
        (outbox / "hard.edi").hardlink_to(outside / "secret.edi")


def folder_with_a_hard_link(outbox: Path, outside: Path) -> None:
    (outbox / "hardened").mkdir()
    (outbox / "hardened" / "a.edi").write_bytes(b"UNA hardened")
    with suppress(PermissionError):
        (outbox / "hardened" / "b.edi").hardlink_to(outside / "secret.edi")


def names_in_bytes(outbox: Path, outside: Path) -> None:
    folder = os.fsencode(outbox)
    for name in (b"\xff.edi", b"caf\xe9.edi", b"\xed\xa0\x80.edi", b"new\nline.edi", b"esc\x1b[31m.edi"):
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(b"UNA bytes")
    Path(os.fsdecode(folder + b"/\xffolder")).mkdir()
    (Path(os.fsdecode(folder + b"/\xffolder")) / "a.edi").write_bytes(b"UNA in bytes")
    (outbox / "bytes").mkdir()
    Path(os.fsdecode(folder + b"/bytes/\xfe.edi")).write_bytes(b"UNA inner bytes")


def status_file_of_nobody(outbox: Path, outside: Path) -> None:
    (outbox / "nobody.edi.syncd.json").symlink_to(outside / "secret.edi")


def folders_of_folders(outbox: Path, outside: Path) -> None:
    deep = outbox / "deep"
    for _ in range(40):
        deep /= "down"
    deep.mkdir(parents=True)
    (deep / "a.edi").write_bytes(b"UNA deep")


ATTACKS: tuple[Attack, ...] = (
    link_to_a_file,
    relative_link,
    link_to_a_folder,
    link_to_nothing,
    link_to_itself,
    link_to_the_marker,
    link_to_the_inbox,
    link_to_memory,
    folder_with_a_link,
    folder_with_a_linked_folder,
    fifo,
    listening_socket,
    device,
    hard_link,
    folder_with_a_hard_link,
    names_in_bytes,
    status_file_of_nobody,
    folders_of_folders,
)
