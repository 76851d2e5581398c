"""What a crash left behind is healed at the next start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncd.sandbox import Sandbox

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
