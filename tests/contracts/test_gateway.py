"""What every gateway behind the port promises; each implementation and the fake run all of it.

Where gateways differ, the suite asks their capabilities.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from syncd.core.model import File, GatewayId, Pair, PartnerType, bare
from syncd.core.shown import Box, Record
from syncd.errors import NotThere, Rejected
from syncd.ports.gateway import Gateway, Outgoing, Wanted
from syncd.sandbox import ECGridSandbox, ECGridWorld, Sandbox, World
from tests.fakes.gateway import FakeGateway
from tests.gateways.parts import as2_gateway, ecgrid

PAIR = Pair(station="RJ_Station", partner="RJ_Partner")
NUMBERS = Pair(station="112233", partner="445566")
Files = Mapping[str, bytes] | Sequence[tuple[str, bytes]]


@dataclass(frozen=True)
class Subject:
    """A gateway, and hands to let messages arrive and go."""

    gateway: Gateway
    deliver: Callable[[str, Files], None]
    is_read: Callable[[str], bool]
    flush: Callable[[], None]
    pair: Pair = PAIR
    ids: str = "m{}@x"

    def name(self, number: int) -> str:
        """The id of a message, as `deliver` takes it."""
        return self.ids.format(number)

    def id(self, number: int) -> GatewayId:
        """The same as the gateway lists it, or nearly."""
        return GatewayId(self.name(number) if self.pair == NUMBERS else f"<{self.name(number)}>")


OF_AS2 = pytest.mark.parametrize("subject", ["fake", "as2gateway"], indirect=True)
"""For what ECGrid lacks: several files in a message, types of partners, content of what was sent."""


@pytest.fixture(params=["fake", "as2gateway", "ecgrid"])
def subject(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Subject]:
    if request.param == "fake":
        yield _fake()
        return
    if request.param == "ecgrid":
        yield from _ecgrid()
        return
    with Sandbox(world=World.default().timed(queue_s=60.0)) as box:
        gateway = as2_gateway(box, folder=tmp_path)
        yield Subject(
            gateway=gateway,
            deliver=lambda name, files: _deliver(box, name, files),
            is_read=lambda name: next(one.is_read for one in box.ledger.received if one.id == name),
            flush=lambda: box.advance(120),
        )
        gateway.close()


def _ecgrid() -> Iterator[Subject]:
    with ECGridSandbox(world=ECGridWorld.default().timed(queue_s=60.0)) as box:
        gateway = ecgrid(box)

        def deliver(name: str, files: Files) -> None:
            created = 1_700_000_000.0 + len(box.ledger.received)
            box.deliver(message_id=name, files=files, created=created)

        yield Subject(
            gateway=gateway,
            deliver=deliver,
            is_read=lambda name: next(one.is_read for one in box.ledger.received if one.id == name),
            flush=lambda: box.advance(120),
            pair=NUMBERS,
            ids="9000000{:03}",
        )
        gateway.close()


def _deliver(box: Sandbox, name: str, files: Files) -> None:
    box.deliver(message_id=name, files=files, persisted=1_700_000_000.0 + len(box.ledger.received))


def _fake() -> Subject:
    fake = FakeGateway()

    def flush() -> None:
        for held in fake.messages:
            if held.box == Box.QUEUED:
                fake.moved(held.record.message_id, Box.SENT)

    def deliver(name: str, files: Files) -> None:
        fake.deliver(name, files=files)

    return Subject(
        gateway=fake,
        deliver=deliver,
        is_read=fake.marked,
        flush=flush,
    )


def unread(gateway: Gateway) -> tuple[Record, ...]:
    return gateway.unread(PartnerType.PRODUCTION, page=0).records


def wanted(records: Sequence[Record]) -> list[Wanted]:
    return [Wanted(message_id=record.message_id, files=record.files) for record in records]


def test_stations_and_partners_are_told(subject: Subject) -> None:
    """Our identities, and the partners of both types, where there is a list of them."""
    assert subject.pair.station in {station.as2_id for station in subject.gateway.stations()}
    partners = {(partner.as2_id, partner.partner_type) for partner in subject.gateway.partners()}
    if subject.gateway.capabilities.has_numbered_pairs:
        assert partners == set()
    else:
        assert {("RJ_Partner", PartnerType.PRODUCTION), ("RJ_Test", PartnerType.TEST)} <= partners


def test_unread_messages_are_listed(subject: Subject) -> None:
    """With their files, their time and both ids; oldest first where lists are in order."""
    subject.deliver(subject.name(1), {"a.edi": b"UNA"})
    subject.deliver(subject.name(2), {"c.edi": b"UNC1"})
    listing = subject.gateway.unread(PartnerType.PRODUCTION, page=0)
    records = list(listing.records)
    if not subject.gateway.capabilities.has_ordered_lists:
        records.sort(key=lambda record: record.persisted or 0)
    assert [bare(record.message_id) for record in records] == [subject.name(1), subject.name(2)]
    assert listing.total in {2, None}
    assert listing.is_last
    assert [record.files for record in records] == [
        (File(name="a.edi", size=3),),
        (File(name="c.edi", size=4),),
    ]
    assert {records[0].sender, records[0].receiver} == {subject.pair.station, subject.pair.partner}
    assert records[0].persisted is not None
    assert records[0].persisted_at is not None
    if subject.gateway.capabilities.names_sender:
        assert records[0].sender == subject.pair.partner


@OF_AS2
def test_a_message_is_listed_with_all_its_files(subject: Subject) -> None:
    """In their order."""
    subject.deliver(subject.name(1), {"b.edi": b"UNA", "a.edi": b"UNB1"})
    (record,) = unread(subject.gateway)
    assert record.files == (File(name="b.edi", size=3), File(name="a.edi", size=4))


def test_a_page_has_a_hundred(subject: Subject) -> None:
    """And the next one goes on where it ended."""
    for number in range(103):
        subject.deliver(subject.name(number), {"a.edi": b"UNA"})
    pages = [subject.gateway.unread(PartnerType.PRODUCTION, page=page) for page in (0, 1, 2)]
    assert [len(page.records) for page in pages] == [100, 3, 0]
    assert [page.is_last for page in pages] == [False, True, True]
    assert len({record.message_id for page in pages for record in page.records}) == 103


def test_the_types_are_two_worlds(subject: Subject) -> None:
    """A production message is not in the test list."""
    subject.deliver(subject.name(1), {"a.edi": b"UNA"})
    assert subject.gateway.unread(PartnerType.TEST, page=0).records == ()


def test_an_entry_can_be_asked_for(subject: Subject) -> None:
    """One that is not there raises NotThere."""
    subject.deliver(subject.name(1), {"a.edi": b"UNA"})
    entry = subject.gateway.entry(Box.RECEIVED, subject.id(1))
    assert bare(entry.message_id) == subject.name(1)
    assert not entry.taken
    with pytest.raises(NotThere):
        subject.gateway.entry(Box.RECEIVED, subject.id(9))


def test_messages_are_fetched_together_and_stay_unread(subject: Subject, tmp_path: Path) -> None:
    """One Fetched for each wanted message, in order, attachments in the listed order."""
    capabilities = subject.gateway.capabilities
    first = {"b.edi": b"first", "a.edi": b""} if capabilities.files_per_message > 1 else {"b.edi": b"first"}
    subject.deliver(subject.name(1), first)
    subject.deliver(subject.name(2), {"ä b.edi": b"\x00" * 70_000})
    records = sorted(unread(subject.gateway), key=lambda record: record.persisted or 0)
    size = min(capabilities.batch_messages, 2)
    got = []
    for batch in (records[:size], records[size:]):
        with subject.gateway.fetch(wanted(batch), scratch=tmp_path) as fetched:
            got += [(one.message_id, [(c.name, c.size, c.read()) for c in one.contents]) for one in fetched]
    assert got == [
        (records[0].message_id, [(name, len(content), content) for name, content in first.items()]),
        (records[1].message_id, [("ä b.edi", 70_000, b"\x00" * 70_000)]),
    ]
    assert len(unread(subject.gateway)) == 2


def test_what_is_not_there_is_an_error_of_its_own(subject: Subject, tmp_path: Path) -> None:
    """The others of the batch, where there are any, are not harmed."""
    subject.deliver(subject.name(1), {"a.edi": b"UNA"})
    missing = Wanted(message_id=subject.id(9), files=(File(name="a", size=1),))
    others = wanted(unread(subject.gateway)) if subject.gateway.capabilities.batch_messages > 1 else []
    with subject.gateway.fetch([missing, *others], scratch=tmp_path) as fetched:
        first, *rest = [(one.error, [content.read() for content in one.contents]) for one in fetched]
    assert first[0]
    assert rest == [(None, [b"UNA"])] * len(others)


def test_what_disagrees_with_the_listing_is_unfit(subject: Subject, tmp_path: Path) -> None:
    """It is fetched by index, which needs neither names nor sizes."""
    subject.deliver(subject.name(1), {"a.edi": b"UNA"})
    (record,) = unread(subject.gateway)
    other = Wanted(message_id=record.message_id, files=(File(name="a.edi", size=4),))
    with subject.gateway.fetch([other], scratch=tmp_path) as fetched:
        comes_in_company = subject.gateway.capabilities.batch_messages > 1
        assert [bool(one.unfit) for one in fetched] == [comes_in_company]
    with subject.gateway.fetch_by_index(other, scratch=tmp_path) as by_index:
        assert [(one.name, one.size, one.read()) for one in by_index.contents] == [("a.edi", 3, b"UNA")]


@OF_AS2
def test_by_index_works_in_the_sent_list_too(subject: Subject, tmp_path: Path) -> None:
    """A look-up compares contents there."""
    sent = subject.gateway.send(Outgoing(pair=subject.pair, files=(("a.edi", b"UNA"),)))
    subject.flush()
    asked = Wanted(message_id=sent.message_id, files=(File(name="a.edi", size=3),))
    with subject.gateway.fetch_by_index(asked, scratch=tmp_path, box=Box.SENT) as fetched:
        assert [one.read() for one in fetched.contents] == [b"UNA"]


def test_by_index_says_when_the_message_is_not_there(subject: Subject, tmp_path: Path) -> None:
    """NotThere, as for an entry."""
    gone = Wanted(message_id=subject.id(9), files=(File(name="a", size=1),))
    with pytest.raises(NotThere), subject.gateway.fetch_by_index(gone, scratch=tmp_path):
        pass


def test_a_confirmed_message_is_not_unread_any_more(subject: Subject) -> None:
    """Confirming is safe to repeat, and can be undone."""
    subject.deliver(subject.name(1), {"a.edi": b"UNA"})
    (record,) = unread(subject.gateway)
    subject.gateway.confirm(record.message_id)
    subject.gateway.confirm(record.message_id)
    assert subject.is_read(subject.name(1))
    assert unread(subject.gateway) == ()
    subject.gateway.mark_unread(record.message_id)
    assert len(unread(subject.gateway)) == 1


def test_confirming_what_is_not_there_says_so(subject: Subject) -> None:
    """NotThere: there is nothing to mark."""
    with pytest.raises(NotThere):
        subject.gateway.confirm(subject.id(9))


def test_many_are_confirmed_together(subject: Subject) -> None:
    """Returned is what is certain; what is not there is not in it."""
    subject.deliver(subject.name(1), {"a.edi": b"UNA"})
    subject.deliver(subject.name(2), {"a.edi": b"UNB"})
    records = unread(subject.gateway)
    gone = Wanted(message_id=subject.id(9), files=(File(name="a", size=1),))
    confirmed = subject.gateway.confirm_batch([*wanted(records), gone])
    assert confirmed == {record.message_id for record in records}
    assert unread(subject.gateway) == ()


def on_the_way(gateway: Gateway, partner_type: PartnerType = PartnerType.PRODUCTION) -> tuple[Record, ...]:
    """What was sent and has not arrived, as the one list or the queued one tells it."""
    box = Box.OUTBOX if gateway.capabilities.has_one_outbox else Box.QUEUED
    records = gateway.page(box, partner_type, page=0).records
    return tuple(record for record in records if record.box is Box.QUEUED)


@pytest.mark.parametrize(
    "name", ["a.edi", "ä ö.edi", "100%25 [x].edi", 'say "a".edi', "日本.edi", "a;b=c.edi"]
)
def test_a_sent_file_arrives_under_its_name(subject: Subject, name: str) -> None:
    """Whatever letters it has; or the gateway says no to them."""
    outgoing = Outgoing(pair=subject.pair, files=((name, b"UNA\r\n"),), subject="ä=b&c")
    if '"' in name and subject.pair == NUMBERS:  # no name on Windows, where that gateway runs
        with pytest.raises(Rejected):
            subject.gateway.send(outgoing)
        return
    receipt = subject.gateway.send(outgoing)
    (record,) = on_the_way(subject.gateway)
    assert bare(record.message_id) == bare(receipt.message_id)
    assert record.files == (File(name=name, size=5),)
    assert record.subject == (None if subject.pair == NUMBERS else "ä=b&c")


def test_several_files_are_one_message(subject: Subject) -> None:
    """In their order; two of one name are refused, and so are two where one is all that fits."""
    files = (("b.edi", b"1\r\n"), ("ä.edi", b""), ("c.edi", b"--x\r\n"))
    if subject.gateway.capabilities.files_per_message > 1:
        outgoing = Outgoing(pair=subject.pair, files=files, content_type="application/edi-x12")
        subject.gateway.send(outgoing)
        (record,) = on_the_way(subject.gateway)
        assert record.files == tuple(File(name=name, size=len(content)) for name, content in files)
    with pytest.raises(Rejected):
        subject.gateway.send(Outgoing(pair=subject.pair, files=(("a", b"1"), ("a", b"2"))))


def test_an_unknown_pair_is_refused_for_good(subject: Subject) -> None:
    """The gateway's own no; or ours, where any two numbers are a pair."""
    pair = Pair(station=subject.pair.station, partner="X")
    with pytest.raises(NotThere if subject.pair != NUMBERS else Rejected):
        subject.gateway.send(Outgoing(pair=pair, files=(("a", b"1"),)))


