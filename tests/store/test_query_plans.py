"""What the questions of a pass cost: they use their index, and do not grow with the history."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from syncd.core import events as ev
from syncd.core.acknowledging import Subject
from syncd.core.looking import Search
from syncd.core.machine import STAGED, advance
from syncd.core.model import Direction, GatewayId, PartnerType, Phase, State
from syncd.flows.track import TRACKED
from syncd.ports.notices import Notebook, Spot
from syncd.ports.store import Change
from syncd.store import Store, open_store
from syncd.store.records import SqlRecords
from tests.contracts.stores import NOON, NOTICE, PAIR, drained, failed, happened, inbound, opened, outbound
from tests.core.edi import interchange

GROUP = Subject(standard="x12", interchange="", group_kind="PO", group="7", sender="ACME", receiver="WALMART")
NOBODY = replace(PAIR, partner="nobody")
Question = Callable[[SqlRecords], object]

OF_A_PASS: dict[str, tuple[Question, str]] = {
    "unfinished": (lambda r: r.unfinished("acme", Direction.INBOUND), "messages_unfinished"),
    "staged": (
        lambda r: r.unfinished("acme", Direction.INBOUND, at=[STAGED]),
        "messages_unfinished (account=? AND direction=? AND state=? AND phase=?)",
    ),
    "tracked": (
        lambda r: r.unfinished("acme", Direction.OUTBOUND, at=TRACKED),
        "messages_unfinished (account=? AND direction=? AND state=? AND phase=?)",
    ),
    "wanted": (lambda r: r.wanted("acme", after=None, limit=5), "messages_wanted"),
    "to_fetch": (lambda r: r.to_fetch("acme", PartnerType.TEST, limit=5), "messages_to_fetch"),
    "places": (lambda r: r.places("acme"), "messages_unfinished"),
    "failed_with_file": (lambda r: r.failed_with_file("acme", limit=5), "messages_failed_with_file"),
    "moving": (lambda r: r.moving("acme"), "messages_moving"),
    "by_gateway_ids": (
        lambda r: r.by_gateway_ids("acme", [GatewayId("live"), GatewayId("b")]),
        "messages_inbound_key",
    ),
    "outbound_ids": (lambda r: r.outbound_ids("acme", [GatewayId("live")]), "messages_outbound_id"),
    "alike_failed": (lambda r: r.alike_failed("acme", PAIR, "live"), "messages_failed_alike"),
    "failed_since": (lambda r: r.failed_since("acme", NOON + timedelta(days=9)), "messages_failed_there"),
    "pairs_used": (lambda r: r.pairs_used("acme"), "PRIMARY KEY"),
    "counts": (lambda r: r.counts("acme"), "PRIMARY KEY"),
    "facts": (lambda r: r.facts("acme"), "PRIMARY KEY"),
    "get": (lambda r: r.get(r._ids.encode(1)), "INTEGER PRIMARY KEY"),
    "history": (lambda r: r.history(r._ids.encode(1)), "history_message"),
    "untold": (lambda r: r.untold("notice", now=NOON), "tellings_due"),
    "next_untold": (lambda r: r.next_untold("notice", after=NOON), "tellings_due"),
}
OF_A_PERSON: dict[str, tuple[Question, str]] = {
    "search": (lambda r: r.search(Search(limit=5)), "messages_created"),
    "search of a time": (lambda r: r.search(Search(since=NOON, limit=5)), "messages_created"),
    "opened": (lambda r: r.opened(Direction.INBOUND, NOON, NOON), "COVERING INDEX messages_traffic"),
    "search of an account": (lambda r: r.search(Search(account="acme", limit=5)), "messages_group"),
    "search of a direction": (
        lambda r: r.search(Search(direction=Direction.INBOUND, limit=5)),
        "messages_group",
    ),
    "search of a station": (lambda r: r.search(Search(station="ACME", limit=5)), "messages_group"),
    "search of a state": (lambda r: r.search(Search(states=(State.HELD,), limit=5)), "messages_group"),
    "search of a partner": (lambda r: r.search(Search(partner="live", limit=5)), "messages_partner"),
    "attention": (lambda r: r.search(Search(attention=True, limit=5)), "messages_attention"),
    "failed files to look at": (
        lambda r: r.search(Search(account="acme", states=(State.FAILED,), attention=True, limit=5)),
        "messages_attention",
    ),
    "find by gateway's id": (lambda r: r.find("live"), "messages_inbound_key"),
    "with_files": (
        lambda r: r.with_files("acme", State.SENT, until=NOON, after=r.get(r._ids.encode(1)), limit=5),
        "messages_with_file",
    ),
    "at_gateway": (
        lambda r: r.at_gateway("acme", State.SENT, until=NOON, after=r.get(r._ids.encode(1)), limit=5),
        "messages_at_gateway",
    ),
    "done": (
        lambda r: r.done("acme", until=NOON, after=r.get(r._ids.encode(1)), limit=5),
        "messages_done",
    ),
    "part": (lambda r: r.part("acme", after=r._ids.encode(1), limit=5), "INTEGER PRIMARY KEY"),
    "part since": (
        lambda r: r.part("acme", after=None, limit=5, since=NOON + timedelta(days=15)),
        "COVERING INDEX history_at",
    ),
    "histories": (lambda r: r.histories([r._ids.encode(1), r._ids.encode(2)]), "history_message"),
    "overdue": (lambda r: r.overdue("acme", now=NOON), "messages_unanswered"),
    "search of overdue ones": (
        lambda r: r.search(Search(acknowledged="overdue", at=NOON, limit=5)),
        "messages_unanswered",
    ),
    "search of what is accepted": (
        lambda r: r.search(Search(acknowledged="accepted", limit=5)),
        "messages_answered",
    ),
    "search of an answered message's documents": (
        lambda r: r.sent_as("acme", NOBODY, GROUP),
        "documents_group",
    ),
    "search of a pair's answered documents": (lambda r: r.sent_as("acme", NOBODY, GROUP), "messages_partner"),
    "documents": (lambda r: r.documents([r._ids.encode(1)], most=5), "PRIMARY KEY"),
    "search of documents": (lambda r: r.search(Search(document="live", limit=5)), "documents_kind"),
    "search of a partner's documents": (
        lambda r: r.search(Search(document="live", partner="live", limit=5)),
        "documents_kind",
    ),
    "carrying a number": (
        lambda r: r.carrying(interchange("77"), account="acme", pair=PAIR, since=NOON),
        "documents_interchange",
    ),
    "search of a number": (lambda r: r.search(Search(control="77", limit=5)), "documents_control"),
    "search of a group's number": (lambda r: r.search(Search(control="77", limit=5)), "documents_group"),
    "search of documents with a number": (
        lambda r: r.search(Search(control="77", document="live", limit=5)),
        "documents_interchange",
    ),
    "find by name": (lambda r: r.find("live.edi"), "names_name"),
    "troubled": (lambda r: r.troubled("notice", "acme"), "tellings_troubled"),
    "outstanding": (lambda r: r.outstanding("acme"), "messages_unfinished"),
}
BY_PARTS: dict[str, tuple[Question, str]] = {
    "find by part": (lambda r: r.find("ve.e"), "parts VIRTUAL TABLE INDEX"),
    "find by two letters": (lambda r: r.find("ve"), "parts VIRTUAL TABLE INDEX"),
    "find by part, of an account": (lambda r: r.find("ve.e", account="acme"), "parts VIRTUAL TABLE INDEX"),
    "search of a name": (lambda r: r.search(Search(name="*ve.*")), "parts VIRTUAL TABLE INDEX"),
    "search of a partner's name": (
        lambda r: r.search(Search(partner="live", name="*.edi", limit=5)),
        "parts VIRTUAL TABLE INDEX",
    ),
}
AS_MANY: dict[str, tuple[Question, str]] = {
    "attention counted": (lambda r: r.attention("acme"), "messages_attention"),
}
"""What is counted, and costs as much as there is, up to a thousand."""
GROWING = ("SCAN messages", "SCAN names", "SCAN history", "SCAN tellings", "SCAN documents")
QUESTIONS = OF_A_PASS | OF_A_PERSON
OF_FEW = {
    "by_gateway_ids",
    "search of overdue ones",
    "outstanding",
    "unfinished",
    "tracked",
}  # sorted, but never more than asked for


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(tmp_path, tell=[NOTICE])
    yield made
    made.close()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a state with a few messages, which nobody writes any more."""
    folder = tmp_path_factory.mktemp("written")
    store = open_store(folder, tell=[NOTICE])
    live(store)
    store.close()
    return folder


