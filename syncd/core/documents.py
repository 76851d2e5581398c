"""What an EDI file holds, as its envelopes tell it: interchanges, groups, documents, acknowledgements.

Nothing here knows what a document means: names, numbers and counts only.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What the other side's translator says about what it was sent."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PARTLY = "partly"
    """A group or interchange of which some documents were rejected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One transaction set or message: ST01 and ST02, or UNH's message type and reference."""

    kind: str
    control: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One functional group, GS or UNG; EDIFACT without UNG has one of empty kind and control."""

    kind: str
    control: str
    sender: str
    receiver: str
    version: str
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """What an arriving 997, 999, TA1 or CONTRL says about something that was sent.

    Numbers and kinds are those of what was sent. Where they are empty it is about more: the whole group,
    or the whole interchange. X12 names the interchange in a TA1 only.
    """

    standard: str
    interchange_control: str
    group_kind: str
    group_control: str
    document_kind: str
    document_control: str
    verdict: Verdict
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Interchange:
    """One envelope, ISA to IEA or UNB to UNZ; `faults` says in plain words what does not add up in it."""

    standard: str
    """x12 or edifact."""
    control: str
    sender_qualifier: str
    sender: str
    receiver_qualifier: str
    receiver: str
    is_test: bool
    groups: tuple[Group, ...]
    acknowledgements: tuple[Acknowledgement, ...]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The interchanges of one file; `is_cut` when there were more of them, or of documents, than are kept.

    `is_spent` when it was not even read to its end: nothing is said against what follows.
    """

    interchanges: tuple[Interchange, ...]
    is_cut: bool
    is_spent: bool = False
