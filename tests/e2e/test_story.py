"""The end-to-end story, pull, send and track, under every reading of the gateway's document."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from syncd.sandbox import Partner, Sandbox, Switches
from tests.e2e.harness import Ground
from tests.e2e.invariants import faults
from tests.e2e.worlds import in_company, quick, with_partners

COMPANY = in_company(Switches())


@pytest.fixture
def switches() -> Switches:
    """How the document is read there."""
    return Switches()


@pytest.fixture
def box(switches: Switches) -> Iterator[Sandbox]:
    """A sandbox that reads the document in one of the ways in which it can be read."""
    partner = Partner(as2_id="RJ_Partner", send_timeout_s=1)
    with Sandbox(world=quick(with_partners(partner)), switches=switches) as opened:
        yield opened


TOUCH_FAILING = ("outbound_status", "queued_attachments", "total_records", "page_offset", "listed_ids")
"""Readings that bear on how a failure is found; it takes a minute of looking, so the others leave it out."""


def _fates(switches: Switches) -> dict[str, str]:
    fates = dict.fromkeys(("a.edi", "c.late", "e.plain", "größe ü.edi", "folder"), "sent") | {
        "d.no": "failed"
    }
    turned = switches.turned
    touches = turned == "default" or "," in turned or turned.startswith(TOUCH_FAILING)
    return fates | ({"b.bad": "failed"} if touches else {})


def tell_the_story(ground: Ground, box: Sandbox) -> None:
    """What came in is in the inbox and marked read; what went out is in sent/ or failed/, each once."""
    ground.configure(failed_grace="1m", partner_types=["production"])
    twins = [("same.edi", b"one"), ("same.edi", b"two")]
    for number in range(3):
        box.deliver(files={f"in-{number}.edi": f"UNA {number}".encode(), "b c.txt": bytes(9 + number)})
    box.deliver(files=twins)
    box.deliver(files={"größe ✓.edi": "ä".encode()})
    hand = box.partner("RJ_Partner")
    hand.behave(files="*.bad", delivery="permanent")
    hand.behave(files="*.late", delivery="temporary", failures=1)
    hand.behave(files="*.no", mdn="error")
    hand.behave(files="*.plain", mdn="not_requested")
    fates = _fates(box.switches)
    for name in fates.keys() - {"folder"}:
        ground.drop(name, f"UNA {name}".encode())
    ground.drop("folder/a.edi", b"ISA 1")
    ground.drop("folder/b.edi", b"ISA 2")

    ground.settle(every=timedelta(seconds=20))
    downloads = box.ledger.count("batch") + box.ledger.count("attachment_received")
    ground.run()

    assert ground.states() == fates
    assert len(ground.files("inbox")) == 9
    assert all(record.is_read for record in box.ledger.received)
    assert box.ledger.count("batch") + box.ledger.count("attachment_received") == downloads
    assert {file.name for record in box.ledger.sent for file in record.files} >= {"a.edi", "größe ü.edi"}
    assert faults(ground) == []


@pytest.mark.parametrize("switches", [Switches(), *COMPANY], ids=["default", *range(len(COMPANY))])
def test_the_story_is_the_same_with_every_reading_in_company(ground: Ground, box: Sandbox) -> None:
    """A gateway that differs in many things at once."""
    tell_the_story(ground, box)


@pytest.mark.torture
@pytest.mark.parametrize("switches", Switches.every_reading(), ids=lambda switches: switches.turned)
def test_the_story_is_the_same_under_every_reading(ground: Ground, box: Sandbox) -> None:
    """One at a time: that none hides what another does."""
    tell_the_story(ground, box)
