"""§1: fifty requests in ten seconds."""

from syncd.sandbox import Sandbox, World
from tests.sandbox.driver import Driver


def test_request_fifty_one_is_refused(driver: Driver) -> None:
    """The login is the first of the fifty; the refused one says when to come back."""
    statuses = [driver.get("/station").status_code for _ in range(49)]
    refused = driver.get("/station")

    assert set(statuses) == {200}
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 10
    assert driver.box.ledger.over_limit == 1


def test_the_window_slides(driver: Driver) -> None:
    """A place is free ten seconds after it was taken, and not before."""
    driver.box.advance(5)
    for _ in range(49):
        driver.get("/station")
    full = driver.get("/station").status_code
    driver.box.advance(5.1)
    one_free = [driver.get("/station").status_code for _ in range(2)]

    assert full == 429
    assert one_free == [200, 429]


def test_each_login_has_its_own_window() -> None:
    """One that is over its limit does not stop another."""
    with (
        Sandbox(world=World.varied()) as box,
        Driver(box) as first,
        Driver(box, "second@domain.com", "another-pazzword") as second,
    ):
        for _ in range(51):
            first.get("/station")

        assert first.get("/station").status_code == 429
        assert second.get("/station").status_code == 200


def test_nothing_happens_beyond_the_limit(driver: Driver) -> None:
    """A refused send is not accepted."""
    for _ in range(49):
        driver.get("/station")

    assert driver.send_to("RJ_Partner").status_code == 429
    assert driver.box.ledger.sent == ()


def test_the_ledger_knows_the_peak(driver: Driver) -> None:
    """The most requests in any ten seconds, refused ones too."""
    for _ in range(9):
        driver.get("/station")
    driver.box.advance(20)
    driver.get("/station")

    assert driver.box.ledger.peak_requests(window_s=10) == 10
    assert driver.box.ledger.peak_requests(window_s=60) == 11
    assert driver.box.ledger.peak_requests(login="nobody") == 0
