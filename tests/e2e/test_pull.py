"""Pull, whole: what is large, what is poisoned, what comes again, and what is old."""

import time
from datetime import timedelta

import pytest

from syncd.core.model import Direction
from syncd.sandbox import Sandbox
from tests.e2e.harness import Ground
from tests.e2e.invariants import faults

DAY_S = 86_400.0


def big(size: int, seed: int) -> bytes:
    """Bytes that no compression and no confusion survives."""
    return (seed.to_bytes(4, "big") + bytes(range(252))) * (size // 256)


def test_messages_beyond_the_batch_limit_arrive_whole_alone_and_in_company(
    ground: Ground, box: Sandbox
) -> None:
    """9 MB, 12 MB and several of 4 MB, small ones between them: each whole, and marked read."""
    for number, size in enumerate((4_000_000, 9_000_000, 4_000_000, 100, 12_000_000, 4_000_000, 4_000_000)):
        box.deliver(files={f"{number}.edi": big(size, number) if size > 100 else b"small"})
    box.deliver(files={"two-1.edi": big(6_000_000, 21), "two-2.edi": big(6_000_000, 22)})

    ground.run()

    assert len(ground.names("inbox")) == 9
    assert all(record.is_read for record in box.ledger.received)
    assert faults(ground) == []


def test_an_answer_cut_short_by_the_gateway_is_taken_up_where_it_ended(ground: Ground, box: Sandbox) -> None:
    """Listed sizes that fit, an archive that does not: 206 tells where it ended, the rest comes next."""
    box.switch(megabyte="decimal")
    for number in range(5):
        box.deliver(files={f"{number}.edi": big(1_999_872, number), f"{number}.txt": b"tail"})
    box.deliver(files={"last.edi": b"UNA last"})

    ground.run()

    assert len(ground.names("inbox")) == 11
    assert faults(ground) == []


POISONS: dict[str, dict[str, object]] = {
    "a bad archive": {"do": "zip_cut", "operation": "batch", "times": None},
    "an error in place of files": {"do": "status", "status": 500, "operation": "batch", "times": None},
    "a wrong CRC": {"do": "flip", "operation": "batch", "times": None, "fraction": 0.4},
    "an entry that is missing": {"do": "zip_missing", "operation": "batch", "times": None},
    "an entry of nobody": {"do": "zip_foreign", "operation": "batch", "times": None},
    "an encrypted archive": {"do": "zip_encrypted", "operation": "batch", "times": None},
    "a body cut short": {"do": "cut", "operation": "batch", "times": 1},
    "a page of a proxy": {"do": "html", "operation": "batch", "times": None},
}


@pytest.mark.parametrize("poison", POISONS)
def test_a_spoiled_archive_holds_up_nobody(ground: Ground, box: Sandbox, poison: str) -> None:
    """What the batch cannot give comes attachment by attachment; nothing spoiled reaches the inbox."""
    for number in range(4):
        box.deliver(files={f"{number}.edi": f"UNA {number}".encode() * 40})
    box.trouble(**POISONS[poison])  # type: ignore[arg-type]  # the rule's own fields

    for _ in ground.passes(3, every=timedelta(minutes=3)):
        pass

    assert len(ground.names("inbox")) == 4
    assert faults(ground) == []


def test_a_poisoned_message_shows_its_reason_and_holds_up_nobody(ground: Ground, box: Sandbox) -> None:
    """One message that can never be fetched waits with its reason, is held after a day, the others arrive."""
    for number in range(5):
        box.deliver(files={f"{number}.edi": f"UNA {number}".encode()})
    box.advance(1)  # the last entry of the archive is the one that is missing
    bad = box.deliver(files={"bad.edi": b"UNA bad"}, message_id="poisoned@gateway")
    box.trouble("status", status=500, path="poisoned.*attachments", times=None)
    box.trouble("zip_missing", operation="batch", times=None)

    ground.run()

    row = ground.row(bad)
    assert len(ground.names("inbox")) == 5
    assert (row.state, row.phase) == ("arriving", "waiting")
    assert "500" in (row.reason or "")
    for _ in ground.passes(30, every=timedelta(hours=1)):
        pass
    assert ground.row(bad).state == "held"
    assert [told["reason"] for told in ground.status_files("held").values()] == [ground.row(bad).reason]
    assert faults(ground) == []
    box.calm()
    ground.later(days=1)
    ground.run()
    assert ground.row(bad).state == "received"
    assert ground.all_files("held") == {}
    assert faults(ground) == []


def test_a_message_without_attachments_is_held_until_a_person_is_done_with_it(
    ground: Ground, box: Sandbox
) -> None:
    """It is not marked read and not lost: held, with that reason; `done` confirms it without a file."""
    empty = box.deliver(files={})
    box.deliver(files={"fine.edi": b"UNA"})

    ground.run()

    row = ground.row(empty)
    assert row.state == "held"
    assert "no attachments" in (row.reason or "")
    assert list(ground.status_files("held")) == [row.id]
    assert not _is_read(box, empty)
    ground.resolve(row, "done")
    assert _is_read(box, empty)
    assert ground.all_files("held") == {}
    ground.run()
    assert ground.row(empty).state == "gone"
    assert faults(ground) == []


def test_a_message_marked_unread_by_a_person_comes_once_more_and_only_once(
    ground: Ground, box: Sandbox
) -> None:
    """Seen missing from the unread list, then there again: a person wants it, once for each time."""
    wanted = box.deliver(files={"again.edi": b"UNA again"})
    ground.run()
    ground.collect()
    for _ in range(2):
        ground.later(seconds=2)  # two processes tell the gateway's time to a second or so
        ground.run()
        box.mark_unread(wanted)
        ground.run()
        assert ground.names("inbox") == ["again.edi"]
        ground.run()
        ground.run()
        assert ground.names("inbox") == ["again.edi"]
        (ground.root / "inbox/RJ_Station/RJ_Partner/again.edi").unlink()
    assert _is_read(box, wanted)


def test_a_gateway_that_forgets_read_marks_doubles_nothing_and_is_complained_of(
    ground: Ground, box: Sandbox
) -> None:
    """Confirmed again at growing gaps, five times at most; then the account needs a person."""
    for number in range(3):
        box.deliver(files={f"{number}.edi": f"UNA {number}".encode()})
    box.trouble("forget_marks", operation="get_received", times=None)
    box.trouble("forget_marks", operation="batch", times=None)

    troubles = [
        trouble for result in ground.passes(60, every=timedelta(minutes=3)) for trouble in result.troubles
    ]

    assert any("read marks" in trouble.what and trouble.needs_person for trouble in troubles)
    assert len(ground.names("inbox")) == 3
    assert box.ledger.count("get_received") <= 3 * 7
    assert {sum(record.downloads) for record in box.ledger.received} == {1}


def test_a_retransmission_with_the_same_content_is_confirmed_and_not_delivered(
    ground: Ground, box: Sandbox
) -> None:
    """A known id with another timestamp and the same bytes is the partner's retransmission."""
    first = box.deliver(files={"a.edi": b"UNA"})
    ground.run()
    ground.collect()
    ground.later(minutes=5)
    box.deliver(files={"a.edi": b"UNA"}, message_id=first)

    ground.run()
    ground.run()

    assert ground.names("inbox") == []
    assert all(record.is_read for record in box.ledger.received)
    assert [row.state for row in ground.rows()] == ["received", "received"]
    assert faults(ground) == []


def test_a_retransmission_with_other_content_is_held(ground: Ground, box: Sandbox) -> None:
    """The same id with other bytes: a person decides, and it stays unread until then."""
    first = box.deliver(files={"a.edi": b"UNA"})
    ground.run()
    ground.later(minutes=5)
    box.deliver(files={"a.edi": b"UNB other"}, message_id=first)

    ground.run()
    ground.run()

    assert ground.names("inbox") == ["a.edi"]
    assert [row.state for row in ground.rows()] == ["received", "held"]
    assert faults(ground) == []


def test_twenty_five_messages_that_come_back_at_once_are_held(ground: Ground, box: Sandbox) -> None:
    """A restored gateway is not a person: nothing is delivered again."""
    for number in range(25):
        box.deliver(files={f"{number}.edi": f"UNA {number}".encode()})
    ground.run()
    ground.later(seconds=2)
    ground.run()
    ground.collect()
    box.restore()

    ground.run()
    ground.run()

    assert ground.names("inbox") == []
    assert set(ground.states(Direction.INBOUND).values()) == {"held"}


def test_a_new_account_leaves_years_of_history_alone(ground: Ground, box: Sandbox) -> None:
    """Older than a day at the first look: neither fetched nor confirmed nor held, but counted."""
    for number in range(130):
        box.deliver(files={f"old-{number}.edi": b"UNA"}, persisted=time.time() - (2 + number) * DAY_S)
    for number in range(3):
        box.deliver(files={f"new-{number}.edi": f"UNA {number}".encode()})

    ground.run()
    ground.later(days=3)
    box.deliver(files={"later.edi": b"UNA later"})
    ground.run()

    assert ground.names("inbox") == ["later.edi", "new-0.edi", "new-1.edi", "new-2.edi"]
    assert sum(record.is_read for record in box.ledger.received) == 4
    assert sum(sum(record.downloads) for record in box.ledger.received if not record.is_read) == 0
    with ground.records() as records:
        assert '"count": 130' in records.facts("acme")["old.production"]
    assert faults(ground) == []


def test_a_message_that_came_during_a_long_downtime_is_fetched(ground: Ground, box: Sandbox) -> None:
    """The time of the first start is kept, and not counted anew from each start."""
    ground.run()
    box.deliver(files={"waits.edi": b"UNA"})
    ground.later(days=3)

    ground.run()

    assert ground.names("inbox") == ["waits.edi"]
    assert faults(ground) == []


def test_an_unread_list_that_is_cut_short_proves_nothing(ground: Ground, box: Sandbox) -> None:
    """What such a list lacks has not left it: listed again, it is confirmed again and not delivered again."""
    for number in range(4):
        box.deliver(files={f"{number}.edi": f"UNA {number}".encode()})
    box.trouble("forget_marks", operation="get_received", times=None)
    box.trouble("forget_marks", operation="batch", times=None)
    ground.run()
    box.trouble("list_short", operation="list_received", times=1)
    ground.run()

    for _ in ground.passes(3):
        pass

    assert ground.names("inbox") == [f"{number}.edi" for number in range(4)]


def _is_read(box: Sandbox, message_id: str) -> bool:
    return next(record.is_read for record in box.ledger.received if record.id == message_id)
