"""The gate on the outbox: what an EDI file's own envelope speaks against is not sent unseen."""

from __future__ import annotations

import pytest

from syncd.core.machine import IllegalMove
from syncd.core.model import Pair
from syncd.errors import UsageError
from syncd.flows.rehearsal import Rehearsed, rehearse
from syncd.flows.resending import resend
from syncd.operations.actions import held_message
from syncd.operations.comes_next import comes_next
from syncd.sandbox import Sandbox, World
from tests.core.documents.written import EDIFACT, X12, x12
from tests.e2e.harness import Ground, Process
from tests.e2e.invariants import faults
from tests.e2e.worlds import quick
from tests.flows.one_file import one_file

WHOLE = X12["850"]
CUT = WHOLE.replace(b"000000905", b"000000904")[: WHOLE.index(b"SE*6")]
CUT_WORDS = "ST 0001 has no SE; GS 77 has no GE; it has no IEA: it is not complete"
PAIR = Pair(station="RJ_Station", partner="RJ_Partner")
OF_PAIR = {"station": PAIR.station, "partner": PAIR.partner}


@pytest.fixture
def world() -> World:
    return quick(World.default())


def sent(box: Sandbox) -> list[str]:
    return sorted(file.name for record in box.ledger.sent for file in record.files)


def notes(ground: Ground, name: str) -> list[str]:
    with ground.records() as records:
        return [line.text for line in records.history(ground.row(name).id)]


def test_what_is_incomplete_is_held_before_the_partner_sees_it(ground: Ground, box: Sandbox) -> None:
    """All reasons are told; what is whole, and what is no EDI, goes its way."""
    ground.configure(gate="hold")
    for name, content in (("cut.edi", CUT), ("whole.edi", WHOLE), ("note.txt", b"UNA hello")):
        ground.drop(name, content)

    ground.settle()

    assert sent(box) == ["note.txt", "whole.edi"]
    assert ground.row("cut.edi").state == "held"
    assert ground.row("cut.edi").reason == f"not sent, by the gate: {CUT_WORDS}"
    assert ground.names("held") == ["cut.edi"]
    assert ground.status_files("held")["cut.edi"]["reason"] == ground.row("cut.edi").reason
    assert faults(ground) == []


def test_what_a_person_lets_go_is_sent_in_spite_of_it(ground: Ground, box: Sandbox) -> None:
    """The gate is asked once, also when the first try does not come to an end."""
    ground.configure(gate="hold")
    ground.drop("cut.edi", CUT)
    ground.settle()
    box.trouble("status", status=429, operation="send")

    ground.resolve(ground.row("cut.edi"), "resend")
    ground.settle()

    assert (sent(box), ground.row("cut.edi").state) == (["cut.edi"], "sent")
    assert faults(ground) == []


def test_a_file_may_be_mended_where_it_is_held(ground: Ground, box: Sandbox) -> None:
    """What is sent then is what stands there."""
    ground.configure(gate="hold")
    ground.drop("cut.edi", CUT)
    ground.settle()
    held = ground.root / "held" / ground.pair / "cut.edi"
    held.write_bytes(WHOLE)

    ground.resolve(ground.row("cut.edi"), "resend")
    ground.settle()

    assert sent(box) == ["cut.edi"]
    assert list(ground.files("sent").values()) == [WHOLE]
    assert ground.row("cut.edi").files[0].size == len(WHOLE)


def test_what_a_person_gives_up_is_failed(ground: Ground, box: Sandbox) -> None:
    ground.configure(gate="hold")
    ground.drop("cut.edi", CUT)
    ground.settle()

    ground.resolve(ground.row("cut.edi"), "fail")
    ground.settle()

    assert (sent(box), ground.names("failed")) == ([], ["cut.edi"])


def test_what_the_gate_holds_was_not_sent(ground: Ground, box: Sandbox) -> None:
    """Nobody can settle it as sent: the partner never saw it. What fits is said."""
    ground.configure(gate="hold")
    ground.drop("cut.edi", CUT)
    ground.settle()
    held = ground.row("cut.edi")

    with ground.process() as process, pytest.raises(UsageError, match="never sent") as refused:
        held_message(process.bridge.records, held.id, "sent")
    with pytest.raises(IllegalMove):
        ground.resolve(held, "sent")

    assert refused.value.remedy == f"Use `syncd resolve {held.id} resend` or `syncd resolve {held.id} fail`."
    assert f"`syncd resolve {held.id} resend|fail`" in comes_next(held)
    assert (ground.row("cut.edi"), ground.names("held")) == (held, ["cut.edi"])


def test_a_warning_is_written_down_once_and_the_file_is_sent(ground: Ground, box: Sandbox) -> None:
    ground.configure(gate="warn")
    box.trouble("status", status=429, operation="send", times=2)
    ground.drop("cut.edi", CUT)

    ground.settle()

    assert sent(box) == ["cut.edi"]
    assert notes(ground, "cut.edi").count(f"the gate warns: {CUT_WORDS}") == 1


