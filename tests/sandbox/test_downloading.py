"""§7: attachments, archives and MDNs."""

import pytest

from syncd.sandbox import Sandbox
from tests.sandbox.driver import SEND, Driver, entries, path_of

TWO = [("a.edi", b"one"), ("b ä.edi", b"two")]
BIG = 4_000_000


@pytest.fixture
def message_id(box: Sandbox) -> str:
    return box.deliver(files=TWO)


@pytest.mark.parametrize(
    ("rest", "content", "name"),
    [
        ("/attachments", b"one", "a.edi"),
        ("/attachments/0", b"one", "a.edi"),
        ("/attachments/1", b"two", "b ä.edi"),
    ],
)
def test_an_attachment_comes_by_its_index(
    driver: Driver, message_id: str, rest: str, content: bytes, name: str
) -> None:
    """The first one without an index; bytes as they are, the name in Content-Disposition."""
    answer = driver.get(path_of("received", message_id, rest))

    disposition = answer.headers.raw[[key for key, _ in answer.headers.raw].index(b"Content-Disposition")][1]
    assert answer.content == content
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert disposition.decode() == f'attachment; filename="{name}"'


@pytest.mark.parametrize("index", ["2", "-1", "x", "1.0"])
def test_an_index_that_is_not_there_is_not_found(driver: Driver, message_id: str, index: str) -> None:
    """Indexes count from zero."""
    assert driver.get(path_of("received", message_id, f"/attachments/{index}")).status_code == 404


def test_sent_messages_have_their_attachments(driver: Driver) -> None:
    """First, by index, and all, as for received ones."""
    driver.http.post(SEND, files=[("file", (name, content, "a/b")) for name, content in TWO])
    message_id = driver.ids("sent")[0]

    assert driver.get(path_of("sent", message_id, "/attachments")).content == b"one"
    assert driver.get(path_of("sent", message_id, "/attachments/1")).content == b"two"
    assert entries(driver.get(path_of("sent", message_id, "/attachments/all"))) == TWO


def test_all_attachments_come_as_an_archive(driver: Driver, message_id: str) -> None:
    """Flat, in their order, and with 200 whatever the size."""
    answer = driver.get(path_of("received", message_id, "/attachments/all"))

    assert (answer.status_code, entries(answer)) == (200, TWO)


@pytest.mark.parametrize("rest", ["/attachments", "/attachments/1", "/attachments/all"])
def test_a_download_marks_when_asked(driver: Driver, message_id: str, rest: str) -> None:
    """And not otherwise."""
    driver.get(path_of("received", message_id, rest))
    assert driver.ids("received", unreadOnly="true") == [message_id]

    driver.get(path_of("received", message_id, rest), markAsRead="true")
    assert driver.ids("received", unreadOnly="true") == []


def test_the_mdn_of_a_received_message_comes_too(driver: Driver, message_id: str) -> None:
    """With and without index; there is one only."""
    first = driver.get(path_of("received", message_id, "/mdn"))

    assert "processed" in first.text
    assert driver.get(path_of("received", message_id, "/mdn/0")).content == first.content
    assert driver.get(path_of("received", message_id, "/mdn/1")).status_code == 404


def test_a_batch_has_a_folder_for_each_message(driver: Driver, message_id: str) -> None:
    """Named after the id, in the order of the request."""
    other = driver.box.deliver(message_id="a/b ?@x", files={"c": b"three"})

    answer = driver.batch(other, f"<{message_id}>")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert entries(answer) == [
        ("<a/b ?@x>/c", b"three"),
        (f"<{message_id}>/a.edi", b"one"),
        (f"<{message_id}>/b ä.edi", b"two"),
    ]
    assert len(driver.ids("received", unreadOnly="true")) == 2


def test_one_name_twice_is_two_entries(driver: Driver) -> None:
    """Names are the sender's affair."""
    message_id = driver.box.deliver(files=[("a", b"1"), ("a", b"2")])

    assert entries(driver.batch(message_id)) == [(f"<{message_id}>/a", b"1"), (f"<{message_id}>/a", b"2")]


def test_a_batch_marks_when_asked(driver: Driver, message_id: str) -> None:
    """What is in the archive as a whole is marked; what has no attachments is not."""
    empty = driver.box.deliver()

    driver.batch(message_id, empty, "nobody", markAsRead="true")

    assert driver.ids("received", unreadOnly="true") == [empty]


def test_what_is_not_there_has_an_error_entry(driver: Driver, message_id: str) -> None:
    """An unknown id, and a message without attachments."""
    empty = driver.box.deliver()

    found = entries(driver.batch("nobody", message_id, empty))

    assert [name for name, _ in found] == [
        "<nobody>/.error",
        f"<{message_id}>/a.edi",
        f"<{message_id}>/b ä.edi",
        f"<{empty}>/.error",
    ]
    assert b"nobody" in found[0][1]


@pytest.mark.parametrize(("count", "status"), [(0, 200), (100, 200), (101, 400)])
def test_a_batch_has_up_to_a_hundred_ids(driver: Driver, count: int, status: int) -> None:
    """A hundred are accepted, one more is not."""
    assert driver.batch(*["x"] * count).status_code == status


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b'"x"', b"["])
def test_a_batch_is_an_array_of_ids(driver: Driver, body: bytes) -> None:
    """Anything else is refused."""
    assert driver.http.post("/message/received/batch/attachments", content=body).status_code == 400


def big(driver: Driver, *sizes: int) -> str:
    return driver.box.deliver(files=[(str(number), bytes(size)) for number, size in enumerate(sizes)])


def test_a_batch_ends_at_ten_megabytes(driver: Driver) -> None:
    """206, the index of the last attachment, and marks for whole messages only."""
    whole, partial, unseen = big(driver, BIG), big(driver, 1, BIG, BIG), big(driver, 1)

    answer = driver.batch(whole, partial, unseen, markAsRead="true")

    assert answer.status_code == 206
    assert answer.headers["X-Batch-Truncation-Index"] == "(1,1)"
    assert len(entries(answer)) == 3
    assert set(driver.ids("received", unreadOnly="true")) == {partial, unseen}


def test_a_batch_may_end_between_two_messages(driver: Driver) -> None:
    """Then the index is the last attachment of the one before, which is whole and marked."""
    first, second = big(driver, 1, BIG), big(driver, 2 * BIG)

    answer = driver.batch(first, second, markAsRead="true")

    assert answer.headers["X-Batch-Truncation-Index"] == "(0,1)"
    assert driver.ids("received", unreadOnly="true") == [second]


def test_ten_megabytes_to_the_byte_are_whole(driver: Driver) -> None:
    """The limit is passed by the byte after it."""
    assert driver.batch(big(driver, BIG, 6_000_000)).status_code == 200
    assert driver.batch(big(driver, BIG, 6_000_001)).status_code == 206


def test_an_archive_of_one_message_that_ends_early_does_not_mark(driver: Driver) -> None:
    """Where the limit holds for it, only a whole message is marked."""
    driver.box.switch(single_zip_limit="both")
    message_id = big(driver, BIG, BIG, BIG)

    answer = driver.get(path_of("received", message_id, "/attachments/all"), markAsRead="true")

    assert (answer.status_code, answer.headers["X-Batch-Truncation-Index"]) == (206, "(0,1)")
    assert driver.ids("received", unreadOnly="true") == [message_id]


def test_downloads_are_counted(driver: Driver, message_id: str) -> None:
    """For each attachment by itself."""
    driver.batch(message_id)
    driver.get(path_of("received", message_id, "/attachments/1"))

    assert driver.box.ledger.received[0].downloads == (1, 2)
