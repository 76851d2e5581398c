"""Libraries that take less along."""

import importlib
import sys
from pathlib import Path

import pytest

from syncd.lean import import_without

GREEDY = """
try:
    import colourful
except ImportError:
    colourful = None
"""


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library, and one that it takes along where it is installed."""
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("greedy", "colourful"):
        monkeypatch.setitem(sys.modules, name, importlib)  # so that it is as before when the test is over
        monkeypatch.delitem(sys.modules, name)
    (tmp_path / "greedy.py").write_text(GREEDY, encoding="utf-8")
    (tmp_path / "colourful.py").write_text("RED = 1\n", encoding="utf-8")
    return tmp_path


@pytest.mark.usefixtures("shelf")
def test_what_is_unwanted_stays_away_and_others_can_have_it() -> None:
    """The library comes without it; who wants it later gets it."""
    import_without("greedy", "colourful")
    assert sys.modules["greedy"].__dict__["colourful"] is None
    assert "colourful" not in sys.modules
    assert importlib.import_module("colourful").RED == 1


@pytest.mark.usefixtures("shelf")
def test_what_was_there_before_stays_there() -> None:
    """Somebody has it already, and keeps it."""
    colourful = importlib.import_module("colourful")
    import_without("greedy", "colourful")
    assert sys.modules["greedy"].__dict__["colourful"] is None
    assert sys.modules["colourful"] is colourful


def test_a_library_that_fails_leaves_nothing_hidden(shelf: Path) -> None:
    """Its own error comes out."""
    (shelf / "greedy.py").write_text("1 / 0\n", encoding="utf-8")
    with pytest.raises(ZeroDivisionError):
        import_without("greedy", "colourful")
    assert importlib.import_module("colourful").RED == 1
