"""Every list parameter and every way to an attachment works, against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncd.core.model import GatewayId
from syncd.core.shown import Box, Listing
from syncd.errors import BadReply, NotThere
from syncd.gateways.as2gateway import AS2Gateway
from syncd.sandbox import Sandbox
from tests.gateways.parts import as2_gateway

FILES = {"a.edi": b"UNA first", "b.edi": b"UNB second"}


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def gateway(box: Sandbox) -> Iterator[AS2Gateway]:
    opened = as2_gateway(box)
    yield opened
    opened.close()


def _ids(listing: Listing) -> list[str]:
    return [record.message_id.strip("<>") for record in listing.records]


def test_a_list_takes_every_order_and_filter(box: Sandbox, gateway: AS2Gateway) -> None:
    """Order, page, length, and the four filters do what the document says."""
    first = box.deliver(files=FILES, subject="orders of May")
    box.advance(1)
    second = box.deliver(partner="ECHO", files=FILES, subject="an invoice")
    rest = gateway.rest
    assert _ids(rest.listing(Box.RECEIVED)) == [second, first]
    assert _ids(rest.listing(Box.RECEIVED, newest_first=False)) == [first, second]
    assert _ids(rest.listing(Box.RECEIVED, sort_by="subject", newest_first=False)) == [second, first]
    assert _ids(rest.listing(Box.RECEIVED, length=1, page=1)) == [first]
    assert _ids(rest.listing(Box.RECEIVED, partnerAS2Id="ECHO")) == [second]
    assert _ids(rest.listing(Box.RECEIVED, as2MessageId=first)) == [first]
    assert _ids(rest.listing(Box.RECEIVED, subject="orders of May")) == [first]
    assert _ids(rest.listing(Box.RECEIVED, stationAS2Id="nobody")) == []


def test_an_attachment_comes_by_index_or_as_the_first(box: Sandbox, gateway: AS2Gateway) -> None:
    """Without an index the first one comes; beyond the last one there is none."""
    message = GatewayId(box.deliver(files=FILES))
    rest = gateway.rest
    assert rest.attachment(Box.RECEIVED, message).content == FILES["a.edi"]
    second = rest.attachment(Box.RECEIVED, message, 1)
    assert (second.name, second.content) == ("b.edi", FILES["b.edi"])
    with pytest.raises(NotThere):
        rest.attachment(Box.RECEIVED, message, 2)


def test_all_attachments_of_a_message_come_in_one_archive(box: Sandbox, gateway: AS2Gateway) -> None:
    """Names and bytes, and no read mark that nobody asked for."""
    message = GatewayId(box.deliver(files=FILES))
    found = gateway.rest.all_attachments(Box.RECEIVED, message)
    assert {one.name: one.content for one in found} == FILES
    assert not box.ledger.received[0].is_read


@pytest.mark.parametrize("way", ["attachment", "all_attachments"])
def test_a_download_marks_when_it_is_asked_to(box: Sandbox, gateway: AS2Gateway, way: str) -> None:
    """The read mark of a single download is the caller's choice."""
    message = GatewayId(box.deliver(files=FILES))
    getattr(gateway.rest, way)(Box.RECEIVED, message, mark_as_read=True)
    assert box.ledger.received[0].is_read


def test_a_damaged_archive_is_told(box: Sandbox, gateway: AS2Gateway) -> None:
    """A cut archive is no attachment."""
    message = GatewayId(box.deliver(files=FILES))
    box.trouble("zip_cut", operation="all_received")
    with pytest.raises(BadReply):
        gateway.rest.all_attachments(Box.RECEIVED, message)
