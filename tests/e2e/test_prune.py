"""Retention removes what it was told to remove, and nothing else."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.core.model import Message, MessageId
from syncd.errors import FolderError
from syncd.operations.pruning import prune_account
from syncd.operations.pruning_desk import Desk
from syncd.ports.removal import Removal
from syncd.sandbox import Sandbox, World
from syncd.wiring.pruning import desk
from tests.e2e.harness import Ground
from tests.e2e.pruned import counts, keep, prune
from tests.e2e.verified import found
from tests.e2e.worlds import with_partners

TABLE = {"station": "RJ_Station", "partner": "RJ_Partner"}


@pytest.fixture
def world() -> World:
    return with_partners("RJ_Partner")


def outbox(ground: Ground) -> Path:
    """The pair's, in whatever layout."""
    inside = [path for path in ground.root.rglob("*") if "outbox" in path.parts and path.is_dir()]
    return max(inside, key=lambda path: len(path.parts))


def sent(ground: Ground, *names: str) -> None:
    """Files that were dropped and sent."""
    ground.run()
    folder = outbox(ground)
    for name in names:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(name.encode())
    ground.settle()


def left(ground: Ground) -> list[str]:
    """Files and folders of a day, wherever they stand."""
    return sorted(
        path.name
        for path in ground.root.rglob("*")
        if (path.is_file() and ".syncd" not in path.parts) or path.name.startswith("20")
    )


@pytest.mark.parametrize(("layout", "folder"), [("by-state", {}), ("by-partner", {"folder": "walmart"})])
def test_what_is_old_enough_goes_with_its_status_file_and_its_day(
    ground: Ground, layout: str, folder: dict[str, str]
) -> None:
    """And the newer stays; a dry run touches nothing; a person's name and the reason are in the history."""
    ground.partners = [{**TABLE, **folder, "done_marker": ".done"}]
    ground.configure(layout=layout)
    ground.run()
    (outbox(ground) / "a.edi.done").touch()
    sent(ground, "a.edi")
    ground.later(days=60)
    ground.partners = [{**TABLE, **folder}]
    ground.configure()
    sent(ground, "whole/x.edi", "whole/y.edi")
    ground.partners = [{**TABLE, **folder, "done_marker": ".done"}]
    keep(ground, sent="90d")
    ground.later(days=40)
    before = left(ground)
    assert counts(prune(ground, dry_run=True)) == {"sent": 1}
    assert left(ground) == before

    assert counts(prune(ground)) == {"sent": 1}
    [day, *files] = left(ground)
    assert day.startswith("20")
    assert files == ["whole.syncd.json", "x.edi", "y.edi"]
    ground.later(days=60)
    assert counts(prune(ground)) == {"sent": 1}
    assert left(ground) == []
    assert counts(prune(ground)) == {"sent": 0}
    with ground.records() as records:
        [line] = [each for each in records.history(ground.row("a.edi").id) if each.kind == "pruned"]
    assert (line.text, line.by) == ("its file was removed after 90 days, by retention", "anna")
    assert found(ground) == []


def test_what_is_not_what_was_sent_stays_and_is_named(ground: Ground, tmp_path: Path) -> None:
    """Edited, replaced by a link, or nobody's: nothing is removed for its name alone."""
    sent(ground, "a.edi", "edited.edi", "link.edi", "restored.edi", "taken.edi")
    [day] = ground.root.glob("sent/*/*/*")
    (day / "edited.edi").write_bytes(b"by hand")
    (day / "link.edi").rename(tmp_path / "elsewhere.edi")
    (day / "link.edi").symlink_to(tmp_path / "elsewhere.edi")
    (day / "restored.edi").rename(tmp_path / "copy")
    (day / "restored.edi").write_bytes((tmp_path / "copy").read_bytes())
    (day / "taken.edi").unlink()
    (day / "own.txt").write_bytes(b"mine")
    keep(ground, sent="1d", failed="1d")
    ground.later(days=2)
    pruned = prune(ground)
    assert counts(pruned) == {"sent": 2, "failed": 0}
    assert {each.path.name for each in pruned.kept} == {"edited.edi", "link.edi", "own.txt"}
    assert sorted(path.name for path in day.iterdir()) == [
        "edited.edi",
        "edited.edi.syncd.json",
        "link.edi",
        "link.edi.syncd.json",
        "own.txt",
    ]
    assert (tmp_path / "elsewhere.edi").exists()
    assert ground.history(ground.row("taken.edi"))[-1] == "takenaway"


