"""A dropped folder with a gateway that takes one file a message: each file goes its own way."""

import os

import pytest

from syncd.core.model import Message
from syncd.sandbox import Sandbox, World
from tests.e2e.harness import Ground
from tests.e2e.invariants import faults
from tests.e2e.worlds import quick
from tests.flows.one_file import MOST_BYTES, folder, one_file, sent_names, settle


@pytest.fixture
def world() -> World:
    return quick(World.default())


def rows(ground: Ground) -> dict[str, Message]:
    return {row.name: row for row in ground.rows()}


def words(ground: Ground) -> dict[str, str | None]:
    return {row.name: row.reason for row in ground.rows()}


def test_each_file_of_a_folder_is_a_message_of_its_own(ground: Ground, box: Sandbox) -> None:
    """Under its own name; together again in sent, each with its status file; what else lay there too."""
    for name in ("a.edi", "b.edi"):
        ground.drop(f"order/{name}", name.encode())
    (folder(ground, "outbox") / "order/.DS_Store").write_bytes(b"browser")

    settle(ground)

    assert sent_names(box) == [["a.edi"], ["b.edi"]]
    today = folder(ground, "sent", day=True) / "order"
    names = {".DS_Store", "a.edi", "a.edi.syncd.json", "b.edi", "b.edi.syncd.json"}
    assert {path.name for path in today.iterdir()} == names
    assert [(row.batch, row.is_folder) for row in ground.rows()] == [("order", False)] * 2
    assert not (folder(ground, "queued") / "order").exists()
    assert not (folder(ground, "outbox") / "order").exists()
    assert faults(ground) == []


def test_one_at_a_time_keeps_the_order_within_folders_too(ground: Ground, box: Sandbox) -> None:
    """A folder is as old as its newest file, but its files are sent as old as they are."""
    ground.configure(parallel_sends=1)
    for name, second in (("x.edi", 5), ("order/a.edi", 1), ("order/b.edi", 2), ("order/c.edi", 9)):
        os.utime(ground.drop(name, name.encode()), (second, second))

    settle(ground)

    names = [record.files[0].name for record in box.ledger.sent]
    assert names == ["a.edi", "b.edi", "x.edi", "c.edi"]


def test_what_is_wrong_with_one_file_stops_no_other(ground: Ground, box: Sandbox) -> None:
    """An empty one and a large one are refused in the words of the scan."""
    ground.drop("order/good.edi", b"UNA good")
    ground.drop("order/empty.edi", b"")
    ground.drop("order/large.edi", bytes(MOST_BYTES + 1))
    for _ in range(2):
        ground.run(wrap=one_file)
        ground.later(seconds=11)

    with ground.process(one_file) as process:
        for _ in range(3):
            process.run()
            ground.later(seconds=11)

    assert ground.states() == {"good.edi": "sent", "empty.edi": "failed", "large.edi": "failed"}
    told = words(ground)
    assert told["empty.edi"] == "empty.edi is empty"
    assert told["large.edi"] == "it has 1001 bytes, and the gateway takes 1000 in one message"
    assert {path.name for path in (folder(ground, "failed") / "order").iterdir()} >= {
        "empty.edi",
        "large.edi",
    }
    assert faults(ground) == []


def test_a_second_folder_of_the_same_name_waits_for_nobody(ground: Ground, box: Sandbox) -> None:
    """While the first is queued still; nothing is mixed up or overwritten."""
    box.partner("RJ_Partner").behave(mdn_delay_s=300.0)
    ground.drop("order/a.edi", b"UNA first")
    ground.run(wrap=one_file)
    ground.drop("order/a.edi", b"UNA second")
    ground.run(wrap=one_file)

    queued = [path.relative_to(folder(ground, "queued")) for path in folder(ground, "queued").rglob("*.edi")]
    assert sorted(map(str, queued)) == ["order/a.edi", "order~2/a.edi"]
    settle(ground)

    today = folder(ground, "sent", day=True)
    assert sorted(str(path.relative_to(today)) for path in today.rglob("*.edi")) == [
        "order/a.edi",
        "order/a~2.edi",
    ]
    assert {row.batch for row in ground.rows()} == {"order"}
    assert sent_names(box) == [["a.edi"], ["a.edi"]]
    assert faults(ground) == []


def test_a_failed_folder_put_back_is_sent_again_and_linked(ground: Ground, box: Sandbox) -> None:
    """Each file by its own status file, which is not sent and goes away."""
    box.trouble("status", status=400, operation="send", times=2)
    for name in ("a.edi", "b.edi"):
        ground.drop(f"order/{name}", name.encode())
    ground.run(wrap=one_file)
    failed = rows(ground)
    assert {row.state for row in failed.values()} == {"failed"}
    (folder(ground, "failed") / "order").rename(folder(ground, "outbox") / "order")
    box.partner("RJ_Partner").behave(mdn_delay_s=300.0)

    ground.run(wrap=one_file)
    assert {path.name for path in (folder(ground, "queued") / "order").iterdir()} == {"a.edi", "b.edi"}
    settle(ground)

    again = [row for row in ground.rows() if row.resend_of]
    assert {row.name: row.resend_of for row in again} == {name: row.id for name, row in failed.items()}
    assert {row.state for row in again} == {"sent"}
    assert sent_names(box) == [["a.edi"], ["b.edi"]]
    assert ground.all_files("failed") == ground.all_files("queued") == ground.all_files("outbox") == {}
    assert faults(ground) == []


def test_one_failed_file_put_back_alone_leaves_no_folder_behind(ground: Ground, box: Sandbox) -> None:
    """It is a message by itself now; its status file goes, and the folder that it was alone in."""
    box.trouble("status", status=400, operation="send")
    ground.drop("order/a.edi", b"UNA a")
    ground.run(wrap=one_file)
    (folder(ground, "failed") / "order/a.edi").rename(folder(ground, "outbox") / "a.edi")

    settle(ground)

    assert not (folder(ground, "failed") / "order").exists()
    assert (folder(ground, "sent", day=True) / "a.edi").exists()
    assert sorted(row.state for row in ground.rows()) == ["failed", "sent"]


def test_a_lone_status_file_in_a_folder_is_never_sent(ground: Ground, box: Sandbox) -> None:
    """The folder stays and says what to do."""
    for name in ("a.edi", "b.edi.syncd.json"):
        ground.drop(f"order/{name}", b"{}")

    (left,) = ground.run(wrap=one_file).not_taken

    assert left.reason == "b.edi.syncd.json in it is a status file without its file: remove it"
    assert left.needs_person
    assert box.ledger.sent == ()


def test_a_folder_of_no_pair_is_refused_whole_and_split_when_it_is_right(
    ground: Ground, box: Sandbox
) -> None:
    """Each of its messages then names the refused one."""
    ground.drop("order/a.edi", b"UNA a", pair="RJ_Station/NOBODY")
    ground.run(wrap=one_file)
    (refused,) = ground.rows()
    assert (refused.state, refused.is_folder, refused.batch) == ("failed", True, None)
    failed = ground.root / "failed/RJ_Station/NOBODY"
    for name in ("order", "order.syncd.json"):
        (failed / name).rename(folder(ground, "outbox") / name)

    settle(ground)

    (again,) = (row for row in ground.rows() if row.id != refused.id)
    assert (again.name, again.batch, again.resend_of, again.state) == ("a.edi", "order", refused.id, "sent")
    assert ground.all_files("outbox") == {}
