"""A listing may lie about one message in any way: the others arrive, and nothing wrong is confirmed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.e2e.harness import Ground
from tests.e2e.invariants import faults, faults_at_any_moment
from tests.hostile.lives import another_life
from tests.safety.figures import record_campaign

Record = dict[str, Any]
Lie = Callable[[Record], object]
LIAR = 1
"""Which of the three messages is lied about."""


def says(**fields: object) -> Lie:
    """A record with other fields."""
    return lambda record: record.update(fields)


def says_of_its_file(**fields: object) -> Lie:
    """A record whose attachment has other fields."""
    return lambda record: record["attachments"][0].update(fields)


LIES: dict[str, Lie] = {
    "a size below zero": says_of_its_file(size=-1),
    "a size that is huge": says_of_its_file(size=10**30),
    "a size that fills a disk": says_of_its_file(size=2**62),
    "a size that is no number": says_of_its_file(size=float("nan")),
    "a size without end": says_of_its_file(size=float("inf")),
    "a size in words": says_of_its_file(size="12 MB"),
    "no name": says_of_its_file(name=None),
    "a name that is a number": says_of_its_file(name=7),
    "a name of another message": says_of_its_file(name="0.edi"),
    "no time": says(persistedTimestamp=None),
    "a time before the world": says(persistedTimestamp=-(10**18)),
    "a time that is true": says(persistedTimestamp=True),
    "a subject with NUL": says(subject="a\0b"),
    "ten thousand files": says(attachments=[{"name": "a", "size": 1}] * 10_000),
    "an id with NUL": says(as2MessageId="<a\0b@x>"),
    "an id with a header": says(as2MessageId="<a\r\nAuthorization: other@x>"),
    "an id of brackets": says(as2MessageId="<>"),
    "an id that climbs": says(as2MessageId=".."),
    "a sender with NUL": says(senderId="a\0b"),
    "a sender that climbs": says(senderId="../../../x", receiverId="RJ_Station"),
    "a sender of two lines": says(senderId="a\nb", receiverId="RJ_Station"),
    "a sender that fits nowhere": says(senderId="a" * 5000, receiverId="RJ_Station"),
    "nobody to nobody": says(senderId=None, receiverId=""),
    "a type of its own": says(partnerType=["production"]),
    "an MDN that is none": says(mdnMessage="none"),
    "half a character in a name": says_of_its_file(name="\ud800.edi"),
    "half a character in a subject": says(subject="\ud800"),
    "a time after the world": says(persistedTimestamp=2**63),
    "no id": says(as2MessageId=None),
    "an empty id": says(as2MessageId=""),
    "an id beyond any address": says(as2MessageId="x" * 70_000 + "@x"),
}


def true_page(ground: Ground) -> dict[str, Any]:
    """What the gateway would list."""
    login = {"username": "email@domain.com", "password": "pazzword"}
    token = httpx.post(f"{ground.box.url}/authorize", json=login).json()["token"]
    query = {"partnerType": "production", "unreadOnly": "true", "sortDir": "asc", "pageLength": "100"}
    answer = httpx.get(f"{ground.box.url}/message/received", params=query, headers={"Authorization": token})
    page: dict[str, Any] = answer.json()
    return page


def lied_to(lie: Lie) -> list[str]:
    """Let three messages arrive, one of them lied about, once; returns what went wrong."""
    with another_life() as (ground, around):
        ground.run()
        for number in range(3):
            ground.box.deliver(files={f"{number}.edi": f"UNA {number}".encode()})
        page = true_page(ground)
        lie(page["records"][LIAR])
        ground.box.trouble("shape", operation="list_received", text=json.dumps(page), times=1)
        ground.run()
        others = {f"UNA {number}".encode() for number in range(3) if number != LIAR}
        arrived = set(ground.files("inbox").values())
        wrong = faults_at_any_moment(ground) + around.changes()
        wrong += [f"{content!r} did not arrive" for content in others - arrived]
        for _ in ground.passes(2):
            pass
        return wrong + [fault for fault in faults(ground) if "marked read" in fault] + around.changes()


SAMPLE = tuple(LIES)[::3]
OTHERS = tuple(name for name in LIES if name not in SAMPLE)


@pytest.mark.parametrize("lie", [LIES[name] for name in SAMPLE], ids=SAMPLE)
def test_a_lie_about_one_message_holds_up_no_other(lie: Lie) -> None:
    """They arrive in the same pass; what is confirmed is in the inbox, whole."""
    assert lied_to(lie) == []


@pytest.mark.torture
@pytest.mark.parametrize("lie", [LIES[name] for name in OTHERS], ids=OTHERS)
def test_no_lie_about_one_message_holds_up_another(lie: Lie) -> None:
    """The same for the other lies."""
    assert lied_to(lie) == []


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
_SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(2**62), 2**62), st.floats(), _TEXT)
_ANYTHING = st.recursive(
    _SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_TEXT, inner, max_size=3))
)
_FIELDS = ("subject", "senderId", "receiverId", "partnerType", "mdnMessage", "mdnStatus", "deliveryStatus")
_lies = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys((*_FIELDS, "persistedTimestamp"), _ANYTHING)
    | {
        "attachments": st.one_of(
            _ANYTHING, st.lists(st.fixed_dictionaries({}, optional={"name": _ANYTHING, "size": _ANYTHING}))
        )
    },
)


@settings(max_examples=2)
@given(fields=_lies)
def test_no_lie_holds_up_the_others(fields: dict[str, object]) -> None:
    """Fields of any kind."""
    assert lied_to(says(**fields)) == []


@pytest.mark.torture
@settings(max_examples=400)
@given(fields=_lies)
def test_no_lie_holds_up_the_others_for_long(fields: dict[str, object]) -> None:
    """The same, with a large budget."""
    found = lied_to(says(**fields))

    record_campaign("listings that lie", tried=1, found=bool(found))
    assert found == []
