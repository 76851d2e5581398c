"""The business documents in what is sent and received are known, and nothing depends on it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, BinaryIO, cast

import pytest

from syncd.core.looking import Search
from syncd.core.model import File, Message, MessageId
from syncd.errors import FolderError
from syncd.flows.bridge import Bridge
from syncd.flows.reading import KEPT_BYTES
from syncd.sandbox import Sandbox
from tests.e2e.edi import document, group, orders, x12
from tests.e2e.harness import Ground


def documents(ground: Ground, row: Message) -> list[tuple[str, str, str, str]]:
    with ground.records() as records:
        found = records.documents([row.id], most=100).get(row.id, ())
        return [(d.kind, d.control, d.group, d.interchange) for d in found]


def found(ground: Ground, **wanted: Any) -> list[MessageId]:  # noqa: ANN401 - Search's own
    with ground.records() as records:
        return [row.id for row in records.search(Search(**wanted))]


def test_what_is_sent_is_known_by_its_numbers(ground: Ground) -> None:
    """From the moment on at which the bytes are about to leave; other files have none."""
    ground.drop("orders.edi", orders(123, count=2))
    ground.drop("letter.txt", b"Dear Sir or Madam")
    ground.settle()
    row = ground.row("orders.edi")
    assert documents(ground, row) == [
        ("850", "0001", "17", "000000123"),
        ("850", "0002", "17", "000000123"),
    ]
    assert found(ground, document="850", control="123") == [row.id]
    assert documents(ground, ground.row("letter.txt")) == []
    assert ground.row("letter.txt").state == "sent"


@pytest.mark.parametrize("style", ["name", "folder"])
def test_what_arrives_is_known_by_its_numbers(ground: Ground, box: Sandbox, style: str) -> None:
    """File by file, in whatever way it stands in the inbox."""
    ground.configure(inbox_style=style)
    invoice = x12(9, group("IN", 3, document("810", 1)), sender="WALMART", receiver="ACME")
    arrived = box.deliver(files={"a.pdf": b"%PDF", "invoice.edi": invoice})
    ground.run()
    row = ground.row(arrived)
    assert documents(ground, row) == [("810", "0001", "3", "000000009")]
    assert found(ground, control="9") == [row.id]
    with ground.records() as records:
        [document_] = records.documents([row.id], most=9)[row.id]
        assert (document_.file, document_.sender, document_.receiver) == (1, "WALMART", "ACME")


class Illegible:
    """An inbox whose staged files cannot be read again."""

    def __init__(self, inbox: object) -> None:
        self._inbox = inbox

    def __getattr__(self, name: str) -> object:
        return getattr(self._inbox, name)

    def staged_contents(self, message_id: MessageId, files: Sequence[File]) -> BinaryIO:
        raise FolderError(f"{message_id} cannot be read: {len(files)} files")


def test_a_file_that_cannot_be_understood_arrives_all_the_same(ground: Ground, box: Sandbox) -> None:
    """Reading is a service; what goes wrong with it is logged, and stops nothing."""

    def spoilt(bridge: Bridge) -> Bridge:
        return replace(bridge, inbox=cast(Any, Illegible(bridge.inbox)))

    arrived = box.deliver(files={"a.edi": orders(1).ljust(KEPT_BYTES + 1)})  # too large to be kept
    ground.run(wrap=spoilt)
    assert ground.row(arrived).phase == "confirmed"
    assert ground.names("inbox") == ["a.edi"]
    assert documents(ground, ground.row(arrived)) == []


def test_a_mended_file_is_known_as_it_was_sent(ground: Ground, box: Sandbox) -> None:
    """Each message has the documents of its own bytes."""
    box.trouble("status", status=422, operation="send", times=1)
    ground.drop("a.edi", orders(1))
    ground.settle()
    old = ground.row("a.edi")
    ground.put_back("a.edi", with_status=True)
    (ground.root / "outbox" / ground.pair / "a.edi").write_bytes(orders(2))
    ground.settle()
    [new] = [row for row in ground.rows() if row.id != old.id]
    assert (old.state, new.state) == ("failed", "sent")
    assert [each[3] for each in (*documents(ground, old), *documents(ground, new))] == [
        "000000001",
        "000000002",
    ]
