"""Each trouble on the wire and in the state shows itself."""

import re
import socket
from urllib.parse import urlsplit

import httpx
import pytest

from syncd.sandbox import Sandbox, Trouble
from tests.sandbox.driver import NAMED, SEND, Driver, path_of


def test_a_rule_hits_what_it_is_about(driver: Driver) -> None:
    """By operation, method, path and login; others pass."""
    driver.box.trouble("status", operation="list_*", times=None)
    driver.box.trouble("status", path=r"query=x$", status=500)
    driver.box.trouble("status", method="DELETE", status=502)
    driver.box.trouble("status", login="nobody", times=None)

    assert driver.get("/message/received").status_code == 503
    assert driver.get("/message/sent").status_code == 503
    assert driver.get("/station").status_code == 200
    assert driver.get("/station", query="x").status_code == 500
    assert driver.delete(path_of("received", "x")).status_code == 502


def test_a_rule_passes_some_and_hits_some(driver: Driver) -> None:
    """The third and the fourth request, and then none."""
    driver.box.trouble("status", operation="stations", skip=2, times=2)

    assert [driver.get("/station").status_code for _ in range(5)] == [200, 200, 503, 503, 200]


def test_rules_can_be_taken_back(driver: Driver) -> None:
    """All of them at once."""
    driver.box.trouble(Trouble(do="status", times=None))
    driver.box.calm()

    assert driver.get("/station").status_code == 200


@pytest.mark.parametrize("rule", [{"do": "nonsense"}, {"do": "status", "path": "("}])
def test_a_rule_that_could_never_act_is_refused(box: Sandbox, rule: dict[str, str]) -> None:
    """An unknown kind, a broken expression."""
    with pytest.raises((ValueError, re.error), match=r"nonsense|unterminated|missing"):
        box.trouble(**rule)


def test_the_ledger_names_the_trouble(driver: Driver) -> None:
    """What was never answered has no status."""
    driver.box.trouble("reset", operation="stations")
    with pytest.raises(httpx.ReadError):
        driver.get("/station")

    assert driver.box.ledger.requests[-1].troubles == ("reset",)
    assert driver.box.ledger.requests[-1].status is None


