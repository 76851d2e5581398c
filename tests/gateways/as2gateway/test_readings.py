"""Where the document can be read in more than one way, every reading is coped with."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.core.model import File, GatewayId, MdnStatus, Pair, PartnerType, bare
from syncd.core.shown import Box, Record
from syncd.errors import NotThere, Rejected, TryLater
from syncd.gateways.as2gateway import AS2Gateway
from syncd.ports.gateway import Fetched, Outgoing, Wanted
from syncd.sandbox import Sandbox, Switches, World
from tests.gateways.parts import HandClock, as2_gateway

PAIR = Pair(station="RJ_Station", partner="RJ_Partner")
IDS = ("plain@x", "a/b@x", "100%25@x", "a b+c?d#e@x", "ä@x")
NAMES = ("z.edi", "ä b.edi", "100% [x];y=z.edi")

every_reading = pytest.mark.parametrize(
    "switches", [Switches(), *Switches.every_reading()], ids=lambda switches: switches.turned
)


def wanted(record: Record) -> Wanted:
    return Wanted(message_id=record.message_id, files=record.files)


def contents(fetched: Fetched) -> dict[str, bytes]:
    return {content.name: content.read() for content in fetched.contents}


@every_reading
def test_receiving_works_in_every_reading(switches: Switches, tmp_path: Path) -> None:
    """List, fetch in both ways, confirm in both ways, mark unread, delete in both ways."""
    files = {name: name.encode() * 10 for name in NAMES}
    with Sandbox(switches=switches) as box:
        for number, message_id in enumerate(IDS):
            box.deliver(message_id=message_id, files=files, persisted=1_700_000_000.0 + number)
        gateway = as2_gateway(box)
        records = gateway.unread(PartnerType.PRODUCTION, page=0).records
        assert [bare(record.message_id) for record in records] == list(IDS)
        with gateway.fetch([wanted(record) for record in records], scratch=tmp_path) as fetched:
            assert [contents(one) for one in fetched] == [files] * len(IDS)
        for record in records:
            with gateway.fetch_by_index(wanted(record), scratch=tmp_path) as one:
                assert contents(one) == files
        _confirm_and_delete(gateway, records)
        gateway.close()


def _confirm_and_delete(gateway: AS2Gateway, records: tuple[Record, ...]) -> None:
    gateway.confirm(records[0].message_id)
    others = [wanted(record) for record in records[1:]]
    assert gateway.confirm_batch(others) == {one.message_id for one in others}
    assert gateway.unread(PartnerType.PRODUCTION, page=0).records == ()
    gateway.mark_unread(records[1].message_id)
    (again,) = gateway.unread(PartnerType.PRODUCTION, page=0).records
    assert again.message_id == records[1].message_id
    gateway.delete("received", [records[1].message_id])
    gateway.delete("received", [record.message_id for record in records[2:]])
    assert len(gateway.page(Box.RECEIVED, PartnerType.PRODUCTION, page=0).records) == 1
    with pytest.raises(NotThere):
        gateway.delete("received", [records[1].message_id])
    with pytest.raises(NotThere):
        gateway.confirm(GatewayId("<nobody@x>"))


@every_reading
def test_sending_works_in_every_reading(switches: Switches) -> None:
    """Names arrive letter by letter; the id of the receipt is the id of the lists; the MDN comes."""
    with Sandbox(switches=switches) as box:
        gateway = as2_gateway(box)
        for name in (*NAMES, 'say "a".edi', "=?utf-8?q?a?=.edi", " a .edi"):
            receipt = gateway.send(Outgoing(pair=PAIR, files=((name, b"UNA"),), subject="ä&b"))
            record = gateway.entry(Box.SENT, receipt.message_id)
            assert record.files == (File(name=name, size=3),)
            assert record.mdn is not None
            assert record.mdn.status is MdnStatus.OK
            assert record.delivered is True
            assert gateway.mdn(Box.SENT, receipt.message_id)
        gateway.send(Outgoing(pair=PAIR, files=tuple((name, b"x") for name in NAMES)))
        assert [file.name for file in box.ledger.sent[-1].files] == list(NAMES)
        gateway.close()


@every_reading
def test_refusals_are_told_in_every_reading(switches: Switches) -> None:
    """Too many bytes and no MDN; an unknown pair is refused or the account's trouble, never in doubt."""
    with Sandbox(switches=switches) as box:
        gateway = as2_gateway(box)
        with pytest.raises(Rejected):
            gateway.send(Outgoing(pair=PAIR, files=(("big.edi", bytes(10_485_761)),)))
        box.partner("RJ_Partner").behave(mdn="not_requested")
        receipt = gateway.send(Outgoing(pair=PAIR, files=(("a.edi", b"UNA"),), profile="fast-lane"))
        assert box.ledger.sent[-1].profile == "fast-lane"
        mdn = gateway.entry(Box.SENT, receipt.message_id).mdn
        assert mdn is not None
        assert mdn.status is MdnStatus.NOT_REQUESTED
        with pytest.raises(NotThere):
            gateway.mdn(Box.SENT, receipt.message_id)
        gateway.close()


