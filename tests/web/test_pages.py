"""The pages that show: what is on them, what is never on them, and when they need not be sent again."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from syncd.core.model import Answer, Direction, Message, Phase, State
from syncd.operations.questions import row
from syncd.operations.reports import Left
from syncd.operations.status import AccountStatus, JobStatus, TroubleStatus
from tests.fakes.door import NOON, FakeDoor
from tests.web.building import HOSTILE, message
from tests.web.parts import Site


def account(*attention: Message, **parts: object) -> AccountStatus:
    jobs = (JobStatus(name="pull", last_success=NOON - timedelta(hours=3)), JobStatus(name="send"))
    usual = AccountStatus(
        account="acme",
        gateway="as2gateway",
        root=Path("/srv/acme"),
        watching="watching",
        jobs=jobs,
        counts={"held": 1, "sent": 4711},
        attention=tuple(row(each, {}) for each in attention),
        not_taken=(),
        troubles=(),
        passed_over=0,
    )
    return replace(usual, **parts)  # type: ignore[arg-type]


def test_the_front_says_that_all_is_well() -> None:
    """In its title too: a tab in the background is enough."""
    door = FakeDoor(known={"acme": account()})
    text = Site(door=door).browser().get("/").text
    assert "<title>All is well" in text
    assert "3 hours ago" in text
    assert "<strong>4,711</strong> sent" in text
    assert "state=held" in text


def test_what_needs_a_person_stands_first_with_its_remedy() -> None:
    """A trouble, a file that is not taken, a message with its buttons, a reload that failed."""
    trouble = TroubleStatus(
        job="pull", what="the password is refused", remedy="Correct it", since=NOON, needs_person=True
    )
    left = Left(path=Path("/srv/acme/outbox/x.edi"), reason="no such partner", needs_person=True)
    known = account(message(reason="no MDN came"), troubles=(trouble,), not_taken=(left,), overdue=2)
    text = Site(door=FakeDoor(known={"acme": known}, reload_error="a slip")).browser().get("/").text
    needs, _, _ = text.partition('id="h-accounts"')
    for words in (
        *("<title>Needs you", "the password is refused", "Correct it", "no such partner", "no MDN came"),
        *("a slip", "2 sent messages were not acknowledged"),
        *("The partner has it", "Send it again", "Give it up"),
    ):
        assert words in needs


@pytest.mark.parametrize(
    ("known", "labels"),
    [
        (message(State.HELD, direction=Direction.INBOUND), {"Fetch it now", "Confirm without a file"}),
        (message(State.ARRIVING, Phase.WAITING, direction=Direction.INBOUND), {"Fetch it now"}),
        (message(State.ARRIVING, Phase.STAGED, direction=Direction.INBOUND), set()),
        (message(State.RECEIVED, Phase.PUBLISHED, direction=Direction.INBOUND), set()),
        (message(State.RECEIVED, Phase.CONFIRMED, direction=Direction.INBOUND), {"Fetch it once more"}),
        (message(State.GONE, direction=Direction.INBOUND), {"Fetch it once more"}),
        (message(State.HELD), {"The partner has it", "Send it again", "Give it up"}),
        (message(State.FAILED), {"Send it again"}),
        (message(State.FAILED, sha256=None), set()),
        (message(State.SENT), {"Send it once more"}),
        (replace(message(State.SENT), acknowledged=Answer.REJECTED), {"It is seen to", "Send it once more"}),
        (message(State.WITHDRAWN), set()),
        (message(State.QUEUED, Phase.WAITING), {"Try now"}),
        (message(State.QUEUED, Phase.SUBMITTING), set()),
        (message(State.QUEUED, Phase.IN_DOUBT), set()),
        (message(State.QUEUED, Phase.ACCEPTED), {"Stop the gateway&#39;s tries"}),
        (message(State.QUEUED, Phase.STOPPED), {"Let the gateway try again"}),
        (message(State.QUEUED, Phase.ACCEPTED, account="other"), set()),
        (message(State.HELD, account="former"), set()),
    ],
)
def test_a_message_has_the_buttons_that_fit_its_state(known: Message, labels: set[str]) -> None:
    """None that its gateway has no use for, and none of an account that is not there any more."""
    text = Site(door=FakeDoor(messages=[known])).browser().get("/message/aaaa1111").text
    buttons = [part.split("<span")[0].split(">")[-1] for part in text.split('name="verb"')[1:]]
    assert set(buttons) == labels


@pytest.mark.parametrize("path", ["/", "/messages", "/message/aaaa1111", "/live/state", "/live/last"])
def test_names_from_outside_do_no_harm(path: str) -> None:
    """No markup, no template, nothing that steers the writing; a name that is no text does not break it."""
    known = message(name=HOSTILE, partner=HOSTILE, reason=f"because of `{HOSTILE}`")
    left = Left(path=Path(f"/srv/{HOSTILE}"), reason=HOSTILE, needs_person=True)
    door = FakeDoor(
        messages=[known], known={"acme": account(known, not_taken=(left,))}, roots={"acme": Path("/srv")}
    )
    answer = Site(door=door).browser().get(path)
    assert answer.status_code == 200
    assert "alert(1)" in answer.text
    assert "<script>alert" not in answer.text
    assert "{{7*7}}" in answer.text
    for harmful in ("\u202e", "\x1b", "\u2066", "\udce9", "x\"'"):
        assert harmful not in answer.text


@pytest.mark.parametrize("path", ["/live/state", "/live/last", "/message/aaaa1111/live"])
def test_what_has_not_changed_is_not_sent_again(path: str) -> None:
    """Three lines in place of a page; what has changed comes whole."""
    door = FakeDoor(messages=[message()], known={"acme": account(message())})
    browser = Site(door=door).browser()
    first = browser.get(path)
    again = browser.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.text) == (304, "")
    door.messages = [message(State.FAILED)]
    door.known = {"acme": account(message(State.FAILED))}
    assert browser.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_nothing_comes_from_elsewhere_and_nothing_is_inline() -> None:
    """Scripts, styles and pictures are files of ours."""
    browser = Site(door=FakeDoor(messages=[message()])).browser()
    for path in ("/", "/messages", "/message/aaaa1111"):
        text = browser.get(path).text
        assert "//" not in text.replace("<!doctype html>", "")
        assert " style=" not in text
        assert "<style" not in text
        assert " on" not in text.split("<body>")[0]
    for path in ("/static/page.js", "/static/page.css", "/static/icon.svg"):
        with browser.get(path) as answer:
            assert answer.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        *("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd"),
        *("/templates/front.html", "/message/../etc", "/message/%00", "/message/a%2fb", "/static/"),
    ],
)
def test_a_path_leads_to_nothing_else(path: str) -> None:
    """Only what is meant to be asked for is there."""
    with Site().browser().get(path) as answer:
        assert answer.status_code in {308, 400, 404}


def test_a_message_that_is_not_there_is_said(tmp_path: Path) -> None:
    """As a page, with the error's own words."""
    answer = Site().browser().get("/message/" + quote("<b>"))
    assert answer.status_code == 404
    assert "no message has the id or the file name &lt;b&gt;" in answer.text
