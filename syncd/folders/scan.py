"""One scan of every outbox: what is ready, and what is not taken and why.

A file is taken when it has kept still for `settle`, can be read, has no second name, and nobody writes
it. Where the kernel does not tell who writes (another user's file, a network share), still means twice
`settle`; so it does for folders. A folder is one thing here, also where each file of it will be a message
of its own: what is wrong with one of them is judged when that one is sent. Names are compared with the
ignore patterns before anything costs a look.
"""

from __future__ import annotations

import os
import stat
from datetime import timedelta

from syncd.core.layout import within
from syncd.core.limits import Limits, too_many_together
from syncd.core.model import File, Folder, Place
from syncd.core.naming import IgnorePatterns, described_by, is_printable, status_name
from syncd.core.shown import Dropped, NotTaken, Outlook
from syncd.errors import FileGone, FolderError
from syncd.folders import durable
from syncd.folders.candidates import Candidate, Look
from syncd.folders.durable import Lease, speaking_of
from syncd.folders.inside import (
    Inside,
    changed_ns,
    identity_of,
    kind_of,
    look_inside,
    probe,
    twins,
    why_closed,
)
from syncd.folders.listing import NAMED_ONE_BY_ONE, Listing
from syncd.folders.reach import open_folder
from syncd.folders.settling import Settling
from syncd.folders.tree import Tree
from syncd.folders.walk import PairFolder, Walk, printable

PAIRS_UNKNOWN = "the gateway's stations and partners are not known yet"

_EMPTY_FOR = timedelta(seconds=60)


