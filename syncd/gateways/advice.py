"""What a gateway says of its rate limit in each answer: `X-RateLimit-Limit`, `-Remaining`, `-Reset`. Pure.

ECGrid names the headers and no units (Getting Started, Rate limits). Reset is read as seconds from now, or as
a time since 1970 when it is too large for that. What makes no sense counts as not said.
"""

from __future__ import annotations

import re
from datetime import datetime

from syncd.core.window import Advice
from syncd.gateways.border import http_date
from syncd.gateways.wire import Headers

_EPOCH_FROM = 1e9
_LONGEST_S = 24 * 3600.0


def advice_of(headers: Headers, *, now: datetime) -> Advice | None:
    """What the headers say, None where they say nothing; `now` by the gateway's clock."""
    limit = _number(headers.get("x-ratelimit-limit"))
    remaining = _number(headers.get("x-ratelimit-remaining"))
    whole = None if not limit else int(limit)
    left = None if remaining is None or (whole is not None and remaining > whole) else int(remaining)
    if whole is None and left is None:
        return None
    return Advice(limit=whole, remaining=left, reset_s=_reset_s(headers, now))


def _reset_s(headers: Headers, now: datetime) -> float | None:
    told = _number(headers.get("x-ratelimit-reset"))
    if told is None:
        return None
    if told >= _EPOCH_FROM:
        told -= (http_date(headers.get("date")) or now).timestamp()
    return told if 0 <= told <= _LONGEST_S else None


def _number(text: str | None) -> float | None:
    found = re.fullmatch(r"\s*(\d{1,13}(\.\d+)?)\s*", text or "")
    return float(found[1]) if found else None
