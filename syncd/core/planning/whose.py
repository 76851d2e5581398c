"""Which of the two ids of a received message is ours.

The API document calls `senderId` our station and `receiverId` the partner, also for received messages,
which may or may not be meant; so the account's own lists decide, and the words only where they cannot.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from syncd.core.model import Pair
from syncd.core.shown import Record


class SenderIs(StrEnum):
    """The two readings of `senderId` of a received message."""

    STATION = "station"
    PARTNER = "partner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """The pair of a received message; `proven` when the lists alone told it."""

    pair: Pair
    sender_is: SenderIs
    proven: bool


def whose(
    record: Record,
    *,
    stations: Collection[str],
    partners: Collection[str],
    seen: SenderIs | None,
    names_sender: bool = False,
) -> Whose:
    """The pair of a received message.

    `names_sender`: the gateway's word is clear, the sender is the partner. Else exactly one id among our
    stations decides; else exactly one among the partners; else the reading that this account's clear
    messages showed (`seen`); else the document's words.
    """
    reading = SenderIs.PARTNER if names_sender else _by_lists(record, stations, partners)
    sender_is = reading or seen or SenderIs.STATION
    station, partner = record.sender, record.receiver
    if sender_is is SenderIs.PARTNER:
        station, partner = partner, station
    pair = Pair(station=station, partner=partner, partner_type=record.partner_type)
    return Whose(pair=pair, sender_is=sender_is, proven=reading is not None)


def _by_lists(record: Record, stations: Collection[str], partners: Collection[str]) -> SenderIs | None:
    sender_ours, receiver_ours = record.sender in stations, record.receiver in stations
    if sender_ours != receiver_ours:
        return SenderIs.STATION if sender_ours else SenderIs.PARTNER
    sender_theirs, receiver_theirs = record.sender in partners, record.receiver in partners
    if sender_theirs != receiver_theirs:
        return SenderIs.PARTNER if sender_theirs else SenderIs.STATION
    return None
