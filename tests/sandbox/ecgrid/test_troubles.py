"""Each trouble on the wire and in the state shows itself, in the words of parcels."""

import base64
from datetime import UTC, datetime

import httpx
import pytest

from tests.sandbox.ecgrid.driver import LOG_IN, ECGridDriver


@pytest.mark.parametrize(("when", "accepted"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("do", ["status", "html", "shape", "redirect"])
def test_another_answer_comes_before_or_after_the_effect(
    driver: ECGridDriver, do: str, when: str, accepted: int
) -> None:
    """The client cannot tell, the ledger can."""
    driver.box.trouble(do, operation="upload", when=when)

    answer = driver.try_upload()

    assert "parcelId" not in answer.text
    assert len(driver.box.ledger.sent) == accepted
    assert driver.box.ledger.requests[-1].troubles == (do,)


@pytest.mark.parametrize("errors", ["envelope", "reference", "problem", "ok"])
def test_a_status_has_the_form_of_an_error(driver: ECGridDriver, errors: str) -> None:
    """With any status, any Retry-After; a duplicate is one, after the effect."""
    driver.box.switch(errors=errors)
    driver.box.trouble("status", status=409, retry_after="7", text="Duplicate", when="after")

    answer = driver.try_upload()

    assert (answer.status_code, answer.headers["Retry-After"]) == (409, "7")
    assert "Duplicate" in answer.text
    assert len(driver.box.ledger.sent) == 1


@pytest.mark.parametrize(("when", "accepted"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize(("do", "error"), [("reset", httpx.ReadError), ("silence", httpx.ReadTimeout)])
def test_no_answer_comes(
    driver: ECGridDriver, do: str, error: type[Exception], when: str, accepted: int
) -> None:
    """Before or after the effect."""
    driver.box.trouble(do, operation="upload", when=when)
    driver.http.timeout = httpx.Timeout(0.1)

    with pytest.raises(error):
        driver.try_upload()
    assert len(driver.box.ledger.sent) == accepted
    assert driver.box.ledger.requests[-1].status is None


def test_an_effect_may_come_late(driver: ECGridDriver) -> None:
    """The reply is lost, and only then the parcel is accepted, with the time of then."""
    started = driver.box.clock.now()
    driver.box.trouble("late", operation="upload", seconds=60)
    with pytest.raises(httpx.TransportError):
        driver.try_upload()

    driver.box.advance(50)
    assert driver.outbox() == []
    driver.box.advance(3600)
    assert len(driver.outbox()) == 1
    assert driver.outbox(beginDate=_iso(started + 58), endDate=_iso(started + 65)) == driver.outbox()


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()


def test_an_answer_may_be_slow_drip_or_be_cut(driver: ECGridDriver) -> None:
    """As with any gateway."""
    driver.box.trouble("slow", seconds=0.02)
    assert driver.get("/users/me").elapsed.total_seconds() >= 0.02

    driver.box.trouble("drip", chunk_bytes=200)
    assert driver.get("/users/me").status_code == 200

    driver.box.trouble("cut")
    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        driver.get("/users/me")


def test_a_bit_may_flip(driver: ECGridDriver) -> None:
    """Somewhere in the body."""
    driver.box.trouble("flip", fraction=0.0)

    assert driver.get("/users/me").text.startswith("k")


def test_content_may_be_cut_with_sound_base64(driver: ECGridDriver) -> None:
    """Only its length tells."""
    parcel = int(driver.box.deliver(files={"a": bytes(range(90))}))
    driver.box.trouble("base64_cut", operation="download", fraction=0.51)

    told = driver.posted("/parcels/download", parcelId=parcel)
    assert told["bytes"] == 90
    assert base64.b64decode(told["content"], validate=True) == bytes(range(45))
    assert driver.content(str(parcel)) == bytes(range(90))


@pytest.mark.parametrize("fraction", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("content", [b"A", b"\0\0", bytes(100)])
def test_content_may_be_changed_with_sound_base64(
    driver: ECGridDriver, content: bytes, fraction: float
) -> None:
    """Not even its length tells."""
    parcel = driver.box.deliver(files={"a": content})
    driver.box.trouble("base64_flip", operation="download", fraction=fraction)

    harmed = driver.content(parcel)
    assert len(harmed) == len(content)
    assert sum(one != other for one, other in zip(harmed, content, strict=True)) == 1


@pytest.mark.parametrize("do", ["base64_cut", "base64_flip", "list_short"])
def test_an_answer_without_a_content_or_a_list_is_left_alone(driver: ECGridDriver, do: str) -> None:
    """An empty content too."""
    driver.box.trouble(do, times=None)
    driver.box.deliver(files={"a": b""}, message_id="9")

    assert driver.get("/parcels/1").status_code == 404
    assert driver.got("/auth/version") == {"version": "2.6"}
    assert driver.confirm("9") is True
    assert driver.content("9") == b""


def test_tokens_may_expire_early(driver: ECGridDriver) -> None:
    """A refresh helps."""
    tokens = driver.log_in()
    driver.box.trouble("expire_tokens", operation="me")

    assert driver.get("/users/me").status_code == 401
    again = driver.posted("/auth/refresh", refreshToken=tokens["refreshToken"])
    driver.bear(again["accessToken"])
    assert driver.get("/users/me").status_code == 200


def test_a_key_does_not_expire(driver: ECGridDriver) -> None:
    """Nor does anybody who is not known."""
    driver.box.trouble("expire_tokens", times=None)

    assert driver.get("/users/me").status_code == 200
    assert driver.post("/auth/login", **LOG_IN).status_code == 200


def test_pages_may_shift(driver: ECGridDriver) -> None:
    """An older parcel moves a walk from the oldest on."""
    now = driver.box.clock.now()
    for number in range(4):
        driver.box.deliver(files={"a": b"x"}, created=now - 100 + number)
    driver.box.trouble("shift", operation="list_pending", age_s=3600)

    first, second = (driver.pending(pageNo=number, recordsPerPage=2) for number in (1, 2))
    assert set(first) & set(second) == {first[-1]}


def test_an_upload_may_be_lost(driver: ECGridDriver) -> None:
    """It is answered, and is never seen again."""
    driver.box.trouble("lose", operation="upload")
    parcel = driver.upload()

    assert driver.outbox() == []
    assert driver.get(f"/parcels/{parcel}").status_code == 404
    assert driver.box.ledger.sent[0].outcome == "lost"


def test_a_parcel_may_be_lost_before_it_is_fetched(driver: ECGridDriver) -> None:
    """Confirmed, downloaded by nobody."""
    driver.box.deliver(files={"a": b"x"}, created=1.0)
    kept = driver.box.deliver(files={"a": b"y"})
    driver.box.trouble("lose", operation="list_pending")

    assert driver.pending() == [kept]
    assert [(one.is_lost, one.downloads) for one in driver.box.ledger.received] == [
        (True, (0,)),
        (False, (0,)),
    ]
    driver.confirm(kept)
    driver.box.trouble("lose")
    assert driver.pending() == []


@pytest.mark.parametrize("profile", ["reference", "guide", "backend"])
def test_a_list_may_be_cut_short(driver: ECGridDriver, profile: str) -> None:
    """In whatever shape it comes; totals tell of all."""
    driver.box.switch(profile=profile)
    for _ in range(4):
        driver.box.deliver(files={"a": b"x"})
    driver.box.trouble("list_short", operation="list_pending", fraction=0.5)

    assert len(driver.pending()) == 2
    assert len(driver.pending()) == 4


def test_confirmations_may_be_forgotten(driver: ECGridDriver) -> None:
    """After the answer everything is pending again."""
    parcel = driver.box.deliver(files={"a": b"x"})
    driver.box.trouble("forget_marks", operation="confirm")
    driver.confirm(parcel)

    assert driver.pending() == [parcel]


def test_a_rule_may_be_about_one_parcel(driver: ECGridDriver) -> None:
    """Its id stands in the body."""
    bad, fine = (driver.box.deliver(files={"a": b"x"}) for _ in range(2))
    driver.box.trouble("status", operation="download", body=f": *{bad}\\b", times=None)

    statuses = [driver.post("/parcels/download", parcelId=int(one)).status_code for one in (bad, fine)]
    assert statuses == [503, 200]


def test_rules_are_for_some_and_can_be_taken_back(driver: ECGridDriver) -> None:
    """By operation and by login."""
    driver.box.trouble("status", operation="list_*", login="your.user@example.com", times=None)
    driver.box.trouble("status", login="nobody", times=None)

    assert driver.post("/parcels/inbox-list").status_code == 503
    assert driver.get("/users/me").status_code == 200
    driver.box.calm()
    assert driver.post("/parcels/inbox-list").status_code == 200
