"""The clock, the files with secrets and the lock of this machine."""

import subprocess
import sys
import threading
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from syncd.errors import CannotAct, ConfigError, LockHeld
from syncd.system.clock import SystemClock
from syncd.system.lock import instance_lock
from syncd.system.secrets import FileSecrets, FixedSecrets

HOLDER = """
import sys
from pathlib import Path
from syncd.system.lock import instance_lock
with instance_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_time_is_in_utc() -> None:
    """Aware, so that it can be compared with anything."""
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert clock.monotonic() <= clock.monotonic()


def test_a_wait_ends_when_the_program_is_to_stop() -> None:
    """At once, however long it was to be."""
    stop = threading.Event()
    clock = SystemClock(stop)
    assert clock.wait(timedelta(0)) is False
    assert clock.wait(timedelta(seconds=-1)) is False
    stop.set()
    assert clock.wait(timedelta(days=1)) is True


def test_a_password_file_is_read_anew(tmp_path: Path) -> None:
    """A new password counts without a restart; the editor's line break is not part of it."""
    path = tmp_path / "password"
    secrets = FileSecrets(path, key="accounts.acme.password_file")
    path.write_text("one\n", encoding="utf-8")
    assert secrets.password() == "one"
    path.write_text(" two words \r\n", encoding="utf-8")
    assert secrets.password() == " two words "


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe"])
def test_a_password_file_that_is_none(tmp_path: Path, content: bytes | None) -> None:
    """The setting is named, not the content."""
    path = tmp_path / "password"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"accounts\.acme\.password_file: "):
        FileSecrets(path, key="accounts.acme.password_file").password()
    with pytest.raises(ConfigError, match="is missing"):
        FileSecrets(None, key="accounts.acme.password_file").password()


def test_an_api_key_file_is_read_anew(tmp_path: Path) -> None:
    """Like a password's: a new key counts without a restart."""
    path = tmp_path / "api_key"
    secrets = FileSecrets(path, key="accounts.grid.api_key_file", is_api_key=True)
    for key in ("7c9e-one", "7c9e-two"):
        path.write_text(f"{key}\r\n", encoding="utf-8")
        assert secrets.password() == key


@pytest.mark.parametrize(
    "content", [None, b"", b"\xff\xfe", b"hush hush", b"hush \n", b"hush\nhush\n", "sch\u00f6n".encode()]
)
def test_an_api_key_file_that_is_none(tmp_path: Path, content: bytes | None) -> None:
    """The setting is named, and the API key where a remedy speaks of it; the content is not."""
    path = tmp_path / "api_key"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"accounts\.grid\.api_key_file: ") as caught:
        FileSecrets(path, key="accounts.grid.api_key_file", is_api_key=True).password()
    assert "hush" not in str(caught.value)
    assert "password" not in str(caught.value)
    with pytest.raises(ConfigError, match=r"is missing\. name a file that holds the API key"):
        FileSecrets(None, key="accounts.grid.api_key_file", is_api_key=True).password()


def test_a_password_does_not_show() -> None:
    """Not even to somebody who prints the object."""
    assert "hush" not in repr(FixedSecrets("hush"))
    assert FixedSecrets("hush").password() == "hush"


def test_the_lock_names_its_holder(tmp_path: Path) -> None:
    """A second syncd says which process works on the state; when that one ends, the lock is free."""
    state = tmp_path / "state"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(state)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LockHeld, match=rf"process {holder.pid} works on"), instance_lock(state):
            pass
        holder.kill()
    with instance_lock(state):
        pass


def test_the_lock_is_free_after_its_use(tmp_path: Path) -> None:
    """It may be taken again, and not while it is held here."""
    for _ in range(2):
        with instance_lock(tmp_path), pytest.raises(LockHeld), instance_lock(tmp_path):
            pass


def test_a_state_directory_that_cannot_be_used(tmp_path: Path) -> None:
    """Says which one and what to do."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(CannotAct, match="state_dir"), instance_lock(tmp_path / "file"):
        pass
