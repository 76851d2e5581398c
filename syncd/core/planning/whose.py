"""Which of the two ids of a received message is ours.

The API document calls `senderId` our station and `receiverId` the partner, also for received messages,
which may or may not be meant; so the account's own lists decide, and the words only where they cannot.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from syncd.core.model import Pair
from syncd.core.shown import Partner, Record


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


def typed(record: Record, partners: Iterable[Partner]) -> Record:
    """The entry of one message with its type, where the list of partners has one of its ids in one type only.

    An entry that is asked for by its id need not tell it.
    """
    types = {each.partner_type for each in partners if each.as2_id in (record.sender, record.receiver)}
    return replace(record, partner_type=types.pop()) if len(types) == 1 else record


def goes_out(record: Record, stations: Collection[str], *, names_sender: bool) -> bool:
    """Whether an entry is of a message that one of our stations sent to somebody else.

    Some gateways answer for any id, whichever way the message goes; there the sender is named for certain.
    """
    return names_sender and record.sender in stations and record.receiver not in stations
