"""What `check` wants to know of a root: really written and renamed, its group bit, one file system."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from syncd.core.layout import PRIVATE, name_of, parent, within
from syncd.core.model import Folder, Place
from syncd.errors import FolderError, RootUnusable
from syncd.folders import durable
from syncd.folders.marker import check_root, read_marker
from syncd.folders.reach import STAGING
from syncd.folders.tree import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of `check`: fine or not, what, and what to type."""

    ok: bool
    what: str
    remedy: str = ""


def examine(tree: Tree, *, was_used: bool | None = None) -> tuple[Finding, ...]:
    """Look at one root, and leave it as it was. A root that is not prepared yet is judged by itself.

    `was_used`: whether the tree's state knows the root, and so put its marker there; None: whose root it
    is does not matter.
    """
    try:
        check_root(tree.reach, was_used=bool(was_used))
        if was_used or (was_used is not None and read_marker(tree.reach)):
            tree.check()
        return (_writable(tree), _setgid(tree), *_file_systems(tree), *_folders(tree))
    except FolderError as error:
        return (Finding(ok=False, what=error.what, remedy=error.remedy),)


def _writable(tree: Tree) -> Finding:
    """A file is made where messages are staged and renamed to where they are published."""
    name = f".syncd-check-{os.getpid()}"
    source = within(_first(tree, (STAGING, Place(""))), name)
    target = within(_first(tree, (Place(Folder.INBOX), Place(""))), name + "-renamed")
    try:
        with durable.speaking_of(str(tree.reach.root)):
            _write(tree, source)
            try:
                tree.reach.move(source, target)
            finally:
                tree.reach.remove(source)
        tree.reach.remove(target)
    except FolderError as error:
        remedy = error.remedy or "Let syncd's user and group write there"
        return Finding(ok=False, what=f"{tree.reach.root} cannot be written: {error.what}", remedy=remedy)
    return Finding(ok=True, what=f"{tree.reach.root} can be written, and files renamed in it")


def _write(tree: Tree, place: Place) -> None:
    with (
        tree.reach.folder(parent(place)) as fd,
        durable.new_file(name_of(place), dir_fd=fd, mode=tree.reach.file_mode) as file,
    ):
        durable.write_all(file, b"check\n")


def _setgid(tree: Tree) -> Finding:
    root = tree.reach.root
    with tree.reach.folder("") as fd:
        has_bit = bool(os.fstat(fd).st_mode & stat.S_ISGID)
    if has_bit:
        return Finding(ok=True, what=f"{root} hands its group on to what is made in it")
    what = f"{root} lacks the setgid bit: what syncd makes there gets syncd's own group, not the ERP's"
    return Finding(ok=False, what=what, remedy=f"chmod g+s {root}, and make the folders in it anew")


def _file_systems(tree: Tree) -> Iterator[Finding]:
    status = tree.reach.look(PRIVATE)
    if status is None:
        return
    for name in tree.reach.names(""):
        other = tree.reach.look(Place(name))
        if other and stat.S_ISDIR(other.st_mode) and other.st_dev != status.st_dev:
            what = f"{tree.reach.root / name} is on another file system than {PRIVATE}: no rename leads there"
            yield Finding(ok=False, what=what, remedy="Keep all folders of one root on one file system")


def _folders(tree: Tree) -> Iterator[Finding]:
    if tree.book.too_many:
        what = "there are over 500 pairs: folders are made for those that are used"
        yield Finding(
            ok=True, what=what, remedy="Make the folders that you need, or name the pair in a table"
        )
    for problem in tree.book.problems:
        yield Finding(ok=False, what=problem, remedy="Choose another name in the partners table")
    for place, error in tree.unmade:
        yield Finding(ok=False, what=f"{place} could not be made: {error.what}", remedy=error.remedy)


def _first(tree: Tree, places: tuple[Place, ...]) -> Place:
    for place in places:
        with contextlib.suppress(FolderError, RootUnusable):
            if not place or tree.reach.look(place):
                return place
    return Place("")
