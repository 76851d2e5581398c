"""Entries deleted at the gateway: what is settled here, and nothing else; the files here stay."""

from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.core.model import Message
from syncd.errors import NotFound
from syncd.flows.deleting import Deletion, delete_there
from syncd.operations.mdns import the_mdn
from syncd.operations.questions import row
from syncd.sandbox import Sandbox, World
from syncd.wiring.acting import resend, retry, stop
from syncd.wiring.deleting import delete as delete_by_command
from tests.e2e.harness import Ground
from tests.e2e.invariants import faults
from tests.e2e.verified import found


@pytest.fixture
def world() -> World:
    """One retry, so that tries are soon used up."""
    usual = World.default()
    return replace(usual, timing=replace(usual.timing, retries=1))


def delete(ground: Ground, *names: str) -> Deletion:
    """As `syncd delete` does it; without names, all there is."""
    rows = [ground.row(name) for name in names] or ground.rows()
    with ground.process() as process:
        return delete_there(process.bridge, rows, by="anna")


def why(deletion: Deletion) -> str:
    """The one reason why one is left."""
    [(_, error)] = deletion.left
    return str(error)


def acts(ground: Ground, mine: Message) -> list[tuple[str, str]]:
    with ground.records() as records:
        return [(line.text, line.by) for line in records.history(mine.id) if line.by]


def test_what_is_settled_goes_in_one_request_a_list_and_stays_here(ground: Ground, box: Sandbox) -> None:
    """Each says who did it; a second time it is said that it was done; nothing here minds."""
    ground.run()
    for number in range(3):
        ground.drop(f"{number}.edi", b"UNA %d" % number)
        box.deliver(files={f"in-{number}.edi": b"UNA in"}, message_id=f"in-{number}")
    ground.settle()
    before = {one.id: (one.state, one.phase, one.settled_at) for one in ground.rows()}
    here = ground.all_files("")

    assert len(delete(ground).deleted) == 6

    assert box.ledger.operations()["delete_many"] == 2
    assert {one.outcome for one in box.ledger.sent} == {"deleted"}
    assert all(one.is_deleted for one in box.ledger.received)
    assert {one.id: (one.state, one.phase, one.settled_at) for one in ground.rows()} == before
    assert acts(ground, ground.row("0.edi")) == [("deleted at the gateway", "anna")]
    assert ground.all_files("") == here
    assert "deleted at the gateway already" in why(delete(ground, "in-0"))
    assert found(ground) == []
    ground.settle()
    assert ground.all_files("") == here


def test_the_mdn_of_what_was_deleted_is_not_asked_for(ground: Ground, box: Sandbox) -> None:
    """It is said that it was deleted there."""
    ground.drop("a.edi", b"UNA a")
    ground.settle()
    delete(ground)
    with ground.process() as process, pytest.raises(NotFound, match="deleted there"):
        the_mdn(row(ground.row("a.edi"), {}), process.bridge.gateway)
    assert box.ledger.count("mdn_sent") == 0


def test_a_look_touches_nothing_and_what_is_left_has_its_reason(ground: Ground, box: Sandbox) -> None:
    """As the command asks first, and then does it."""
    box.partner("RJ_Partner").behave(files="b.edi", mdn="never")
    ground.drop("a.edi", b"UNA a")
    ground.drop("b.edi", b"UNA b")
    ground.run()
    ground.later(minutes=1)
    ground.run()
    ids = [one.id for one in ground.rows()]
    looked = delete_by_command(ground.settings, ids, only_look=True, by="anna")
    assert {one.outcome for one in box.ledger.sent} == {"sent"}
    done = delete_by_command(ground.settings, ids, only_look=False, by="anna")
    for told in (looked, done):
        assert [one.id for one in told.messages] == [ground.row("a.edi").id]
        assert [(one.message.phase, "MDN" in one.remedy) for one in told.left] == [("awaiting_mdn", True)]
    assert (looked.done, done.done, ground.row("a.edi").progress.deleted_at) == (
        False,
        True,
        done.messages[0].deleted,
    )