@pytest.fixture
def live_store(written: Path) -> Iterator[Store]:
    """That state, to be read; no answer is kept of what another test has asked."""
    made = open_store(written, read_only=True)
    yield made
    made.close()


def records(store: Store) -> SqlRecords:
    assert isinstance(store.records, SqlRecords)
    return store.records


def asked(store: Store, question: Question) -> list[tuple[str, Any]]:
    """The statements behind a question."""
    statements: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:  # noqa: ANN401
        statements.append((statement, parameters))

    engine = records(store)._engine
    sa.event.listen(engine, "before_cursor_execute", note)
    question(records(store))
    sa.event.remove(engine, "before_cursor_execute", note)
    return [(words, values) for words, values in statements if words != "BEGIN"]


def plans(store: Store, question: Question) -> list[str]:
    """How SQLite goes about each statement."""
    asks = asked(store, question)
    with records(store)._engine.connect() as connection:
        explained = [
            connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", values).all() for words, values in asks
        ]
    return ["\n".join(row[3] for row in rows) for rows in explained]


@pytest.mark.parametrize("name", QUESTIONS | BY_PARTS | AS_MANY)
def test_a_question_uses_its_index(live_store: Store, name: str) -> None:
    """Nothing reads a table that grows from end to end."""
    question, index = (QUESTIONS | BY_PARTS | AS_MANY)[name]
    how = "\n".join(plans(live_store, question))
    assert index in how
    unbounded = [step for step in how.splitlines() if step.startswith(GROWING) and "INDEX" not in step]
    assert unbounded == []