def test_a_failed_file_goes_when_nobody_can_revive_it_any_more(ground: Ground, box: Sandbox) -> None:
    """Two days at least, whatever is set; then it needs nobody, and nothing beside it is touched."""
    keep(ground, failed="1h")
    box.trouble("status", status=422, operation="send")
    ground.drop("no.edi", b"UNA no")
    ground.settle()
    own = ground.root / "failed" / ground.pair / "own.txt"
    own.write_bytes(b"mine")
    ground.later(hours=47)
    assert counts(prune(ground)) == {"failed": 0}
    ground.later(hours=2)
    assert counts(prune(ground)) == {"failed": 1}
    assert left(ground) == ["own.txt"]
    ground.run()
    assert (ground.states(), found(ground)) == ({"no.edi": "failed"}, [])


def test_what_waits_for_anything_stays(ground: Ground, box: Sandbox) -> None:
    """An MDN that is still to come, a person's decision, or its turn: however old it is."""
    ground.configure(sent_when="transmitted", mdn_give_up="900d")
    box.partner("RJ_Partner").behave(mdn="never")
    sent(ground, "open.edi")
    keep(ground, sent="1d", failed="1d")
    ground.later(days=9)
    assert ground.row("open.edi").mdn is not None
    assert counts(prune(ground)) == {"sent": 0, "failed": 0}
    assert ground.names("sent") == ["open.edi"]


@dataclass(frozen=True)
class Cut:
    """A removal that dies, before or after it did its work."""

    behind: Removal
    is_done: bool

    def remove(self, messages: Sequence[Message]) -> Mapping[MessageId, FolderError]:
        if self.is_done:
            self.behind.remove(messages)
        raise KeyboardInterrupt


@pytest.mark.parametrize("is_done", [False, True])
def test_a_removal_that_was_cut_short_is_finished_by_the_next(ground: Ground, is_done: bool) -> None:
    """The row says first that the file goes; meanwhile nobody takes the file for a stranger's."""
    sent(ground, "a.edi", "whole/1.edi")
    keep(ground, sent="1d")
    ground.later(days=2)

    def lay(desk: Desk) -> Desk:
        return replace(desk, removal=Cut(desk.removal, is_done))

    with pytest.raises(KeyboardInterrupt):
        prune(ground, lay=lay)
    assert ground.history(ground.row("a.edi"))[-1] == "pruned"
    ground.run()
    assert found(ground) == []
    pruned = prune(ground)
    assert (pruned.kept, pruned.trouble, left(ground)) == ((), "", [])
    assert ground.history(ground.row("a.edi")).count("pruned") == 1
    assert all(row.place is None for row in ground.rows())


def test_a_clock_that_is_years_ahead_removes_nothing(ground: Ground) -> None:
    """Of the machine's time and the gateway's the earlier one counts."""
    sent(ground, "a.edi")
    keep(ground, sent="90d")
    ground.clock.skew = timedelta(days=3650)
    with ground.process() as process:
        process.run()
        assert counts(prune_account(desk(process.doors, process.bridge), dry_run=False)) == {"sent": 0}
    assert ground.names("sent") == ["a.edi"]


# History -----------------------------------------------------------------------------------------


