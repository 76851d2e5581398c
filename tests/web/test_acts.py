"""The buttons: who may press them, what they do, and what they say of it."""

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from syncd.core.model import Direction, Phase, State
from syncd.errors import CannotAct
from syncd.operations.questions import row
from syncd.operations.reports import AccountReport, Met, OnceReport
from syncd.operations.rows import Row
from syncd.web.acting import Acting
from tests.fakes.door import FakeDoor
from tests.web.building import message
from tests.web.parts import HERE, Site, token
from tests.web.test_gate import basic

BY = "web:127.0.0.1"


def test_without_a_password_a_name_is_only_claimed() -> None:
    """So the address is who acts."""
    door = FakeDoor(messages=[message()])
    browser = Site(door=door).browser()
    data = {"token": token(browser.get("/").text), "verb": "resolve-sent"}
    assert (
        browser.post("/message/aaaa1111/act", data=data, headers=basic("x", user="anna")).status_code == 200
    )
    assert door.resolved == [("aaaa1111", "sent", BY)]


def press(browser: FlaskClient, path: str, **form: str) -> TestResponse:
    """As a browser does: from the page, with its token and its headers."""
    shown = token(browser.get("/").text)
    headers = {"Origin": HERE, "Sec-Fetch-Site": "same-origin"}
    return browser.post(path, data={"token": shown} | form, headers=headers)


@pytest.mark.parametrize(
    ("before", "verb", "acted"),
    [
        (message(State.QUEUED, Phase.ACCEPTED), "stop", ("stop", BY)),
        (message(State.QUEUED, Phase.STOPPED), "retry", ("retry", BY)),
        (message(State.FAILED), "resend", ("resend", BY)),
        (message(State.RECEIVED, Phase.CONFIRMED, direction=Direction.INBOUND), "refetch", ("refetch", BY)),
    ],
)
def test_a_button_does_what_it_says_once(before: object, verb: str, acted: tuple[str, str]) -> None:
    """Who pressed it is in the history; a second press is refused by the state, with what to do."""
    door = FakeDoor(messages=[before])  # type: ignore[list-item]
    browser = Site(door=door).browser()
    first = press(browser, "/message/aaaa1111/act", verb=verb)
    assert first.status_code == 200
    assert "Done" in first.text
    assert door.acted == [acted]
    if verb != "resend":  # the fake would make one more
        assert press(browser, "/message/aaaa1111/act", verb=verb).status_code == 400
        assert door.acted == [acted]


@pytest.mark.parametrize("verdict", ["sent", "resend", "fail"])
def test_a_verdict_is_carried_out_once(verdict: str) -> None:
    """And the refusal of the second one is shown."""
    door = FakeDoor(messages=[message()])
    browser = Site(door=door).browser()
    assert press(browser, "/message/aaaa1111/act", verb=f"resolve-{verdict}").status_code == 200
    again = press(browser, "/message/aaaa1111/act", verb=f"resolve-{verdict}")
    assert (again.status_code, "not held" in again.text) == (400, True)
    assert door.resolved == [("aaaa1111", verdict, BY)]


