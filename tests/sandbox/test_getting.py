"""§6: single messages and their read marks."""

import pytest

from tests.sandbox.driver import Driver, path_of

STRANGE = ("a/b%2F?#<>@ c", "100%@x", "é/ü", "<>", "a&b=c;d+e", "x" * 200)


@pytest.mark.parametrize("message_id", STRANGE)
def test_an_id_may_be_anything_printable(driver: Driver, message_id: str) -> None:
    """Percent-encoded in the path, it is found whatever it is."""
    driver.box.deliver(message_id=message_id, files={"a.edi": b"x"})

    answer = driver.get(path_of("received", message_id, "/attachments/0"))
    assert answer.content == b"x"
    assert driver.listed("received")[0]["as2MessageId"] == f"<{message_id}>"


def test_brackets_around_an_id_do_not_matter(driver: Driver) -> None:
    """With or without, raw or encoded, it is the same message."""
    message_id = driver.send()

    for shown in (message_id, f"<{message_id}>", f"%3C{message_id}%3E"):
        assert driver.get(f"/message/sent/{shown}").status_code == 200


@pytest.mark.parametrize("place", ["received", "sent", "failed", "queued"])
def test_an_unknown_id_is_not_found(driver: Driver, place: str) -> None:
    """In each of the four places."""
    answer = driver.get(path_of(place, "nobody@nowhere"))

    assert answer.status_code == 404
    assert "nobody@nowhere" in answer.json()["message"]


def test_a_message_is_found_where_it_is(driver: Driver) -> None:
    """A sent message is not queued, a queued one not sent."""
    sent = driver.send()
    driver.box.partner("RJ_Partner").pause()
    queued = driver.send()

    assert driver.get(path_of("sent", sent)).json()["attachments"] == [{"name": "a.edi", "size": 3}]
    assert driver.get(path_of("queued", sent)).status_code == 404
    assert driver.get(path_of("sent", queued)).status_code == 404
    assert driver.get(path_of("queued", queued)).json()["mdnStatus"] == "Pending"


def test_looking_does_not_mark(driver: Driver) -> None:
    """Without markAsRead, and with markAsRead=false, a message stays unread."""
    message_id = driver.box.deliver(files={"a": b"x"})

    driver.get(path_of("received", message_id))
    driver.get(path_of("received", message_id), markAsRead="false")

    assert driver.ids("received", unreadOnly="true") == [message_id]


def test_a_message_is_marked_and_unmarked(driver: Driver) -> None:
    """MarkAsRead takes it off the unread list, markUnread puts it back; the ledger tells who did."""
    message_id = driver.box.deliver(files={"a": b"x"})

    marked = driver.get(path_of("received", message_id), markAsRead="true")
    unread = driver.ids("received", unreadOnly="true")
    unmarked = driver.post(path_of("received", message_id, "/markUnread"))

    assert marked.json()["as2MessageId"] == f"<{message_id}>"
    assert unread == []
    assert unmarked.json() == {"message": f"Successfully marked message {message_id} as unread"}
    assert driver.ids("received", unreadOnly="true") == [message_id]
    assert [(mark.is_read, mark.by) for mark in driver.box.ledger.received[0].marks] == [
        (True, "get_received"),
        (False, "mark_unread"),
    ]


def test_a_mark_that_is_no_truth_value_is_refused(driver: Driver) -> None:
    """And nothing is marked."""
    message_id = driver.box.deliver(files={"a": b"x"})

    assert driver.get(path_of("received", message_id), markAsRead="1").status_code == 400
    assert not driver.box.ledger.received[0].is_read


def test_an_unknown_message_cannot_be_unmarked(driver: Driver) -> None:
    """It is not found."""
    assert driver.post(path_of("received", "x", "/markUnread")).status_code == 404


def test_a_restored_gateway_has_everything_unread(driver: Driver) -> None:
    """What was deleted and what was read is there again."""
    read, deleted = (driver.box.deliver(files={"a": b"x"}) for _ in range(2))
    driver.box.mark_read(read)
    driver.delete(path_of("received", deleted))

    driver.box.restore()

    assert set(driver.ids("received", unreadOnly="true")) == {read, deleted}
