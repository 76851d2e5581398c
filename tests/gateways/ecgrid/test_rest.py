"""The operations that the bridge itself has no use for."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from syncd.core.model import GatewayId, Pair
from syncd.errors import GatewayError, NotThere
from syncd.gateways.ecgrid.rest import Rest, Search
from syncd.ports.gateway import Outgoing
from syncd.sandbox import ECGridSandbox, ECGridSwitches
from tests.gateways.parts import ecgrid

PAIR = Pair(station="112233", partner="445566")
EDI = (
    b"ISA*00*          *00*          *ZZ*SENDERID       *ZZ*RECEIVERID     *260429*1430*U*00401*000000001"
    b"*0*P*>~"
    b"GS*PO*SENDERID*RECEIVERID*20260429*1430*1*X*004010~ST*850*0001~SE*2*0001~GE*1*1~IEA*1*000000001~"
)
World = tuple[ECGridSandbox, Rest, GatewayId]


@pytest.fixture(params=["reference", "guide", "backend"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """One parcel came, one was sent."""
    with ECGridSandbox(switches=ECGridSwitches().changed(profile=request.param)) as box:
        box.deliver(files={"in.edi": EDI})
        gateway = ecgrid(box)
        sent = gateway.send(Outgoing(pair=PAIR, files=(("out.edi", EDI),)))
        yield box, gateway.rest, sent.message_id
        gateway.close()


def test_who_and_where_we_are(world: World) -> None:
    """Version, session, user, mailbox, ids, and what the statuses mean."""
    box, rest, _ = world
    assert "2.6" in rest.version()
    assert (rest.me().mailbox, rest.session().mailbox, rest.session().network) == (4711, 4711, 301)
    assert rest.session().auth_level == "MailboxUser"
    assert rest.mailbox(4711).deletes_on_download is False
    assert [one.ecgrid_id for one in rest.own_ids()] == [112233, 112244]
    (found,) = rest.find_ids("ZZ", "RECEIVERID")
    assert (found.ecgrid_id, found.edi_id) == (445566, "RECEIVERID")
    assert rest.find_ids("ZZ", "NOBODY") == ()
    assert len(rest.status_meanings()) > 5
    assert rest.status_meanings() == rest.status_meanings()
    assert box.ledger.count("status_lists") == 1
    with pytest.raises(NotThere):
        rest.mailbox(1)


def test_parcels_are_searched(world: World) -> None:
    """By ids and times; each alone, and by a tag."""
    _, rest, sent = world
    (came,) = rest.inbox()
    assert came.name == "in.edi"
    assert [one.name for one in rest.outbox(Search(sender=112233, receiver=445566))] == ["out.edi"]
    long_ago = datetime.now(UTC) - timedelta(days=20)
    assert rest.outbox(Search(begin=long_ago, end=long_ago + timedelta(days=1))) == ()
    assert rest.parcel(sent).name == "out.edi"
    rest.set_mailbag_control_id(sent, "tag-1")
    assert [one.name for one in rest.find_mailbag_control_id("tag-1")] == ["out.edi"]
    rest.note(sent, "seen")
    with pytest.raises(NotThere):
        rest.parcel(GatewayId("1"))


def test_interchanges_are_looked_at(world: World) -> None:
    """Of a parcel, and in lists of their own."""
    _, rest, sent = world
    (one,) = rest.manifest(sent)
    assert rest.interchange(one.interchange_id).document_type == "850"
    (group,) = rest.interchange_manifest(one.interchange_id)
    assert (group.name, group.document_type, group.count, group.control_number) == ("PO", "850", 1, "1")
    assert [each.interchange_id for each in rest.interchanges_outbox()] == [one.interchange_id]
    assert len(rest.interchanges_inbox()) == 1
    rest.resend_interchange(one.interchange_id)
    with pytest.raises(GatewayError):
        rest.cancel_interchange(one.interchange_id)


def test_a_test_file_is_made_there(world: World) -> None:
    """From one ECGrid ID to another."""
    box, rest, _ = world
    made = rest.send_test_file(112233, 445566, "850")
    assert rest.parcel(made).parcel_id == int(made)
    assert len(box.ledger.sent) == 2


def test_a_status_can_be_set(world: World) -> None:
    """As a person would."""
    _, rest, _ = world
    (came,) = rest.inbox()
    changed = rest.update_status(GatewayId(str(came.parcel_id)), "InBoxArchived")
    assert changed.parcel_id == came.parcel_id
