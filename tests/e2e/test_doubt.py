"""A send whose outcome is unknown: looked up, adopted or sent again, and never sent twice."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from syncd.core.shown import Box
from syncd.flows.bridge import Bridge
from syncd.sandbox import Sandbox
from tests.e2e.harness import Ground, sha
from tests.e2e.invariants import faults
from tests.sandbox.driver import Driver

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("mishap", ["reset", "html", "status", "shape"])
def test_a_reply_lost_after_acceptance_is_found_at_the_gateway(
    ground: Ground, box: Sandbox, mishap: str
) -> None:
    """One accept, one message: it is adopted by its content, and its MDN is followed."""
    box.trouble(mishap, operation="send", when="after", status=None if mishap == "reset" else 202)
    ground.drop("a.edi", b"UNA a")

    ground.settle()

    assert ground.states() == {"a.edi": "sent"}
    assert len(box.ledger.sent) == box.ledger.count("send") == 1
    assert "adopted" in ground.history(ground.row("a.edi"))
    assert faults(ground) == []


def test_a_reply_lost_before_acceptance_is_sent_again_once_it_is_certain(
    ground: Ground, box: Sandbox
) -> None:
    """Absent time and again for longer than a send may take: then, and only then, once more."""
    box.trouble("reset", operation="send", when="before")
    ground.drop("a.edi", b"UNA a")
    ground.run()
    began = ground.clock.now()

    for _ in ground.passes(5, every=2 * MINUTE):
        assert box.ledger.count("send") == 1
    ground.settle()

    assert ground.clock.now() - began >= timedelta(minutes=9)
    assert (box.ledger.count("send"), len(box.ledger.sent)) == (2, 1)
    assert ground.states() == {"a.edi": "sent"}
    assert faults(ground) == []


def test_what_stays_in_doubt_is_held_when_the_account_says_so(ground: Ground, box: Sandbox) -> None:
    """`in_doubt = "hold"`: a person decides, with three verdicts to choose from."""
    ground.configure(in_doubt="hold")
    verdicts = {"again.edi": "resend", "there.edi": "sent", "never.edi": "fail"}
    for name in verdicts:
        box.trouble("reset", operation="send", when="before")
        ground.drop(name, name.encode())
        ground.settle(every=2 * MINUTE)

    assert set(ground.states().values()) == {"held"}
    assert all("none of its lists" in told["reason"] for told in ground.status_files("held").values())
    for name, verdict in verdicts.items():
        ground.resolve(ground.row(name), verdict)
    ground.settle()
    assert ground.states() == {"again.edi": "sent", "there.edi": "sent", "never.edi": "failed"}
    assert [record.files[0].name for record in box.ledger.sent] == ["again.edi"]
    assert faults(ground) == []


@pytest.mark.parametrize("seconds", [30.0, 200.0, 500.0])
def test_an_acceptance_that_comes_late_is_found_and_not_doubled(
    ground: Ground, box: Sandbox, seconds: float
) -> None:
    """The gateway takes it minutes after the connection broke: it is adopted, not sent again."""
    box.trouble("late", operation="send", seconds=seconds)
    ground.drop("a.edi", b"UNA a")

    ground.settle(every=2 * MINUTE)

    assert len(box.ledger.sent) == box.ledger.count("send") == 1
    assert ground.states() == {"a.edi": "sent"}
    assert faults(ground) == []


@pytest.mark.parametrize("second", [b"UNA 1", b"UNA 2"], ids=("same-bytes", "other-bytes"))
@pytest.mark.parametrize("when", ["before", "after"])
def test_two_files_of_one_name_and_size_are_told_apart(
    ground: Ground, box: Sandbox, second: bytes, when: str
) -> None:
    """The second waits until the first, whose reply was lost, is settled; each is accepted once."""
    box.trouble("reset", operation="send", when=when)
    ground.drop("a.edi", b"UNA 1")
    ground.run()
    ground.drop("a.edi", second)

    for _ in ground.passes(8, every=2 * MINUTE):
        if ground.rows()[0].phase == "in_doubt":
            assert box.ledger.count("send") == 1

    assert sorted(record.files[0].sha256 for record in box.ledger.sent) == sorted(ground.dropped)
    assert [row.state for row in ground.rows()] == ["sent", "sent"]
    assert ground.names("sent") == ["a.edi", "a~2.edi"]
    assert faults(ground) == []


@pytest.mark.parametrize("listing", ["list_queued", "list_failed", "list_sent"])
def test_a_list_that_is_cut_short_proves_nothing(ground: Ground, box: Sandbox, listing: str) -> None:
    """While the gateway's lists are not whole, absence is not believed: nothing is sent again."""
    hand = box.partner("RJ_Partner")
    hand.behave(files="*.full", delivery="exhausted")
    ground.configure(parallel_sends=1)
    for number in range(2):
        ground.drop(f"{number}.full", f"UNA {number}".encode())
        ground.drop(f"{number}.edi", f"UNA {number} sent".encode())
    box.trouble("reset", operation="send", when="before", skip=4)
    box.trouble("list_short", operation=listing, times=None)
    ground.run()
    ground.drop("doubt.edi", b"UNA doubt")

    for _ in ground.passes(6, every=4 * MINUTE):
        pass

    assert ground.row("doubt.edi").phase == "in_doubt"
    assert sum(file.name == "doubt.edi" for record in box.ledger.sent for file in record.files) == 0
    box.calm()
    for _ in ground.passes(6, every=10 * MINUTE):
        pass
    assert ground.row("doubt.edi").state == "sent"
    assert faults(ground) == []


