"""§8 and §9: stop, retry, delete."""

import pytest

from syncd.sandbox import Sandbox
from tests.sandbox.driver import Driver, path_of


@pytest.fixture
def message_id(box: Sandbox, driver: Driver) -> str:
    """A message that waits for its third attempt."""
    box.partner("RJ_Partner").behave(delivery="temporary", failures=2)
    return driver.send()


def test_a_stopped_message_is_tried_no_more(driver: Driver, message_id: str) -> None:
    """It is in none of the lists but failed, until it is resumed."""
    answer = driver.post(path_of("queued", message_id, "/stop"))
    driver.box.advance(86000)

    assert answer.json() == {"message": f"Successfully stopped retrying AS2 message with ID {message_id}"}
    assert driver.ids("queued") == driver.ids("sent") == []
    assert driver.box.ledger.sent[0].attempts == 1


def test_a_stopped_message_can_be_resumed(driver: Driver, message_id: str) -> None:
    """Its attempts go on."""
    driver.post(path_of("queued", message_id, "/stop"))

    answer = driver.post(path_of("queued", message_id, "/retry"))
    driver.box.advance(60)

    assert answer.json() == {"message": f"Successfully started retrying AS2 message with ID {message_id}"}
    assert driver.ids("sent") == [message_id]


def test_only_what_waits_can_be_stopped_and_only_what_is_stopped_resumed(
    driver: Driver, message_id: str
) -> None:
    """Everything else is not found."""
    assert driver.post(path_of("queued", message_id, "/retry")).status_code == 404
    assert driver.post(path_of("queued", "nobody", "/stop")).status_code == 404

    driver.box.advance(60)
    assert driver.post(path_of("queued", message_id, "/stop")).status_code == 404


def test_a_received_message_is_deleted(driver: Driver) -> None:
    """Once; the second time it is not found."""
    message_id = driver.box.deliver(files={"a": b"x"})

    assert driver.delete(path_of("received", message_id)).status_code == 200
    assert driver.delete(path_of("received", message_id)).status_code == 404
    assert driver.ids("received") == []


def test_a_message_is_deleted_in_its_own_place_only(driver: Driver, message_id: str) -> None:
    """A queued one is not in sent or stopped; its failed attempts are a place of their own."""
    for place in ("sent", "stopped", "received"):
        assert driver.delete(path_of(place, message_id)).status_code == 404
    assert driver.delete(path_of("failed", message_id)).status_code == 200
    assert driver.ids("failed") == []
    assert driver.ids("queued") == [message_id]
    assert driver.delete(path_of("queued", message_id)).status_code == 200
    driver.box.advance(60)
    assert driver.ids("sent") == []


def test_a_stopped_message_is_deleted_from_stopped(driver: Driver, message_id: str) -> None:
    """After that it cannot be resumed."""
    driver.post(path_of("queued", message_id, "/stop"))

    assert driver.delete(path_of("stopped", message_id)).status_code == 200
    assert driver.post(path_of("queued", message_id, "/retry")).status_code == 404


def test_many_are_deleted_at_once(driver: Driver) -> None:
    """Those that are there are counted."""
    ids = [driver.send(), driver.send(), "nobody"]

    assert driver.delete("/message/sent", ids).json() == {"message": "Deleted 2 messages"}
    assert driver.ids("sent") == []


@pytest.mark.parametrize(("count", "status"), [(100, 200), (101, 400)])
def test_up_to_a_hundred_are_deleted(driver: Driver, count: int, status: int) -> None:
    """One more is refused."""
    assert driver.delete("/message/received", ["x"] * count).status_code == status


def test_an_unknown_place_is_not_found(driver: Driver) -> None:
    """There are five."""
    assert driver.delete("/message/drafts/x").status_code == 404