def test_where_fewer_were_there_each_is_deleted_by_itself(ground: Ground, box: Sandbox) -> None:
    """Somebody deleted one in the gateway's console: the answer does not say which."""
    for name in ("a.edi", "b.edi", "c.edi"):
        ground.drop(name, name.encode())
    ground.settle()
    with ground.process() as process:
        process.bridge.gateway.delete("sent", [ground.row("b.edi").message_id or ""])  # type: ignore[list-item]

    assert len(delete(ground).deleted) == 3
    assert {one.outcome for one in box.ledger.sent} == {"deleted"}


def test_a_refused_request_for_many_says_nothing_of_each(ground: Ground, box: Sandbox) -> None:
    """Each is asked for by itself; one that is refused is left, and the others are not."""
    for name in ("a.edi", "b.edi"):
        ground.drop(name, name.encode())
    ground.settle()
    box.trouble("status", status=400, operation="delete_many")
    box.trouble("status", status=400, operation="delete")

    deletion = delete(ground)

    assert (len(deletion.deleted), len(deletion.left)) == (1, 1)
    assert sorted(one.outcome for one in box.ledger.sent) == ["deleted", "sent"]


def test_one_that_the_gateway_cannot_delete_keeps_no_other_there(ground: Ground, box: Sandbox) -> None:
    """It is left with the answer; a gateway that answers so each time is asked no more."""
    for number in range(8):
        box.deliver(files={"in.edi": b"UNA"}, message_id=f"in-{number}")
    ground.settle()
    box.trouble("status", status=500, method="DELETE", times=None)
    assert "500" in str(delete(ground).trouble)
    assert box.ledger.operations()["delete"] == 5
    box.calm()
    box.trouble("status", status=500, operation="delete_many", times=None)
    box.trouble("status", status=500, path="in-3", method="DELETE", times=None)
    done = delete(ground)
    assert (done.trouble, len(done.deleted)) == (None, 7)
    assert "500" in why(done)


def test_a_program_that_is_stopped_deletes_no_more(ground: Ground, box: Sandbox) -> None:
    """And says so; what is left goes another time."""
    box.deliver(files={"in.edi": b"UNA"}, message_id="in-1")
    ground.settle()
    ground.clock.is_stopping = True
    assert "stopping" in str(delete(ground).trouble)
    assert not box.ledger.received[0].is_deleted
    ground.clock.is_stopping = False
    assert len(delete(ground).deleted) == 1


def test_an_answer_that_is_lost_ends_it_and_a_second_time_ends_well(ground: Ground, box: Sandbox) -> None:
    """What may have been deleted is recorded when the gateway says that it is not there."""
    ground.drop("a.edi", b"UNA a")
    ground.settle()
    box.trouble("reset", operation="delete", when="after")
    assert delete(ground).trouble is not None
    assert ground.row("a.edi").progress.deleted_at is None
    assert len(delete(ground).deleted) == 1


def failed(ground: Ground, box: Sandbox) -> Message:
    """A message whose tries are used up: nothing but a person at the gateway could begin them again."""
    box.partner("RJ_Partner").behave(delivery="exhausted")
    ground.drop("a.edi", b"UNA a")
    ground.settle(every=timedelta(seconds=50))
    assert ground.states() == {"a.edi": "failed"}
    box.partner("RJ_Partner").behave(delivery="ok")
    return ground.row("a.edi")


def looks(box: Sandbox) -> int:
    """How often lists and entries were asked for."""
    return box.ledger.count("list") + box.ledger.count("get")


def test_a_deleted_failure_cannot_come_back_and_is_not_looked_for(ground: Ground, box: Sandbox) -> None:
    """Its failed tries and the entry whose tries are used up are both gone."""
    failed(ground, box)

    assert len(delete(ground).deleted) == 1

    assert [one.outcome for one in box.ledger.sent] == ["deleted"]
    asked = looks(box)
    ground.later(hours=1)
    ground.run(jobs=("track",))
    assert looks(box) == asked
    assert ground.names("failed") == ["a.edi"]
    assert faults(ground) == []


