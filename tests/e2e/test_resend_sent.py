"""What was sent is sent once more at a person's word: its file stays in `sent/`, a copy of it goes."""

import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from syncd.core.model import Identity, Message, Place
from syncd.errors import DiskFull, UsageError
from syncd.flows.bridge import Bridge
from syncd.flows.resending import resend as copy_and_claim
from syncd.ports import Outbox
from syncd.sandbox import Sandbox
from syncd.wiring.acting import resend
from tests.e2e.harness import Ground
from tests.e2e.verified import found


def sent(ground: Ground, name: str = "a.edi") -> Message:
    """A message that the partner has."""
    ground.drop(name, b"UNA a")
    if "/" in name:
        ground.drop(f"{name}2", b"UNA another")
    ground.settle()
    [row] = ground.rows()
    assert row.state == "sent"
    return row


def copies(ground: Ground) -> list[Path]:
    return list((ground.root / ".syncd" / "copies").glob("*"))


def history(ground: Ground, row: Message) -> list[tuple[str, str]]:
    """What persons did."""
    with ground.records() as records:
        return [(line.text, line.by) for line in records.history(row.id) if line.by]


@pytest.mark.parametrize("name", ["a.edi", "order/a.edi"])
def test_it_goes_out_once_more_under_its_name_and_stays_in_sent(
    ground: Ground, box: Sandbox, name: str
) -> None:
    """The new message is linked to the old, which says who did it; both have a file of their own."""
    old = sent(ground, name)
    before = ground.all_files("sent")

    new = resend(ground.settings, old.id, "anna")
    ground.settle()

    rows = {row.id: row for row in ground.rows()}
    assert (rows[old.id].state, rows[new.id].state) == ("sent", "sent")
    assert (rows[new.id].resend_of, rows[old.id].place) == (old.id, old.place)
    assert rows[old.id].message_id != rows[new.id].message_id
    assert ground.all_files("sent").items() > before.items()
    assert len(ground.all_files("sent")) == 2 * len(before)
    assert [one.files for one in box.ledger.sent] == 2 * [box.ledger.sent[0].files]
    assert history(ground, old) == [(f"it is sent again as {new.id}", "anna")]
    assert history(ground, new)[0][1] == "anna"
    assert copies(ground) == []
    assert found(ground) == []


def test_the_copy_has_the_mode_and_group_of_what_is_made_here(ground: Ground) -> None:
    """The other user of the folders may take it, like any other."""
    ground.root.chmod(0o2770)
    old = sent(ground)
    new = resend(ground.settings, old.id, "anna")
    path = ground.root / (new.place or "")
    assert stat.S_IMODE(path.stat().st_mode) == ground.settings.accounts[0].file_mode
    assert path.stat().st_gid == ground.root.stat().st_gid
    assert (ground.root / (old.place or "")).stat().st_nlink == 1


class Dies(Exception):
    """The process ends here."""


@dataclass
class Dying:
    """A door of a process that dies at one call, before or after it happened."""

    door: object
    call: str
    after: bool

    def __getattr__(self, name: str) -> Callable[..., object]:
        real: Callable[..., object] = getattr(self.door, name)
        return self._dies if name == self.call else real

    def _dies(self, *args: object, **more: object) -> object:
        if self.after:
            getattr(self.door, self.call)(*args, **more)
        raise Dies(self.call)


def dying(bridge: Bridge, door: str, call: str, *, after: bool) -> Bridge:
    mortal = Dying(door=getattr(bridge, door), call=call, after=after)
    return replace(bridge, **{door: mortal})  # type: ignore[arg-type]


