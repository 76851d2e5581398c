"""The ERP's user is hostile, and has the rights of a group: what is the bridge's alone stays so."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from syncd.sandbox import Sandbox
from tests.hostile.outbox_attacks import ATTACKS
from tests.hostile.users import Shared, shared_ground
from tests.two_users import TwoUsers

PAIR = "RJ_Station/RJ_Partner"


@pytest.fixture
def shared(box: Sandbox, two_users: TwoUsers) -> Iterator[Shared]:
    """A root of both, with the folders of the pairs."""
    with shared_ground(box, two_users) as made:
        with made.bridge():
            made.ground.run()
        yield made


def test_the_two_users_are_told_apart(shared: Shared) -> None:
    """Else nothing here would prove anything: neither is root, and the ERP cannot read the secrets."""
    secret = shared.around.decoys / "secret.edi"
    with shared.erp():
        assert os.geteuid() == shared.users.erp_uid
        with pytest.raises(PermissionError):
            secret.read_bytes()
        with pytest.raises(PermissionError):
            list((shared.ground.root / ".syncd").iterdir())
    with shared.bridge():
        assert secret.read_bytes()


def test_the_erp_gets_nothing_of_the_bridges_sent(shared: Shared, box: Sandbox) -> None:
    """Every attack on the outbox, by a user who cannot read what the bridge can."""
    outbox = shared.ground.root / "outbox" / PAIR
    with shared.erp():
        for attack in ATTACKS:
            attack(outbox, shared.around.decoys)
        shared.ground.drop("honest.edi", b"UNA honest")
    shared.around.remember()

    with shared.bridge():
        for _ in shared.ground.passes(3):
            pass

    assert shared.around.changes() == []
    assert "honest.edi" in [file.name for sent in box.ledger.sent for file in sent.files]


def _claimed_file_becomes_a_link(root: Path, outside: Path) -> None:
    queued = root / "queued" / PAIR / "waits.edi"
    queued.unlink()
    queued.symlink_to(outside / "secret.edi")


def _claimed_folder_becomes_a_link(root: Path, outside: Path) -> None:
    queued = root / "queued" / PAIR / "folder"
    queued.rename(queued.with_name(".mine"))
    queued.symlink_to(outside / "folder")


def _trees_become_links(root: Path, outside: Path) -> None:
    for tree in ("sent", "failed", "held", "queued"):
        with suppress(FileNotFoundError):
            (root / tree).rename(root / f"my-{tree}")
        (root / tree).symlink_to(outside)


def _inbox_becomes_a_link(root: Path, outside: Path) -> None:
    inbox = root / "inbox" / "RJ_Station"
    inbox.rename(inbox.with_name("mine"))
    inbox.symlink_to(outside / "RJ_Station")


def _private_becomes_a_link(root: Path, outside: Path) -> None:
    (root / ".syncd").rename(root / "mine")
    (root / ".syncd").symlink_to(outside)


def _private_becomes_a_folder(root: Path, _: Path) -> None:
    (root / ".syncd").rename(root / "mine")
    (root / ".syncd" / "staging").mkdir(parents=True)
    (root / ".syncd" / "scratch").symlink_to("/tmp")
    (root / ".syncd" / "root.json").symlink_to("../mine/root.json")


@pytest.mark.parametrize(
    "attack",
    [
        _claimed_file_becomes_a_link,
        _claimed_folder_becomes_a_link,
        _trees_become_links,
        _inbox_becomes_a_link,
        _private_becomes_a_link,
        _private_becomes_a_folder,
    ],
)
def test_the_erp_gets_nothing_out_of_the_other_folders(shared: Shared, box: Sandbox, attack: object) -> None:
    """It may rename in the root whatever it likes: nothing is written or read behind its links."""
    box.trouble("status", status=503, retry_after="1", operation="send", times=2)
    with shared.erp():
        shared.ground.drop("waits.edi", b"UNA waits")
        shared.ground.drop("folder/a.edi", b"UNA folder")
    with shared.bridge():
        shared.ground.run()
    box.deliver(files={"in.edi": b"UNA in"})
    with shared.erp():
        attack(shared.ground.root, shared.around.decoys)  # type: ignore[operator]  # one of the above
    shared.around.remember()

    with shared.bridge():
        for _ in shared.ground.passes(4):
            pass

    assert shared.around.changes() == []


def test_what_the_bridge_makes_is_nobody_elses_to_read(shared: Shared, box: Sandbox) -> None:
    """Staging and marker are the bridge's alone; what is in the inbox is the group's, and no other's."""
    box.deliver(files={"in.edi": b"UNA in"})
    with shared.bridge():
        shared.ground.run()

    root, state = shared.ground.root, shared.ground.state
    assert (root / ".syncd").stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o007 == 0 for path in root.rglob("*"))
    assert all(path.stat().st_mode & 0o007 == 0 for path in state.iterdir())
    assert all(path.stat().st_uid == shared.users.bridge_uid for path in root.rglob("*"))
    with shared.erp():
        (root / "inbox" / PAIR / "in.edi").rename(root / "taken.edi")
        with pytest.raises(PermissionError):
            (root / ".syncd" / "root.json").read_bytes()
