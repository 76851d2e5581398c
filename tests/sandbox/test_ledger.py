"""What the ledger says about requests and messages."""

import hashlib

from tests.sandbox.driver import Driver, path_of


def test_each_request_is_noted(driver: Driver) -> None:
    """Method, raw path, operation, status, login and bytes."""
    driver.get(path_of("received", "a/b"))
    driver.send(content=b"12345")

    got, sent = driver.box.ledger.requests[-2:]
    assert (got.method, got.path, got.operation) == ("GET", "/v1/message/received/a%2Fb", "get_received")
    assert (got.status, got.login, got.bytes_in) == (404, "email@domain.com", 0)
    assert got.bytes_out > 0
    assert (sent.operation, sent.status, sent.bytes_in) == ("send", 202, 5)
    assert got.at <= sent.at


def test_operations_are_counted(driver: Driver) -> None:
    """By their names."""
    driver.get("/station")
    driver.ids("received")

    assert driver.box.ledger.operations() == {"authorize": 1, "stations": 1, "list_received": 1}
    assert driver.box.ledger.count("stations") == 1


def test_what_was_sent_twice_is_seen(driver: Driver) -> None:
    """Name and content tell."""
    for content in (b"1", b"1", b"2"):
        driver.send("a", content)

    digest = hashlib.sha256(b"1").hexdigest()
    assert driver.box.ledger.sent_files()["a", digest] == 2


def test_a_ledger_is_a_snapshot(driver: Driver) -> None:
    """What comes later does not change it."""
    before = driver.box.ledger
    driver.send()

    assert before.sent == ()
    assert len(driver.box.ledger.sent) == 1


def test_a_deleted_message_stays_in_the_ledger(driver: Driver) -> None:
    """Also what the client deleted was sent, and was received."""
    sent, received = driver.send(), driver.box.deliver(files={"a": b"x"})
    driver.delete(path_of("sent", sent))
    driver.delete(path_of("received", received))

    assert [one.outcome for one in driver.box.ledger.sent] == ["deleted"]
    assert [one.is_deleted for one in driver.box.ledger.received] == [True]