class Interrupted:
    """A gateway at which something happens right after the first list of a look-up was read."""

    def __init__(self, gateway: object, happens: Any) -> None:  # noqa: ANN401 - whatever is to happen
        self._gateway = gateway
        self._happens = happens

    def page(self, box: Box, *args: object, **named: object) -> object:
        listing = self._gateway.page(box, *args, **named)  # type: ignore[attr-defined]  # it is a gateway
        self._happens()
        return listing

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a gateway has
        return getattr(self._gateway, name)


def test_an_entry_that_moves_while_the_lists_are_read_is_found(ground: Ground, box: Sandbox) -> None:
    """It only moves from queued to failed or to sent: read in this order, one list or the other has it."""
    hand = box.partner("RJ_Partner")
    hand.pause()
    box.trouble("reset", operation="send", when="after")
    ground.drop("a.edi", b"UNA a")
    ground.run()
    ground.later(minutes=2)

    def goes_out() -> None:
        hand.resume()
        box.advance(1)

    def wrap(bridge: Bridge) -> Bridge:
        return replace(bridge, gateway=Interrupted(bridge.gateway, goes_out))  # type: ignore[arg-type]

    ground.run(jobs=("send",), wrap=wrap)

    row = ground.row("a.edi")
    assert (row.phase, row.progress.lookups_absent) in {("in_doubt", 0), ("accepted", 0)}
    ground.settle()
    assert len(box.ledger.sent) == 1


def test_content_that_differs_is_believed_when_it_was_read_twice(ground: Ground, box: Sandbox) -> None:
    """Downloads that are spoilt on their way, each in its own, do not prove that it is somebody else's."""
    for skip in range(12):
        box.trouble("flip", operation="attachment_sent", skip=skip, fraction=0.3 + 0.3 * (skip % 2))
    box.trouble("reset", operation="send", when="after")
    ground.drop("a.edi", b"UNA a" * 100)

    ground.settle(every=2 * MINUTE)

    assert len(box.ledger.sent) == box.ledger.count("send") == 1
    assert ground.states() == {"a.edi": "sent"}
    assert faults(ground) == []


def test_lists_that_cannot_be_read_prove_nothing(ground: Ground, box: Sandbox) -> None:
    """A gateway that errors for an hour: in doubt for an hour, then settled, sent once."""
    box.trouble("reset", operation="send", when="after")
    ground.drop("a.edi", b"UNA a")
    ground.run()
    box.trouble("status", status=500, operation="list_sent", times=None)

    for _ in ground.passes(12, every=5 * MINUTE):
        assert ground.row("a.edi").phase == "in_doubt"
    box.calm()
    ground.settle(every=2 * MINUTE)

    assert len(box.ledger.sent) == 1
    assert faults(ground) == []


def test_what_another_program_sent_is_not_taken_for_ours(ground: Ground, box: Sandbox) -> None:
    """Same pair, name and size, minutes after our attempt: its content tells that it is not our message."""
    box.trouble("reset", operation="send", when="before")
    ground.drop("a.edi", b"UNA ours")
    ground.run()
    with Driver(box) as other:
        other.send("a.edi", b"UNA them")

    ground.settle(every=2 * MINUTE)

    sent = [record.files[0].sha256 for record in box.ledger.sent]
    assert sent == [sha(b"UNA them"), sha(b"UNA ours")]
    assert ground.row("a.edi").message_id != f"<{box.ledger.sent[0].id}>"


def test_a_folder_in_doubt_is_adopted_by_all_of_its_files(ground: Ground, box: Sandbox) -> None:
    """A message of several files is compared file by file."""
    box.trouble("reset", operation="send", when="after")
    for name in ("a.edi", "b.edi"):
        ground.drop(f"folder/{name}", name.encode())

    ground.settle(every=2 * MINUTE)

    assert len(box.ledger.sent) == 1
    assert ground.states() == {"folder": "sent"}
    assert faults(ground) == []


def test_a_name_in_queued_is_not_given_away_while_its_message_is_in_doubt(
    ground: Ground, box: Sandbox
) -> None:
    """A person takes the file out, and another of its name is dropped: that one is sent once, as itself."""
    box.trouble("reset", operation="send", when="before")
    ground.drop("a.edi", b"UNA first")
    ground.run()
    (ground.root / "queued" / ground.pair / "a.edi").rename(ground.folder / "taken.edi")
    ground.drop("a.edi", b"UNA other")

    ground.settle(every=2 * MINUTE)

    first, second = ground.rows()
    assert (first.state, second.state) == ("held", "sent")
    assert [record.files[0].sha256 for record in box.ledger.sent] == [sha(b"UNA other")]
    assert ground.names("sent") == ["a.edi"]
