"""Send and track: a gateway in trouble, files that people move, MDNs that come late or never."""

from datetime import timedelta

import pytest

from syncd.sandbox import Sandbox, World
from tests.e2e.harness import Ground
from tests.e2e.invariants import faults
from tests.e2e.worlds import quick

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

TROUBLES: dict[str, dict[str, object]] = {
    "401": {"do": "expire_tokens", "operation": "send"},
    "403": {"do": "status", "status": 403, "operation": "send", "times": 3},
    "429": {"do": "status", "status": 429, "operation": "send", "times": 3},
    "429 with a wish": {"do": "status", "status": 429, "retry_after": "90", "operation": "send", "times": 2},
    "503 with a wish": {"do": "status", "status": 503, "retry_after": "20", "operation": "send", "times": 2},
    "a redirect": {"do": "redirect", "operation": "send", "times": 2},
    "a proxy's 404": {"do": "html", "status": 404, "operation": "send", "times": 2},
}


@pytest.fixture
def world() -> World:
    return quick(World.default())


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_gateway_that_will_not_take_it_now_fails_no_file(
    ground: Ground, box: Sandbox, trouble: str
) -> None:
    """Tried again later, one at a time, until all are accepted once; failed/ stays empty all the while."""
    for number in range(5):
        ground.drop(f"{number}.edi", f"UNA {number}".encode())
    box.trouble(**TROUBLES[trouble])  # type: ignore[arg-type]  # the rule's own fields

    for _ in ground.passes(12, every=timedelta(seconds=40)):
        assert ground.names("failed") == []

    assert set(ground.states().values()) == {"sent"}
    assert len(box.ledger.sent) == 5
    assert faults(ground) == []


@pytest.mark.parametrize("status", [500, 503, 409, 408])
def test_an_answer_that_says_nothing_certain_is_looked_up(ground: Ground, box: Sandbox, status: int) -> None:
    """It may have been accepted, whatever the number: looked up, then sent again, accepted once."""
    box.trouble("status", status=status, operation="send")
    ground.drop("a.edi", b"UNA a")

    ground.run()
    assert ground.row("a.edi").phase == "in_doubt"
    ground.settle(every=MINUTE)

    assert len(box.ledger.sent) == 1
    assert faults(ground) == []


@pytest.mark.parametrize(
    "trouble",
    [
        {"do": "status", "status": 403},
        {"do": "status", "status": 503, "retry_after": "1"},
        {"do": "reset", "when": "before"},
    ],
    ids=("refused", "not now", "in doubt"),
)
def test_trouble_with_one_send_keeps_the_next_ones_back(
    ground: Ground, box: Sandbox, trouble: dict[str, object]
) -> None:
    """The gateway is bad, not the file: no other is tried before a while is over, nor then side by side."""
    ground.configure(parallel_sends=1)
    for number in range(3):
        ground.drop(f"{number}.edi", f"UNA {number}".encode())
    box.trouble(**trouble, operation="send", times=2)  # type: ignore[arg-type]  # the rule's own fields

    ground.run()
    assert box.ledger.count("send") == 1
    ground.later(seconds=11)
    ground.configure(parallel_sends=3)
    ground.run()
    assert box.ledger.count("send") == 2
    ground.settle()

    assert len(box.ledger.sent) == 3
    assert faults(ground) == []


def test_the_gateways_own_verdict_fails_one_file_and_stops_no_other(ground: Ground, box: Sandbox) -> None:
    """400 with its words: failed at once with those words; the next file goes out in the same pass."""
    ground.configure(parallel_sends=1)
    box.trouble("status", status=400, text="Too many words", operation="send")
    for number in range(3):
        ground.drop(f"{number}.edi", f"UNA {number}".encode())

    ground.run()
    ground.settle()

    assert sorted(ground.states().values()) == ["failed", "sent", "sent"]
    assert [told["reason"] for told in ground.status_files("failed").values()] == [
        "the gateway refused it: Too many words (HTTP 400)"
    ]
    assert faults(ground) == []


@pytest.mark.parametrize("with_status", [True, False], ids=("with-status-file", "without"))
def test_a_failed_file_put_back_is_sent_again_and_linked(
    ground: Ground, box: Sandbox, with_status: bool
) -> None:
    """Moved from failed/ to outbox/: a new message that names the old one; the old status file goes."""
    box.trouble("status", status=400, operation="send")
    ground.drop("a.edi", b"UNA a")
    ground.run()
    failed = ground.row("a.edi")
    ground.put_back("a.edi", with_status=with_status)

    ground.settle()

    again = next(row for row in ground.rows() if row.id != failed.id)
    assert (again.state, again.resend_of) == ("sent", failed.id)
    assert len(box.ledger.sent) == 1
    assert ground.all_files("failed") == {}
    assert ground.names("sent") == ["a.edi"]