@pytest.mark.parametrize("status", ["sent", "sent_and_failed"])
def test_a_bad_mdn_is_told_with_its_words(status: str) -> None:
    """And a failed attempt stands in the failed list."""
    with Sandbox() as box:
        box.switch(outbound_status=status)
        gateway = as2_gateway(box)
        box.partner("RJ_Partner").behave(mdn="error", mdn_content="no key", files="a*")
        box.partner("RJ_Partner").behave(delivery="permanent", files="b*")
        bad = gateway.send(Outgoing(pair=PAIR, files=(("a.edi", b"UNA"),)))
        gateway.send(Outgoing(pair=PAIR, files=(("b.edi", b"UNA"),)))
        mdn = gateway.entry(Box.SENT, bad.message_id).mdn
        assert mdn is not None
        assert (mdn.status, mdn.error) == (MdnStatus.ERROR, True)
        assert mdn.content == "no key"
        (failed,) = gateway.page(Box.FAILED, PartnerType.PRODUCTION, page=0).records
        assert [file.name for file in failed.files] == ["b.edi"]
        gateway.close()


@pytest.mark.parametrize("pending", ["absent", "null"])
def test_an_mdn_that_is_to_come_is_pending(pending: str) -> None:
    """Whether mdnMessage is missing or null."""
    with Sandbox() as box:
        box.switch(pending_mdn=pending)
        gateway = as2_gateway(box)
        box.partner("RJ_Partner").behave(mdn="never")
        receipt = gateway.send(Outgoing(pair=PAIR, files=(("a.edi", b"UNA"),)))
        mdn = gateway.entry(Box.SENT, receipt.message_id).mdn
        assert mdn is not None
        assert mdn.status is MdnStatus.PENDING
        gateway.close()


@pytest.mark.parametrize("reading", ["page", "record"])
@pytest.mark.parametrize("total", ["filtered", "all"])
def test_all_pages_of_a_long_list_come_in_either_reading(reading: str, total: str) -> None:
    """Each message once, a hundred a page, whatever pageOffset counts."""
    with Sandbox() as box:
        box.switch(page_offset=reading, total_records=total)
        for number in range(350):
            box.deliver(message_id=f"m{number}@x", files={"a": b"x"}, persisted=1_700_000_000.0 + number)
        gateway = as2_gateway(box)
        pages = [gateway.unread(PartnerType.PRODUCTION, page=page).records for page in range(4)]
        assert [len(page) for page in pages] == [100, 100, 100, 50]
        ids = [bare(record.message_id) for page in pages for record in page]
        assert ids == [f"m{number}@x" for number in range(350)]
        newest = gateway.page(Box.RECEIVED, PartnerType.PRODUCTION, page=1).records
        assert bare(newest[0].message_id) == "m249@x"
        assert box.ledger.count("list_received") == (6 if reading == "record" else 5)
        gateway.close()


