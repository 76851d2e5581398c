"""`[notices]`: what is taken, what is refused, and that no secret is ever shown."""

import sys
from datetime import time, timedelta
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

from syncd.config import load_with_sources
from syncd.core.notices.pace import Quiet
from tests.config.reading import ACME, Load, problems

HOOK = "https://chat.example/hooks/sesame?sig=open"


def test_addresses_need_their_package(read: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And are shown by their scheme alone."""
    text = f'[notices]\nto = ["mailto://bob:sesame@x.example", "slack://sesame"]\n{ACME}'
    monkeypatch.setitem(sys.modules, "apprise", None)
    [(key, told)] = problems(read, text).items()
    assert (key, told) == (
        "notices.to",
        "needs the package apprise. Install it: pip install 'syncd[notices]'",
    )
    apprise = ModuleType("apprise")
    apprise.__spec__ = ModuleSpec("apprise", None)
    monkeypatch.setitem(sys.modules, "apprise", apprise)
    assert read(text).notices.are_wanted
    _, lines = load_with_sources(tmp_path / "syncd.toml", {})
    shown = {line.key: line.value for line in lines}["notices.to"]
    assert shown == ["mailto://********", "slack://********"]
    assert "sesame" not in repr(read(text)) + repr(lines)
    assert list(problems(read, f'[notices]\nto = ["sesame"]\n{ACME}')) == ["notices.to"]


def test_no_address_is_shown(tmp_path: Path) -> None:
    """But for its scheme."""
    path = tmp_path / "syncd.toml"
    path.write_text(f'[notices]\nwebhook = "{HOOK}"\n{ACME}')
    _, lines = load_with_sources(path, {})
    assert {line.key: line.value for line in lines}["notices.webhook"] == "https://********"
    assert "sesame" not in repr(lines)


def test_ways_and_paces_are_read(read: Load) -> None:
    """Nobody is told unless a way is set."""
    assert not read(ACME).notices.are_wanted
    found = read(f'[notices]\nwebhook = "{HOOK}"\nquiet = "22:00-06:00"\ndigest = "5m"\n{ACME}').notices
    assert found.are_wanted
    assert found.webhook is not None
    assert found.webhook.get_secret_value() == HOOK
    assert found.pace.digest == timedelta(minutes=5)
    assert found.pace.quiet == Quiet(begin=time(22), end=time(6))
    assert "sesame" not in repr(found)
    argv = read(ACME, SYNCD_NOTICES__COMMAND='["/bin/page", "{x}"]').notices.command
    assert argv == ("/bin/page", "{x}")


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ('webhook = "http://chat.example/x"', "would send names in the clear"),
        ('webhook = "ftp://chat.example/x"', "is not an address"),
        ('webhook = "https://"', "is not an address"),
        ('command = ["page"]', "does not begin with the absolute path"),
        ('quiet = "22-06"', "is no span of a day"),
        ('quiet = "06:00-06:00"', "is empty, or the whole day"),
        ('digest = "soon"', "is not a duration"),
        ('webhok = "x"', "Did you mean webhook?"),
    ],
)
def test_a_mistake_is_named_by_its_key(read: Load, written: str, what: str) -> None:
    """With the remedy, and without the value."""
    [(key, told)] = problems(read, f"[notices]\n{written}\n{ACME}").items()
    assert key == f"notices.{written.partition(' ')[0]}"
    assert what in told
    assert "chat.example/x" not in told
