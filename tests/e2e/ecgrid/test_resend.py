"""A parcel that was sent goes out once more, also one of a folder that was as many."""

from syncd.sandbox import ECGridSandbox
from syncd.wiring.acting import resend
from tests.e2e.harness import Ground


def test_one_file_of_a_dropped_folder_is_sent_again(ground: Ground, box: ECGridSandbox) -> None:
    """It alone, and its file stays with the others."""
    ground.drop("order/a.edi", b"UNA a")
    ground.drop("order/b.edi", b"UNA b")
    ground.settle()
    before = ground.all_files("sent")
    old = ground.row("a.edi")

    new = resend(ground.settings, old.id, "anna")
    ground.settle()

    rows = {row.id: row for row in ground.rows()}
    assert (rows[new.id].state, rows[new.id].resend_of) == ("sent", old.id)
    assert ground.all_files("sent").items() > before.items()
    assert sorted(one.files[0].name for one in box.ledger.sent) == ["a.edi", "a.edi", "b.edi"]
