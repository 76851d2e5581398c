"""The moments between two steps whose order is a promise: one message each way, and one death.

The campaign of all moments is in `test_crash.py`; here are those in which each rule of the order shows.
"""

from pathlib import Path

import pytest

from syncd.sandbox import Sandbox
from tests.e2e.harness import Ground
from tests.safety.campaign import SHORT, Tale, a_world, killed_at
from tests.safety.dying import Moment


def _begin(ground: Ground) -> None:
    ground.box.deliver(files={"in.edi": b"UNA in"})
    ground.drop("out.edi", b"UNA out")


TALE = Tale(open=lambda: Sandbox(world=a_world()), begin=_begin, fates={"out.edi": "sent"}, keys=SHORT)


@pytest.mark.parametrize(
    "moment",
    [
        ("before inbox.publish_many", 1),
        ("after inbox.publish_many", 1),
        ("before journal.write published", 1),
        ("after journal.write published", 1),
    ],
    ids=lambda moment: str(moment[0]),
)
def test_what_arrives_is_confirmed_when_it_is_in_the_inbox_and_comes_once(
    memory: Path, moment: Moment
) -> None:
    """Staged, published, recorded, confirmed; the ERP takes what it sees before we are back."""
    assert killed_at(TALE, memory, moment) == []


@pytest.mark.parametrize(
    "moment", [("before gateway.send", 1), ("after gateway.send", 1)], ids=lambda moment: str(moment[0])
)
def test_what_is_dropped_is_accepted_once(memory: Path, moment: Moment) -> None:
    """Whether it left is found out at the gateway, and only there."""
    assert killed_at(TALE, memory, moment) == []
