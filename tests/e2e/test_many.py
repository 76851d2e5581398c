"""Many messages at once: every one, once, and at a price that is known."""

from datetime import timedelta

import pytest

from syncd.sandbox import Sandbox, World
from tests.e2e.harness import Ground
from tests.e2e.invariants import faults
from tests.e2e.worlds import quick, with_partners


@pytest.fixture
def world() -> World:
    return quick(with_partners("RJ_Partner", "SECOND", "THIRD"))


def test_a_thousand_messages_whose_names_repeat_arrive_within_forty_requests(
    ground: Ground, box: Sandbox
) -> None:
    """One pass brings every file whole under a name of its own, all are marked read, and it is cheap."""
    for number in range(1000):
        box.deliver(files={f"invoice-{number % 7}.edi": f"UNA:+.? 'message {number}".encode()})

    ground.run()

    assert len(ground.names("inbox")) == len(set(ground.files("inbox"))) == 1000
    assert all(record.is_read for record in box.ledger.received)
    assert len(box.ledger.requests) <= 40
    assert box.ledger.over_limit == 0
    assert faults(ground) == []
    ground.run()
    assert box.ledger.count("batch") == 20
    assert {sum(record.downloads) for record in box.ledger.received} == {2}


def test_sixty_files_and_three_folders_to_several_partners_are_each_accepted_once(
    ground: Ground, box: Sandbox
) -> None:
    """Each has its own name, content and type at the gateway, and stands in sent/ when its MDN is good."""
    partners = ("RJ_Partner", "SECOND", "THIRD")
    sent: dict[tuple[str, ...], str] = {}
    for number in range(60):
        partner, name = partners[number % 3], f"order-{number // 3}.edi"
        ground.drop(name, f"ISA*{number}".encode(), pair=f"RJ_Station/{partner}")
        sent[partner, name] = "application/edi-x12"
    for number, partner in enumerate(partners):
        for name in ("a.xml", "b.txt"):
            ground.drop(f"both-{number}/{name}", f"{name} {number}".encode(), pair=f"RJ_Station/{partner}")
        sent[partner, "a.xml", "b.txt"] = "application/xml"

    ground.settle()

    accepted = {
        (record.partner, *(file.name for file in record.files)): record.files[0].content_type
        for record in box.ledger.sent
    }
    assert accepted == sent
    assert len(box.ledger.sent) == 63
    assert set(ground.states().values()) == {"sent"}
    assert len(ground.files("sent")) == 66
    assert faults(ground) == []


def test_each_fate_has_its_folder_and_its_reason(ground: Ground, box: Sandbox) -> None:
    """Rejected, given up, bad MDN, refused here: in failed/ with the reason; late success is success."""
    box.switch(outbound_status="sent_and_failed")
    hand = box.partner("RJ_Partner")
    hand.behave(files="*.rejected", delivery="permanent")
    hand.behave(files="*.exhausted", delivery="exhausted")
    hand.behave(files="*.badmdn", mdn="error", mdn_content="unexpected-processing-error")
    hand.behave(files="*.second", delivery="temporary", failures=3, processing_s=40.0)
    for ending in ("rejected", "exhausted", "badmdn", "second", "fine"):
        ground.drop(f"order.{ending}", ending.encode())
    ground.drop("empty.edi", b"")
    ground.drop("nowhere.edi", b"UNA", pair="RJ_Station/NOBODY")
    shown: list[str] = []

    for _ in ground.passes(8, every=timedelta(seconds=50)):
        shown += [name for name in ground.names("failed") if name == "order.second"]

    reasons = {name: told["reason"] for name, told in ground.status_files("failed").items()}
    assert shown == []
    assert ground.names("sent") == ["order.fine", "order.second"]
    assert "empty" in reasons.pop("empty.edi")
    assert "NOBODY" in reasons.pop("nowhere.edi")
    assert "unexpected-processing-error" in reasons.pop("order.badmdn")
    assert "400" in reasons.pop("order.rejected")
    assert "503" in reasons.pop("order.exhausted")
    assert reasons == {}
    assert ground.names("queued") == ground.names("held") == []
    assert faults(ground) == []
