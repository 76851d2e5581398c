"""`syncd verify` without a daemon: under the instance lock, all accounts and the database that they share."""

from pathlib import Path

import pytest

from syncd.config import Settings, check
from syncd.core import events as ev
from syncd.errors import ConfigError, LockHeld
from syncd.operations.verifying_report import Kind
from syncd.ports import Draft
from syncd.store import open_store
from syncd.system.lock import instance_lock
from syncd.wiring.local import LocalDoor
from tests.contracts.stores import outbound


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Two accounts that were never run, and a state with a message of a third."""
    (tmp_path / "state").mkdir()
    store = open_store(tmp_path / "state")
    store.journal.open([Draft(event=ev.Claimed(), message=outbound("a.edi", account="old"))])
    store.close()
    accounts = {
        name: {"gateway": "as2gateway", "username": "u", "password": "hush", "root": str(tmp_path / name)}
        for name in ("acme", "other")
    }
    return check({"state_dir": str(tmp_path / "state"), "accounts": accounts}, path=tmp_path / "syncd.toml")


def test_every_account_is_compared_and_told_of(settings: Settings) -> None:
    """What no pass has used yet cannot be compared, and nothing is made by looking."""
    verified = LocalDoor(settings).verify(["acme", "other"], repair=True, by="anna")
    assert [(each.account, each.messages) for each in verified.accounts] == [("acme", 0), ("other", 0)]
    assert all("has not used the root" in each.trouble for each in verified.accounts)
    assert [(each.kind, each.account) for each in verified.findings] == [(Kind.ACCOUNT_UNKNOWN, "old")]
    assert (verified.ok, verified.repair) == (False, True)
    assert not settings.roots["acme"].exists()


def test_it_takes_the_lock_and_needs_the_password(settings: Settings, tmp_path: Path) -> None:
    """As everything that acts without a daemon."""
    with instance_lock(settings.state_dir), pytest.raises(LockHeld):
        LocalDoor(settings).verify(["acme"], repair=False, by="anna")
    path = tmp_path / "syncd.toml"
    path.write_text(
        f'state_dir = "{tmp_path}/state"\n'
        f'[accounts.acme]\ngateway = "as2gateway"\nusername = "u"\nroot = "{tmp_path}/acme"\n',
        encoding="utf-8",
    )
    from syncd.config import load

    with pytest.raises(ConfigError, match="password"):
        LocalDoor(load(path, {}, passwords=False)).verify(["acme"], repair=False, by="anna")
