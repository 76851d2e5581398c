"""What becomes of an uploaded parcel, by the clock and by its partner."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from syncd.sandbox import ECGridSandbox, ECGridWorld
from tests.sandbox.ecgrid.driver import ECGridDriver
from tests.sandbox.ecgrid.test_uploading import X12


@pytest.fixture
def slow() -> Iterator[ECGridDriver]:
    """A gateway where each step takes ten seconds."""
    world = ECGridWorld.default().timed(queue_s=10, ack_s=10, pickup_s=10, retry_s=20, error_s=5)
    with ECGridSandbox(world=world) as box, ECGridDriver(box) as driver:
        yield driver


def passed(driver: ECGridDriver, parcel: str, *steps_s: float) -> list[str]:
    """Look once, and after each step again."""
    seen = [driver.status(parcel)]
    for step_s in steps_s:
        driver.box.advance(step_s)
        seen.append(driver.status(parcel))
    return seen


def interchange(driver: ECGridDriver, parcel: str) -> str:
    (row, *_) = driver.got(f"/parcels/manifest/{parcel}")
    return str(driver.got(f"/interchanges/{row['interchangeId']}")["status"])


def test_a_parcel_is_pending_then_sent_then_acknowledged(slow: ECGridDriver) -> None:
    """Each at its time."""
    parcel = slow.upload()

    assert passed(slow, parcel, 11, 10) == ["outboxPending", "outboxSent", "outboxAcknowledged"]
    assert slow.box.ledger.sent[0].attempts == 1


def test_steps_happen_when_they_are_due_however_late_somebody_looks(slow: ECGridDriver) -> None:
    """The time of the last one is in the row."""
    parcel = slow.upload()
    started = datetime.fromisoformat(slow.parcel(parcel)["created"])
    slow.box.advance(3600)

    ended = datetime.fromisoformat(slow.parcel(parcel)["modified"])
    assert 20 <= (ended - started).total_seconds() <= 21


def test_a_temporary_failure_is_tried_again(slow: ECGridDriver) -> None:
    """Delivery error, retry, and then as usual."""
    slow.box.partner("445566").behave(delivery="temporary", failures=2)
    parcel = slow.upload()

    assert passed(slow, parcel, 11, 5, 15, 20, 10) == [
        "outboxPending",
        "outboxDeliveryError",
        "outboxRetry",
        "outboxDeliveryError",
        "outboxSent",
        "outboxAcknowledged",
    ]
    assert slow.box.ledger.sent[0].attempts == 3


@pytest.mark.parametrize(
    ("conduct", "status", "state", "outcome"),
    [
        ({"delivery": "ok"}, "outboxAcknowledged", "Delivered", "sent"),
        ({"delivery": "temporary", "failures": 99}, "outboxDeliveryError", "Delayed", "queued"),
        ({"delivery": "failed"}, "outboxFailed", "Rejected", "failed"),
        ({"delivery": "rejected_interchange"}, "outboxSent", "Rejected", "failed"),
        ({"delivery": "never"}, "outboxSent", "Pending", "processing"),
        ({"delivery": "transferred"}, "outboxTransferred", "Delivered", "sent"),
        ({"delivery": "inbox"}, "InBoxTransferred", "Delivered", "sent"),
        ({"delivery": "inbox", "pickup_s": 60}, "InBoxReady", "Pending", "sent"),
        ({"delivery": "ok", "ack_s": 60}, "outboxSent", "Pending", "processing"),
        ({"ends_as": "as2Sent"}, "as2Sent", "Delivered", "sent"),
        ({"ends_as": "somethingNew"}, "somethingNew", "Delivered", "sent"),
        ({"is_paused": True}, "outboxPending", "Received", "queued"),
    ],
)
def test_a_partner_decides(
    driver: ECGridDriver, conduct: dict[str, Any], status: str, state: str, outcome: str
) -> None:
    """About the parcel, its interchange, and what the ledger says."""
    driver.box.partner("445566").behave(**conduct)
    parcel = driver.upload()

    assert driver.status(parcel) == status
    assert interchange(driver, parcel) == state
    assert driver.box.ledger.sent[0].outcome == outcome


def test_one_of_two_interchanges_is_rejected(driver: ECGridDriver) -> None:
    """The other one arrives."""
    driver.box.partner("445566").behave(delivery="rejected_interchange")
    parcel = driver.upload(content=X12 + b"\r\n" + X12)

    rows = driver.got(f"/parcels/manifest/{parcel}")
    states = [driver.got(f"/interchanges/{row['interchangeId']}")["status"] for row in rows]
    assert states == ["Rejected", "Delivered"]


def test_behaviour_is_for_some_files_and_the_last_word_counts(driver: ECGridDriver) -> None:
    """Other files go as usual."""
    hand = driver.box.partner("445566")
    hand.behave(files="*.bad", delivery="failed")
    hand.behave(files="good.bad", delivery="ok")

    names = ("a.bad", "good.bad", "a.edi")
    seen = [driver.status(driver.upload(name)) for name in names]
    assert seen == ["outboxFailed", "outboxAcknowledged", "outboxAcknowledged"]


def test_a_partner_is_paused_and_resumed(driver: ECGridDriver) -> None:
    """What is for it waits."""
    hand = driver.box.partner("445566")
    hand.pause()
    parcel = driver.upload()

    assert driver.status(parcel) == "outboxPending"
    hand.resume()
    assert driver.status(parcel) == "outboxAcknowledged"


def test_a_partner_must_be_known(driver: ECGridDriver) -> None:
    """A misspelt one must not look as if it had been told."""
    for name in ("999", "x"):
        with pytest.raises(LookupError, match=name):
            driver.box.partner(name)


def test_what_is_undelivered_can_be_cancelled(slow: ECGridDriver) -> None:
    """With its interchanges; and only once."""
    parcel = slow.upload()

    assert slow.posted(f"/parcels/cancel/{parcel}") is True
    assert slow.post(f"/parcels/cancel/{parcel}").status_code == 409
    assert passed(slow, parcel, 60) == ["Cancelled", "Cancelled"]
    assert interchange(slow, parcel) == "Cancelled"
    assert slow.box.ledger.sent[0].outcome == "stopped"


def test_what_is_delivered_or_inbound_cannot_be_cancelled(driver: ECGridDriver) -> None:
    """409, and nothing changes."""
    sent, received = driver.upload(), driver.box.deliver(files={"a": b"x"})

    for parcel in (sent, received):
        assert driver.post(f"/parcels/cancel/{parcel}").status_code == 409
    assert driver.status(sent) == "outboxAcknowledged"


def test_a_failed_parcel_is_revived(driver: ECGridDriver) -> None:
    """By the gateway's staff, or by a resend of its interchange."""
    hand = driver.box.partner("445566")
    hand.behave(delivery="failed")
    first, second = driver.upload(), driver.upload()
    assert driver.status(first) == "outboxFailed"

    hand.behave(delivery="ok")
    driver.box.revive(first)
    (row,) = driver.got(f"/parcels/manifest/{second}")
    assert driver.posted(f"/interchanges/resend/{row['interchangeId']}") is True

    assert [driver.status(one) for one in (first, second)] == ["outboxAcknowledged"] * 2
    with pytest.raises(LookupError, match="nobody"):
        driver.box.revive("nobody")


@pytest.mark.parametrize(
    ("conduct", "parcel_is", "interchange_is"),
    [
        ({}, "processed", "Delivered"),
        ({"ack_s": 60}, "processed", "Pending"),
        ({"delivery": "failed"}, "processed", "Rejected"),
        ({"delivery": "rejected_interchange"}, "processed", "Rejected"),
        ({"delivery": "temporary"}, "processed", "Delayed"),
        ({"is_paused": True}, "outboxPending", "Received"),
    ],
)
def test_interchanges_may_tell_what_the_parcel_does_not(
    driver: ECGridDriver, conduct: dict[str, Any], parcel_is: str, interchange_is: str
) -> None:
    """The parcel ends as processed, whatever becomes of what was in it."""
    driver.box.switch(settles_by="interchanges")
    driver.box.partner("445566").behave(**conduct)
    parcel = driver.upload()

    assert (driver.status(parcel), interchange(driver, parcel)) == (parcel_is, interchange_is)