def test_without_a_gate_nothing_is_judged(ground: Ground, box: Sandbox) -> None:
    ground.drop("cut.edi", CUT)
    ground.settle()

    assert sent(box) == ["cut.edi"]
    assert not any("the gate " in note for note in notes(ground, "cut.edi"))


def test_a_pair_has_a_gate_of_its_own(ground: Ground, box: Sandbox) -> None:
    """With the names that belong to it: another's invoice does not go to this partner."""
    ground.partners = [{**OF_PAIR, "gate": "hold", "interchange_receiver": "12:4165550123"}]
    ground.configure()
    ground.drop("right.edi", WHOLE)
    ground.drop("other.edi", EDIFACT["INVOIC"])

    ground.settle()

    assert sent(box) == ["right.edi"]
    reason = "not sent, by the gate: its receiver is 14:4098765000004, and not 12:4165550123"
    assert ground.row("other.edi").reason == reason


def test_of_several_files_the_words_name_each(ground: Ground, box: Sandbox) -> None:
    """A dropped folder is one message: it is held as a whole."""
    ground.configure(gate="hold")
    ground.drop("order/a.edi", CUT)
    ground.drop("order/b.edi", WHOLE + WHOLE.replace(b"SE*6", b"SE*9").replace(b"000000905", b"000000906"))

    ground.settle()

    reason = ground.row("order").reason or ""
    assert sent(box) == []
    assert "a.edi: ST 0001 has no SE" in reason
    assert "b.edi: interchange 000000906: SE counts 9 segments, and ST 0001 has 6" in reason


def test_of_a_folder_that_is_split_the_others_go_on(ground: Ground, box: Sandbox) -> None:
    ground.configure(gate="hold")
    ground.drop("order/a.edi", CUT)
    ground.drop("order/b.edi", WHOLE)

    ground.settle(wrap=one_file)

    assert sent(box) == ["b.edi"]
    assert ground.states() == {"a.edi": "held", "b.edi": "sent"}
    assert list(ground.files("held")) == ["RJ_Station/RJ_Partner/order/a.edi"]
    assert faults(ground) == []


def rehearsed(process: Process) -> Rehearsed:
    bridge = process.bridge
    return Rehearsed(
        account=bridge.account,
        gateway=bridge.gateway,
        records=bridge.records,
        outbox=bridge.outbox,
        clock=bridge.clock,
        learn=lambda stations, partners: bridge.tree.make_pairs(
            stations=stations, partners=partners, used=()
        ),
    )


@pytest.mark.parametrize(
    ("gate", "says"),
    [
        ("hold", "hold outbox/RJ_Station/RJ_Partner/cut.edi: ST 0001"),
        ("warn", "from RJ_Station to RJ_Partner, with a warning: ST 0001"),
        ("off", "send outbox/RJ_Station/RJ_Partner/cut.edi from RJ_Station to RJ_Partner"),
    ],
)
def test_a_dry_run_says_what_the_gate_would_do(ground: Ground, gate: str, says: str) -> None:
    ground.configure(gate=gate)
    ground.run()
    ground.drop("cut.edi", CUT)

    with ground.process() as process:
        (told,) = rehearse(rehearsed(process), only="send")

    assert says in told
    assert ground.names("outbox") == ["cut.edi"]


# What was sent before -----------------------------------------------------------------------------


def test_a_number_that_was_sent_before_is_held(ground: Ground, box: Sandbox) -> None:
    """To this partner, between these names: also in another file, of another size."""
    ground.configure(gate="hold")
    ground.drop("first.edi", WHOLE)
    ground.settle()
    ground.drop("second.edi", WHOLE + b"\n")
    ground.drop("another.edi", x12("IN", "810", "BIG*1", control=906))

    ground.settle()

    first = ground.row("first.edi").id
    reason = f"not sent, by the gate: interchange 000000905 was sent before, by message {first}"
    assert sent(box) == ["another.edi", "first.edi"]
    assert ground.row("second.edi").reason == reason
    assert faults(ground) == []


def test_of_two_that_are_sent_side_by_side_one_is_held(ground: Ground, box: Sandbox) -> None:
    """Neither of them stands in the records yet when the gate is asked."""
    ground.configure(gate="hold", parallel_sends=4)
    for number in range(4):
        ground.drop(f"{number}.edi", WHOLE + b"\n" * number)

    ground.settle()

    assert len(sent(box)) == 1
    assert sorted(ground.states().values()) == ["held", "held", "held", "sent"]


def test_what_failed_may_be_sent_anew_and_what_is_resent_repeats_nothing(
    ground: Ground, box: Sandbox
) -> None:
    ground.configure(gate="hold")
    box.trouble("status", status=400, operation="send")
    ground.drop("a.edi", WHOLE)
    ground.settle()
    assert ground.names("failed") == ["a.edi"]

    ground.put_back("a.edi", with_status=False)
    ground.settle()
    assert sent(box) == ["a.edi"]

    (old,) = [row for row in ground.rows() if row.state == "sent"]
    with ground.process() as process:
        resend(process.bridge, old, by="a test")
        process.run()
    ground.settle()

    assert sent(box) == ["a.edi", "a.edi"]
