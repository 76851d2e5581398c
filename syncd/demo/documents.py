"""The files of the story, as a partner or an ERP would write them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files as package_files
from typing import Literal

Fate = Literal["sent", "rejected", "refused"]
"""sent; rejected: by its partner or the gateway; refused: by the bridge, before anything was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The hash by which it is found again."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """What the ERP drops at once: a file, or a folder with files, in the outbox of one pair."""

    name: str
    pair: str
    """The two IDs as the gateway has them, with a slash between."""
    documents: tuple[Document, ...]
    folder: str = ""
    """The folder under `outbox/`; by default that of the pair."""
    fate: Fate = "sent"
    is_split: bool = False
    """Whether a folder is as many messages as it has files, or else one."""

    @property
    def place(self) -> str:
        """Where it is dropped, under `outbox/`."""
        return f"{self.pair_folder}/{self.name}"

    @property
    def pair_folder(self) -> str:
        """What stands for the pair in the tree."""
        return self.folder or self.pair

    @property
    def is_folder(self) -> bool:
        """Whether it is dropped as a folder."""
        return (self.name,) != tuple(document.name for document in self.documents)

    @property
    def messages(self) -> tuple[tuple[Document, ...], ...]:
        """The messages that it is to become, each with its files."""
        return tuple((each,) for each in self.documents) if self.is_split else (self.documents,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One message that a partner sends us; `pair` is empty where the gateway names nobody."""

    pair: str
    documents: tuple[Document, ...]


def drop(name: str, pair: str, *, folder: str = "", fate: Fate = "sent") -> Drop:
    """One of the package's files, to be dropped."""
    return Drop(name=name, pair=pair, documents=read(name), folder=folder, fate=fate)


def read(*names: str) -> tuple[Document, ...]:
    """Some of the package's files."""
    folder = package_files("syncd.demo") / "files"
    return tuple(Document(name=name, content=(folder / name).read_bytes()) for name in names)


def kind_of(content: bytes) -> str:
    """What an EDI file says of itself: `X12 850`, `EDIFACT ORDERS`; nothing for other files."""
    text = content.decode("latin-1")
    if text.startswith("ISA") and (found := re.search(r"[~\n]ST.(\d{3})", text)):
        return f"X12 {found[1]}"
    if text.startswith(("UNA", "UNB")) and (found := re.search(r"UNH\+[^+]*\+([A-Z]{6})", text)):
        return f"EDIFACT {found[1]}"
    return ""
