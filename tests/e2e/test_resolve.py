"""A person's decision about a message of a partner that lives in both types."""

import pytest

from syncd.sandbox import Partner, Sandbox, World
from tests.e2e.harness import Ground
from tests.e2e.invariants import faults
from tests.e2e.worlds import with_partners


@pytest.fixture
def world() -> World:
    both = (Partner(as2_id="BOTH"), Partner(as2_id="BOTH", partner_type="test"))
    return with_partners(*both, Partner(as2_id="ONLY", partner_type="test"))


@pytest.mark.parametrize("folder", ["BOTH.test", "ONLY"])
def test_a_resolved_file_stays_in_the_folder_of_its_pair(ground: Ground, box: Sandbox, folder: str) -> None:
    """What was dropped for the test partner ends in that partner's own folder, whatever the verdict."""
    ground.configure(in_doubt="hold", in_doubt_wait="1m")
    box.trouble("reset", operation="send", when="before")
    ground.drop("a.edi", b"UNA a", pair=f"RJ_Station/{folder}")
    ground.settle()
    assert list(ground.files("held")) == [f"RJ_Station/{folder}/a.edi"]

    ground.resolve(ground.row("a.edi"), "fail")

    assert list(ground.files("failed")) == [f"RJ_Station/{folder}/a.edi"]
    assert faults(ground) == []


@pytest.mark.parametrize("partner", ["BOTH", "ONLY"])
def test_done_takes_the_status_file_of_a_test_message_away(
    ground: Ground, box: Sandbox, partner: str
) -> None:
    """The status file of a held message stands alone; it goes with the decision."""
    empty = box.deliver(files={}, partner=partner, partner_type="test")
    ground.run()
    assert len(ground.all_files("held")) == 1

    ground.resolve(ground.row(empty), "done")

    assert ground.all_files("held") == {}
