"""The documents of a message as they are kept: one line each, with the envelopes that it travelled in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from syncd.core.documents import Document, Group, Interchange, Reading, Verdict
from syncd.core.model import KindCount, MessageId

MOST = 10_000
"""Documents of one message that are kept."""

Readings = tuple[Reading | None, ...]
"""What the envelopes of each file tell, in the order of the files; None: it is no EDI file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """One document. `position` counts the documents of a message, `file` its files; both begin at 0.

    A group without documents is kept with an empty `kind` and `control`, an interchange without groups
    with an empty group, too.
    """

    position: int
    file: int
    standard: str
    interchange: str
    sender_qualifier: str
    sender: str
    receiver_qualifier: str
    receiver: str
    is_test: bool
    group_kind: str
    group: str
    version: str
    kind: str
    control: str
    verdict: Verdict | None = None
    """What the partner's acknowledgement said of it; None: nothing yet."""
    note: str = ""
    answered_by: MessageId | None = None
    """The message with that acknowledgement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What an acknowledgement says of the document at this position of a message."""

    position: int
    verdict: Verdict
    note: str = ""


def filed(readings: Readings) -> tuple[Filed, ...]:
    """What is kept of a message's files, in order, at most `MOST`."""
    return tuple(islice(_numbered(readings), MOST))


def kinds(documents: Sequence[Filed]) -> tuple[KindCount, ...]:
    """How many documents of each kind, in the order in which the kinds come first."""
    counts = Counter(document.kind for document in documents if document.kind)
    return tuple(KindCount(name=name, count=count) for name, count in counts.items())


def number(control: str) -> str:
    """A control number to be compared: without spaces around it, and without leading zeros."""
    stripped = control.strip()
    return stripped.lstrip("0") or stripped[:1]


def _numbered(readings: Readings) -> Iterator[Filed]:
    position = 0
    for file, reading in enumerate(readings):
        for interchange in reading.interchanges if reading else ():
            for group, document in _documents(interchange):
                yield _filed(interchange, group, document, position=position, file=file)
                position += 1


def _documents(interchange: Interchange) -> Iterator[tuple[Group, Document]]:
    for group in interchange.groups or (_NO_GROUP,):
        for document in group.documents or (_NO_DOCUMENT,):
            yield group, document


def _filed(interchange: Interchange, group: Group, document: Document, *, position: int, file: int) -> Filed:
    return Filed(
        position=position,
        file=file,
        standard=interchange.standard,
        interchange=interchange.control,
        sender_qualifier=interchange.sender_qualifier,
        sender=interchange.sender,
        receiver_qualifier=interchange.receiver_qualifier,
        receiver=interchange.receiver,
        is_test=interchange.is_test,
        group_kind=group.kind,
        group=group.control,
        version=group.version,
        kind=document.kind,
        control=document.control,
    )


_NO_GROUP = Group(kind="", control="", sender="", receiver="", version="", documents=())
_NO_DOCUMENT = Document(kind="", control="")
