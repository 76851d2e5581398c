"""Statuses as words and as numbers: what the reference calls by name, the system behind it counts."""

from __future__ import annotations

from syncd.sandbox.ecgrid.mailbox import Inbound, Interchange, InterchangeState, Outbound
from syncd.sandbox.ecgrid.switches import ECGridSwitches

_PARCEL_CODES = {
    "outboxPending": ("M1000", "Uploaded"),
    "outboxSent": ("M6012", "Awaiting AS2 MDN"),
    "outboxRetry": ("M6110", "AS2 send failure, retrying"),
    "outboxDeliveryError": ("M6110", "AS2 send failure, retrying"),
    "outboxAcknowledged": ("M2400", "Completed"),
    "outboxTransferred": ("M2400", "Completed"),
    "as2Sent": ("M2400", "Completed"),
    "ftpSent": ("M2400", "Completed"),
    "OutBoxDelivered": ("M2400", "Completed"),
    "processed": ("M2400", "Completed"),
    "outboxFailed": ("M2401", "Completed with errors"),
    "unrouted": ("M2205", "None routed"),
    "Cancelled": ("M4101", "Cancelled"),
    "InBoxReady": ("M6000", "Pending in InBox"),
    "InBoxTransferred": ("M1003", "Transferred"),
    "InBoxArchived": ("M1002", "Archived"),
}
_DOWNLOADED = ("M6001", "Downloaded, not deleted")
INTERCHANGES: dict[InterchangeState, tuple[int, str, str, str]] = {
    "received": (1000, "Received", "Opened", "Info"),
    "pending": (3000, "Pending", "Pending transfer", "Info"),
    "retrying": (3010, "Delayed", "Delay: retry", "Warning"),
    "delivered": (4000, "Delivered", "Closed", "Info"),
    "rejected": (3102, "Rejected", "Rejected", "Error"),
    "unrouted": (1103, "Unrouted", "Unknown route", "Error"),
    "cancelled": (4101, "Cancelled", "Cancelled", "Info"),
}
"""Number, word, the number's text, level."""
CATALOGUE = tuple(dict.fromkeys([*_PARCEL_CODES.values(), _DOWNLOADED]))


def catalogued_words() -> list[dict[str, str]]:
    """Give the parcel statuses that have a name in the reference."""
    named = [word for word in _PARCEL_CODES if word not in {"unrouted", "processed", "OutBoxDelivered"}]
    return [{"code": word, "description": _PARCEL_CODES[word][1]} for word in named]


def parcel_word(parcel: Inbound | Outbound, switches: ECGridSwitches) -> str:
    """Name the status of a parcel, in the words of the profile."""
    word = _plain_word(parcel, switches)
    if word == "unrouted":
        word = "outboxFailed"
    if switches.profile == "guide" and word == "outboxPending":
        word = "OutBoxQueued"
    return word.lower() if switches.status_case == "lower" else word


def _plain_word(parcel: Inbound | Outbound, switches: ECGridSwitches) -> str:
    match parcel:
        case Inbound(is_confirmed=True):
            return "InBoxArchived" if switches.download_marks == "transferred" else "InBoxTransferred"
        case Inbound(is_marked=True) if switches.download_marks == "transferred":
            return "InBoxTransferred"
        case Inbound():
            return "InBoxReady"
        case Outbound(status="outboxPending" | "Cancelled"):
            return parcel.status
        case Outbound():
            return parcel.status if switches.settles_by == "parcel" else "processed"


def parcel_code(parcel: Inbound | Outbound, switches: ECGridSwitches) -> tuple[str, str]:
    """Give the number of a parcel's status and its text; a number that a partner was told to end as stays."""
    if isinstance(parcel, Inbound) and parcel.is_marked and not parcel.is_confirmed:
        return _DOWNLOADED if switches.download_marks == "transferred" else _PARCEL_CODES["InBoxReady"]
    is_unrouted = isinstance(parcel, Outbound) and parcel.status == "unrouted"
    word = "unrouted" if is_unrouted else _plain_word(parcel, switches)
    return _PARCEL_CODES.get(word, (word, word))


def interchange_word(one: Interchange, switches: ECGridSwitches) -> str:
    """Name the status of an interchange."""
    word = INTERCHANGES[one.state][1]
    return word.lower() if switches.status_case == "lower" else word
