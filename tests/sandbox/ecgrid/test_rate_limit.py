"""180 requests a minute for each key or user, 40 for each source without."""

from collections import Counter

import httpx
import pytest

from syncd.sandbox import ECGridSandbox, ECGridWorld
from tests.sandbox.driver import CONTEXT
from tests.sandbox.ecgrid.driver import KEY, LOG_IN, ECGridDriver


def small(**timing: float) -> ECGridSandbox:
    return ECGridSandbox(world=ECGridWorld.varied().timed(rate_requests=5, anonymous_requests=3, **timing))


def statuses(driver: ECGridDriver, count: int, path: str = "/users/me") -> list[int]:
    return [driver.get(path).status_code for _ in range(count)]


def test_the_limits_are_those_of_the_document(driver: ECGridDriver) -> None:
    """As every answer tells, with what is left, and when a place is free."""
    for path, limit in (("/users/me", 180), ("/auth/version", 40)):
        headers = driver.get(path).headers
        told = [int(headers[f"X-RateLimit-{name}"]) for name in ("Limit", "Remaining", "Reset")]
        assert told == [limit, limit - 1, 60]


def test_one_request_too_many_is_429(driver: ECGridDriver) -> None:
    """With the seconds to wait, and then it is let in."""
    with small() as box, ECGridDriver(box) as keyed:
        assert statuses(keyed, 5) == [200] * 5
        refused = keyed.get("/users/me")
        assert refused.status_code == 429
        assert (refused.headers["Retry-After"], refused.headers["X-RateLimit-Remaining"]) == ("60", "0")
        assert refused.json()["httpStatus"] == 429

        box.advance(60)
        assert keyed.get("/users/me").status_code == 200
        assert box.ledger.peak_requests(window_s=60) == 6
        assert box.ledger.over_limit == 1


def test_each_key_and_each_user_has_a_window(driver: ECGridDriver) -> None:
    """A user's tokens have one together, apart from the key's."""
    with (
        small() as box,
        ECGridDriver(box) as keyed,
        ECGridDriver(box, "SECOND_API_KEY") as second,
        ECGridDriver(box, None) as bearer,
    ):
        bearer.log_in()
        assert Counter(statuses(keyed, 6)) == {200: 5, 429: 1}
        assert Counter(statuses(second, 6)) == {200: 5, 429: 1}
        assert Counter(statuses(bearer, 3)) == {200: 3}
        bearer.log_in()
        assert Counter(statuses(bearer, 3)) == {200: 2, 429: 1}


def test_a_new_key_does_not_open_a_new_window() -> None:
    """It is the same user's."""
    with small() as box, ECGridDriver(box) as keyed:
        statuses(keyed, 5)
        with ECGridDriver(box, box.regenerate_key()) as new:
            assert new.get("/users/me").status_code == 429


def test_a_refresh_counts_for_its_user() -> None:
    """A source's window is not touched by it."""
    with small() as box, ECGridDriver(box, None) as bearer:
        tokens = bearer.log_in()
        bearer.post("/auth/refresh", refreshToken=tokens["refreshToken"])

        assert box.ledger.requests[-1].login == LOG_IN["username"]
        assert statuses(bearer, 2, "/auth/version") == [200, 200]


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": KEY}])
def test_logging_in_and_the_version_count_by_source(headers: dict[str, str]) -> None:
    """A key beside them changes nothing; another address has its own window."""
    with small() as box:
        other = httpx.HTTPTransport(local_address="127.0.0.2")
        with (
            httpx.Client(base_url=box.url, headers=headers, verify=CONTEXT) as one,
            httpx.Client(base_url=box.url, headers=headers, transport=other) as two,
        ):
            one.post("/auth/login", json=LOG_IN)
            seen = [one.get("/auth/version").status_code for _ in range(3)]
            assert seen == [200, 200, 429]
            assert two.get("/auth/version").status_code == 200


def test_whoever_has_no_good_credentials_counts_by_source() -> None:
    """Guessing is slow."""
    with small() as box, ECGridDriver(box, "guess") as guesser:
        assert statuses(guesser, 4) == [401, 401, 401, 429]


def test_trouble_and_refusals_tell_of_the_limit(driver: ECGridDriver) -> None:
    """Every answer does."""
    driver.box.trouble("status", operation="me")

    for path in ("/users/me", "/nothing", "/parcels/1"):
        assert "X-RateLimit-Remaining" in driver.get(path).headers
