"""Folders that are split, and people who are quick with them."""

import pytest

from syncd.errors import FolderError
from syncd.flows.claiming import Claiming
from syncd.sandbox import Sandbox, World
from tests.e2e.harness import Ground
from tests.e2e.invariants import faults
from tests.e2e.worlds import quick
from tests.flows.one_file import PAIR, folder, meddled, one_file, sent_names, settle


@pytest.fixture
def world() -> World:
    return quick(World.default())


def test_what_a_person_takes_out_of_the_folder_is_withdrawn_alone(ground: Ground, box: Sandbox) -> None:
    """The others go on; noted once."""
    box.trouble("status", status=403, operation="send", times=2)
    for name in ("a.edi", "b.edi"):
        ground.drop(f"order/{name}", name.encode())
    ground.run(wrap=one_file)
    (folder(ground, "queued") / "order/a.edi").unlink()

    with ground.process(one_file) as process:
        for _ in range(4):
            process.run()
            ground.later(minutes=1)

    assert ground.states() == {"a.edi": "withdrawn", "b.edi": "sent"}
    assert ground.history(ground.row("a.edi")).count("withdrawn") == 1
    assert not (folder(ground, "queued") / "order").exists()
    assert faults(ground) == []


def test_a_folder_taken_away_as_it_is_claimed_is_withdrawn_whole(ground: Ground, box: Sandbox) -> None:
    """Nothing is sent, and nothing is left."""
    for name in ("a.edi", "b.edi"):
        ground.drop(f"order/{name}", name.encode())
    order = folder(ground, "outbox") / "order"

    ground.run(wrap=meddled(lambda: order.rename(ground.folder / "taken")))

    assert ground.states() == {"a.edi": "withdrawn", "b.edi": "withdrawn"}
    assert box.ledger.sent == ()
    assert ground.all_files("queued") == {}


def test_a_file_put_in_as_the_folder_is_claimed_goes_back_and_is_sent(ground: Ground, box: Sandbox) -> None:
    """It was not looked at: it settles in the outbox, as a folder of the same name."""
    ground.drop("order/a.edi", b"UNA a")

    ground.run(wrap=meddled(lambda: ground.drop("order/late.edi", b"UNA late")))
    assert (folder(ground, "outbox") / "order/late.edi").exists()
    settle(ground)

    assert ground.states() == {"a.edi": "sent", "late.edi": "sent"}
    assert sent_names(box) == [["a.edi"], ["late.edi"]]
    assert faults(ground) == []


def test_a_folder_that_changed_since_the_scan_is_not_claimed(ground: Ground, box: Sandbox) -> None:
    """It has to keep still once more."""
    ground.drop("order/a.edi", b"UNA a")
    with ground.process(one_file) as process:
        process.run(jobs=("pull",))
        outbox = process.bridge.outbox
        outbox.scan()
        ground.later(seconds=5)
        outlook = outbox.scan()
        ground.drop("order/b.edi", b"UNA b")
        assert len(outlook.ready) == 1

        claims = Claiming(process.bridge, outlook).claim_some()

    assert (claims.taken, ground.rows()) == ((), [])
    settle(ground)
    assert sent_names(box) == [["a.edi"], ["b.edi"]]


def test_a_name_taken_in_queued_gets_a_number_for_the_whole_folder(ground: Ground, box: Sandbox) -> None:
    """Chosen anew for all files at once, and whose files those are is told apart."""
    for name in ("a.edi", "b.edi"):
        ground.drop(f"order/{name}", name.encode())
    theirs = folder(ground, "queued") / "order"

    def take_the_name() -> None:
        theirs.mkdir(parents=True)
        (theirs / "a.edi").write_bytes(b"theirs")

    ground.run(wrap=meddled(take_the_name))

    assert set(ground.states().values()) <= {"queued", "sent"}
    assert (theirs / "a.edi").read_bytes() == b"theirs"
    settle(ground)
    held = [row for row in ground.rows() if row.state == "held"]
    assert [(row.name, row.batch) for row in held] == [("a.edi", "order")]
    assert (folder(ground, "held") / "order/a.edi").read_bytes() == b"theirs"
    assert sent_names(box) == [["a.edi"], ["b.edi"]]


