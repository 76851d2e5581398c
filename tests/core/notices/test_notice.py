"""What a notice says, whatever the names in it are."""

import json
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

from syncd.core.notices.concerns import Concern, Kind, Status
from syncd.core.notices.notice import compose
from syncd.core.notices.times import Batch
from tests.contracts.stores import NOON
from tests.flows.noticing import concern

HOSTILE = "a\r\nBcc: everybody@example\x1b[2J\u202etxt\ud8ff"


def told(*concerns: Concern) -> dict[str, Any]:
    batch = Batch(lane=("acme", False), concerns=concerns)
    notice = compose(batch, host="erp\r\n1", now=NOON, zone=UTC)
    found: dict[str, Any] = json.loads(notice.content)
    assert (found["subject"], found["text"]) == (notice.subject, notice.body)
    return found


def test_a_hostile_name_steers_nothing() -> None:
    """No line of a header, no escape, no turned writing; programs get the name as it is."""
    hostile: dict[str, Any] = dict.fromkeys(("file", "partner", "station", "what", "remedy"), HOSTILE)
    found = told(concern(at=NOON, **hostile))
    assert (found["subject"] + found["text"].replace("\n", "")).isprintable()
    assert "\nBcc" not in found["text"]
    assert found["troubles"][0]["file"] == HOSTILE


def test_several_kinds_are_told_in_one_subject_good_news_last() -> None:
    """With a count for each."""
    over = concern("o", at=NOON, kind=Kind.UNREACHABLE, status=Status.OVER)
    many = [concern(str(n), at=NOON - timedelta(hours=n)) for n in range(3)]
    found = told(over, concern("h", at=NOON, kind=Kind.HELD), *many)
    assert found["subject"] == "syncd acme: 3 messages failed, 1 message held, the gateway answers again"
    assert (found["kind"], found["recovered"]) == ("several", False)
    assert found["kinds"] == {"unreachable": 1, "failed": 3, "held": 1}
    assert found["since"] == "2026-11-21T10:00:00Z"


def test_the_id_is_that_of_what_is_told() -> None:
    """The same when it is composed again; another for its end."""
    one = concern(at=NOON)
    assert told(one)["id"] == told(one)["id"]
    assert told(one)["id"] != told(replace(one, status=Status.OVER))["id"]
