"""The search form: what it asks the store for, and how its pages follow one another."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest

from syncd.core.looking import Search
from syncd.core.model import Direction, State
from syncd.operations.questions import row
from syncd.operations.rows import Row
from syncd.web.searching import page_of, read, wanted
from tests.fakes.door import NOON, FakeDoor
from tests.web.building import message
from tests.web.parts import Site

BERLIN = ZoneInfo("Europe/Berlin")


def test_each_field_of_the_form_counts() -> None:
    """Days are those of the configured zone, the last one whole; a part of a name is enough."""
    asked = read(
        {
            "name": " inv",
            "partner": "WALMART",
            "station": "ACME",
            "account": "acme",
            "state": "sent",
            "direction": "outbound",
            "since": "2026-01-30",
            "until": "2026-01-31",
            "document": "850",
            "control": "0042",
            "acknowledged": "overdue",
            "attention": "yes",
            "else": "ignored",
        }
    )
    assert wanted(asked, BERLIN, now=NOON, limit=50) == Search(
        account="acme",
        direction=Direction.OUTBOUND,
        states=(State.SENT,),
        station="ACME",
        partner="WALMART",
        since=datetime(2026, 1, 29, 23, tzinfo=UTC),
        until=datetime(2026, 1, 31, 23, tzinfo=UTC),
        name="*inv*",
        document="850",
        control="0042",
        acknowledged="overdue",
        at=NOON,
        attention=True,
        limit=51,
    )
    assert wanted(read({"name": "inv*.edi"}), BERLIN, now=NOON).name == "inv*.edi"
    assert wanted(read({}), BERLIN, now=NOON, limit=50) == Search(at=NOON, limit=51)


@pytest.mark.parametrize(
    "query",
    [
        *(
            "state=lost",
            "direction=up",
            "acknowledged=no",
            "since=yesterday",
            "until=9999-12-31",
            "since=0001-01-01",
        ),
        *("before=now", "before=2026-01-31", "skip=-1", "skip=9999999", "skip=x", "skip=²"),
    ],
)
def test_what_is_no_question_is_said(query: str) -> None:
    """With what to write."""
    answer = Site().browser().get(f"/messages?{query}")
    assert answer.status_code == 400
    assert 'class="remedy"' in answer.text


def test_pages_follow_one_another_and_leave_nothing_out() -> None:
    """Also where many messages have one time, as those of one batch do."""
    times = [0, 1, 1, 1, 1, 1, 1, 1, 2, 3, 3, 3, 4]
    rows = [
        row(replace(message(message_id=f"m{n:02}"), created=NOON - timedelta(seconds=back)), {})
        for n, back in enumerate(times)
    ]

    def found(search: Search) -> list[Row]:
        fitting = [each for each in rows if search.until is None or each.created < search.until]
        return fitting[: search.limit]

    seen: list[str] = []
    query: dict[str, str] = {"name": "inv"}
    for _ in range(10):
        asked = read(query)
        page = page_of(asked, found(wanted(asked, BERLIN, now=NOON, limit=3)), limit=3)
        seen += [each.id for each in page.rows]
        if not page.older:
            break
        query = dict(parse_qsl(page.older))
        assert query["name"] == "inv"
    assert seen == [each.id for each in rows]


def test_the_form_keeps_what_was_asked_and_leads_on() -> None:
    """By links that can be kept."""
    door = FakeDoor(messages=[message(message_id=f"m{n:03}") for n in range(60)])
    text = Site(door=door).browser().get("/messages?name=%3Cb%3E&state=held").text
    assert 'value="&lt;b&gt;"' in text
    assert "<option selected>held" in text
    assert text.count('scope="row"') == 50
    assert "name=%3Cb%3E&amp;state=held&amp;before=" in text
