"""The files of the story, as a partner or an ERP would write them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files as package_files
from typing import Literal

STATION = "RJ_Station"
PARTNER = "RJ_Partner"
ECHO = "ECHO"
TEST_PARTNER = "RJ_Test"

Fate = Literal["sent", "rejected", "refused"]
"""sent; rejected: by its partner's MDN; refused: by the bridge, before anything was asked."""


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
    """One message of the ERP: a file, or a folder with files, for one partner's outbox."""

    name: str
    partner: str
    documents: tuple[Document, ...]
    fate: Fate = "sent"

    @property
    def is_folder(self) -> bool:
        """Whether it is dropped as a folder."""
        return (self.name,) != tuple(document.name for document in self.documents)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One message that a partner sends us."""

    partner: str
    documents: tuple[Document, ...]


def drops() -> tuple[Drop, ...]:
    """What the ERP drops, the one in flight at the kill not among it."""
    return (
        _one("PO-4711.edi", ECHO),
        _one("ORDERS-2044.edi", ECHO),
        _one("INV-8841.edi", PARTNER),
        _one("INV-8842.edi", PARTNER, fate="rejected"),
        Drop(
            name="shipment-2209",
            partner=PARTNER,
            documents=_read("DESADV-2209.edi", "packing-list.csv", "label.zpl"),
        ),
        Drop(name="price-lists", partner=PARTNER, documents=tuple(_price_lists(11)), fate="refused"),
    )


def in_flight() -> Drop:
    """What is being sent when the bridge is killed."""
    return _one("PO-4712.edi", TEST_PARTNER)


def arrivals() -> tuple[Arrival, ...]:
    """What a partner sends us."""
    return tuple(
        Arrival(partner=PARTNER, documents=_read(*names))
        for names in (("PO-7001.edi",), ("INV-5512.edi",), ("ORDERS-3071.edi", "delivery-terms.txt"))
    )


def _one(name: str, partner: str, *, fate: Fate = "sent") -> Drop:
    return Drop(name=name, partner=partner, documents=_read(name), fate=fate)


def _read(*names: str) -> tuple[Document, ...]:
    folder = package_files("syncd.demo") / "files"
    return tuple(Document(name=name, content=(folder / name).read_bytes()) for name in names)


def _price_lists(count: int) -> Iterable[Document]:
    """More files than AS2 Gateway takes in one message."""
    for number in range(1, count + 1):
        text = f"article;price\n{4006381330000 + number};{number}.95\n"
        yield Document(name=f"prices-{number:02}.csv", content=text.encode())


def kind_of(content: bytes) -> str:
    """What an EDI file says of itself: `X12 850`, `EDIFACT ORDERS`; nothing for other files."""
    text = content.decode("latin-1")
    if text.startswith("ISA") and (found := re.search(r"[~\n]ST.(\d{3})", text)):
        return f"X12 {found[1]}"
    if text.startswith(("UNA", "UNB")) and (found := re.search(r"UNH\+[^+]*\+([A-Z]{6})", text)):
        return f"EDIFACT {found[1]}"
    return ""
