"""The part of the account at ECGrid: IDs are numbers, a file is a parcel, and a session ends unnoticed."""

from __future__ import annotations

from syncd.demo.documents import Arrival, Drop, drop, read
from syncd.demo.plan import Plan

ECHO = "112233/445599"
PARTNER = "112233/445566"
OTHER_PARTNER = "112233/445577"
NO_PAIR = "112233/ACME"
AUTO = "auto"


def ecgrid_plan() -> Plan:
    """The whole part.

    The first upload finds its session ended. The reply to the first confirmation is lost. One parcel reaches
    its partner at the second try, and one does not.
    """
    return Plan(
        account="grid",
        gateway="ecgrid",
        title="ECGrid",
        arrivals=(
            Arrival(pair=PARTNER, documents=read("PO-8101.edi")),
            Arrival(pair="", documents=read("INV-8102.edi")),
        ),
        drops=_drops(),
        in_flight=drop("PO-9005.edi", PARTNER),
        outboxes=frozenset({ECHO, PARTNER, OTHER_PARTNER, AUTO}),
        echo=ECHO,
        manners=(
            ("behave", {"partner": "445566", "files": "INV-9002.edi", "delivery": "failed"}),
            ("behave", {"partner": "445577", "files": "DESADV-*", "delivery": "temporary"}),
            ("trouble", {"do": "expire_tokens", "operation": "upload"}),
            ("trouble", {"do": "reset", "operation": "confirm", "when": "after"}),
        ),
        silence={"operation": "upload"},
        limit=180,
        window_s=60,
        unknown="4711/unknown",
    )


def _drops() -> tuple[Drop, ...]:
    return (
        drop("INV-9001.edi", PARTNER),
        drop("INV-9002.edi", PARTNER, fate="rejected"),
        drop("PO-9003.edi", ECHO, folder=AUTO),
        drop("PO-9004.edi", NO_PAIR, fate="refused"),
        Drop(
            name="shipment-2209",
            pair=OTHER_PARTNER,
            documents=read("DESADV-2209.edi", "packing-list.csv", "label.zpl"),
            is_split=True,
        ),
    )
