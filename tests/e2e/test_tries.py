"""The gateway's own tries of a message, ended and begun again at a person's word."""

from datetime import timedelta

import pytest

from syncd.core.model import MessageId
from syncd.errors import NotFound, UsageError
from syncd.sandbox import Sandbox
from syncd.wiring.acting import retry, stop
from tests.e2e.harness import Ground
from tests.e2e.invariants import faults

HOUR = timedelta(hours=1)


def on_its_way(ground: Ground, box: Sandbox, name: str = "a.edi") -> MessageId:
    """A message that the gateway accepted and does not send yet."""
    box.partner("RJ_Partner").pause()
    ground.drop(name, b"UNA " + name.encode())
    ground.run()
    assert ground.row(name).phase == "accepted"
    return ground.row(name).id


def test_what_is_stopped_stays_so_for_hours_and_goes_on_when_tried_again(
    ground: Ground, box: Sandbox
) -> None:
    """Our own stop does not count as vanished, and the history tells who did what."""
    mine = on_its_way(ground, box)

    stop(ground.settings, mine, "anna")
    box.partner("RJ_Partner").resume()
    for _ in ground.passes(12, every=HOUR):
        pass

    row = ground.row("a.edi")
    assert (row.state, row.phase) == ("queued", "stopped")
    assert row.reason == "the gateway's tries are stopped by anna"
    assert ground.names("queued") == ["a.edi"]
    assert len(box.ledger.sent) == 1
    assert box.ledger.sent[0].outcome == "stopped"

    retry(ground.settings, mine, "bob")
    ground.settle()

    assert ground.states() == {"a.edi": "sent"}
    assert ground.names("sent") == ["a.edi"]
    assert [line for line in acts(ground, mine) if line[1]] == [("stopped", "anna"), ("restarted", "bob")]
    assert faults(ground) == []


def acts(ground: Ground, mine: MessageId) -> list[tuple[str, str]]:
    """Kind and person of each line of the history."""
    with ground.records() as records:
        return [(line.kind, line.by or "") for line in records.history(mine)]


def test_what_somebody_else_began_again_is_followed(ground: Ground, box: Sandbox) -> None:
    """The gateway's console was quicker: a retry finds nothing stopped there, and the message goes on."""
    mine = on_its_way(ground, box)
    stop(ground.settings, mine, "anna")
    box.partner("RJ_Partner").resume()
    box.revive(ground.row("a.edi").message_id or "")

    retry(ground.settings, mine, "bob")
    assert ground.row("a.edi").phase == "accepted"
    ground.settle()

    assert ground.states() == {"a.edi": "sent"}
    assert faults(ground) == []


def test_what_was_delivered_meanwhile_cannot_be_stopped(ground: Ground, box: Sandbox) -> None:
    """The gateway sent it before we looked: nothing changes here, and the next pass tells."""
    mine = on_its_way(ground, box)
    box.partner("RJ_Partner").resume()
    ground.later(minutes=1)

    with pytest.raises(UsageError, match="not in the gateway's queue"):
        stop(ground.settings, mine, "anna")

    assert ground.row("a.edi").phase == "accepted"
    ground.settle()
    assert ground.states() == {"a.edi": "sent"}


def test_a_verb_that_does_not_fit_names_the_one_that_does(ground: Ground, box: Sandbox) -> None:
    """Before anything is asked of the gateway."""
    mine = on_its_way(ground, box)
    with pytest.raises(UsageError, match=f"syncd stop {mine}"):
        retry(ground.settings, mine, "anna")
    stop(ground.settings, mine, "anna")
    with pytest.raises(UsageError, match=f"syncd retry {mine}"):
        stop(ground.settings, mine, "anna")
    with pytest.raises(NotFound):
        stop(ground.settings, MessageId("nothing1"), "anna")
    retry(ground.settings, mine, "anna")
    box.partner("RJ_Partner").resume()
    ground.settle()
    for act in (stop, retry):
        with pytest.raises(UsageError, match=f"syncd resend {mine}"):
            act(ground.settings, mine, "anna")


def test_what_waits_to_be_sent_goes_now(ground: Ground, box: Sandbox) -> None:
    """Neither its own wait nor that of its account, after three refusals in a row, holds it up."""
    box.trouble("status", status=302, operation="send", times=None)
    ground.drop("a.edi", b"UNA a")
    for _ in range(3):
        ground.run()
        ground.later(minutes=5)
    ground.run()
    box.calm()
    ground.run()
    assert ground.row("a.edi").phase == "waiting"
    assert not box.ledger.sent

    retry(ground.settings, ground.row("a.edi").id, "anna")
    ground.run()

    assert len(box.ledger.sent) == 1
    assert faults(ground) == []


def test_what_the_gateway_asked_us_to_wait_is_waited(ground: Ground, box: Sandbox) -> None:
    """For an hour at most: a person may hurry us, not the gateway."""
    box.trouble("status", status=503, operation="send", retry_after=7200)
    ground.drop("a.edi", b"UNA a")
    ground.run()

    retry(ground.settings, ground.row("a.edi").id, "anna")
    ground.run()
    assert not box.ledger.sent
    ground.later(hours=1)
    ground.settle(within=timedelta(minutes=10))

    assert ground.states() == {"a.edi": "sent"}


def test_what_is_held_since_it_could_not_be_fetched_is_fetched_now(ground: Ground, box: Sandbox) -> None:
    """Not tomorrow."""
    box.trouble("status", status=500, path="poisoned.*attachments", times=None)
    box.trouble("zip_missing", operation="batch", times=None)
    box.deliver(files={"in.edi": b"UNA in"}, message_id="poisoned")
    for _ in ground.passes(30, every=HOUR):
        pass
    [row] = ground.rows()
    assert row.state == "held"
    box.calm()
    ground.run()
    assert ground.files("inbox") == {}

    retry(ground.settings, row.id, "anna")
    ground.run()

    assert ground.names("inbox") == ["in.edi"]
    assert ground.all_files("held") == {}
    assert faults(ground) == []