def test_history_goes_when_nothing_of_ours_is_left(ground: Ground, box: Sandbox) -> None:
    """What stands in sent/ keeps its row; what was taken, pruned or received goes, with all that it told."""
    sent(ground, "kept.edi", "taken.edi")
    box.trouble("status", status=422, operation="send")
    ground.drop("no.edi", b"UNA no")
    box.deliver(files={"in.edi": b"UNA in"})
    ground.settle()
    next(ground.root.glob("sent/*/*/*/taken.edi")).unlink()
    keep(ground, failed="30d", history="60d")
    ground.later(days=59)
    assert counts(prune(ground)) == {"failed": 1, "history": 0}
    ground.later(days=2)
    assert counts(prune(ground, dry_run=True))["history"] == 2
    assert counts(prune(ground)) == {"failed": 0, "history": 3}
    assert [row.name for row in ground.rows()] == ["kept.edi"]
    assert ground.names("inbox") == ["in.edi"]
    ground.run()
    assert found(ground) == []


@pytest.mark.parametrize("since", [None, "all"])
def test_a_restored_gateway_delivers_nothing_that_was_forgotten(
    ground: Ground, box: Sandbox, since: str | None
) -> None:
    """Without its row a message is known by its age alone: it is passed over, and counted; the new come."""
    if since:
        ground.configure(pull_since=since)
    ground.run()
    old = [box.deliver(files={f"{number}.edi": b"UNA %d" % number}) for number in range(3)]
    ground.run()
    ground.collect()
    keep(ground, history="60d")
    ground.later(days=61)
    assert counts(prune(ground)) == {"history": 3}
    for each in old:
        box.mark_unread(each)
    box.deliver(files={"new.edi": b"UNA new"})
    ground.run()
    ground.run()
    assert ground.names("inbox") == ["new.edi"]
    with ground.records() as records:
        facts = records.facts("acme")
        [status] = [json.loads(words) for key, words in facts.items() if key == "old.production"]
    assert status["count"] == 3
    assert found(ground) == []


# At the gateway ----------------------------------------------------------------------------------


def test_what_is_settled_long_ago_is_deleted_at_the_gateway(ground: Ground, box: Sandbox) -> None:
    """A hundred in a request; the files here stay, and so does what is younger, or unread there."""
    ground.run()
    unread = box.deliver(files={"again.edi": b"UNA again"})
    box.deliver(files={"in.edi": b"UNA in"})
    sent(ground, "a.edi", "b.edi")
    keep(ground, at_gateway="30d")
    ground.later(days=31)
    sent(ground, "young.edi")
    box.mark_unread(unread)
    assert counts(prune(ground, dry_run=True)) == {"at_gateway": 4}
    assert counts(prune(ground)) == {"at_gateway": 3}
    assert sorted(one.outcome for one in box.ledger.sent) == ["deleted", "deleted", "sent"]
    assert [one.id for one in box.ledger.received if not one.is_deleted] == [unread]
    assert ground.names("sent") == ["a.edi", "b.edi", "young.edi"]
    assert counts(prune(ground)) == {"at_gateway": 0}
    assert found(ground) == []


def test_a_gateway_that_is_down_keeps_no_file(ground: Ground, box: Sandbox) -> None:
    """Its trouble is told, and the rest is done."""
    sent(ground, "a.edi")
    keep(ground, sent="30d", at_gateway="30d", history="30d")
    ground.later(days=31)
    box.trouble("status", status=500, times=None)
    pruned = prune(ground)
    assert counts(pruned) == {"sent": 1, "at_gateway": 0, "history": 1}
    assert "500" in pruned.trouble


def test_a_password_that_is_missing_keeps_no_file(ground: Ground, tmp_path: Path) -> None:
    """The same for an account that cannot log in."""
    sent(ground, "a.edi")
    password = tmp_path / "password"
    ground.keys |= {"username": "email@domain.com", "password_file": str(password)}
    keep(ground, sent="30d", at_gateway="30d")
    ground.later(days=31)
    pruned = prune(ground)
    assert counts(pruned) == {"sent": 1, "at_gateway": 0}
    assert str(password) in pruned.trouble
