"""The part of the account at AS2 Gateway: a folder is one message, and partners answer with MDNs."""

from __future__ import annotations

from collections.abc import Iterable

from syncd.demo.documents import Arrival, Document, Drop, drop, read
from syncd.demo.plan import Plan, Toy

ECHO = "RJ_Station/ECHO"
PARTNER = "RJ_Station/RJ_Partner"
TEST_PARTNER = "RJ_Station/RJ_Test"


def as2_plan() -> Plan:
    """The whole part."""
    return Plan(
        account="as2",
        gateway="as2gateway",
        title="AS2 Gateway",
        arrivals=_arrivals(),
        drops=_drops(),
        in_flight=drop("PO-4712.edi", TEST_PARTNER),
        outboxes=frozenset({ECHO, PARTNER, TEST_PARTNER}),
        echo=ECHO,
        manners=(
            (
                "behave",
                {
                    "partner": "RJ_Partner",
                    "files": "INV-8842.edi",
                    "mdn": "error",
                    "mdn_content": "duplicate invoice number 8841",
                },
            ),
        ),
        silence={"operation": "send", "path": r"/RJ_Test\b"},
        toys=_toys(),
        limit=50,
        window_s=10,
        has_mdn=True,
    )


def _arrivals() -> tuple[Arrival, ...]:
    messages = (("PO-7001.edi",), ("INV-5512.edi",), ("ORDERS-3071.edi", "delivery-terms.txt"))
    return tuple(Arrival(pair=PARTNER, documents=read(*names)) for names in messages)


def _drops() -> tuple[Drop, ...]:
    return (
        drop("PO-4711.edi", ECHO),
        drop("ORDERS-2044.edi", ECHO),
        drop("INV-8841.edi", PARTNER),
        drop("INV-8842.edi", PARTNER, fate="rejected"),
        Drop(
            name="shipment-2209",
            pair=PARTNER,
            documents=read("DESADV-2209.edi", "packing-list.csv", "label.zpl"),
        ),
        Drop(name="price-lists", pair=PARTNER, documents=tuple(_price_lists(11)), fate="refused"),
    )


def _toys() -> tuple[Toy, ...]:
    paused = {"partner": "RJ_Test", "partner_type": "test", "files": "PO-4713.edi", "is_paused": True}
    return (
        Toy(
            says="its partner takes nothing now: syncd stop PO-4713.edi, then syncd retry PO-4713.edi",
            manners=(("behave", paused),),
            drop=drop("PO-4713.edi", TEST_PARTNER),
        ),
        Toy(
            says="it was cut off, and the gate holds it: syncd resolve ORDERS-2045.edi fail",
            drop=drop("ORDERS-2045.edi", TEST_PARTNER),
        ),
        Toy(
            says="the partner rejects INV-8841.edi: syncd list --acknowledged rejected",
            arrival=Arrival(pair=PARTNER, documents=read("ACK-8841.edi")),
        ),
    )


def _price_lists(count: int) -> Iterable[Document]:
    """More files than AS2 Gateway takes in one message."""
    for number in range(1, count + 1):
        text = f"article;price\n{4006381330000 + number};{number}.95\n"
        yield Document(name=f"prices-{number:02}.csv", content=text.encode())