class Scan:
    """One scan; made anew for each."""

    def __init__(self, tree: Tree, *, settling: Settling, patterns: IgnorePatterns, limits: Limits) -> None:
        self._tree = tree
        self._settling = settling
        self._settle = tree.account.settle
        self._patterns = patterns
        self._limits = limits
        self._ready: list[Dropped] = []
        self._not_taken: list[NotTaken] = []

    def outlook(self) -> Outlook:
        """Look everywhere once; ready ones oldest first (mtime, then name)."""
        self._settling.begin()
        walk = Walk(self._tree)
        with self._tree.reach.together():
            for stand in walk.folders(Folder.OUTBOX):
                self._visit(stand, walk)
        for place, error in walk.troubles:
            self._leave(place, str(error), needs_person=True)
        self._ready.sort(key=lambda dropped: (dropped.identity.mtime_ns, dropped.name, dropped.place))
        return Outlook(ready=tuple(self._ready), not_taken=tuple(self._not_taken))

    def _visit(self, stand: PairFolder, walk: Walk) -> None:
        if self._is_idle(stand):
            return
        found = self._tree.book.lookup(stand.pair_folder)
        pair = found.pair
        rules = self._tree.account.rules(station=pair.station, partner=pair.partner)
        try:
            with speaking_of(stand.place), self._tree.reach.folder(stand.place) as fd:
                place = stand.place
                listing = self._tree.listings.of(place, fd, loose=stand.loose)
                names, marker = dict.fromkeys(listing.names).keys(), rules.done_marker
                self._names(Look(place=place, fd=fd, names=names, found=found, marker=marker))
                self._name_ignored(place, listing)
        except FileGone:
            return
        except FolderError as error:
            walk.troubles.append((stand.place, error))

    def _is_idle(self, stand: PairFolder) -> bool:
        """Whether a folder was empty and did not change: then it need not even be opened."""
        try:
            status = self._tree.reach.look(stand.place)
        except FolderError:
            return False  # to be met again, and told
        if status is None:
            return False
        known = self._tree.listings.remembered(stand.place, status, loose=stand.loose)
        return known is not None and known.is_idle

    def _names(self, look: Look) -> None:
        for name in look.names:
            if not self._belongs_to_another(look, name):
                self._thing(look, name)

    def _stands(self, look: Look, name: str) -> bool:
        """Whether a name is there, also one that is ignored."""
        return name in look.names or (self._patterns.match(name) and durable.exists(name, dir_fd=look.fd))

    def _belongs_to_another(self, look: Look, name: str) -> bool:
        """Status files and done markers are no messages, whether what they belong to is there or not."""
        described = described_by(name)
        if described is not None:
            if not self._stands(look, described):
                self._leave(within(look.place, name), "a status file without its file")
            return True
        if look.marker and name.endswith(look.marker) and name != look.marker:
            if not self._stands(look, name.removesuffix(look.marker)):
                self._leave(within(look.place, name), "a done marker without its file")
            return True
        return False

    def _thing(self, look: Look, name: str) -> None:
        place = within(look.place, name)
        if not is_printable(name):
            reason = "its name has control characters or is not UTF-8: rename it"
            self._leave(place, reason, needs_person=True)
            return
        try:
            status = os.stat(name, dir_fd=look.fd, follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode):
                self._folder(look, name, status)
            elif stat.S_ISREG(status.st_mode):
                self._file(look, name, status)
            else:
                reason = f"it is {kind_of(status)}, which is never followed: drop the file itself"
                self._leave(place, reason, needs_person=True)
        except FileNotFoundError:
            return
        except OSError as error:
            self._leave(place, why_closed(error), needs_person=True)

    # Files and folders --------------------------------------------------------------------------

    def _file(self, look: Look, name: str, status: os.stat_result) -> None:
        place = within(look.place, name)
        identity = identity_of(status)
        still = self._settling.still_for(place, identity)
        if status.st_nlink > 1:
            self._leave(place, "it has a second hard link: it waits until this is its only name")
            return
        file = File(name=name, size=status.st_size)
        candidate = Candidate(
            look=look,
            name=name,
            identity=identity,
            files=(file,),
            is_folder=False,
            still=still,
            changed_ns=status.st_ctime_ns,
        )
        if not self._has_marker(candidate) or not self._has_settled(candidate, self._settle):
            return
        self._weigh(candidate, [probe(name, dir_fd=look.fd)])

    def _folder(self, look: Look, name: str, status: os.stat_result) -> None:
        place = within(look.place, name)
        with open_folder(name, dir_fd=look.fd) as fd:
            inside = look_inside(fd, self._patterns)
            still = self._settling.still_for(place, (status.st_ino, inside))
            obstacle = inside.obstacle or self._lone_status(inside)
            if obstacle or not inside.files:
                needs_person = obstacle is not None
                self._leave(place, obstacle or "the folder holds no file", needs_person=needs_person)
                return
            candidate = Candidate(
                look=look,
                name=name,
                identity=inside.identity(status),
                files=inside.as_files(),
                is_folder=True,
                still=still,
                changed_ns=max(changed_ns(inner, dir_fd=fd) for inner, _ in inside.files),
            )
            if not self._has_marker(candidate) or not self._has_settled(candidate, 2 * self._settle):
                return
            if not os.access(".", os.W_OK | os.X_OK, dir_fd=fd, effective_ids=True):
                reason = "syncd may not move this folder: make it with `umask 002`, or `chmod g+w` it"
                self._leave(place, reason, needs_person=True)
                return
            self._weigh(candidate, [probe(inner, dir_fd=fd) for inner, _ in inside.files])

    def _lone_status(self, inside: Inside) -> str | None:
        """A status file that lost its file must not be sent as a message of its own."""
        lone = next((name for name, _ in inside.files if described_by(name)), None)
        if lone is None or not self._limits.splits:
            return None
        return f"{lone} in it is a status file without its file: remove it"

    def _has_marker(self, candidate: Candidate) -> bool:
        look = candidate.look
        if not look.marker:
            return True
        name = candidate.name + look.marker
        status = durable.look(name, dir_fd=look.fd)
        if status is None:
            self._leave(candidate.place, f"it waits for {name}")
            return False
        place = within(look.place, name)
        still = self._settling.still_for(place, identity_of(status))
        if still < self._settle:
            self._settling.wait(self._settle - still)
            self._leave(candidate.place, f"{name} is settling")
        return still >= self._settle

    def _has_settled(self, candidate: Candidate, needed: timedelta) -> bool:
        if candidate.still >= needed:
            return True
        self._settling.wait(needed - candidate.still)
        now = "still changing" if self._settling.has_changed(candidate.place) else "settling"
        still = f"{needed.total_seconds():g} s"
        self._leave(candidate.place, f"it is {now}; it is taken when it has kept still for {still}")
        return False

    # What becomes of it -------------------------------------------------------------------------

    def _weigh(self, candidate: Candidate, leases: list[Lease]) -> None:
        if Lease.WRITING in leases:
            self._leave(candidate.place, "it is held open for writing")
            return
        if Lease.CANNOT_TELL in leases and not self._has_settled(candidate, 2 * self._settle):
            return
        if self._tree.book.is_empty:
            self._leave(candidate.place, PAIRS_UNKNOWN)
            return
        is_empty = any(file.size == 0 for file in candidate.files)
        kept = max(
            candidate.still, self._settling.age(candidate.changed_ns)
        )  # one pass sees too little of it
        if is_empty and kept < min(_EMPTY_FOR, 10 * self._settle):
            self._leave(candidate.place, "it is empty, so far")
            return
        self._take(candidate, self._refusal(candidate))

    def _refusal(self, candidate: Candidate) -> str | None:
        files = candidate.files
        if candidate.look.found.reason:
            return candidate.look.found.reason
        if candidate.is_folder and self._limits.splits:
            return too_many_together(len(files))
        same = twins([file.name for file in files])
        objection = self._limits.objection(files)
        return objection or (f"it has two files of one name: {same[0]} and {same[1]}" if same else None)

    def _take(self, candidate: Candidate, refusal: str | None) -> None:
        look = candidate.look
        status = status_name(candidate.name)
        dropped = Dropped(
            place=candidate.place,
            name=candidate.name,
            pair=look.found.pair,
            is_folder=candidate.is_folder,
            identity=candidate.identity,
            files=candidate.files,
            refusal=refusal,
            status_place=within(look.place, status) if self._stands(look, status) else None,
        )
        self._ready.append(dropped)

    def _leave(self, place: Place, reason: str, *, needs_person: bool = False) -> None:
        place = printable(place)
        since = self._settling.noted_since(place)
        self._not_taken.append(NotTaken(place=place, reason=reason, needs_person=needs_person, since=since))

    def _name_ignored(self, folder: Place, listing: Listing) -> None:
        some = listing.some_ignored
        if listing.ignored > NAMED_ONE_BY_ONE:
            example = printable(Place(some[0]))
            self._leave(folder, f"{listing.ignored} names in it match an ignore pattern, such as {example}")
            return
        for name in some:
            reason = f"its name matches the ignore pattern {self._patterns.which(name)}"
            self._leave(within(folder, name), reason)
