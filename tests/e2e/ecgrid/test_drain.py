"""How fast a full mailbox is drained: two requests a parcel, at the pace that the limit allows."""

from syncd.sandbox import ECGridSandbox
from tests.e2e.harness import Ground
from tests.e2e.invariants import LIMITS, faults

PARCELS = 88
"""With their lists a little more than one window holds."""
LEAST = 0.95


def test_a_full_mailbox_is_drained_at_95_percent_of_the_limit_or_more(
    ground: Ground, box: ECGridSandbox
) -> None:
    """On the shared clock: what the first window takes, and when the next one begins."""
    for number in range(PARCELS):
        box.deliver(files={"invoice.edi": f"UNA {number}".encode()})

    ground.run(jobs=("pull",))

    times = [request.at - box.ledger.requests[0].at for request in box.ledger.requests]
    most, window_s = LIMITS["ecgrid"]
    in_first = sum(at < window_s for at in times)
    lists = len(times) - 2 * PARCELS
    assert lists <= 5
    assert in_first < len(times)
    assert (in_first - lists) / (most - lists) * window_s / times[in_first] >= LEAST
    assert box.ledger.over_limit == 0
    assert faults(ground) == []
