"""Parcels in: once, whoever else empties the mailbox, and again when a person resets them."""

from datetime import timedelta

import pytest

from syncd.sandbox import ECGridSandbox
from tests.e2e.harness import Ground
from tests.e2e.invariants import faults

MARKS = ("nothing", "transferred", "removes")


@pytest.fixture(params=MARKS)
def marks(request: pytest.FixtureRequest, box: ECGridSandbox) -> str:
    """Each reading of what download and confirmation do."""
    box.switch(download_marks=request.param)
    return str(request.param)


@pytest.mark.usefixtures("marks")
def test_a_parcel_reset_by_a_person_is_delivered_again(ground: Ground, box: ECGridSandbox) -> None:
    """Once, after it was seen missing from what is pending."""
    parcel = box.deliver(files={"a.edi": b"UNA a"})
    ground.run()
    ground.later(seconds=5)
    ground.run()
    assert len(ground.files("inbox")) == 1

    box.mark_unread(parcel)
    for _ in range(3):
        ground.run()

    assert sorted(ground.files("inbox").values()) == [b"UNA a", b"UNA a"]
    assert ground.history(ground.row(parcel)).count("returned") == 1


@pytest.mark.usefixtures("marks")
def test_everything_pending_again_at_once_is_held(ground: Ground, box: ECGridSandbox) -> None:
    """A restored gateway is no person's wish."""
    for number in range(25):
        box.deliver(files={f"{number}.edi": b"UNA %d" % number})
    ground.run()
    ground.later(seconds=5)
    ground.run()

    box.restore()
    ground.run()

    assert len(ground.files("inbox")) == 25
    assert {row.state for row in ground.rows()} == {"held"}


@pytest.mark.parametrize("again", ["true", "false", "fault"])
@pytest.mark.parametrize("errors", ["envelope", "ok"])
def test_a_lost_reply_to_a_confirmation_is_repeated(
    ground: Ground, box: ECGridSandbox, again: str, errors: str
) -> None:
    """Whatever the gateway says to the second one."""
    box.switch(confirm_again=again, errors=errors)
    parcel = box.deliver(files={"a.edi": b"UNA a"})
    box.trouble("reset", operation="confirm", when="after")

    ground.settle()

    assert ground.row(parcel).phase == "confirmed"
    assert list(ground.files("inbox").values()) == [b"UNA a"]
    assert faults(ground) == []


def test_a_parcel_that_another_channel_took_is_no_failure(ground: Ground, box: ECGridSandbox) -> None:
    """Listed here, taken there before it was fetched: gone, and the next one comes."""
    first = box.deliver(files={"a.edi": b"UNA a"})
    box.deliver(files={"b.edi": b"UNA b"})
    box.trouble("status", operation="download", status=500, body=first)
    ground.run()
    box.mark_read(first)
    box.trouble("status", operation="download", status=404, body=first)

    ground.settle()

    assert ground.row(first).state == "gone"
    assert ground.names("inbox") == ["b.edi"]


@pytest.mark.usefixtures("marks")
def test_a_crash_between_download_and_staging_loses_nothing(ground: Ground, box: ECGridSandbox) -> None:
    """Though the download may have taken the parcel out of what is pending."""
    parcel = box.deliver(files={"a.edi": b"UNA a"})
    box.trouble("cut", operation="download", times=3)

    ground.settle(within=timedelta(hours=3))

    assert ground.row(parcel).state == "received"
    assert list(ground.files("inbox").values()) == [b"UNA a"]


def test_a_content_that_came_short_is_fetched_again(ground: Ground, box: ECGridSandbox) -> None:
    """Sound Base64 of another size than listed has to come twice the same."""
    box.deliver(files={"a.edi": b"UNA and quite some more of it"})
    box.trouble("base64_cut", operation="download")

    ground.settle(within=timedelta(hours=3))

    assert list(ground.files("inbox").values()) == [b"UNA and quite some more of it"]
    assert faults(ground) == []


def test_more_parcels_than_a_page_come_in_one_pass(ground: Ground, box: ECGridSandbox) -> None:
    """Two requests each, and a few lists; also two transactions at the most, though each comes by itself."""
    for number in range(120):
        box.deliver(files={"in.edi": b"UNA %d" % number})

    with ground.process() as process:
        process.run(jobs=("pull",))
        transactions = process.doors.store.transactions

    assert len(ground.files("inbox")) == 120
    assert len(box.ledger.requests) <= 2 * 120 + 10
    assert transactions <= 2 * 120 + 20
    assert faults(ground) == []


def test_the_trace_of_each_request_is_in_the_history(ground: Ground, box: ECGridSandbox) -> None:
    """ECGrid's support asks for it."""
    box.deliver(files={"a.edi": b"UNA a"})
    box.trouble("status", operation="upload", status=400)
    ground.drop("bad.edi", b"UNA bad")
    ground.drop("good.edi", b"UNA good")

    ground.settle()

    for row in ground.rows():
        with ground.records() as records:
            lines = {line.kind: line.text for line in records.history(row.id)}
        told = [lines[kind] for kind in ("staged", "confirmed", "accepted", "refused") if kind in lines]
        assert told
        assert all("trace " in text for text in told), told
