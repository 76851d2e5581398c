"""What a gateway says of its limit is read in every form that makes sense."""

from datetime import UTC, datetime

import httpx
import pytest

from syncd.core.window import Advice
from syncd.gateways.advice import advice_of

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DATE = "Sat, 21 Nov 2026 12:00:10 GMT"
HALF_A_MINUTE_LATER = str(int(NOON.timestamp()) + 30)


def said(
    limit: str | None, remaining: str | None, reset: str | None, date: str | None = None
) -> Advice | None:
    told = {
        "X-RateLimit-Limit": limit,
        "X-RateLimit-Remaining": remaining,
        "X-RateLimit-Reset": reset,
        "Date": date,
    }
    headers = httpx.Headers({name: value for name, value in told.items() if value is not None})
    return advice_of(headers, now=NOON)


@pytest.mark.parametrize(
    ("headers", "advice"),
    [
        (("180", "17", "30"), Advice(limit=180, remaining=17, reset_s=30.0)),
        (("180", "0", "0"), Advice(limit=180, remaining=0, reset_s=0.0)),
        ((" 180 ", "17", "29.5"), Advice(limit=180, remaining=17, reset_s=29.5)),
        (("180", "17", HALF_A_MINUTE_LATER), Advice(limit=180, remaining=17, reset_s=30.0)),
        (("180", "17", HALF_A_MINUTE_LATER, DATE), Advice(limit=180, remaining=17, reset_s=20.0)),
        (("180", None, None), Advice(limit=180)),
        ((None, "17", None), Advice(remaining=17)),
    ],
)
def test_the_headers_are_read(headers: tuple[str | None, ...], advice: Advice) -> None:
    """Reset in seconds from now, or since 1970 and then by the answer's own Date."""
    assert said(*headers) == advice


@pytest.mark.parametrize(
    ("headers", "advice"),
    [
        ((None, None, None), None),
        (("many", "some", "soon"), None),
        (("-1", "-1", "-1"), None),
        (("0", None, "30"), None),
        (("180", "181", "30"), Advice(limit=180, reset_s=30.0)),
        (("180", "17", "-5"), Advice(limit=180, remaining=17)),
        (("180", "17", "999999"), Advice(limit=180, remaining=17)),
        (("180", "17", f"{HALF_A_MINUTE_LATER}000"), Advice(limit=180, remaining=17)),
        (("180", "17", "1000000000"), Advice(limit=180, remaining=17)),
    ],
)
def test_nonsense_is_not_said(headers: tuple[str | None, ...], advice: Advice | None) -> None:
    """No limit of nothing, no more left than there is, no time in the past or far away."""
    assert said(*headers) == advice
