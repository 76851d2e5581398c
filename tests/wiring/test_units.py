"""What a configuration wants of systemd's unit."""

from pathlib import Path

import pytest

from syncd.config import Settings, load
from syncd.wiring.units import needs

ACCOUNT = '[accounts.{0}]\ngateway = "as2gateway"\nusername = "u"\nroot = "/srv/{0}"\n{1}\n'


def settings(tmp_path: Path, text: str) -> Settings:
    """The configuration, as a command that only looks reads it."""
    path = tmp_path / "syncd.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, {}, passwords=False)


def test_each_password_has_its_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file, a credential of systemd's, or none of the unit's business; of the accounts that are meant."""
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    text = "".join(
        ACCOUNT.format(*each)
        for each in (("a", 'password_file = "/etc/a"'), ("b", ""), ("c", 'password = "x"'), ("d", ""))
    )
    found = needs(settings(tmp_path, text), ["a", "b", "c"])
    assert found.roots == {name: Path("/srv") / name for name in "abc"}
    assert found.passwords == {"a": Path("/etc/a"), "b": None}
    assert found.state_dir is None


def test_a_state_of_its_own_has_to_be_reached(tmp_path: Path) -> None:
    """Unlike the one that systemd makes."""
    found = needs(settings(tmp_path, 'state_dir = "/data/syncd"\n' + ACCOUNT.format("a", "")), ["a"])
    assert found.state_dir == Path("/data/syncd")
