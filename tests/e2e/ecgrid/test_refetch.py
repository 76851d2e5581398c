"""A parcel once more: downloaded again by its id, and not reset for other channels to take."""

from datetime import timedelta

import pytest

from syncd.core.model import GatewayId
from syncd.core.planning.span import Span
from syncd.errors import UsageError
from syncd.sandbox import ECGridSandbox
from syncd.wiring.acting import look_elsewhere, refetch, refetch_span, refetch_unknown
from tests.e2e.harness import ACCOUNT, Ground


def test_a_parcel_is_delivered_once_more_and_only_once(ground: Ground, box: ECGridSandbox) -> None:
    """It stays confirmed there all the while."""
    parcel = box.deliver(files={"a.edi": b"ISA a"})
    ground.run()
    ground.collect()
    refetch(ground.settings, ground.row(parcel).id, "anna")

    for _ in ground.passes(3):
        pass

    assert ground.names("inbox") == ["a.edi"]
    assert ground.row(parcel).phase == "confirmed"
    assert box.ledger.count("reset") == 0


def test_parcels_of_longer_than_one_list_reaches_are_found(ground: Ground, box: ECGridSandbox) -> None:
    """Asked for thirty days at a time; those that another channel took are fetched all the same."""
    now = ground.clock.now()
    ground.run()
    for days in (20, 50, 70):
        box.deliver(files={f"{days}.edi": b"ISA %d" % days}, created=(now - timedelta(days=days)).timestamp())
    taken = box.deliver(files={"taken.edi": b"ISA"}, created=(now - timedelta(days=40)).timestamp())
    box.mark_read(taken)
    ground.configure(pull_since=now.isoformat())
    ground.run()
    assert ground.names("inbox") == []

    span = Span(since=now - timedelta(days=60), until=now)
    [found] = refetch_span(ground.settings, [ACCOUNT], span, only_look=False, by="anna")
    ground.run()

    assert found.missing == 3
    assert ground.names("inbox") == ["20.edi", "50.edi", "taken.edi"]


def test_a_parcel_that_is_not_known_here_is_told_by_the_gateway(ground: Ground, box: ECGridSandbox) -> None:
    """Which way it goes too, though the gateway answers for any id; what goes out is not fetched."""
    taken = box.deliver(files={"taken.edi": b"ISA taken"})
    box.mark_read(taken)
    ground.drop("out.edi", b"ISA out")
    ground.run()
    sent = ground.row("out.edi").message_id or GatewayId("")
    with ground.records() as records:
        [there] = look_elsewhere(ground.settings, records, taken, [ACCOUNT]).found
        [ours] = look_elsewhere(ground.settings, records, sent, [ACCOUNT]).found
        assert look_elsewhere(ground.settings, records, "no-number", [ACCOUNT]).found == ()
    assert (there.direction, ours.direction) == ("inbound", "outbound")
    assert "took it there" in there.why

    with pytest.raises(UsageError, match="goes out"):
        refetch_unknown(ground.settings, sent, ACCOUNT, by="anna")
    refetch_unknown(ground.settings, GatewayId(taken), ACCOUNT, by="anna")
    ground.run()

    assert ground.names("inbox") == ["taken.edi"]