@OF_AS2
def test_a_type_has_to_fit(subject: Subject) -> None:
    """A test partner is none in production."""
    pair = Pair(station="RJ_Station", partner="RJ_Test", partner_type=PartnerType.TEST)
    subject.gateway.send(Outgoing(pair=pair, files=(("a", b"1"),)))
    (record,) = on_the_way(subject.gateway, PartnerType.TEST)
    assert record.partner_type is PartnerType.TEST


def test_a_queued_message_can_be_stopped_and_tried_again(subject: Subject) -> None:
    """Stopped, it is not on its way; tried again, it goes on."""
    receipt = subject.gateway.send(Outgoing(pair=subject.pair, files=(("a", b"1"),)))
    subject.gateway.stop(receipt.message_id)
    assert on_the_way(subject.gateway) == ()
    if not subject.gateway.capabilities.can_retry:
        with pytest.raises(Rejected):
            subject.gateway.retry(receipt.message_id)
        return
    subject.gateway.retry(receipt.message_id)
    subject.flush()
    assert len(subject.gateway.page(Box.SENT, PartnerType.PRODUCTION, page=0).records) == 1


def test_messages_can_be_deleted(subject: Subject) -> None:
    """One, or many, which are counted; one that is not there says so."""
    for number in range(3):
        subject.deliver(subject.name(number), {"a.edi": b"UNA"})
    first, *others = [record.message_id for record in unread(subject.gateway)]
    if not subject.gateway.capabilities.can_delete:
        with pytest.raises(Rejected):
            subject.gateway.delete("received", [first])
        return
    subject.gateway.delete("received", [first])
    assert [record.message_id for record in unread(subject.gateway)] == others
    assert subject.gateway.delete("received", [first, *others]) == len(others)
    assert unread(subject.gateway) == ()
    with pytest.raises(NotThere):
        subject.gateway.delete("received", [first])


def test_an_mdn_that_does_not_exist_is_not_there(subject: Subject) -> None:
    """A queued message has none."""
    receipt = subject.gateway.send(Outgoing(pair=subject.pair, files=(("a", b"1"),)))
    with pytest.raises(NotThere if subject.gateway.capabilities.has_mdn else Rejected):
        subject.gateway.mdn(Box.SENT, receipt.message_id)


def test_what_was_sent_can_be_asked_for(subject: Subject) -> None:
    """In its list, and in no other."""
    receipt = subject.gateway.send(Outgoing(pair=subject.pair, files=(("a", b"1"),)))
    assert subject.gateway.entry(Box.QUEUED, receipt.message_id).box is Box.QUEUED
    with pytest.raises(NotThere):
        subject.gateway.entry(Box.SENT, receipt.message_id)
    subject.flush()
    box = Box.OUTBOX if subject.gateway.capabilities.has_one_outbox else Box.SENT
    assert subject.gateway.entry(box, receipt.message_id).box is Box.SENT


def test_the_other_clock_is_near(subject: Subject) -> None:
    """The offset is known after the first answer; both run on this machine."""
    subject.gateway.stations()
    assert abs(subject.gateway.clock_offset().total_seconds()) < 5
