"""What every gateway behind the port promises; each implementation and the fake run all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from syncd.core.model import File, GatewayId, Pair, PartnerType, bare
from syncd.core.shown import Box, Record
from syncd.errors import NotThere, Rejected
from syncd.ports.gateway import Gateway, Outgoing, Wanted
from syncd.sandbox import Sandbox, World
from tests.fakes.gateway import FakeGateway
from tests.gateways.parts import as2_gateway

PAIR = Pair(station="RJ_Station", partner="RJ_Partner")
Files = Mapping[str, bytes] | Sequence[tuple[str, bytes]]


@dataclass(frozen=True)
class Subject:
    """A gateway, and hands to let messages arrive and go."""

    gateway: Gateway
    deliver: Callable[[str, Files], None]
    is_read: Callable[[str], bool]
    flush: Callable[[], None]


@pytest.fixture(params=["fake", "as2gateway"])
def subject(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Subject]:
    if request.param == "fake":
        yield _fake()
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
    """Our identities, and the partners of both types."""
    assert "RJ_Station" in {station.as2_id for station in subject.gateway.stations()}
    partners = {(partner.as2_id, partner.partner_type) for partner in subject.gateway.partners()}
    assert {("RJ_Partner", PartnerType.PRODUCTION), ("RJ_Test", PartnerType.TEST)} <= partners


def test_unread_messages_are_listed_oldest_first(subject: Subject) -> None:
    """With their files, their time and both ids."""
    subject.deliver("m1@x", {"a.edi": b"UNA", "b.edi": b"UNB1"})
    subject.deliver("m2@x", {"c.edi": b"UNC"})
    listing = subject.gateway.unread(PartnerType.PRODUCTION, page=0)
    assert [bare(record.message_id) for record in listing.records] == ["m1@x", "m2@x"]
    assert listing.total == 2
    first = listing.records[0]
    assert first.files == (File(name="a.edi", size=3), File(name="b.edi", size=4))
    assert {first.sender, first.receiver} == {"RJ_Station", "RJ_Partner"}
    assert first.persisted is not None
    assert first.persisted_at is not None


def test_a_page_has_a_hundred(subject: Subject) -> None:
    """And the next one goes on where it ended."""
    for number in range(103):
        subject.deliver(f"m{number}@x", {"a.edi": b"UNA"})
    pages = [subject.gateway.unread(PartnerType.PRODUCTION, page=page) for page in (0, 1, 2)]
    assert [len(page.records) for page in pages] == [100, 3, 0]
    assert len({record.message_id for page in pages for record in page.records}) == 103


def test_the_types_are_two_worlds(subject: Subject) -> None:
    """A production message is not in the test list."""
    subject.deliver("m1@x", {"a.edi": b"UNA"})
    assert subject.gateway.unread(PartnerType.TEST, page=0).records == ()


def test_an_entry_can_be_asked_for(subject: Subject) -> None:
    """One that is not there raises NotThere."""
    subject.deliver("m1@x", {"a.edi": b"UNA"})
    assert bare(subject.gateway.entry(Box.RECEIVED, GatewayId("<m1@x>")).message_id) == "m1@x"
    with pytest.raises(NotThere):
        subject.gateway.entry(Box.RECEIVED, GatewayId("<nobody@x>"))


def test_messages_are_fetched_together_and_stay_unread(subject: Subject, tmp_path: Path) -> None:
    """One Fetched for each wanted message, in order, attachments in the listed order."""
    subject.deliver("m1@x", {"b.edi": b"first", "a.edi": b""})
    subject.deliver("m2@x", {"ä b.edi": b"\x00" * 70_000})
    records = unread(subject.gateway)
    with subject.gateway.fetch(wanted(records), scratch=tmp_path) as fetched:
        got = [(one.message_id, [(c.name, c.size, c.read()) for c in one.contents]) for one in fetched]
    assert got == [
        (records[0].message_id, [("b.edi", 5, b"first"), ("a.edi", 0, b"")]),
        (records[1].message_id, [("ä b.edi", 70_000, b"\x00" * 70_000)]),
    ]
    assert len(unread(subject.gateway)) == 2


def test_what_is_not_there_is_an_error_of_its_own(subject: Subject, tmp_path: Path) -> None:
    """The others of the batch are not harmed."""
    subject.deliver("m1@x", {"a.edi": b"UNA"})
    missing = Wanted(message_id=GatewayId("<gone@x>"), files=(File(name="a", size=1),))
    with subject.gateway.fetch([missing, *wanted(unread(subject.gateway))], scratch=tmp_path) as fetched:
        first, second = fetched
        assert first.error
        assert [content.read() for content in second.contents] == [b"UNA"]


def test_what_disagrees_with_the_listing_is_unfit(subject: Subject, tmp_path: Path) -> None:
    """It is fetched by index, which needs neither names nor sizes."""
    subject.deliver("m1@x", {"a.edi": b"UNA"})
    (record,) = unread(subject.gateway)
    other = Wanted(message_id=record.message_id, files=(File(name="a.edi", size=4),))
    with subject.gateway.fetch([other], scratch=tmp_path) as fetched:
        assert [bool(one.unfit) for one in fetched] == [True]
    with subject.gateway.fetch_by_index(other, scratch=tmp_path) as by_index:
        assert [(one.name, one.size, one.read()) for one in by_index.contents] == [("a.edi", 3, b"UNA")]


def test_by_index_works_in_the_sent_list_too(subject: Subject, tmp_path: Path) -> None:
    """A look-up compares contents there."""
    sent = subject.gateway.send(Outgoing(pair=PAIR, files=(("a.edi", b"UNA"),)))
    subject.flush()
    asked = Wanted(message_id=sent.message_id, files=(File(name="a.edi", size=3),))
    with subject.gateway.fetch_by_index(asked, scratch=tmp_path, box=Box.SENT) as fetched:
        assert [one.read() for one in fetched.contents] == [b"UNA"]


def test_by_index_says_when_the_message_is_not_there(subject: Subject, tmp_path: Path) -> None:
    """NotThere, as for an entry."""
    gone = Wanted(message_id=GatewayId("<gone@x>"), files=(File(name="a", size=1),))
    with pytest.raises(NotThere), subject.gateway.fetch_by_index(gone, scratch=tmp_path):
        pass


def test_a_confirmed_message_is_not_unread_any_more(subject: Subject) -> None:
    """Confirming is safe to repeat, and can be undone."""
    subject.deliver("m1@x", {"a.edi": b"UNA"})
    (record,) = unread(subject.gateway)
    subject.gateway.confirm(record.message_id)
    subject.gateway.confirm(record.message_id)
    assert subject.is_read("m1@x")
    assert unread(subject.gateway) == ()
    subject.gateway.mark_unread(record.message_id)
    assert len(unread(subject.gateway)) == 1


def test_confirming_what_is_not_there_says_so(subject: Subject) -> None:
    """NotThere: there is nothing to mark."""
    with pytest.raises(NotThere):
        subject.gateway.confirm(GatewayId("<gone@x>"))


def test_many_are_confirmed_in_one_request(subject: Subject) -> None:
    """Returned is what is certain; what is not there is not in it."""
    subject.deliver("m1@x", {"a.edi": b"UNA"})
    subject.deliver("m2@x", {"a.edi": b"UNB", "b.edi": b""})
    records = unread(subject.gateway)
    gone = Wanted(message_id=GatewayId("<gone@x>"), files=(File(name="a", size=1),))
    confirmed = subject.gateway.confirm_batch([*wanted(records), gone])
    assert confirmed == {record.message_id for record in records}
    assert unread(subject.gateway) == ()


@pytest.mark.parametrize(
    "name", ["a.edi", "ä ö.edi", "100%25 [x].edi", 'say "a".edi', "日本.edi", "a;b=c.edi"]
)
def test_a_sent_file_arrives_under_its_name(subject: Subject, name: str) -> None:
    """Whatever letters it has."""
    receipt = subject.gateway.send(Outgoing(pair=PAIR, files=((name, b"UNA\r\n"),), subject="ä=b&c"))
    (record,) = subject.gateway.page(Box.QUEUED, PartnerType.PRODUCTION, page=0).records
    assert bare(record.message_id) == bare(receipt.message_id)
    assert record.files == (File(name=name, size=5),)
    assert record.subject == "ä=b&c"


def test_several_files_are_one_message(subject: Subject) -> None:
    """In their order; two of one name are refused."""
    files = (("b.edi", b"1\r\n"), ("ä.edi", b""), ("c.edi", b"--x\r\n"))
    subject.gateway.send(Outgoing(pair=PAIR, files=files, content_type="application/edi-x12"))
    (record,) = subject.gateway.page(Box.QUEUED, PartnerType.PRODUCTION, page=0).records
    assert record.files == tuple(File(name=name, size=len(content)) for name, content in files)
    with pytest.raises(Rejected):
        subject.gateway.send(Outgoing(pair=PAIR, files=(("a", b"1"), ("a", b"2"))))


def test_an_unknown_pair_is_the_gateways_own_no(subject: Subject) -> None:
    """NotThere: for good."""
    with pytest.raises(NotThere):
        subject.gateway.send(Outgoing(pair=Pair(station="RJ_Station", partner="X"), files=(("a", b"1"),)))


def test_a_type_has_to_fit(subject: Subject) -> None:
    """A test partner is none in production."""
    pair = Pair(station="RJ_Station", partner="RJ_Test", partner_type=PartnerType.TEST)
    subject.gateway.send(Outgoing(pair=pair, files=(("a", b"1"),)))
    (record,) = subject.gateway.page(Box.QUEUED, PartnerType.TEST, page=0).records
    assert record.partner_type is PartnerType.TEST


def test_a_queued_message_can_be_stopped_and_tried_again(subject: Subject) -> None:
    """Stopped, it is in no list; tried again, it goes on."""
    receipt = subject.gateway.send(Outgoing(pair=PAIR, files=(("a", b"1"),)))
    subject.gateway.stop(receipt.message_id)
    assert subject.gateway.page(Box.QUEUED, PartnerType.PRODUCTION, page=0).records == ()
    subject.gateway.retry(receipt.message_id)
    subject.flush()
    assert len(subject.gateway.page(Box.SENT, PartnerType.PRODUCTION, page=0).records) == 1


def test_messages_can_be_deleted(subject: Subject) -> None:
    """One, or many; one that is not there says so."""
    for number in range(3):
        subject.deliver(f"m{number}@x", {"a.edi": b"UNA"})
    first, *others = [record.message_id for record in unread(subject.gateway)]
    subject.gateway.delete("received", [first])
    assert [record.message_id for record in unread(subject.gateway)] == others
    subject.gateway.delete("received", others)
    assert unread(subject.gateway) == ()
    with pytest.raises(NotThere):
        subject.gateway.delete("received", [first])


def test_an_mdn_that_does_not_exist_is_not_there(subject: Subject) -> None:
    """A queued message has none."""
    receipt = subject.gateway.send(Outgoing(pair=PAIR, files=(("a", b"1"),)))
    with pytest.raises(NotThere):
        subject.gateway.mdn(Box.SENT, receipt.message_id)


def test_the_other_clock_is_near(subject: Subject) -> None:
    """The offset is known after the first answer; both run on this machine."""
    subject.gateway.stations()
    assert abs(subject.gateway.clock_offset().total_seconds()) < 5