def test_a_stranger_among_known_files_is_held_and_can_be_sent(ground: Ground, box: Sandbox) -> None:
    """Each by its own, never by itself."""
    box.partner("RJ_Partner").behave(mdn_delay_s=300.0)
    ground.drop("order/a.edi", b"UNA a")
    ground.run(wrap=one_file)
    (folder(ground, "queued") / "order/strange.edi").write_bytes(b"UNA strange")

    settle(ground)

    strange = ground.row("strange.edi")
    assert (strange.state, strange.place) == ("held", f"held/{PAIR}/order/strange.edi")
    assert ground.row("a.edi").state == "sent"
    assert not (folder(ground, "queued") / "order").exists()
    ground.resolve(strange, "resend")
    settle(ground)
    assert ground.row("strange.edi").state == "sent"
    assert not (folder(ground, "held") / "order").exists()
    assert sent_names(box) == [["a.edi"], ["strange.edi"]]


def test_a_folder_without_any_row_is_held_file_by_file(ground: Ground, box: Sandbox) -> None:
    """A lost state: nothing is sent by itself."""
    for name in ("a.edi", "b.edi", ".DS_Store"):
        path = folder(ground, "queued") / "order" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"UNA")

    settle(ground)

    assert ground.states() == {"a.edi": "held", "b.edi": "held"}
    assert set(ground.status_files("held")) == {"a.edi", "b.edi"}
    assert box.ledger.sent == ()


def test_a_done_marker_of_the_folder_goes_where_the_last_file_went(ground: Ground, box: Sandbox) -> None:
    """It belongs to the folder, and not to any of its files."""
    ground.partners.append({"station": "RJ_Station", "partner": "RJ_Partner", "done_marker": ".done"})
    ground.configure()
    ground.drop("order/a.edi", b"UNA a")
    ground.drop("order/a.edi.done", b"UNA done")
    assert ground.run(wrap=one_file).messages == ()
    (folder(ground, "outbox") / "order.done").touch()

    settle(ground)

    assert ground.states() == {"a.edi": "sent", "a.edi.done": "sent"}
    assert (folder(ground, "sent", day=True) / "order.done").exists()
    assert list(folder(ground, "queued").iterdir()) == []
    ground.run(wrap=one_file)
    assert "held" not in ground.states().values()


def test_a_file_changed_between_claim_and_crash_is_not_taken_for_the_claimed_one(
    ground: Ground, box: Sandbox
) -> None:
    """Only that one is withdrawn; what stands there now settles and goes out by itself."""
    for name in ("a.edi", "b.edi"):
        ground.drop(f"order/{name}", name.encode())
    with pytest.raises(KeyboardInterrupt):
        ground.run(wrap=meddled(_die))
    assert {row.moving_from for row in ground.rows()} == {f"outbox/{PAIR}/order/{n}.edi" for n in "ab"}
    (folder(ground, "outbox") / "order/b.edi").unlink()
    ground.drop("order/b.edi", b"UNA changed")

    settle(ground)

    assert sorted((row.name, str(row.state)) for row in ground.rows()) == [
        ("a.edi", "sent"),
        ("b.edi", "sent"),
        ("b.edi", "withdrawn"),
    ]
    assert sent_names(box) == [["a.edi"], ["b.edi"]]


def _die() -> None:
    raise KeyboardInterrupt


def test_a_folder_that_cannot_be_renamed_is_claimed_once(ground: Ground, box: Sandbox) -> None:
    """Complained of once a pass, passed over by the scan, and taken when it can be."""
    for name in ("a.edi", "b.edi"):
        ground.drop(f"order/{name}", name.encode())

    for _ in range(2):
        result = ground.run(wrap=meddled(_refuse, times=99))
        (trouble,) = (trouble for trouble in result.troubles if trouble.job == "send")
        assert trouble.what == f"outbox/{PAIR}/order cannot be taken over: no"
        assert ground.states() == {"a.edi": "queued", "b.edi": "queued"}
        assert len(ground.rows()) == 2
        assert box.ledger.sent == ()
    settle(ground)

    assert sent_names(box) == [["a.edi"], ["b.edi"]]
    assert faults(ground) == []


def _refuse() -> None:
    raise FolderError("no")


def test_another_folder_of_the_name_is_not_taken_for_the_claimed_one(ground: Ground, box: Sandbox) -> None:
    """The first was renamed and nobody noted it; a second was dropped before the next start."""
    ground.drop("order/a.edi", b"UNA first")
    with pytest.raises(KeyboardInterrupt):
        ground.run(wrap=meddled(_die, after=True))
    assert (folder(ground, "queued") / "order/a.edi").exists()
    assert [row.moving_from for row in ground.rows()] == [f"outbox/{PAIR}/order/a.edi"]
    ground.drop("order/a.edi", b"UNA second")

    settle(ground)

    assert sent_names(box) == [["a.edi"], ["a.edi"]]
    assert {path.read_bytes() for path in folder(ground, "sent").rglob("*.edi")} == {
        b"UNA first",
        b"UNA second",
    }
    assert faults(ground) == []
