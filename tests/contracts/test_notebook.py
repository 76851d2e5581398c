"""What the memory of notices promises."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syncd.core.model import Phase, State
from syncd.core.notices.concerns import CHANNEL, Changes, Kind, Status
from syncd.core.notices.notice import Notice
from syncd.core.notices.times import Batch
from syncd.ports.notices import Notebook, Spot
from syncd.store import Store, open_store
from tests.contracts.stores import NOON, failed, inbound, opened, untold
from tests.flows.noticing import MINUTE, concern

HOUR = timedelta(hours=1)
NOTICE = Notice(id="n1", account="acme", subject="s", body="b\n", content="{}\n")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened_store = open_store(tmp_path, tell=[CHANNEL])
    yield opened_store
    opened_store.close()


@pytest.fixture
def notebook(store: Store) -> Notebook:
    return store.notebook


def test_a_concern_comes_back_as_it_was(notebook: Notebook) -> None:
    """Whatever stands in its names; what is kept again takes its place."""
    names = {"station": "A/B", "partner": "W\0\udcff", "file": "\u202e.edi", "remedy": "syncd x"}
    one = concern("unreachable/acme", at=NOON, kind=Kind.UNREACHABLE, is_inbound=True, **names)
    notebook.keep(Changes(kept=(one,)))
    assert list(notebook.standing()) == list(notebook.pending(limit=9)) == [one]
    told = replace(one, status=Status.TOLD)
    notebook.keep(Changes(kept=(told,)))
    assert (list(notebook.standing()), list(notebook.pending(limit=9))) == ([told], [])
    notebook.keep(Changes(gone=(one.key,)))
    assert list(notebook.standing()) == []


def test_a_message_is_taken_over_with_its_concern_and_relieved_when_it_needs_nobody(store: Store) -> None:
    """The telling goes in the same transaction; a concern about a message is none that stands."""
    (message,) = opened(store, failed("a.edi"))
    [telling] = untold(store)
    about = concern("message/1", at=NOON, message=message.id)
    before = store.transactions
    store.notebook.keep(Changes(kept=(about,)), done=[telling])
    assert store.transactions == before + 1
    assert untold(store) == []
    assert list(store.notebook.standing()) == list(store.notebook.relieved(limit=9)) == []
    (other,) = opened(store, inbound("in"))
    fine = concern("message/2", at=NOON, message=other.id)
    store.notebook.keep(Changes(kept=(fine,)))
    assert list(store.notebook.relieved(limit=9)) == [fine]
    store.notebook.keep(Changes(kept=(replace(fine, status=Status.OVER),)))
    assert list(store.notebook.relieved(limit=9)) == []


def test_what_is_posted_is_told_and_what_was_over_is_forgotten(notebook: Notebook) -> None:
    """On each way, and the lane remembers when."""
    new, over = concern("a", at=NOON), concern("b", at=NOON, status=Status.OVER)
    notebook.keep(Changes(kept=(new, over)))
    batch = Batch(lane=("acme", True), concerns=(new, over))
    notebook.post(batch, NOTICE, ways=("command", "webhook"), at=NOON + MINUTE)
    assert list(notebook.standing()) == [replace(new, status=Status.TOLD, changed=NOON + MINUTE)]
    assert notebook.last_posts(["acme"]) == {("acme", True): NOON + MINUTE}
    due = notebook.due(now=NOON, within=HOUR, limit=9)
    assert [(post.way, post.notice, post.tries) for post in due] == [
        ("command", NOTICE, 0),
        ("webhook", NOTICE, 0),
    ]
    for post in due:
        notebook.sent(post)
    assert notebook.next_due() is None


def test_all_on_a_way_wait_for_the_one_that_failed(notebook: Notebook) -> None:
    """The least tried is sent first then; the way is stuck until all are out."""
    for number in range(2):
        batch = Batch(lane=("acme", False), concerns=(concern(str(number), at=NOON),))
        notebook.post(batch, replace(NOTICE, id=str(number)), ways=("webhook",), at=NOON)
    first, second = notebook.due(now=NOON, within=HOUR, limit=9)
    notebook.postpone(first, again_at=NOON + MINUTE, problem="503")
    assert notebook.due(now=NOON, within=HOUR, limit=9) == []
    assert notebook.next_due() == NOON + MINUTE
    again = notebook.due(now=NOON + MINUTE, within=HOUR, limit=9)
    assert [(post.id, post.tries) for post in again] == [(second.id, 0), (first.id, 1)]
    [stuck] = notebook.stuck("acme")
    assert (stuck.way, stuck.notices, stuck.tries, stuck.problem) == ("webhook", 2, 1, "503")
    assert notebook.stuck("other") == []


def test_what_was_delivered_is_walked_once_also_within_one_moment(store: Store) -> None:
    """By when it was settled, then in the order in which it was opened."""
    confirmed: dict[str, Any] = {"state": State.RECEIVED, "phase": Phase.CONFIRMED, "settled_at": NOON}
    first, second, third = opened(store, *(inbound(str(n), **confirmed) for n in range(3)))

    def walked(after: Spot, until: timedelta = MINUTE) -> list[str]:
        found = store.notebook.delivered("acme", after=after, until=NOON + until, limit=2)
        return [message.id for message in found]

    assert walked(Spot(at=NOON, message=None)) == [first.id, second.id]
    assert walked(Spot(at=NOON, message=second.id)) == [third.id]
    assert walked(Spot(at=NOON, message=None), timedelta()) == []
