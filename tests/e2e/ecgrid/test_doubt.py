"""A parcel whose acceptance is unknown: found by name and size, or sent again, and never sent twice."""

from datetime import timedelta
from typing import Any

import pytest

from syncd.sandbox import ECGridSandbox
from tests.e2e.ecgrid.test_story import ISA
from tests.e2e.harness import Ground
from tests.e2e.invariants import faults

MINUTE = timedelta(minutes=1)
LOST: dict[str, dict[str, Any]] = {
    "reset": {"do": "reset"},
    "html": {"do": "html"},
    "shape": {"do": "shape", "text": "{}"},
    "cut": {"do": "cut"},
    "500": {"do": "status", "status": 500},
    "409": {"do": "status", "status": 409},
    "503": {"do": "status", "status": 503},
}


@pytest.mark.parametrize(
    ("mishap", "profile"),
    [*((mishap, "reference") for mishap in LOST), ("reset", "guide"), ("reset", "backend")],
)
def test_a_reply_lost_after_acceptance_is_found_at_the_gateway(
    ground: Ground, box: ECGridSandbox, mishap: str, profile: str
) -> None:
    """One accepted, one parcel: adopted, and followed to its end."""
    box.switch(profile=profile)
    trouble = dict(LOST[mishap])
    when = {} if mishap == "cut" else {"when": "after"}
    box.trouble(**trouble, **when, operation="upload")
    ground.drop("a.edi", b"UNA a")

    ground.settle()

    assert ground.states() == {"a.edi": "sent"}
    assert len(box.ledger.sent) == box.ledger.count("upload") == 1
    assert "adopted" in ground.history(ground.row("a.edi"))
    assert faults(ground) == []


def test_a_reply_lost_before_acceptance_is_sent_again_once_it_is_certain(
    ground: Ground, box: ECGridSandbox
) -> None:
    """Absent time and again for longer than an upload may take: then, and only then, once more."""
    box.trouble("reset", operation="upload", when="before")
    ground.drop("a.edi", b"UNA a")
    ground.run()
    began = ground.clock.now()

    for _ in ground.passes(5, every=2 * MINUTE):
        assert box.ledger.count("upload") == 1
    ground.settle()

    assert ground.clock.now() - began >= timedelta(minutes=9)
    assert (box.ledger.count("upload"), len(box.ledger.sent)) == (2, 1)
    assert ground.states() == {"a.edi": "sent"}
    assert faults(ground) == []


@pytest.mark.parametrize("seconds", [30.0, 500.0])
def test_an_acceptance_that_comes_late_is_found_and_not_doubled(
    ground: Ground, box: ECGridSandbox, seconds: float
) -> None:
    """The gateway takes it minutes after the connection broke."""
    box.trouble("late", operation="upload", seconds=seconds)
    ground.drop("a.edi", b"UNA a")

    ground.settle(every=2 * MINUTE)

    assert len(box.ledger.sent) == box.ledger.count("upload") == 1
    assert ground.states() == {"a.edi": "sent"}


def test_two_alike_to_two_partners_are_told_apart(ground: Ground, box: ECGridSandbox) -> None:
    """Of one name and size, in doubt one after the other: each adopted once, though rows name no pair."""
    box.switch(ids="absent")
    box.trouble("reset", operation="upload", when="after", times=2)
    ground.drop("same.edi", b"UNA one")
    ground.drop("same.edi", b"UNA two", pair="112233/445577")

    ground.settle(within=timedelta(hours=6), every=2 * MINUTE)

    assert [row.state for row in ground.rows()] == ["sent", "sent"]
    assert {row.message_id for row in ground.rows()} == {record.id for record in box.ledger.sent}
    by_id = {record.id: record for record in box.ledger.sent}
    assert all(by_id[row.message_id or ""].partner == row.pair.partner for row in ground.rows())
    assert faults(ground) == []


def test_a_size_that_may_count_a_wrapping_is_left_to_a_person(ground: Ground, box: ECGridSandbox) -> None:
    """Never sent again while an entry of its name may be it."""
    box.switch(sizes="wrapped")
    box.trouble("reset", operation="upload", when="after")
    ground.drop("a.edi", b"UNA a")

    ground.settle(within=timedelta(days=3), every=timedelta(hours=2))

    assert ground.states() == {"a.edi": "held"}
    assert box.ledger.count("upload") == 1
    ground.resolve(ground.row("a.edi"), "sent")
    assert ground.states() == {"a.edi": "sent"}


def test_what_stays_in_doubt_is_held_when_the_account_says_so(ground: Ground, box: ECGridSandbox) -> None:
    """`in_doubt = "hold"`."""
    ground.configure(in_doubt="hold")
    box.trouble("reset", operation="upload", when="before")
    ground.drop("a.edi", b"UNA a")

    ground.settle(every=2 * MINUTE)

    assert ground.states() == {"a.edi": "held"}
    assert "none of its lists" in ground.status_files("held")["a.edi"]["reason"]
    ground.resolve(ground.row("a.edi"), "resend")
    ground.settle()
    assert ground.states() == {"a.edi": "sent"}


def test_a_file_routed_by_its_header_is_found_too(ground: Ground, box: ECGridSandbox) -> None:
    """Its pair is not known here."""
    box.trouble("reset", operation="upload", when="after")
    ground.drop("a.edi", ISA, pair="auto")

    ground.settle()

    assert ground.states() == {"a.edi": "sent"}
    assert len(box.ledger.sent) == 1
    assert faults(ground) == []


def test_one_that_is_forbidden_holds_up_no_other(ground: Ground, box: ECGridSandbox) -> None:
    """A station that is not ours: the others go at once, and in the end a person has to look."""
    ground.drop("wrong.edi", b"UNA wrong", pair="777777/445566")
    ground.run()
    ground.drop("good.edi", b"UNA good")
    for _ in ground.passes(4):
        pass
    assert ground.states() == {"wrong.edi": "queued", "good.edi": "sent"}

    ground.settle(every=MINUTE)

    assert ground.states()["wrong.edi"] == "held"
    assert "not yours" in ground.status_files("held")["wrong.edi"]["reason"]
    assert [record.files[0].name for record in box.ledger.sent] == ["good.edi"]