MOMENTS = {
    "before the copy": ("outbox", "copy", False, 1),
    "after the copy": ("outbox", "copy", True, 1),
    "before the row": ("journal", "open", False, 1),
    "after the row": ("journal", "open", True, 2),
    "before the rename": ("outbox", "move", False, 2),
    "after the rename": ("outbox", "move", True, 2),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_death_at_any_moment_loses_nothing_and_leaves_no_copy(
    ground: Ground, box: Sandbox, moment: str
) -> None:
    """Without a row nothing is sent; with one it is sent once more, and once."""
    door, call, after, times = MOMENTS[moment]
    old = sent(ground)
    before = ground.all_files("sent")

    with ground.process() as process, pytest.raises(Dies):
        copy_and_claim(dying(process.bridge, door, call, after=after), old, by="anna")
    ground.settle()

    assert len(box.ledger.sent) == times
    assert [row.state for row in ground.rows()] == ["sent"] * times
    assert ground.all_files("sent").items() >= before.items()
    assert copies(ground) == []
    assert ground.all_files("queued") == {}
    assert found(ground) == []


@dataclass
class Renumbered:
    """An outbox on a device that has another number since the restart."""

    outbox: Outbox

    def __getattr__(self, name: str) -> object:
        return getattr(self.outbox, name)

    def identity(self, place: Place) -> Identity | None:
        there = self.outbox.identity(place)
        return there and replace(there, device=there.device + 1)


def test_a_restart_that_renumbers_devices_takes_the_copy_for_the_same(ground: Ground, box: Sandbox) -> None:
    """Death before the rename, of the machine too: what a person asked for is done all the same."""
    old = sent(ground)
    with ground.process() as process, pytest.raises(Dies):
        copy_and_claim(dying(process.bridge, "outbox", "move", after=False), old, by="anna")
    ground.settle(wrap=lambda bridge: replace(bridge, outbox=Renumbered(bridge.outbox)))  # type: ignore[arg-type]
    assert [row.state for row in ground.rows()] == ["sent", "sent"]
    assert len(box.ledger.sent) == 2


def test_one_in_doubt_is_not_taken_for_the_old_one(ground: Ground, box: Sandbox) -> None:
    """Alike in name, size and content, and sent a moment ago: but that one is another's."""
    old = sent(ground)
    box.trouble("reset", operation="send")
    resend(ground.settings, old.id, "anna")
    ground.settle()
    assert len({row.message_id for row in ground.rows()}) == 2
    assert len(box.ledger.sent) == 2


def test_one_alike_that_failed_is_not_its_origin(ground: Ground, box: Sandbox) -> None:
    """The link is to the one that a person named."""
    box.trouble("status", status=422, operation="send")
    ground.drop("a.edi", b"UNA a")
    ground.settle()
    ground.drop("a.edi", b"UNA a")
    ground.settle()
    failed, old = ground.rows()
    assert (failed.state, old.state) == ("failed", "sent")
    new = resend(ground.settings, old.id, "anna")
    ground.settle()
    assert {row.id: row for row in ground.rows()}[new.id].resend_of == old.id


def test_what_cannot_be_copied_as_it_was_sent_is_refused(ground: Ground, box: Sandbox) -> None:
    """Changed, or taken out of sent/; nothing is left of it, and nothing is sent."""
    old = sent(ground)
    path = ground.root / (old.place or "")
    path.write_bytes(b"UNA b")
    with pytest.raises(UsageError, match="not what was sent"):
        resend(ground.settings, old.id, "anna")
    path.unlink()
    with pytest.raises(UsageError, match="not in sent/"):
        resend(ground.settings, old.id, "anna")
    ground.settle()
    assert (copies(ground), len(box.ledger.sent), len(ground.rows())) == ([], 1, 1)


def test_a_disk_that_is_nearly_full_takes_no_copy(ground: Ground, box: Sandbox) -> None:
    """`min_free` stays free."""
    old = sent(ground)
    ground.configure(min_free="900000GB")
    with pytest.raises(DiskFull, match="min_free"):
        resend(ground.settings, old.id, "anna")
    assert (copies(ground), len(ground.rows())) == ([], 1)


def test_what_is_still_on_its_way_is_not_sent_again(ground: Ground, box: Sandbox) -> None:
    """Whether the partner has it is not known yet: the verb that fits is named."""
    box.partner("RJ_Partner").behave(mdn="never")
    ground.drop("a.edi", b"UNA a")
    ground.run()
    ground.later(minutes=1)
    ground.run()
    assert ground.row("a.edi").phase == "awaiting_mdn"
    with pytest.raises(UsageError, match="is still to come"):
        resend(ground.settings, ground.row("a.edi").id, "anna")
