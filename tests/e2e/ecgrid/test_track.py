"""What becomes of a parcel: each of ECGrid's words leads to a state, unknown ones are on their way."""

from datetime import timedelta

import pytest

from syncd.core.model import Phase
from syncd.errors import GatewayError
from syncd.flows.track import Track
from syncd.sandbox import ECGridSandbox, ECGridWorld
from tests.e2e.harness import Ground
from tests.e2e.invariants import faults

DAY = timedelta(days=1)


@pytest.fixture(params=["reference", "guide", "backend"])
def profile(request: pytest.FixtureRequest, box: ECGridSandbox) -> str:
    """Each of the published shapes."""
    box.switch(profile=request.param)
    return str(request.param)


@pytest.mark.parametrize(
    ("delivery", "state"),
    [("ok", "sent"), ("temporary", "sent"), ("transferred", "sent"), ("inbox", "sent"), ("failed", "failed")],
)
@pytest.mark.usefixtures("profile")
def test_a_parcel_ends_as_the_gateway_says(
    ground: Ground, box: ECGridSandbox, delivery: str, state: str
) -> None:
    """Sent when the partner or the next network has it, failed with the gateway's word."""
    box.partner("445566").behave(delivery=delivery)
    ground.drop("a.edi", b"UNA a")

    ground.settle()

    assert ground.states() == {"a.edi": state}
    told = ground.status_files(state)["a.edi"]
    assert (told["reason"] is None) == (state == "sent")
    assert faults(ground) == []


@pytest.mark.parametrize("profile", ["reference", "guide", "backend"])
def test_a_processed_parcel_is_settled_by_its_interchanges(
    ground: Ground, box: ECGridSandbox, profile: str
) -> None:
    """Sent when all are closed, failed when one is rejected."""
    box.switch(profile=profile, settles_by="interchanges")
    box.partner("445577").behave(delivery="rejected_interchange")
    ground.drop("a.edi", b"UNA a")
    ground.drop("b.edi", b"UNA b", pair="112233/445577")

    ground.settle(within=timedelta(hours=6))

    assert ground.states() == {"a.edi": "sent", "b.edi": "failed"}
    assert "interchange" in (ground.row("b.edi").reason or "")
    assert faults(ground) == []


def test_a_rejected_interchange_of_a_parcel_sent_on_is_found(ground: Ground, box: ECGridSandbox) -> None:
    """The parcel stays at `outboxSent`; after a while its interchanges are asked for."""
    box.partner("445566").behave(delivery="rejected_interchange")
    ground.drop("a.edi", b"UNA a")

    ground.settle(within=DAY, every=timedelta(minutes=5))

    assert ground.states() == {"a.edi": "failed"}


def test_sent_to_the_next_hop_is_waited_for_and_then_held(ground: Ground, box: ECGridSandbox) -> None:
    """No word for `mdn_give_up`: a person has to ask the partner."""
    ground.configure(mdn_give_up="1d")
    box.partner("445566").behave(delivery="never")
    ground.drop("a.edi", b"UNA a")
    ground.run()

    ground.run()
    assert ground.row("a.edi").phase is Phase.AWAITING_MDN
    ground.settle(within=3 * DAY, every=timedelta(hours=2))

    assert ground.states() == {"a.edi": "held"}
    assert "no word of its arrival" in (ground.row("a.edi").reason or "")


def test_what_is_asked_one_by_one_is_recorded_together(ground: Ground, box: ECGridSandbox) -> None:
    """One transaction a pass; what was learned before an error is kept."""
    box.switch(settles_by="interchanges")
    for name in ("a.edi", "b.edi", "c.edi"):
        ground.drop(name, name.encode())
    ground.run(jobs=("send",))
    ground.later(minutes=10)
    box.trouble("status", method="GET", path=r"/parcels/\d+$", skip=2)
    with ground.process() as process:
        before = process.doors.store.transactions
        with pytest.raises(GatewayError):
            Track(process.bridge).run()
        assert process.doors.store.transactions == before + 2  # where the files go is another
    assert sorted(ground.states().values()) == ["queued", "sent", "sent"]


