"""What ECGrid's status words and codes mean to a bridge. Pure.

Parcels have words (the reference pages' enumeration, and an older one) or codes `M####`; interchanges have
words or codes `E####`. Unknown ones say nothing: the parcel is on its way.

- An outbound parcel with an inbox status stands in the partner's mailbox: the partner has it.
- `as2SendFailed` and M6110 are tried again by ECGrid itself, as are `outboxRetry` and `outboxDeliveryError`:
  on their way still.
- The life of a parcel that was taken apart ends at "processed"; only its interchanges tell the rest. So it
  is while the grid works on what was uploaded (M1001 to M1005).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from syncd.core.shown import Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an outbound parcel stands."""

    box: Box
    settled: bool = False
    asks_more: bool = False


class End(Enum):
    """How an interchange ended."""

    OPEN = auto()
    CLOSED = auto()
    FAILED = auto()


ON_ITS_WAY = Standing(box=Box.QUEUED)
PROCESSED = Standing(box=Box.QUEUED, asks_more=True)
HANDED_ON = Standing(box=Box.SENT)
SETTLED = Standing(box=Box.SENT, settled=True)
FAILED = Standing(box=Box.FAILED)

_WORDS = {
    "outboxacknowledged": SETTLED,
    "outboxtransferred": SETTLED,
    "outboxdelivered": SETTLED,
    "as2sent": SETTLED,
    "ftpsent": SETTLED,
    "gisbsent": SETTLED,
    "cxmlsent": SETTLED,
    "inboxready": SETTLED,
    "inboxtransferred": SETTLED,
    "inboxarchived": SETTLED,
    "outboxsent": HANDED_ON,
    "outboxpending": ON_ITS_WAY,
    "pending": ON_ITS_WAY,
    "outboxfailed": FAILED,
    "cancelled": FAILED,
    "canceled": FAILED,
    "as2sendfailed": ON_ITS_WAY,
    "processed": PROCESSED,
    "completed": PROCESSED,
    "vaultready": PROCESSED,
}
_ENDINGS = (("sendfailed", FAILED), ("rejected", FAILED), ("confirmed", SETTLED), ("pending", HANDED_ON))
_CODES = (
    (r"600[01]", SETTLED),
    (r"6002|6012", HANDED_ON),
    (r"2400|2005|100[1-5]", PROCESSED),
    (r"110[45]|100[67]|21\d\d|2205|2401|6103|6113|4101", FAILED),
)
_TAKEN = {"inboxtransferred", "inboxarchived"}
_TAKEN_CODES = {"1001", "1002", "1003", "6001"}

_CLOSED_WORDS = {"closed", "delivered", "confirmed", "archived", "pickedup"}
_FAILED_WORDS = {"cancelled", "canceled", "rejected", "error", "failed"}
_CLOSED_CODES = {"4000", "4500", "3001", "3003"}
_FAILED_CODES = r"11(?!11)\d\d|1[234]\d\d|31\d\d|4101"


def standing(word: str | None) -> Standing:
    """How an outbound parcel of that status stands."""
    code = code_of(word)
    if code is not None:
        return next((one for pattern, one in _CODES if re.fullmatch(pattern, code)), ON_ITS_WAY)
    plain = _plain(word)
    if plain in _WORDS:
        return _WORDS[plain]
    return next((one for ending, one in _ENDINGS if plain.endswith(ending)), ON_ITS_WAY)


def is_taken(word: str | None) -> bool:
    """Whether an inbound parcel of that status was downloaded, by whomever."""
    code = code_of(word)
    return code in _TAKEN_CODES if code is not None else _plain(word) in _TAKEN


def end(word: str | None) -> End:
    """How an interchange of that status ended."""
    code = code_of(word)
    if code is not None:
        if code in _CLOSED_CODES:
            return End.CLOSED
        return End.FAILED if re.fullmatch(_FAILED_CODES, code) else End.OPEN
    plain = _plain(word)
    if plain in _CLOSED_WORDS:
        return End.CLOSED
    return End.FAILED if plain in _FAILED_WORDS else End.OPEN


def code_of(word: str | None) -> str | None:
    """The digits of a code: `M2400`, `E4000`, `4000`, also before its own words; None for a plain word."""
    found = re.match(r"\s*[MmEe]?(\d{3,4})\b", word or "")
    return found[1] if found else None


def _plain(word: str | None) -> str:
    return re.sub(r"[^a-z0-9]", "", (word or "").casefold())
