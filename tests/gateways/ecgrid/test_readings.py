"""Where the vendor's pages can be read in two ways, the client does the right thing in either world."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from syncd.core.model import Pair, PartnerType
from syncd.core.shown import Box
from syncd.gateways.ecgrid import ECGrid
from syncd.ports.gateway import Outgoing, Wanted
from syncd.sandbox import ECGridSandbox, ECGridSwitches
from tests.gateways.parts import ecgrid

PAIR = Pair(station="112233", partner="445566")
CONTENT = bytes(range(256)) * 40
READINGS = (ECGridSwitches(), *ECGridSwitches.every_reading())
World = tuple[ECGridSandbox, ECGrid]


@pytest.fixture(params=READINGS, ids=lambda switches: switches.turned or "default")
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with ECGridSandbox(switches=request.param) as box:
        gateway = ecgrid(box)
        yield box, gateway
        gateway.close()


def test_a_parcel_comes_in_whole(world: World, tmp_path: Path) -> None:
    """Listed, downloaded, confirmed, twice, and made pending again."""
    box, gateway = world
    parcel = box.deliver(files={"ä b.edi": CONTENT})
    listing = gateway.unread(PartnerType.PRODUCTION, page=0)
    (record,) = listing.records
    assert record.message_id == parcel
    assert (record.sender, record.receiver) in {("445566", "112233"), ("unknown", "4711")}
    assert record.persisted is not None
    assert not record.taken
    wanted = Wanted(message_id=record.message_id, files=record.files)
    with gateway.fetch_by_index(wanted, scratch=tmp_path) as fetched:
        assert [(one.name, one.size, one.read()) for one in fetched.contents] == [
            ("ä b.edi", len(CONTENT), CONTENT)
        ]
        assert fetched.reference
    assert gateway.confirm(record.message_id)
    assert gateway.confirm(record.message_id)
    assert gateway.unread(PartnerType.PRODUCTION, page=0).records == ()
    assert gateway.entry(Box.RECEIVED, record.message_id).taken
    gateway.mark_unread(record.message_id)
    assert len(gateway.unread(PartnerType.PRODUCTION, page=0).records) == 1


def test_a_file_goes_out_and_settles(world: World) -> None:
    """The receipt's id is that of the list, and the entry says that the partner has it."""
    box, gateway = world
    receipt = gateway.send(Outgoing(pair=PAIR, files=(("out.edi", CONTENT),)))
    assert receipt.reference
    assert receipt.at is not None
    (listed,) = gateway.page(Box.OUTBOX, PartnerType.PRODUCTION, page=0).records
    assert listed.message_id == receipt.message_id
    assert listed.settled or listed.asks_more
    assert [file.name for file in listed.files] == ["out.edi"]
    entry = gateway.entry(Box.OUTBOX, receipt.message_id)
    assert (entry.box, entry.settled) == (Box.SENT, True)
    assert [sent.files[0].sha256 for sent in box.ledger.sent] == [sha256(CONTENT).hexdigest()]