OF_NOTICES: dict[str, tuple[Callable[[Notebook], object], str]] = {
    "standing": (lambda n: n.standing(), "concerns_standing"),
    "pending": (lambda n: n.pending(limit=5), "concerns_pending"),
    "relieved": (lambda n: n.relieved(limit=5), "concerns_message"),
    "delivered": (
        lambda n: n.delivered("acme", after=Spot(at=NOON, message=None), until=NOON, limit=5),
        "messages_done",
    ),
}


@pytest.mark.parametrize("name", OF_NOTICES)
def test_a_question_of_notices_uses_its_index(store: Store, name: str) -> None:
    """They are asked every minute."""
    question, index = OF_NOTICES[name]
    how = "\n".join(plans(store, lambda _: question(store.notebook)))
    assert index in how
    assert "SCAN messages" not in how
    assert "TEMP B-TREE" not in how


OF_DOCUMENTS = {name for name in QUESTIONS if "documents" in name or "number" in name} - {"documents"}


@pytest.mark.parametrize("name", sorted((QUESTIONS | BY_PARTS).keys() - OF_FEW - OF_DOCUMENTS))
def test_no_question_sorts_what_an_index_has_in_order(live_store: Store, name: str) -> None:
    """Sorting costs as much as there is, not as much as is asked for; few are of one id."""
    everything = plans(live_store, (QUESTIONS | BY_PARTS)[name][0])
    of_messages = [how for how in everything if not ("pairs" in how and "tallies" in how)]
    assert of_messages
    assert not [how for how in of_messages if "TEMP B-TREE" in how and "bare_id=?" not in how]


@pytest.mark.parametrize("name", ["search of documents", "search of a partner's documents"])
def test_documents_are_walked_from_the_newest_message(store: Store, name: str) -> None:
    """What is sorted is no more than is asked for: it comes after the list of the messages."""
    [how] = plans(store, QUESTIONS[name][0])
    walked, _, _after = how.partition("USE TEMP B-TREE")
    assert "COVERING INDEX documents_kind" in walked
    assert how.count("USE TEMP B-TREE") == 1


# Counted in instructions of SQLite's own machine: exact, and the same on every computer ----------


def instructions(driver: Any, act: Callable[[], object]) -> int:  # noqa: ANN401 - sqlite3's connection
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    driver.set_progress_handler(step, 1)
    act()
    driver.set_progress_handler(None, 0)
    return count


def at_rest(store: Store, count: int) -> None:
    """Adds to the history: messages of every kind with which nothing is done any more."""
    kinds = []
    for n in range(count // 4):
        kinds += [
            inbound(f"{count}-r{n}", minute=n, state=State.RECEIVED, phase=Phase.CONFIRMED),
            inbound(f"{count}-g{n}", minute=n, state=State.GONE, phase=None),
            outbound(f"{n}", minute=n, state=State.SENT, phase=None, message_id=GatewayId(f"{count}-{n}")),
            failed(f"{count}-f{n}", minute=n),
        ]
    opened(store, *kinds)
    drained(store)


def live(store: Store) -> None:
    """The few messages that a pass is about."""
    days = 20 * 24 * 60
    held, *_ = opened(
        store, inbound("live", minute=days), inbound("b", minute=days), failed("live", minute=days)
    )
    opened(store, outbound("live.edi", minute=days, pair=replace(PAIR, partner="live")))
    happened(store, held, ev.Held(reason="live"))


def cost_of_questions(store: Store) -> dict[str, int]:
    reader = records(store)
    with reader._engine.connect() as connection:  # the pool lends the same one for each question
        driver = connection.connection.driver_connection
    return {name: instructions(driver, partial(ask, reader)) for name, (ask, _) in QUESTIONS.items()}


def cost_of_writing(store: Store) -> int:
    writer = store._writer
    assert writer is not None
    (message,) = opened(store, inbound("written"))
    event = ev.Held(reason="to be counted")
    change = Change(event=event, after=advance(message, event, now=NOON))
    return instructions(
        writer._connection.connection.driver_connection, lambda: store.journal.write([change])
    )


def test_what_a_pass_asks_costs_the_same_with_any_history(tmp_path: Path) -> None:
    """Five rows or five million: the same instructions, to the last one."""
    costs = []
    for count in (20, 2_000):
        folder = tmp_path / str(count)
        folder.mkdir()
        store = open_store(folder, tell=[NOTICE])
        at_rest(store, count)
        live(store)
        costs.append({**cost_of_questions(store), "write": cost_of_writing(store)})
        store.close()
    assert costs[1] == costs[0]
    assert min(costs[0].values()) > 0
