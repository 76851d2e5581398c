"""The commands that look, where there are neither partners nor MDNs."""

import pytest

from syncd.cli.app import run
from tests.e2e.harness import Ground


def test_what_ecgrid_does_not_have_is_said(ground: Ground, capsys: pytest.CaptureFixture[str]) -> None:
    """No list of partners, and no MDN of what was sent; with what to do instead."""
    ground.drop("a.edi", b"ISA a")
    ground.settle()

    assert run(["partners", "--config", str(ground.config)]) == 0
    assert f"drop into {ground.root}/outbox/<our number>/<theirs>/" in capsys.readouterr().out
    assert run(["show", "a.edi", "--mdn", "--config", str(ground.config)]) == 2
    assert "has no MDN" in capsys.readouterr().err
