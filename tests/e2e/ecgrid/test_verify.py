"""`syncd verify` over ECGrid: files of one dropped folder, lists in no order, parcels that others took."""

from datetime import timedelta

from syncd.operations.verifying_report import Kind
from syncd.sandbox import ECGridSandbox
from tests.e2e.harness import Ground
from tests.e2e.verified import found, verify


def test_what_was_spoilt_is_found_and_repaired(ground: Ground, box: ECGridSandbox) -> None:
    """A file in a dropped folder is a message of its own, wherever the folder stands."""
    box.partner("445566").behave(files="*.bad", delivery="failed")
    ground.drop("folder/one.edi", b"ISA one")
    ground.drop("folder/two.bad", b"ISA two")
    box.deliver(files={"in.edi": b"UNA in"})
    ground.settle(every=timedelta(seconds=20))
    assert found(ground) == []
    assert verify(ground).account.listed == 1

    [status] = ground.root.rglob("two.bad.syncd.json")
    status.unlink()
    [own] = ground.root.rglob("one.edi")
    own.with_name("own.txt").write_bytes(b"mine")
    queued = ground.root / "queued" / ground.pair / "batch" / "strange.edi"
    queued.parent.mkdir(parents=True)
    queued.write_bytes(b"ISA strange")
    taken = box.deliver(files={"taken.edi": b"UNA taken"})
    box.mark_read(taken)

    findings = verify(ground).findings
    assert sorted(each.kind for each in findings) == [
        Kind.FILE_UNKNOWN,
        Kind.NEVER_RECEIVED,
        Kind.STATUS_FILE,
        Kind.STRANGER,
    ]
    assert verify(ground, repair=True).wrong == ()
    ground.settle(every=timedelta(seconds=20))
    assert ground.names("inbox") == ["in.edi", "taken.edi"]
    assert ground.row("strange.edi").state == "held"
    assert found(ground) == []
