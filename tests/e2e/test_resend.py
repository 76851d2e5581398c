"""A failed file is sent again at a person's word."""

from dataclasses import replace

import pytest

from syncd.core.model import Message, Place
from syncd.errors import UsageError
from syncd.flows.bridge import Bridge
from syncd.flows.resending import resend as claim_anew
from syncd.sandbox import Sandbox
from syncd.wiring.acting import resend
from tests.e2e.harness import Ground


def failed(ground: Ground, box: Sandbox) -> Message:
    """A message that the gateway refused; from now on it takes them."""
    box.trouble("status", status=422, operation="send")
    ground.drop("a.edi", b"UNA a")
    ground.settle()
    assert ground.states() == {"a.edi": "failed"}
    return ground.row("a.edi")


def test_a_failed_file_goes_out_once_more_as_a_new_message(ground: Ground, box: Sandbox) -> None:
    """Linked to the old one, which says who did it and needs nobody any more; its status file goes."""
    old = failed(ground, box)

    new = resend(ground.settings, old.id, "anna")
    ground.settle()

    rows = {row.id: row for row in ground.rows()}
    assert (rows[old.id].state, rows[new.id].state) == ("failed", "sent")
    assert rows[new.id].resend_of == old.id
    assert rows[old.id].progress.file_gone
    assert ground.names("sent") == ["a.edi"]
    assert ground.all_files("failed") == {}
    with ground.records() as records:
        assert next(line.by for line in records.history(new.id)) == "anna"
        said = records.history(old.id)[-1]
        assert (said.text, said.by) == (f"its file is sent again as {new.id}", "anna")
    assert [sent.files[0].name for sent in box.ledger.sent] == ["a.edi"]


class Dies(Exception):
    """The process ends here."""


class DyingOutbox:
    """An outbox of a process that dies at the first rename."""

    def __init__(self, outbox: object) -> None:
        self._outbox = outbox

    def __getattr__(self, name: str) -> object:
        return getattr(self._outbox, name)

    def move(self, source: Place, target: Place) -> None:
        raise Dies(f"{source} to {target}")


def test_a_crash_before_the_rename_loses_and_doubles_nothing(ground: Ground, box: Sandbox) -> None:
    """The next run finishes the claim: sent once."""
    old = failed(ground, box)

    with ground.process() as process, pytest.raises(Dies):
        claim_anew(dying(process.bridge), old, by="anna")
    assert ground.names("failed") == ["a.edi"]
    ground.settle()

    assert sorted(row.state for row in ground.rows()) == ["failed", "sent"]
    assert len(box.ledger.sent) == 1
    assert ground.all_files("failed") == {}


def test_what_is_sent_again_already_is_not_taken_a_second_time(ground: Ground, box: Sandbox) -> None:
    """Neither while the file is on its way, nor when the newer message stands in failed/ under its name."""
    old = failed(ground, box)
    with ground.process() as process, pytest.raises(Dies):
        claim_anew(dying(process.bridge), old, by="anna")
    [newer] = [row for row in ground.rows() if row.id != old.id]
    box.trouble("status", status=422, operation="send")
    with pytest.raises(UsageError, match=f"is sent again as {newer.id}"):
        resend(ground.settings, old.id, "anna")
    ground.settle()
    assert ground.names("failed") == ["a.edi"]

    for known in (old, noted(ground, old)):
        with ground.process() as process, pytest.raises(UsageError, match=newer.id):
            claim_anew(process.bridge, known, by="anna")
    with pytest.raises(UsageError, match=f"is sent again as {newer.id}"):
        resend(ground.settings, old.id, "anna")
    assert len(ground.rows()) == 2


def dying(bridge: Bridge) -> Bridge:
    return replace(bridge, outbox=DyingOutbox(bridge.outbox))  # type: ignore[arg-type]


def test_another_file_of_its_name_is_not_sent_in_its_place(ground: Ground, box: Sandbox) -> None:
    """Whether it was noted that its own was taken, or not yet: another order has the name by now."""
    old = failed(ground, box)
    for path in (ground.root / "failed" / ground.pair).iterdir():
        path.unlink()
    ground.drop("a.edi", b"UNA another order")
    box.trouble("status", status=422, operation="send")
    with ground.process() as process:
        process.run(jobs=("send",))
        [other] = [row for row in ground.rows() if row.id != old.id]
        assert other.place == old.place
        for known in (old, noted(ground, old)):
            with pytest.raises(UsageError, match="not in failed/"):
                claim_anew(process.bridge, known, by="anna")
    assert resend(ground.settings, other.id, "anna").resend_of == other.id


def noted(ground: Ground, row: Message) -> Message:
    """The row as it is now; its file was noted as taken away."""
    [now] = [each for each in ground.rows() if each.id == row.id]
    assert now.progress.file_gone
    return now


def test_what_cannot_be_sent_again_says_what_to_do(ground: Ground, box: Sandbox) -> None:
    """Refused here, or taken out of failed/."""
    old = failed(ground, box)
    (ground.root / "failed" / ground.pair / "a.edi").unlink()
    with pytest.raises(UsageError, match="outbox again"):
        resend(ground.settings, old.id, "anna")
    ground.drop("empty.edi", b"")
    ground.settle()
    ground.later(minutes=3)
    ground.settle()
    with pytest.raises(UsageError, match="before it was sent"):
        resend(ground.settings, ground.row("empty.edi").id, "anna")
