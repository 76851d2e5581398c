"""A world for each test, with an environment that says nothing."""

import os
from pathlib import Path

import pytest

from tests.cli.world import World


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting from outside, no colours, and a home of its own."""
    for name in [each for each in os.environ if each.startswith("SYNCD_")]:
        monkeypatch.delenv(name)
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "CREDENTIALS_DIRECTORY", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Three messages, two accounts, one gateway."""
    return World(folder=tmp_path)
