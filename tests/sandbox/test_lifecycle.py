"""§4.7 and §5.3: what becomes of a message after it was accepted."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from syncd.sandbox import Sandbox, World
from tests.sandbox.driver import Driver, path_of

PLACES = ("queued", "sent", "failed")


def places(driver: Driver) -> dict[str, int]:
    return {place: len(driver.listed(place, pageLength=100)) for place in PLACES}


@pytest.fixture
def paced() -> Iterator[Driver]:
    """A gateway that takes its time: 2 s in the queue, 3 s in processing."""
    world = World.default().timed(queue_s=2, processing_s=3)
    with Sandbox(world=world) as box, Driver(box) as driver:
        yield driver


def test_a_message_is_queued_then_hidden_then_sent(paced: Driver) -> None:
    """While it is processed, no list shows it."""
    message_id = paced.send()
    queued = places(paced)
    paced.box.advance(2)
    hidden = places(paced)
    hidden_get = paced.get(path_of("queued", message_id)).status_code
    paced.box.advance(3)

    assert queued == {"queued": 1, "sent": 0, "failed": 0}
    assert hidden == {"queued": 0, "sent": 0, "failed": 0}
    assert hidden_get == 404
    assert places(paced) == {"queued": 0, "sent": 1, "failed": 0}


def test_states_come_at_their_own_time_however_late_one_looks(paced: Driver) -> None:
    """The time of sending is 5 s after the send, also when nobody looked for an hour."""
    started = paced.box.clock.now()
    paced.send()
    paced.box.advance(3600)

    assert paced.listed("sent")[0]["persistedTimestamp"] == pytest.approx((started + 5) * 1000, abs=2000)


def test_a_temporary_failure_is_tried_again(driver: Driver) -> None:
    """Each failed attempt is an entry in failed under the same id; then the message is sent."""
    driver.box.partner("RJ_Partner").behave(delivery="temporary", failures=2)
    message_id = driver.send()
    after_one = places(driver)
    driver.box.advance(30)

    assert after_one == {"queued": 1, "sent": 0, "failed": 1}
    assert places(driver) == {"queued": 0, "sent": 1, "failed": 2}
    assert driver.ids("failed") == [message_id] * 2
    assert driver.get(path_of("failed", message_id)).status_code == 200


def test_after_ten_retries_a_message_is_stopped(driver: Driver) -> None:
    """Eleven attempts, with gaps that grow from 5 s to 1 h; then none of the other lists has it."""
    driver.box.partner("RJ_Partner").behave(delivery="exhausted")
    driver.send()
    driver.box.advance(6 * 3600)

    times = [
        record["persistedTimestamp"] for record in driver.listed("failed", pageLength=100, sortDir="asc")
    ]
    gaps = [(later - earlier) / 1000 for earlier, later in pairwise(times)]
    assert places(driver) == {"queued": 0, "sent": 0, "failed": 11}
    assert gaps == sorted(gaps)
    assert gaps[0] == pytest.approx(5, abs=0.01)
    assert gaps[-1] == pytest.approx(3600, abs=0.01)
    assert driver.box.ledger.sent[0].outcome == "stopped"


def test_a_permanent_failure_is_not_tried_again(driver: Driver) -> None:
    """The partner answered 400: one attempt, and no more."""
    driver.box.partner("RJ_Partner").behave(delivery="permanent")
    driver.send()
    driver.box.advance(86000)

    assert places(driver) == {"queued": 0, "sent": 0, "failed": 1}
    assert driver.box.ledger.sent[0].outcome == "failed"


def test_a_failed_message_can_be_revived_by_hand(driver: Driver) -> None:
    """Sent from the console, it turns up in sent under its old id."""
    driver.box.partner("RJ_Partner").behave(delivery="permanent")
    message_id = driver.send()
    driver.box.partner("RJ_Partner").behave()

    driver.box.revive(message_id)

    assert places(driver) == {"queued": 0, "sent": 1, "failed": 1}


def test_a_paused_partner_lets_messages_wait(driver: Driver) -> None:
    """They stay queued, and go when the partner goes on."""
    partner = driver.box.partner("RJ_Partner")
    partner.pause()
    driver.send()
    driver.box.advance(3600)
    paused = places(driver)
    partner.resume()

    assert paused == {"queued": 1, "sent": 0, "failed": 0}
    assert places(driver)["sent"] == 1


def test_a_partner_treats_files_by_their_names(driver: Driver) -> None:
    """A behaviour may be meant for some files only; the last one told counts."""
    driver.box.partner("RJ_Partner").behave(files="*.bad", delivery="permanent")
    driver.send("a.bad")
    driver.send("a.good")

    assert places(driver) == {"queued": 0, "sent": 1, "failed": 1}


@pytest.mark.parametrize(
    ("behaviour", "delivery_status", "mdn_status", "is_error"),
    [
        ({"mdn": "ok"}, "Delivered", "Received", False),
        ({"mdn": "error", "mdn_content": "no key"}, "Not Delivered", "Received", True),
        ({"mdn": "never"}, "No Status", "Pending", None),
        ({"mdn": "never", "no_mdn_after_s": 0.0}, "No Status", "No MDN", None),
        ({"mdn": "not_requested"}, "Delivered", "Not Requested", None),
    ],
)
def test_mdn_comes_as_the_partner_likes(
    driver: Driver, behaviour: dict[str, str], delivery_status: str, mdn_status: str, is_error: bool | None
) -> None:
    """Good, bad, never, or not asked for."""
    driver.box.partner("RJ_Partner").behave(**behaviour)
    message_id = driver.send()

    (record,) = driver.listed("sent")
    assert (record["deliveryStatus"], record["mdnStatus"]) == (delivery_status, mdn_status)
    assert record["transportStatusReceived"] == 200
    assert record.get("mdnMessage", {}).get("mdnError") is is_error
    mdn = driver.get(path_of("sent", message_id, "/mdn"))
    assert mdn.status_code == (404 if is_error is None else 200)
    assert ("mdn_content" not in behaviour) or mdn.text == "no key"


def test_an_asynchronous_mdn_comes_later(driver: Driver) -> None:
    """Until then it is pending."""
    driver.box.partner("RJ_Partner").behave(mdn_delay_s=600)
    driver.send()
    early = driver.listed("sent")[0]["mdnStatus"]
    driver.box.advance(600)

    assert early == "Pending"
    assert driver.listed("sent")[0]["mdnStatus"] == "Received"


def test_echo_answers_with_the_same_files(driver: Driver) -> None:
    """What was delivered to ECHO comes back as a new message."""
    driver.http.post("/message/RJ_Station/ECHO", content=b"UNA", headers={"Name": "e.edi"})

    (message,) = driver.box.ledger.received
    assert (message.partner, message.station) == ("ECHO", "RJ_Station")
    assert message.files[0].sha256 == driver.box.ledger.sent[0].files[0].sha256
    assert driver.ids("received") == [message.id]


def test_an_echo_takes_its_time() -> None:
    """Before its delay is over no list shows it."""
    with Sandbox(world=World.default().timed(echo_delay_s=60)) as box, Driver(box) as driver:
        driver.send_to("ECHO")
        early = driver.ids("received")
        box.advance(60)

        assert early == []
        assert len(driver.ids("received")) == 1


def test_two_worlds_of_one_seed_give_the_same_ids() -> None:
    """Dice are seeded; only the time in an id differs."""
    ids = []
    for _ in range(2):
        with Sandbox() as box, Driver(box) as driver:
            ids.append(driver.send().rpartition(".")[0].rpartition(".")[0])

    assert ids[0] == ids[1]