def test_who_acts_is_the_user_that_came_with_the_password(tmp_path: Path) -> None:
    """In letters that can be printed."""
    secret = tmp_path / "password"
    secret.write_text("hush", encoding="utf-8")
    door = FakeDoor(messages=[message()])
    browser = Site(door=door, password_file=secret).browser()
    who = basic("hush", user="Änne\u202e\n" + "x" * 100)
    shown = token(browser.get("/", headers=who).text)
    data = {"token": shown, "verb": "resolve-sent"}
    assert browser.post("/message/aaaa1111/act", data=data, headers=who).status_code == 200
    assert door.resolved == [("aaaa1111", "sent", "web:Änne" + "x" * 36)]
    assert browser.post("/message/aaaa1111/act", data=data).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8476"},
        {"Origin": HERE, "Sec-Fetch-Site": "cross-site"},
        {"Origin": HERE, "Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_a_page_of_another_site_presses_nothing(headers: dict[str, str]) -> None:
    """Even with the right token."""
    door = FakeDoor(messages=[message()])
    browser = Site(door=door).browser()
    data = {"token": token(browser.get("/").text), "verb": "resolve-sent"}
    answer = browser.post("/message/aaaa1111/act", data=data, headers=headers)
    assert (answer.status_code, door.resolved) == (403, [])


@pytest.mark.parametrize("path", ["/message/aaaa1111/act", "/message/aaaa1111/mdn", "/account/acme/pull"])
def test_without_the_token_of_this_visitor_nothing_is_done(path: str) -> None:
    """Neither with none, nor with a made-up one, nor with that of another visitor; nor by a link."""
    door = FakeDoor(messages=[message()])
    app = Site(door=door).app
    mine, other = app.test_client(), app.test_client()
    others = token(other.get("/").text)
    assert mine.post(path, data={"verb": "resolve-sent", "token": others}).status_code == 403
    mine.get("/")
    for made_up in ("", "0" * 64, others, "\udcff", "é"):
        answer = mine.post(path, data={"verb": "resolve-sent", "token": made_up.encode("utf-8", "replace")})
        assert answer.status_code == 403
    assert mine.get(path).status_code == 405
    assert (door.resolved, door.once_asked) == ([], [])


def test_a_page_of_the_run_before_is_told_to_load_anew_and_then_works() -> None:
    """Its cookie is replaced at the next look, however old the browser's is."""
    door = FakeDoor(messages=[message()])
    before, now = Site(door=door, secret=b"of the run before").browser(), Site(door=door).browser()
    old = token(before.get("/").text)
    value = before.get_cookie("syncd_8475", domain="127.0.0.1")
    assert value
    now.set_cookie("syncd_8475", value.value, domain="127.0.0.1")
    refused = now.post("/message/aaaa1111/act", data={"token": old, "verb": "resolve-sent"})
    assert (refused.status_code, "Load it again" in refused.text) == (403, True)
    assert press(now, "/message/aaaa1111/act", verb="resolve-sent").status_code == 200


def test_the_cookie_is_for_this_page_alone() -> None:
    """No script reads it, and no other site sends it."""
    cookie = Site().browser().get("/").headers["Set-Cookie"]
    assert cookie.startswith("syncd_8475=")
    assert {"HttpOnly", "SameSite=Strict"} <= set(cookie.split("; "))


def test_jobs_are_paused_resumed_and_run(tmp_path: Path) -> None:
    """Of one account, that there is."""
    came = row(message(State.RECEIVED, direction=Direction.INBOUND, name="came.edi"), {})
    report = OnceReport(dry_run=False, accounts=(AccountReport(account="acme", messages=(came,)),))
    door = FakeDoor(report=report)
    browser = Site(door=door).browser()
    assert "pull of acme is paused" in press(browser, "/account/acme/pause", job="pull").text
    assert door.paused == {"acme": frozenset({"pull"})}
    assert 'action="/account/acme/resume"' in browser.get("/").text
    assert press(browser, "/account/acme/resume", job="pull").status_code == 200
    assert door.paused == {"acme": frozenset()}
    assert "pull and send of acme are paused" in press(browser, "/account/acme/pause").text
    assert door.paused == {"acme": frozenset({"pull", "send"})}
    assert "came.edi" in press(browser, "/account/acme/pull").text
    assert door.once_asked == [(("acme",), "pull", None)]
    met = Met(what="pull is paused", remedy="`syncd resume pull --account acme` undoes it.")
    door.report = OnceReport(dry_run=False, accounts=(AccountReport(account="acme", paused=(met,)),))
    assert "acme was not pulled" in press(browser, "/account/acme/pull").text
    assert press(browser, "/account/nobody/pull").status_code == 404
    assert press(browser, "/account/acme/pause", job="track").status_code == 400


def test_a_message_of_an_account_that_is_gone_is_left_alone() -> None:
    """There is no gateway to ask."""
    door = FakeDoor(messages=[message(account="former")])
    assert press(Site(door=door).browser(), "/message/aaaa1111/act", verb="resolve-sent").status_code == 404
    assert door.resolved == []


def test_a_button_that_is_none_does_nothing() -> None:
    """And a file's name is no id here."""
    browser = Site(door=FakeDoor(messages=[message()])).browser()
    assert press(browser, "/message/aaaa1111/act", verb="delete").status_code == 400
    assert press(browser, "/message/invoice.edi/act", verb="resolve-sent").status_code == 404


def test_the_mdn_is_asked_for_at_a_click_and_shown_as_text() -> None:
    """Whatever is in it; that there is none is said."""
    asked: list[str] = []

    def mdn(known: Row) -> bytes:
        asked.append(known.id)
        return b"Content-Type: x\r\n\r\n<script>\x1b[31m\xff\xe2\x80\xae\tdone"

    browser = Site(door=FakeDoor(messages=[message()]), mdn=mdn).browser()
    assert "Ask the gateway for the MDN" in browser.get("/message/aaaa1111").text
    assert asked == []
    text = press(browser, "/message/aaaa1111/mdn").text
    assert asked == ["aaaa1111"]
    assert "Content-Type: x\n\n&lt;script&gt;\ufffd[31m\ufffd" in text
    without = Site(door=FakeDoor(messages=[message()])).browser()
    assert press(without, "/message/aaaa1111/mdn").status_code == 404
    foreign = Site(door=FakeDoor(messages=[message(account="other")])).browser()
    assert "Ask the gateway" not in foreign.get("/message/aaaa1111").text


@dataclass
class Slow(FakeDoor):
    """Acts when it may."""

    go: threading.Event = field(default_factory=threading.Event)
    began: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def once(self, accounts: object, *, only: str | None, wait: timedelta | None) -> OnceReport:
        """Wait first."""
        self.began.release()
        assert self.go.wait(20)
        return self.report


def test_what_takes_long_goes_on_without_its_page() -> None:
    """A page comes at once; more than a few at a time are refused, and the same one twice."""
    door = Slow(messages=[message()])
    browser = Site(door=door, patience=timedelta(seconds=0.01)).browser()
    assert "is being pulled" in press(browser, "/account/acme/pull").text
    assert "done already" in press(browser, "/account/acme/pull").text
    assert "is being pulled" in press(browser, "/account/other/pull").text
    assert "hands full" in press(browser, "/message/aaaa1111/act", verb="resolve-sent").text
    assert browser.get("/").status_code == 200
    door.go.set()
    patient = Site(door=door).browser()
    assert "was pulled" in press(patient, "/account/acme/pull").text


def test_what_fails_when_nobody_waits_any_more_is_in_the_log() -> None:
    """It was said to go on."""
    go, acting = threading.Event(), Acting(1, patience=timedelta(seconds=0.01))

    def refused() -> None:
        assert go.wait(20)
        raise CannotAct("the gateway is away", "Try later.")

    with capture_logs() as lines:
        assert acting.run("message aaaa1111", refused) is None
        [thread] = [each for each in threading.enumerate() if each.name == "web message aaaa1111"]
        go.set()
        thread.join(20)
    assert [(line["event"], line["asked"]) for line in lines] == [("web.not_done", "message aaaa1111")]


def test_an_error_of_ours_is_told_without_its_insides(capfd: pytest.CaptureFixture[str]) -> None:
    """They are in the log."""

    def broken(_row: Row) -> bytes:
        raise ZeroDivisionError("secret insides")

    answer = press(Site(door=FakeDoor(messages=[message()]), mdn=broken).browser(), "/message/aaaa1111/mdn")
    assert answer.status_code == 500
    assert "secret insides" not in answer.text
    assert "ZeroDivisionError" in "".join(capfd.readouterr())
