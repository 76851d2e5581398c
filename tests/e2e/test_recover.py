"""What a crash left behind is healed at the next start."""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from syncd.sandbox import Sandbox
from tests.safety.dying import Death, Killed

if TYPE_CHECKING:
    from tests.e2e.harness import Ground


def test_a_held_message_has_its_status_file_again(ground: Ground, box: Sandbox) -> None:
    """A crash between the record and the file must not leave a held message without its reason."""
    box.deliver(files={}, message_id="empty@gateway")
    ground.run()
    for path in (ground.root / "held").rglob("*.json"):
        path.unlink()

    ground.run()

    assert [told["message_id"] for told in ground.status_files("held").values()] == ["<empty@gateway>"]


def test_a_stranger_of_a_test_partner_keeps_its_type(ground: Ground, box: Sandbox) -> None:
    """Its type is looked up before it is held, so that sending it again goes to the right partner."""
    queued = ground.root / "queued" / "RJ_Station" / "RJ_Test"
    ground.run()
    queued.mkdir(parents=True)
    (queued / "found.edi").write_bytes(b"ISA found")

    ground.run()

    held = ground.row("found.edi")
    assert (held.state, held.pair.partner_type) == ("held", "test")
    ground.resolve(held, "resend")
    ground.run()
    assert [sent.partner_type for sent in box.ledger.sent] == ["test"]


def test_a_plain_file_in_staging_stops_nothing(ground: Ground, box: Sandbox) -> None:
    """Somebody's probe, left behind."""
    ground.run()
    (ground.root / ".syncd" / "staging" / ".probe-1").write_text("")
    box.deliver(files={"a.edi": b"UNA a"})

    assert ground.run().troubles == ()
    assert ground.names("inbox") == ["a.edi"]


def test_what_stood_in_emptied_staging_is_held_and_never_confirmed(ground: Ground, box: Sandbox) -> None:
    """Nobody can tell whether it was delivered: not fetched again, not marked read, a person looks."""
    wanted = box.deliver(files={"in.edi": b"UNA in"})
    with suppress(Killed):
        ground.run(wrap=Death(at=("before inbox.publish_many", 1)).wrap)
    (staged,) = (ground.root / ".syncd/staging").iterdir()
    shutil.rmtree(staged)

    ground.run()
    assert [told["state"] for told in ground.status_files("held").values()] == ["held"]
    ground.run()

    assert ground.row(wanted).state == "held"
    assert "staging" in (ground.row(wanted).reason or "")
    assert ground.names("inbox") == []
    assert [record.is_read for record in box.ledger.received] == [False]