@pytest.mark.parametrize("over_limit", ["seconds", "date", "nothing"])
def test_over_the_limit_is_later_and_everything_waits(over_limit: str) -> None:
    """Retry-After in seconds, as a date, or missing: then for one window."""
    with Sandbox(world=World.default().timed(rate_requests=3)) as box:
        box.switch(over_limit=over_limit)
        clock = HandClock()
        gateway = as2_gateway(box, clock=clock)
        gateway.stations()
        gateway.stations()
        with pytest.raises(TryLater):
            gateway.stations()
        before = clock.seconds
        box.advance(11)
        gateway.stations()
        assert 8 <= clock.seconds - before <= 11
        gateway.close()


@pytest.mark.parametrize("megabyte", ["decimal", "binary"])
@pytest.mark.parametrize("first", ["empty", "whole"])
def test_too_much_for_one_archive_is_asked_for_again(megabyte: str, first: str, tmp_path: Path) -> None:
    """What came whole before the cut is used; one that alone is too large comes by index."""
    big = b"\x07" * 10_500_000
    with Sandbox() as box:
        box.switch(megabyte=megabyte, batch_first_oversize=first)
        sizes = [("m0@x", b"a"), ("m1@x", big[:9_000_000]), ("m2@x", big[:2_000_000]), ("m3@x", b"b")]
        for number, (message_id, content) in enumerate(sizes):
            box.deliver(message_id=message_id, files={"a": content}, persisted=1_700_000_000.0 + number)
        box.deliver(message_id="m4@x", files={"a": big}, persisted=1_700_000_009.0)
        gateway = as2_gateway(box)
        records = gateway.unread(PartnerType.PRODUCTION, page=0).records
        with gateway.fetch([wanted(record) for record in records[:4]], scratch=tmp_path) as fetched:
            assert [len(one.contents) or one.truncated for one in fetched] == [1, True, True, True]
        with gateway.fetch([wanted(records[4])], scratch=tmp_path) as fetched:
            (alone,) = fetched
            assert alone.truncated or contents(alone) == {"a": big}
        with gateway.fetch_by_index(wanted(records[4]), scratch=tmp_path) as one:
            assert contents(one) == {"a": big}
        assert gateway.confirm_batch([wanted(record) for record in records[:4]]) == {records[0].message_id}
        gateway.close()


def test_full_entities_are_told() -> None:
    """All documented fields, for a person's eyes."""
    with Sandbox() as box:
        gateway = as2_gateway(box)
        (partner,) = gateway.partners_full(query="RJ_Part")
        assert partner.as2_identifier == "RJ_Partner"
        assert partner.model_dump(by_alias=True)["requestMdn"] is True
        assert partner.model_dump(by_alias=True)["useAs2Restart"] is not None
        (station,) = gateway.stations_full()
        assert station.model_dump(by_alias=True)["as2Identifier"] == "RJ_Station"
        gateway.close()


@pytest.mark.parametrize("reading", ["error_entry", "404"])
def test_an_unknown_id_in_a_batch_does_not_hide_the_others(reading: str, tmp_path: Path) -> None:
    """With a 404 for all, each is to be asked for in a smaller company; alone it is an error."""
    with Sandbox() as box:
        box.switch(batch_unknown_id=reading)
        box.deliver(message_id="m1@x", files={"a": b"x"})
        gateway = as2_gateway(box)
        (record,) = gateway.unread(PartnerType.PRODUCTION, page=0).records
        gone = Wanted(message_id=GatewayId("<gone@x>"), files=(File(name="a", size=1),))
        with gateway.fetch([gone, wanted(record)], scratch=tmp_path) as fetched:
            first, second = fetched
            assert first.error if reading == "error_entry" else first.truncated
            assert second.contents if reading == "error_entry" else second.truncated
        with gateway.fetch([gone], scratch=tmp_path) as fetched:
            assert [bool(one.error) for one in fetched] == [True]
        confirmed = gateway.confirm_batch([gone, wanted(record)])
        assert confirmed == ({record.message_id} if reading == "error_entry" else frozenset())
        gateway.close()
