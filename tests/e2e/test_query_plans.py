"""Every statement that really goes to the database finds what it wants by an index.

What a pass, the start, hooks, notices, retention and a person's questions ask is overheard while they do,
so a new question is among them by itself. The plan of a statement does not depend on how many rows there
are, since the database is never analyzed: a few tell as much as five million.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from syncd.core.hooks import channel
from syncd.core.looking import Search
from syncd.core.model import Direction, State
from syncd.core.notices.concerns import CHANNEL
from syncd.flows.once import JOBS
from syncd.operations import questions
from syncd.operations.account_status import account_status
from syncd.operations.export import entries
from syncd.operations.pruning import prune_account
from syncd.ports import Records
from syncd.sandbox import Sandbox
from syncd.store import schema
from syncd.store.opening import FILE_NAME
from syncd.wiring.noticing import notice_once
from syncd.wiring.pruning import desk
from syncd.wiring.telling import tell_once
from tests.e2e.edi import acknowledgement, answered, orders
from tests.e2e.harness import ACCOUNT, Ground, Process

GROWING = ("messages", "names", "history", "documents", "tellings", "concerns", "notices")
"""The tables that grow with the history, or may hold very much for a while."""
WALK = re.compile(rf"SCAN (?P<table>{'|'.join(GROWING)})\b(?P<how>.*)")
FEW = "WHERE concerns.message IS NULL"
"""What is wrong with accounts, not with messages: all of it is read, by an index that has nothing else."""


@dataclass
class Overheard:
    """The statements, each once, with the values of its first time."""

    statements: dict[str, Any] = field(default_factory=dict)

    def note(self, _c: object, _cursor: object, words: str, values: Any, *more: Any) -> None:  # noqa: ANN401
        is_many = more[-1]
        self.statements.setdefault(words, values[0] if is_many else values)

    @contextmanager
    def listening(self) -> Iterator[None]:
        sa.event.listen(Engine, "before_cursor_execute", self.note)
        try:
            yield
        finally:
            sa.event.remove(Engine, "before_cursor_execute", self.note)

    def walks(self, database: Path) -> list[str]:
        """The statements that go through a table that grows, each with the step that does."""
        found: list[str] = []
        with closing(sqlite3.connect(database)) as connection:
            for words, values in self.statements.items():
                if not words.startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
                    continue
                plan = connection.execute(f"EXPLAIN QUERY PLAN {words}", values).fetchall()
                found += [f"{step[3]}: {words}" for step in plan if _is_walk(step[3], words)]
        return found


def _is_walk(step: str, words: str) -> bool:
    """Along an index in its order, so far as was asked for, is no walk."""
    walk = WALK.match(step)
    if walk is None or FEW in words:
        return False
    return "INDEX" not in walk["how"] or "LIMIT" not in words


@pytest.fixture
def ground(box: Sandbox, tmp_path: Path) -> Ground:
    """An account with hooks, notices, and a partner with every rule that makes something late."""
    made = Ground(box, tmp_path)
    made.partners = [
        {"station": "RJ_Station", "partner": "RJ_Partner", "mdn_within": "1m", "silent_after": "1h"}
    ]
    made.tables = {
        "notices": {"command": ["/bin/true"], "not_collected_after": "1m"},
        "retention": {"sent": "1d", "failed": "1d", "history": "2d", "at_gateway": "1d"},
    }
    made.configure(**{"hooks.on_received": ["/bin/true"], "hooks.on_failed": ["/bin/false"]})
    made.tell = (channel(made.settings.accounts), CHANNEL)
    with made.process():
        return made  # with a database: to make one walks through what is not there yet


def turn(process: Process) -> None:
    """One pass, and all that comes after one."""
    result = process.run()
    tell_once(process.doors, is_over=lambda: False)
    notice_once(process.doors, [result], jobs=JOBS, is_over=lambda: False)


def lived(ground: Ground, box: Sandbox) -> None:
    """Some days with everything in them: good, bad, in doubt, held, acknowledged, and forgotten."""
    ground.drop("answered.edi", orders(1, count=2))
    ground.drop("refused.edi", b"UNA", pair="RJ_Station/Nobody")
    box.trouble("reset", operation="send", when="after")
    ground.drop("in doubt.edi", b"UNA doubt")
    box.deliver(files={"in.edi": orders(7)})
    box.deliver(files={})
    with ground.process() as process:
        for _ in range(3):
            turn(process)
            ground.later(minutes=5)
        box.deliver(files={"997.edi": acknowledgement(answered("PO", 17, "P", d1="A", d2="R"))})
        turn(process)
        turn(process)
    ground.later(days=3)
    with ground.process() as process:
        turn(process)
        prune_account(desk(process.doors, process.bridge, by="anna"), dry_run=False)


def asked(ground: Ground) -> None:
    """What commands and the page ask."""
    now = ground.clock.now()
    with ground.records() as records:
        for search in searches():
            questions.list_messages(records, search, {})
        for text in ("refused.edi", "refused", "fu", "no such name", "<an-id@gateway>"):
            questions.find_messages(records, text, {}, account=ACCOUNT, limit=5)
        for row in records.search(Search(limit=3)):
            questions.show_message(records, row.id, {})
        [account] = ground.settings.accounts
        account_status(account, records, {}, now=now, jobs=(), not_taken=(), troubles=())
        list(entries(records, [ACCOUNT], since=now - timedelta(days=1)))
        gauged(records, ground)


def searches() -> Iterator[Search]:
    yield Search()
    for some in (
        {"account": ACCOUNT},
        {"partner": "RJ_Partner"},
        {"station": "RJ_Station"},
        {"states": (State.HELD, State.FAILED)},
        {"direction": Direction.INBOUND},
        {"name": "*.edi"},
        {"document": "850"},
        {"control": "17"},
        {"acknowledged": "waiting"},
        {"attention": True},
    ):
        yield Search(**some)
        yield Search(**({"account": ACCOUNT, "partner": "RJ_Partner"} | some))


def gauged(records: Records, ground: Ground) -> None:
    """What is shown as a number."""
    now = ground.clock.now()
    records.outstanding(ACCOUNT)
    records.overdue(ACCOUNT, now=now)
    records.opened(Direction.INBOUND, now - timedelta(days=1), now)


def test_nothing_that_is_asked_walks_through_what_grows(ground: Ground, box: Sandbox) -> None:
    """Five rows or five million: no pass and no question reads a table from end to end."""
    overheard = Overheard()
    with overheard.listening():
        lived(ground, box)
        asked(ground)
    touched = {table for table in GROWING if any(table in words for words in overheard.statements)}
    assert touched == set(GROWING)
    assert len(overheard.statements) > 60
    assert overheard.walks(ground.state / FILE_NAME) == []


@pytest.mark.parametrize(
    "walk",
    [
        sa.select(schema.messages).where(schema.messages.c.reason == "anything"),
        sa.select(schema.history).where(schema.history.c.kind == "sent").limit(5),
        sa.select(schema.messages).order_by(schema.messages.c.created),
    ],
)
def test_a_question_without_an_index_is_noticed(ground: Ground, walk: sa.Select[Any]) -> None:
    """So that the test above can fail."""
    overheard = Overheard()
    ask: Callable[[Records], object] = lambda records: records._rows(walk)  # type: ignore[attr-defined]  # noqa: E731
    with ground.process() as process, overheard.listening():
        ask(process.doors.store.records)
    assert len(overheard.walks(ground.state / FILE_NAME)) == 1