def test_transmitted_is_sent_at_the_next_hop(ground: Ground, box: ECGridSandbox) -> None:
    """`sent_when = "transmitted"`; a late failure still moves it to failed."""
    ground.configure(sent_when="transmitted")
    box.partner("445566").behave(delivery="never")
    ground.drop("a.edi", b"UNA a")

    ground.settle()

    assert ground.states() == {"a.edi": "sent"}


def test_a_late_failure_moves_a_transmitted_one(ground: Ground, box: ECGridSandbox) -> None:
    """Sent on, and rejected afterwards."""
    ground.configure(sent_when="transmitted")
    box.partner("445566").behave(delivery="rejected_interchange")
    ground.drop("a.edi", b"UNA a")
    ground.settle()
    assert ground.states() == {"a.edi": "sent"}

    for _ in ground.passes(8, every=timedelta(hours=1)):
        pass

    assert ground.states() == {"a.edi": "failed"}
    assert ground.names("failed") == ["a.edi"]


@pytest.mark.parametrize("word", ["outboxSomethingNew", "M9999"])
def test_an_unknown_word_is_on_its_way(ground: Ground, box: ECGridSandbox, word: str) -> None:
    """Nothing is concluded, nothing breaks."""
    box.partner("445566").behave(ends_as=word)
    ground.drop("a.edi", b"UNA a")

    for _ in ground.passes(4):
        pass

    assert ground.states() == {"a.edi": "queued"}


@pytest.mark.parametrize("word", ["as2Sent", "OutBoxDelivered"])
def test_each_delivered_word_is_sent(ground: Ground, box: ECGridSandbox, word: str) -> None:
    """All of the words for it."""
    box.partner("445566").behave(ends_as=word)
    ground.drop("a.edi", b"UNA a")

    ground.settle()

    assert ground.states() == {"a.edi": "sent"}


def test_a_parcel_revived_by_hand_is_followed_again(ground: Ground, box: ECGridSandbox) -> None:
    """Failed here, tried again there: it moves to sent."""
    box.partner("445566").behave(delivery="failed")
    ground.drop("a.edi", b"UNA a")
    ground.settle()
    assert ground.states() == {"a.edi": "failed"}

    box.partner("445566").behave(delivery="ok")
    box.revive(ground.row("a.edi").message_id or "")
    for _ in ground.passes(40):
        pass

    assert ground.states() == {"a.edi": "sent"}
    assert faults(ground) == []


def test_a_message_that_failed_by_its_interchange_stays_failed(ground: Ground, box: ECGridSandbox) -> None:
    """The list alone calls it processed; looking for revived ones asks on."""
    box.switch(settles_by="interchanges")
    box.partner("445566").behave(delivery="rejected_interchange")
    for number in range(4):
        ground.drop(f"{number}.edi", b"UNA %d" % number)
    ground.settle(within=DAY)

    for _ in ground.passes(5, every=timedelta(minutes=11)):
        assert set(ground.states().values()) == {"failed"}
    assert all(ground.history(row).count("revived") == 0 for row in ground.rows())


class TestPaced:
    """At the pace of a real service."""

    @pytest.fixture
    def world(self) -> ECGridWorld:
        """Sending takes its time."""
        return ECGridWorld.default().timed(queue_s=120.0, ack_s=300.0)

    def test_many_parcels_are_followed_by_one_list_a_pass(self, ground: Ground, box: ECGridSandbox) -> None:
        """Never one request a parcel."""
        for number in range(24):
            ground.drop(f"{number}.edi", b"UNA %d" % number)
        ground.run()
        before = box.ledger.count("list_outbox")

        for _ in ground.passes(5):
            pass

        assert box.ledger.count("list_outbox") - before == 5
        assert box.ledger.count("get_parcel") == 0
        ground.settle()
        assert set(ground.states().values()) == {"sent"}
        assert faults(ground) == []