@pytest.mark.parametrize(("when", "accepted"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("do", ["status", "html", "shape", "redirect"])
def test_another_answer_comes_before_or_after_the_effect(
    driver: Driver, do: str, when: str, accepted: int
) -> None:
    """The client cannot tell, the ledger can."""
    driver.box.trouble(do, operation="send", when=when)

    answer = driver.http.post(SEND, content=b"x", headers=NAMED)

    assert "Link" not in answer.headers
    assert len(driver.box.ledger.sent) == accepted


def test_a_status_comes_with_what_the_rule_says(driver: Driver) -> None:
    """Any status, any Retry-After."""
    driver.box.trouble("status", status=599, retry_after="soon", text="go away")

    answer = driver.get("/station")
    assert (answer.status_code, answer.headers["Retry-After"]) == (599, "soon")
    assert answer.json() == {"message": "go away"}


@pytest.mark.parametrize(("status", "seen"), [(None, 200), (502, 502)])
def test_html_comes_in_place_of_json(driver: Driver, status: int | None, seen: int) -> None:
    """With 200 as well."""
    driver.box.trouble("html", status=status)

    answer = driver.get("/station")
    assert (answer.status_code, answer.headers["Content-Type"]) == (seen, "text/html")
    assert answer.content.startswith(b"<html>")


def test_json_of_another_shape_comes(driver: Driver) -> None:
    """As the rule has it, with the status that was due."""
    driver.box.trouble("shape", text='{"records": null}')
    driver.box.trouble("shape", skip=1, operation="get_received", when="after")

    assert driver.get("/message/received").json() == {"records": None}
    assert driver.get(path_of("received", "x")).status_code == 404


def test_a_redirect_leads_elsewhere(driver: Driver) -> None:
    """To another port of the host, or where the rule says."""
    driver.box.trouble("redirect")
    driver.box.trouble("redirect", skip=1, location="https://elsewhere.example/v1/station")

    first, second = driver.get("/station", query="x"), driver.get("/station")
    assert first.status_code == second.status_code == 307
    assert urlsplit(first.headers["Location"]).hostname == "127.0.0.1"
    assert urlsplit(first.headers["Location"]).port != urlsplit(driver.box.url).port
    assert first.headers["Location"].endswith("/v1/station?query=x")
    assert second.headers["Location"] == "https://elsewhere.example/v1/station"


@pytest.mark.parametrize(("when", "accepted"), [("before", 0), ("after", 1)])
def test_a_connection_is_reset_before_or_after_the_effect(driver: Driver, when: str, accepted: int) -> None:
    """A true RST: the client reads no end, but an error."""
    driver.box.trouble("reset", operation="send", when=when)

    with pytest.raises(httpx.ReadError, match="reset by peer"):
        driver.send()
    assert len(driver.box.ledger.sent) == accepted


@pytest.mark.parametrize(("when", "accepted"), [("before", 0), ("after", 1)])
def test_silence_comes_before_or_after_the_effect(driver: Driver, when: str, accepted: int) -> None:
    """The connection stays open, and nothing comes."""
    driver.box.trouble("silence", operation="send", when=when)

    with pytest.raises(httpx.ReadTimeout):
        driver.http.post(SEND, content=b"x", headers=NAMED, timeout=0.1)
    assert len(driver.box.ledger.sent) == accepted


def test_silence_ends_with_the_connection(driver: Driver) -> None:
    """After its time the server hangs up, still without a word."""
    driver.box.trouble("silence", seconds=0.05)

    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        driver.get("/station")


@pytest.mark.parametrize("ending", ["reset", "silence"])
def test_an_effect_may_come_late(driver: Driver, ending: str) -> None:
    """The reply is lost, and only then the message is accepted."""
    driver.box.trouble("late", operation="send", seconds=60, ending=ending)
    with pytest.raises(httpx.TransportError):
        driver.http.post(SEND, content=b"x", headers=NAMED, timeout=0.1)

    driver.box.advance(58)
    early = driver.ids("sent")
    driver.box.advance(3)

    assert early == []
    assert len(driver.ids("sent")) == 1


def test_a_late_effect_has_the_time_at_which_it_came(driver: Driver) -> None:
    """However late somebody looks."""
    started = driver.box.clock.now()
    driver.box.trouble("late", operation="send", seconds=60)
    with pytest.raises(httpx.TransportError):
        driver.send()
    driver.box.advance(3600)

    assert driver.listed("sent")[0]["persistedTimestamp"] == pytest.approx((started + 60) * 1000, abs=2000)


def test_a_late_effect_finds_what_was_there_then(driver: Driver) -> None:
    """A stop that comes after the next attempt stops nothing."""
    driver.box.partner("RJ_Partner").behave(delivery="temporary")
    message_id = driver.send()
    driver.box.trouble("late", operation="stop", seconds=60)
    with pytest.raises(httpx.TransportError):
        driver.post(path_of("queued", message_id, "/stop"))
    driver.box.advance(3600)

    assert driver.ids("sent") == [message_id]


def test_an_answer_may_be_slow(driver: Driver) -> None:
    """The effect is there long before the answer."""
    driver.box.trouble("slow", operation="send", seconds=30)

    with pytest.raises(httpx.ReadTimeout):
        driver.http.post(SEND, content=b"x", headers=NAMED, timeout=0.05)
    assert len(driver.box.ledger.sent) == 1


def test_a_slow_answer_comes_in_the_end(driver: Driver) -> None:
    """Whole, as if nothing had been."""
    driver.box.trouble("slow", seconds=0.05)

    answer = driver.get("/station")
    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= 0.05


def test_an_answer_may_drip(driver: Driver) -> None:
    """In pieces, each soon enough for a read timeout that knows no whole."""
    driver.box.trouble("drip", chunk_bytes=100, seconds=0.01)

    with driver.http.stream("GET", "/station") as answer:
        pieces = list(answer.iter_raw())
    assert len(pieces) > 1
    assert all(len(piece) <= 100 for piece in pieces)


def test_a_body_may_be_cut_short_of_its_length(driver: Driver) -> None:
    """Content-Length tells of more than comes."""
    driver.box.trouble("cut", fraction=0.5)

    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        driver.get("/station")


def test_a_body_may_be_cut_with_a_reset(driver: Driver) -> None:
    """The connection breaks in the middle."""
    driver.box.trouble("cut", fraction=0.5, ending="reset")

    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        driver.get("/station")


def test_a_body_without_length_may_be_cut_unseen(driver: Driver) -> None:
    """Nothing in HTTP tells that there was more."""
    whole = driver.get("/station").content
    driver.box.trouble("cut", fraction=0.5, has_length=False)

    answer = driver.get("/station")
    assert "Content-Length" not in answer.headers
    assert answer.content == whole[: len(whole) // 2]


def test_a_bit_may_flip(driver: Driver) -> None:
    """One byte differs, the length does not."""
    whole = driver.get("/station").content
    driver.box.trouble("flip")

    flipped = driver.get("/station").content
    assert len(flipped) == len(whole)
    assert sum(one != other for one, other in zip(whole, flipped, strict=True)) == 1


def test_tokens_may_end_early(driver: Driver) -> None:
    """From that request on, until the next login."""
    driver.box.trouble("expire_tokens", operation="stations")

    assert driver.get("/station").status_code == 401
    assert driver.get("/partner").status_code == 401
    with Driver(driver.box) as again:
        assert again.get("/station").status_code == 200


def test_pages_may_shift(driver: Driver) -> None:
    """A message arrives between two pages, and one is seen twice."""
    now = driver.box.clock.now()
    for number in range(20):
        driver.box.deliver(files={"a": b"x"}, persisted=now - 100 - number)
    driver.box.trouble("shift", operation="list_received")

    first, second = driver.ids("received"), driver.ids("received", pageOffset=1)
    assert set(first) & set(second) == {first[-1]}


def test_pages_may_shift_at_the_other_end(driver: Driver) -> None:
    """An older message moves a walk from the oldest on."""
    newer = driver.box.deliver(files={"a": b"x"})
    driver.box.trouble("shift", operation="list_received", age_s=3600)
    driver.ids("received")

    assert driver.ids("received")[0] == newer
    assert len(driver.ids("received")) == 2


def test_a_send_may_be_lost(driver: Driver) -> None:
    """It is answered 202, and is never seen again."""
    driver.box.trouble("lose", operation="send")
    driver.send()

    assert [driver.ids(place) for place in ("queued", "sent", "failed")] == [[], [], []]
    assert driver.box.ledger.sent[0].outcome == "lost"


def test_a_message_may_be_lost_before_it_is_fetched(driver: Driver) -> None:
    """Marked as read, downloaded by nobody."""
    driver.box.deliver(files={"a": b"x"})
    kept = driver.box.deliver(files={"a": b"y"})
    driver.box.trouble("lose", operation="list_received")

    assert driver.ids("received", unreadOnly="true") == [kept]
    assert [(one.is_lost, one.downloads) for one in driver.box.ledger.received] == [
        (True, (0,)),
        (False, (0,)),
    ]


def test_a_list_may_be_cut_short(driver: Driver) -> None:
    """TotalRecords tells of more than comes."""
    for _ in range(4):
        driver.box.deliver(files={"a": b"x"})
    driver.box.trouble("list_short", fraction=0.5)

    page = driver.page("received")
    assert (page["totalRecords"], len(page["records"])) == (4, 2)


def test_read_marks_may_be_forgotten(driver: Driver) -> None:
    """The confirmation is answered, and means nothing."""
    message_id = driver.box.deliver(files={"a": b"x"})
    driver.box.trouble("forget_marks", operation="get_received")

    assert driver.get(path_of("received", message_id), markAsRead="true").status_code == 200
    assert driver.ids("received", unreadOnly="true") == [message_id]


def test_closing_does_not_wait_for_silence() -> None:
    """A held connection ends with the sandbox."""
    with Sandbox() as box:
        box.trouble("silence", seconds=3600)
        address = urlsplit(box.url)
        connection = socket.create_connection((address.hostname or "", address.port or 0), timeout=5)
        connection.sendall(b"GET /v1/station HTTP/1.1\r\nHost: x\r\n\r\n")
        while not box.ledger.requests:
            continue

    with connection:
        assert connection.recv(1) == b""
