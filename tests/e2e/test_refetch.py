"""A partner's message is delivered once more at a person's word."""

from datetime import timedelta

import pytest

from syncd.core.model import MessageId
from syncd.core.planning.pull import MOST_RETURNS
from syncd.errors import NotFound, UsageError
from syncd.flows.refetching import refetch as ask
from syncd.sandbox import Sandbox
from syncd.wiring.acting import refetch
from tests.e2e.harness import Ground


def test_a_message_is_delivered_once_more_and_only_once(ground: Ground, box: Sandbox) -> None:
    """Beside the one that is there; nothing is marked unread, and the history says who asked."""
    first = box.deliver(files={"a.edi": b"UNA a"})
    ground.run()
    asked = refetch(ground.settings, ground.row(first).id, "anna")
    assert (asked.state, asked.phase) == ("arriving", "listed")
    assert ground.names("inbox") == ["a.edi"]

    for _ in ground.passes(3):
        pass

    assert ground.names("inbox") == ["a.edi", "a~2.edi"]
    assert set(ground.files("inbox").values()) == {b"UNA a"}
    assert ground.row(first).phase == "confirmed"
    with ground.records() as records:
        assert [line.by for line in records.history(asked.id) if line.kind == "requested"] == ["anna"]
    assert box.ledger.count("mark_unread") == 0


def test_many_are_not_taken_for_a_restored_gateway(ground: Ground, box: Sandbox) -> None:
    """Each was asked for; they come in batches, not one by one."""
    for number in range(MOST_RETURNS + 1):
        box.deliver(files={f"{number}.edi": f"UNA {number}".encode()})
    with ground.process() as process:
        process.run()
        ground.collect()
        for row in ground.rows():
            ask(process.bridge, row, by="anna")
        batches, entries = box.ledger.count("batch"), box.ledger.count("get_received")
        process.run()

    assert len(ground.names("inbox")) == MOST_RETURNS + 1
    assert box.ledger.count("batch") - batches <= 2
    assert box.ledger.count("get_received") == entries


def test_what_was_settled_without_a_file_comes_when_it_is_asked_for(ground: Ground, box: Sandbox) -> None:
    """A retransmission with other content, which `resolve … done` had put aside."""
    first = box.deliver(files={"a.edi": b"UNA"})
    ground.run()
    ground.later(minutes=5)
    box.deliver(files={"a.edi": b"UNB other"}, message_id=first)
    ground.run()
    old, held = ground.rows()
    with pytest.raises(UsageError, match="not delivered yet") as refused:
        refetch(ground.settings, held.id, "anna")
    assert refused.value.remedy == f"To fetch it now: `syncd retry {held.id}`."
    ground.resolve(held, "done")

    with pytest.raises(UsageError, match=f"has message {held.id} now under the id of message {old.id}"):
        refetch(ground.settings, old.id, "anna")
    refetch(ground.settings, held.id, "anna")
    ground.run()

    assert sorted(ground.files("inbox").values()) == [b"UNA", b"UNB other"]


def test_what_cannot_be_fetched_says_so_and_changes_nothing(ground: Ground, box: Sandbox) -> None:
    """Deleted there, unknown, going out, or on its way in."""
    first = box.deliver(files={"a.edi": b"UNA"})
    ground.drop("out.edi", b"UNA out")
    ground.run()
    before = ground.rows()
    with pytest.raises(NotFound, match="no message nothing1"):
        refetch(ground.settings, MessageId("nothing1"), "anna")
    with pytest.raises(UsageError, match="goes out"):
        refetch(ground.settings, ground.row("out.edi").id, "anna")
    box.trouble("status", status=404, operation="get_received", times=1)
    with pytest.raises(NotFound, match="not at the gateway any more"):
        refetch(ground.settings, ground.row(first).id, "anna")
    assert ground.rows() == before
    refetch(ground.settings, ground.row(first).id, "anna")
    with pytest.raises(UsageError, match="under way"):
        refetch(ground.settings, ground.row(first).id, "anna")


def test_it_is_tried_again_like_any_other(ground: Ground, box: Sandbox) -> None:
    """What cannot be had now waits with its reason, and comes when it can."""
    first = box.deliver(files={"a.edi": b"UNA"})
    ground.run()
    ground.collect()
    refetch(ground.settings, ground.row(first).id, "anna")
    box.trouble("status", status=500, path=".*attachments.*", times=None)
    ground.run()
    assert (ground.row(first).phase, ground.names("inbox")) == ("waiting", [])
    box.calm()
    for _ in ground.passes(2, every=timedelta(minutes=3)):
        pass
    assert ground.names("inbox") == ["a.edi"]