def test_a_failure_that_somebody_let_go_on_is_left_to_go_on(ground: Ground, box: Sandbox) -> None:
    """Nobody here knows yet: nothing is deleted, and it ends as sent."""
    old = failed(ground, box)
    box.revive(old.message_id or "")
    assert "--only track" in why(delete(ground))
    ground.later(hours=1)
    ground.settle()
    assert ground.states() == {"a.edi": "sent"}


def test_a_bad_mdn_stands_in_the_sent_list_and_is_deleted_there(ground: Ground, box: Sandbox) -> None:
    """It failed, though the gateway sent it."""
    box.partner("RJ_Partner").behave(mdn="error")
    ground.drop("a.edi", b"UNA a")
    ground.settle()
    assert ground.states() == {"a.edi": "failed"}
    assert len(delete(ground).deleted) == 1
    assert [one.outcome for one in box.ledger.sent] == ["deleted"]


def stopped(ground: Ground, box: Sandbox) -> Message:
    """A message whose tries a person ended."""
    box.partner("RJ_Partner").pause()
    ground.drop("a.edi", b"UNA a")
    ground.run()
    assert "syncd stop" in why(delete(ground))
    stop(ground.settings, ground.row("a.edi").id, "anna")
    box.partner("RJ_Partner").resume()
    return ground.row("a.edi")


def test_a_stopped_message_fails_when_it_is_deleted(ground: Ground, box: Sandbox) -> None:
    """Its file goes to failed/, with the reason; it can be sent again."""
    old = stopped(ground, box)

    assert [one.state for one in delete(ground).deleted] == ["failed"]

    after = ground.row("a.edi")
    assert (after.reason, ground.names("failed")) == ("deleted at the gateway by anna", ["a.edi"])
    assert ground.all_files("queued") == {}
    resend(ground.settings, old.id, "anna")
    ground.settle()
    assert [one.outcome for one in box.ledger.sent] == ["deleted", "sent"]


def test_a_stopped_message_that_went_on_there_is_not_taken_for_deleted(ground: Ground, box: Sandbox) -> None:
    """The partner may get it: it is followed again, and not said to have failed."""
    old = stopped(ground, box)
    box.revive(old.message_id or "")
    ground.later(minutes=1)
    assert f"syncd retry {old.id}" in why(delete(ground))
    retry(ground.settings, old.id, "anna")
    ground.settle()
    assert ground.states() == {"a.edi": "sent"}


def test_a_held_message_is_gone_when_it_is_deleted(ground: Ground, box: Sandbox) -> None:
    """Nobody has to decide on it any more."""
    ground.run()
    box.deliver(files={}, message_id="empty")
    ground.settle()
    assert ground.row("empty").state == "held"

    assert [one.state for one in delete(ground, "empty").deleted] == ["gone"]

    assert ground.row("empty").reason == "deleted at the gateway by anna"
    assert [one.is_deleted for one in box.ledger.received] == [True]
    assert ground.all_files("held") == {}
    ground.run()
    assert found(ground) == []


def test_an_id_that_is_unread_there_again_is_not_deleted(ground: Ground, box: Sandbox) -> None:
    """The partner used it once more, and nobody has fetched that yet: nothing is lost."""
    ground.run()
    box.deliver(files={"in.edi": b"UNA 1"}, message_id="same")
    ground.settle()
    old = ground.row("same")
    ground.later(minutes=1)
    box.deliver(files={"in.edi": b"UNA 2, another"}, message_id="same")

    assert "--only pull" in why(delete(ground))
    ground.run()
    [held] = [one for one in ground.rows() if one.state == "held"]
    with ground.process() as process:
        left = delete_there(process.bridge, [old], by="anna").left
    assert held.id in str(left[0][1])
    assert not any(one.is_deleted for one in box.ledger.received)
