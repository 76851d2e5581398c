"""A gateway is asked about a message that is not known here: where it stands, why, and what brings it."""

import pytest

from syncd.core.model import GatewayId
from syncd.errors import NotFound
from syncd.operations.elsewhere import Elsewhere, There
from syncd.sandbox import Sandbox
from syncd.wiring.acting import look_elsewhere, refetch_unknown
from tests.e2e.harness import ACCOUNT, Ground
from tests.e2e.invariants import faults

DAY_S = 86_400.0


def look(ground: Ground, message_id: str) -> Elsewhere:
    with ground.records() as records:
        return look_elsewhere(ground.settings, records, message_id, [ACCOUNT])


def the_one(ground: Ground, message_id: str) -> There:
    [there] = look(ground, message_id).found
    return there


def test_each_reason_has_its_words_and_a_remedy_that_brings_it(ground: Ground, box: Sandbox) -> None:
    """Too old, of a type that is left out, read by somebody else, or just about to come."""
    ground.configure(partner_types=["production"])
    past = box.deliver(files={"old.edi": b"UNA old"}, persisted=ground.clock.now().timestamp() - 9 * DAY_S)
    ground.run()
    read = box.deliver(files={"read.edi": b"UNA read"})
    box.mark_read(read)
    test = box.deliver(files={"test.edi": b"UNA test"}, partner="RJ_TestPartner", partner_type="test")
    soon = box.deliver(files={"soon.edi": b"UNA soon"})
    told = {name: the_one(ground, name) for name in (past, read, test, soon)}

    assert "pull_since" in told[past].why
    assert "marked read there" in told[read].why
    assert "partner_types leaves out" in told[test].why
    assert told[soon].remedy == "syncd once --only pull"
    assert "syncd refetch" in told[past].remedy
    assert [file.name for file in told[past].files] == ["old.edi"]
    assert ground.rows() == []

    for name in (past, read, test):
        row = refetch_unknown(ground.settings, GatewayId(told[name].message_id), ACCOUNT, by="anna")
        assert (row.state, row.pair.partner_type) == ("arriving", told[name].partner_type)
    ground.run()
    ground.run()
    assert ground.names("inbox") == ["old.edi", "read.edi", "soon.edi", "test.edi"]
    assert faults(ground) == []


def test_what_others_sent_is_found_and_what_nobody_has_is_not(ground: Ground, box: Sandbox) -> None:
    """Nor what could not be asked for."""
    ground.drop("a.edi", b"UNA a")
    ground.settle()
    sent = box.ledger.sent[0].id
    assert the_one(ground, sent).direction == "outbound"
    assert look(ground, "nobody@nowhere") == Elsewhere(found=(), asked=(ACCOUNT,), troubles=())
    with pytest.raises(NotFound, match="not at the gateway"):
        refetch_unknown(ground.settings, GatewayId("nobody@nowhere"), ACCOUNT, by="anna")
    ground.configure(url="http://127.0.0.1:9/v1")
    looked = look(ground, "nobody@nowhere")
    assert (looked.found, looked.asked) == ((), ())
    assert "could not be asked: no connection" in looked.troubles[0]