def test_a_file_that_failed_under_another_name_goes_out_under_its_first(ground: Ground, box: Sandbox) -> None:
    """A second a.edi stands as a~2.edi in failed/; put back, the partner gets a.edi."""
    box.trouble("status", status=400, operation="send", times=2)
    for content in (b"UNA 1", b"UNA 2"):
        ground.drop("a.edi", content)
        ground.run()
    ground.put_back("a~2.edi", with_status=True)

    ground.settle()

    assert [file.name for record in box.ledger.sent for file in record.files] == ["a.edi"]
    assert ground.names("failed") == ["a.edi"]


def test_a_file_taken_out_of_queued_before_it_was_sent_is_withdrawn(ground: Ground, box: Sandbox) -> None:
    """It never goes out, and its message says why."""
    box.trouble("status", status=403, operation="send")
    ground.drop("a.edi", b"UNA a")
    ground.run()
    (ground.root / "queued/RJ_Station/RJ_Partner/a.edi").unlink()

    for _ in ground.passes(4, every=MINUTE):
        pass

    assert ground.states() == {"a.edi": "withdrawn"}
    assert "taken out" in (ground.row("a.edi").reason or "")
    assert box.ledger.sent == ()
    assert faults(ground) == []


def test_a_file_taken_out_after_it_was_sent_changes_nothing_at_the_gateway(
    ground: Ground, box: Sandbox
) -> None:
    """The message goes on to its end and says that its file was taken away."""
    box.partner("RJ_Partner").behave(mdn_delay_s=300.0)
    ground.drop("a.edi", b"UNA a")
    ground.run()
    (ground.root / "queued/RJ_Station/RJ_Partner/a.edi").unlink()

    ground.settle(every=MINUTE)

    row = ground.row("a.edi")
    assert (row.state, row.progress.file_gone) == ("sent", True)
    assert faults(ground) == []


def test_a_failed_message_revived_by_hand_ends_in_sent(ground: Ground, box: Sandbox) -> None:
    """A person starts it anew at the gateway within two days: its file moves from failed/ to sent/."""
    hand = box.partner("RJ_Partner")
    hand.behave(delivery="exhausted")
    ground.drop("a.edi", b"UNA a")
    ground.settle(every=timedelta(seconds=50))
    assert ground.states() == {"a.edi": "failed"}
    ground.later(hours=20)
    hand.behave(delivery="ok")
    box.revive(box.ledger.sent[0].id)

    for _ in ground.passes(3, every=11 * MINUTE):
        pass

    assert ground.states() == {"a.edi": "sent"}
    assert (ground.names("sent"), ground.all_files("failed")) == (["a.edi"], {})
    assert faults(ground) == []


def test_a_message_that_the_sent_list_leaves_out_has_not_failed(ground: Ground, box: Sandbox) -> None:
    """Lists are not read to their end: what they lack is asked for by its id before it counts as failed."""
    box.partner("RJ_Partner").behave(delivery="temporary", failures=1)
    box.trouble("shape", operation="list_sent", text='{"totalRecords": 0, "records": []}', times=None)
    ground.drop("a.edi", b"UNA a")

    ground.settle()

    assert ground.states() == {"a.edi": "sent"}
    assert "bounced" not in ground.history(ground.row("a.edi"))
    assert faults(ground) == []


def test_transmitted_is_enough_when_the_account_says_so(ground: Ground, box: Sandbox) -> None:
    """`sent_when = "transmitted"`: sent at once; a bad MDN that comes later still fails it."""
    ground.configure(sent_when="transmitted")
    hand = box.partner("RJ_Partner")
    hand.behave(files="*.late", mdn_delay_s=600.0)
    hand.behave(files="*.bad", mdn_delay_s=600.0, mdn="error")
    for name in ("a.edi", "b.late", "c.bad"):
        ground.drop(name, name.encode())

    ground.run()
    assert set(ground.states().values()) == {"sent"}
    assert ground.status_files("sent")["b.late"]["mdn"]["status"] == "pending"
    for _ in ground.passes(8, every=5 * MINUTE):
        pass

    assert ground.states() == {"a.edi": "sent", "b.late": "sent", "c.bad": "failed"}
    assert ground.status_files("sent")["b.late"]["mdn"]["status"] == "ok"
    assert faults(ground) == []


def test_an_mdn_that_never_comes_is_waited_for_and_then_given_up(ground: Ground, box: Sandbox) -> None:
    """Awaiting for seven days at few requests, then held: a person asks the partner."""
    box.partner("RJ_Partner").behave(mdn="never")
    ground.drop("a.edi", b"UNA a")
    ground.run()
    assert ground.row("a.edi").phase == "awaiting_mdn"

    for _ in ground.passes(26, every=6 * HOUR):
        pass
    assert ground.row("a.edi").phase == "awaiting_mdn"
    for _ in ground.passes(4, every=6 * HOUR):
        pass

    assert ground.states() == {"a.edi": "held"}
    assert "no MDN" in (ground.row("a.edi").reason or "")
    ground.resolve(ground.row("a.edi"), "sent")
    ground.run()
    assert ground.names("sent") == ["a.edi"]
    assert len(box.ledger.sent) == 1
