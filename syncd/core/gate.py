"""What speaks against sending an EDI file: the rules of the gate on the outbox."""

from __future__ import annotations

from collections.abc import Iterator

from syncd.core.account import Account
from syncd.core.documents import Interchange, Reading
from syncd.core.model import Pair

OFF, WARN, HOLD = "off", "warn", "hold"
MOST_REASONS = 10


def mode(account: Account, pair: Pair) -> str:
    """Off, warn or hold: the pair's own word, else the account's."""
    return account.rules(station=pair.station, partner=pair.partner).gate or account.gate


def objections(account: Account, pair: Pair, reading: Reading) -> Iterator[str]:
    """Each in plain words; with the interchange's number where there are several."""
    several = len(reading.interchanges) > 1
    for interchange in reading.interchanges:
        which = f"interchange {interchange.control}: " if several else ""
        for objection in (*interchange.faults, *_strange_names(account, pair, interchange)):
            yield which + objection


def _strange_names(account: Account, pair: Pair, interchange: Interchange) -> Iterator[str]:
    """Sender and receiver that are not this pair's, where it has a rule for them."""
    rules = account.rules(station=pair.station, partner=pair.partner)
    ends = (
        ("sender", rules.interchange_sender, interchange.sender_qualifier, interchange.sender),
        ("receiver", rules.interchange_receiver, interchange.receiver_qualifier, interchange.receiver),
    )
    for end, wanted, qualifier, name in ends:
        if wanted is not None and not _fits(wanted, qualifier, name):
            found = f"{qualifier}:{name}" if ":" in wanted or not name else name
            yield f"its {end} is {found}, and not {wanted}"


def _fits(wanted: str, qualifier: str, name: str) -> bool:
    first, colon, second = wanted.partition(":")
    return (first.strip(), second.strip()) == (qualifier, name) if colon else wanted.strip() == name


def together(reasons: list[str]) -> str:
    """All of them as one reason; of many the first."""
    more = len(reasons) - MOST_REASONS
    return "; ".join([*reasons[:MOST_REASONS], *([f"and {more} more"] if more > 0 else [])])
