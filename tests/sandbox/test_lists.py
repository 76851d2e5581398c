"""§5: the lists, their parameters and the limits of each."""

import pytest

from syncd.sandbox import Sandbox, World
from tests.sandbox.driver import Driver


def filled(driver: Driver) -> list[str]:
    """Deliver twelve messages, a minute apart."""
    now = driver.box.clock.now()
    return [
        driver.box.deliver(
            files={"a.edi": b"x"},
            partner=("RJ_Partner", "ECHO")[number % 2],
            subject=f"s{number:02}" if number else None,
            persisted=now - 60 * number,
        )
        for number in range(12)
    ]


@pytest.mark.parametrize("place", ["received", "sent", "failed", "queued"])
@pytest.mark.parametrize(
    "wrong",
    [
        {"pageLength": 101},
        {"pageLength": 0},
        {"pageLength": -1},
        {"pageLength": "ten"},
        {"pageLength": ""},
        {"pageOffset": -1},
        {"pageOffset": "1.5"},
        {"sortCol": "size"},
        {"sortDir": "up"},
        {"partnerType": "Production"},
        {"partnerType": "all"},
    ],
)
def test_parameters_have_limits(driver: Driver, place: str, wrong: dict[str, str | int]) -> None:
    """What is outside of them is the client's mistake, and is said."""
    answer = driver.get(f"/message/{place}", **wrong)

    assert answer.status_code == 400
    assert next(iter(wrong)) in answer.json()["message"]


@pytest.mark.parametrize(("length", "count"), [(1, 1), (100, 12)])
def test_the_limits_themselves_are_fine(driver: Driver, length: int, count: int) -> None:
    """Pages of one and of a hundred."""
    filled(driver)

    assert len(driver.listed("received", pageLength=length)) == count


def test_a_page_has_ten_records_and_tells_how_many_there_are(driver: Driver) -> None:
    """The defaults: ten, the newest first; the next page goes on."""
    ids = filled(driver)

    first = driver.page("received")
    assert first["totalRecords"] == 12
    assert [record["as2MessageId"].strip("<>") for record in first["records"]] == ids[:10]
    assert driver.ids("received", pageOffset=1) == ids[10:]
    assert driver.ids("received", pageOffset=2) == []


def test_lists_are_sorted_as_asked(driver: Driver) -> None:
    """By each column, in both directions."""
    ids = filled(driver)

    assert driver.ids("received", sortDir="asc", pageLength=100) == ids[::-1]
    assert driver.ids("received", sortCol="subject", sortDir="asc", pageLength=100) == ids
    receivers = [one["receiverId"] for one in driver.listed("received", sortCol="receiverId", sortDir="asc")]
    assert receivers == sorted(receivers)
    senders = [one["senderId"] for one in driver.listed("received", sortCol="senderId")]
    assert senders == ["RJ_Station"] * 10


def test_filters_are_combined(driver: Driver) -> None:
    """All of them have to fit."""
    ids = filled(driver)

    assert len(driver.ids("received", partnerAS2Id="ECHO")) == 6
    assert driver.ids("received", partnerAS2Id="ECHO", subject="s03") == [ids[3]]
    assert driver.ids("received", partnerAS2Id="RJ_Partner", subject="s03") == []
    assert driver.ids("received", stationAS2Id="RJ_Station", as2MessageId=ids[4]) == [ids[4]]
    assert driver.ids("received", as2MessageId=f"<{ids[4]}>") == [ids[4]]
    assert driver.page("received", stationAS2Id="Nobody") == {"totalRecords": 0, "records": []}


def test_production_is_listed_unless_test_is_asked_for(driver: Driver) -> None:
    """Each type for itself, in every list."""
    mine = driver.box.deliver(partner="RJ_Test", partner_type="test", files={"a": b"x"})
    driver.send_to("RJ_Test", partnerType="test")

    assert driver.ids("received") == driver.ids("sent") == []
    assert driver.ids("received", partnerType="test") == [mine]
    assert driver.listed("sent", partnerType="test")[0]["partnerType"] == "Test"


def test_queued_has_one_parameter_for_four(driver: Driver) -> None:
    """The query is an id, a station, a partner or a subject; the other filters mean nothing there."""
    driver.box.partner("RJ_Partner").pause()
    message_id = driver.send(subject="hello")

    for query in (message_id, f"<{message_id}>", "RJ_Station", "RJ_Partner", "hello"):
        assert driver.ids("queued", query=query) == [message_id]
    assert driver.ids("queued", query="RJ") == []
    assert driver.ids("queued", partnerAS2Id="Nobody") == [message_id]


def test_only_unread_messages_are_listed_when_asked(driver: Driver) -> None:
    """UnreadOnly leaves out what was marked; without it all are there."""
    first, second, *_ = filled(driver)
    driver.box.mark_read(first)

    assert driver.ids("received", unreadOnly="true", pageLength=100)[0] == second
    assert driver.page("received", unreadOnly="true")["totalRecords"] == 11
    assert driver.page("received", unreadOnly="false")["totalRecords"] == 12
    assert driver.get("/message/received", unreadOnly="yes").status_code == 400


def test_a_received_message_has_the_fields_of_the_document(driver: Driver) -> None:
    """§3.2: what is only for sent messages is not there, nor a subject that does not exist."""
    documented = """as2MessageId persistedTimestamp compressed encrypted signed receiverId senderId mdnStatus
        partnerType mdnMessage attachments"""
    driver.box.deliver(files=[("a.edi", b"xyz"), ("a.edi", b"")])

    (record,) = driver.listed("received")
    assert set(record) == set(documented.split())
    assert record["attachments"] == [{"name": "a.edi", "size": 3}, {"name": "a.edi", "size": 0}]
    assert set(record["mdnMessage"]) == {"persistedTimestamp", "mdnError", "content"}


def test_a_message_may_have_no_attachments(driver: Driver) -> None:
    """Mail that could not be decrypted is in the inbox, with nothing to download."""
    message_id = driver.box.deliver()

    assert driver.listed("received")[0]["attachments"] == []
    assert driver.get(f"/message/received/{message_id}/attachments").status_code == 404
    assert driver.get(f"/message/received/{message_id}/attachments/all").status_code == 404


def test_a_second_message_of_one_id_is_a_second_entry(driver: Driver) -> None:
    """A partner's retransmission: the same id at another time."""
    now = driver.box.clock.now()
    for age_s in (60, 0):
        driver.box.deliver(message_id="twice@partner", persisted=now - age_s, files={"a": b"x"})

    records = driver.listed("received", as2MessageId="twice@partner")
    assert len({record["persistedTimestamp"] for record in records}) == 2


def test_a_long_inbox_is_listed_quickly() -> None:
    """Two thousand messages are twenty pages, without end or gap."""
    with Sandbox(world=World.default()) as box, Driver(box) as driver:
        delivered = {box.deliver(files={"a": b"x"}) for _ in range(2000)}
        pages = [driver.ids("received", pageOffset=page, pageLength=100) for page in range(20)]

        assert {one for page in pages for one in page} == delivered
