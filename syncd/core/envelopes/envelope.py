"""One interchange as it is being read. X12 and EDIFACT nest alike: documents in groups in an interchange."""

from __future__ import annotations

from dataclasses import dataclass, replace

from syncd.core.documents import Acknowledgement, Document, Group, Interchange
from syncd.core.envelopes.words import amount, is_same, number, quoted, text

MOST_GROUPS = 10_000
MOST_DOCUMENTS = 10_000
MOST_ACKNOWLEDGEMENTS = 10_000
MOST_FAULTS = 20


@dataclass(slots=True)
class Room:
    """How much of a file is still kept, over all its interchanges; counting goes on without."""

    groups: int = MOST_GROUPS
    documents: int = MOST_DOCUMENTS
    acknowledgements: int = MOST_ACKNOWLEDGEMENTS
    is_cut: bool = False

    def has(self, what: str) -> bool:
        """Take one place of groups, documents or acknowledgements; False: there is none left."""
        left: int = getattr(self, what)
        if left == 0:
            self.is_cut = True
            return False
        setattr(self, what, left - 1)
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What an ISA or UNB says."""

    standard: str
    control: bytes
    sender_qualifier: bytes
    sender: bytes
    receiver_qualifier: bytes
    receiver: bytes
    is_test: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """The segments that open and close the three levels."""

    interchange: tuple[str, str]
    group: tuple[str, str]
    document: tuple[str, str]
    noun: str
    """What a document is called."""


@dataclass(slots=True, kw_only=True)
class _Open:
    """A group or document whose trailer has not come yet; `count` is of what stands in it."""

    name: str
    control: bytes
    group: Group | None = None
    count: int = 0


class Envelope:
    """Gathers one interchange, and what is wrong with it."""

    def __init__(self, header: Header, tags: Tags, room: Room) -> None:
        self._header = header
        self._tags = tags
        self._room = room
        self._groups: list[Group] = []
        self._documents: list[Document] = []
        self._acknowledgements: list[Acknowledgement] = []
        self._faults: list[str] = []
        self._more_faults = 0
        self._group: _Open | None = None
        self._document: _Open | None = None
        self._group_count = 0
        self._document_count = 0
        self.is_opaque = False
        """Not all was read, or only its reader knows how long what it holds is: no count proves anything."""

    def blame(self, fault: str) -> None:
        """Note what does not add up; beyond a few, only how many more."""
        if len(self._faults) < MOST_FAULTS:
            self._faults.append(fault)
        else:
            self._more_faults += 1

    def acknowledge(self, acknowledgement: Acknowledgement) -> None:
        """Keep what it says about something that was sent."""
        if self._room.has("acknowledgements"):
            self._acknowledgements.append(acknowledgement)

    # Documents ----------------------------------------------------------------------------------

    def count_segments(self, count: int = 1) -> None:
        """So many more segments of the open document, if there is one."""
        if self._document is not None:
            self._document.count += count

    def open_document(self, kind: bytes, control: bytes) -> None:
        """A header of a document, which counts as its first segment."""
        self._leave_document()
        if self._group is None:
            if self._header.standard == "x12":
                self.blame(f"ST {text(control)} stands in no group")
            self._open(Group(kind="", control="", sender="", receiver="", version="", documents=()))
        self._document = _Open(name=f"{self._tags.document[0]} {text(control)}", control=control, count=1)
        self._document_count += 1
        if self._group is not None:
            self._group.count += 1
        if self._room.has("documents"):
            self._documents.append(Document(kind=text(kind), control=text(control)))

    def close_document(self, count: bytes, control: bytes) -> None:
        """The trailer, which counts as its last segment."""
        document, self._document = self._document, None
        if document is None:
            self.blame(f"{self._tags.document[1]} {text(control)} closes no {self._tags.noun}")
            return
        self._compare(self._tags.document[1], document, count, control, "segment", exactly=True)

    def _leave_document(self) -> None:
        if self._document is not None:
            self.blame(f"{self._document.name} has no {self._tags.document[1]}")
            self._document = None

    # Groups -------------------------------------------------------------------------------------

    def open_group(self, group: Group, control: bytes) -> None:
        """A header of a group."""
        self._leave_group()
        self._group_count += 1
        self._open(group, name=f"{self._tags.group[0]} {text(control)}", control=control)

    def close_group(self, count: bytes, control: bytes) -> None:
        """Its trailer."""
        self._leave_document()
        group = self._group
        if group is None or not group.name:
            self.blame(f"{self._tags.group[1]} {text(control)} closes no group")
            return
        self._compare(self._tags.group[1], group, count, control, self._tags.noun)
        self._keep_group()

    def _open(self, group: Group, *, name: str = "", control: bytes = b"") -> None:
        self._group = _Open(name=name, control=control, group=group)

    def _leave_group(self) -> None:
        self._leave_document()
        if self._group is not None and self._group.name:
            self.blame(f"{self._group.name} has no {self._tags.group[1]}")
        self._keep_group()

    def _keep_group(self) -> None:
        group, self._group = self._group, None
        documents, self._documents = tuple(self._documents), []
        if group is None or group.group is None or not self._room.has("groups"):
            return
        self._groups.append(replace(group.group, documents=documents))

    # The interchange ----------------------------------------------------------------------------

    def close(self, count: bytes, control: bytes) -> None:
        """Its trailer. Where there are groups it counts them, else (EDIFACT) the documents."""
        self._leave_group()
        by_group = self._group_count > 0 or self._header.standard == "x12"
        noun = "group" if by_group else self._tags.noun
        whole = _Open(
            name=self._tags.interchange[0],
            control=self._header.control,
            count=self._group_count if by_group else self._document_count,
        )
        self._compare(self._tags.interchange[1], whole, count, control, noun)

    def end_without_terminator(self, control: bytes) -> None:
        """Its trailer ends with the file; with the whole control number in it, nothing else is missing."""
        if control.strip() != self._header.control.strip():
            self.blame(f"its last segment, {self._tags.interchange[1]}, has no terminator")

    def cut_off(self) -> None:
        """The end came before its trailer."""
        self._leave_group()
        self.blame(f"it has no {self._tags.interchange[1]}: it is not complete")

    def interchange(self) -> Interchange:
        """All that was gathered."""
        header = self._header
        more = (f"and {amount(self._more_faults, 'more fault')}",) if self._more_faults else ()
        return Interchange(
            standard=header.standard,
            control=text(header.control),
            sender_qualifier=text(header.sender_qualifier),
            sender=text(header.sender),
            receiver_qualifier=text(header.receiver_qualifier),
            receiver=text(header.receiver),
            is_test=header.is_test,
            groups=tuple(self._groups),
            acknowledgements=tuple(self._acknowledgements),
            faults=() if self.is_opaque else (*self._faults, *more),
        )

    def _compare(
        self, tag: str, opened: _Open, count: bytes, control: bytes, noun: str, *, exactly: bool = False
    ) -> None:
        """A trailer with what it closes; `exactly`: zeros in front count. The trailer is a segment too."""
        real = opened.count + 1 if noun == "segment" else opened.count
        name = opened.name
        if number(count) != real:
            self.blame(f"{tag} counts {text(count) or 'no'} {noun}s, and {name} has {real}")
        same = control.strip() == opened.control.strip() if exactly else is_same(control, opened.control)
        if not same:
            self.blame(f"{tag} has the control number {quoted(control)}, and {name} {quoted(opened.control)}")
