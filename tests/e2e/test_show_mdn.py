"""`syncd show --mdn` against a gateway."""

from pathlib import Path

import pytest

from syncd.cli.app import run
from syncd.sandbox import Sandbox
from tests.e2e.harness import Ground


def _show(ground: Ground, *words: str) -> int:
    return run(["show", *words, "--mdn", "--config", str(ground.config)])


def test_the_mdn_of_what_was_sent_and_received(
    ground: Ground, box: Sandbox, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Each from its own list; a bad one, of a message that failed, as well."""
    box.partner("RJ_Partner").behave(files="a.edi", mdn_content="well received")
    box.partner("RJ_Partner").behave(files="b.edi", mdn="error", mdn_content="not wanted")
    ground.drop("a.edi", b"ISA a")
    ground.drop("b.edi", b"ISA b")
    box.deliver(files={"in.edi": b"UNA"})
    ground.settle()
    assert ground.states() == {"a.edi": "sent", "b.edi": "failed"}

    assert _show(ground, "a.edi") == 0
    assert capsys.readouterr().out.strip() == "well received"
    assert _show(ground, "b.edi") == 0
    assert capsys.readouterr().out.strip() == "not wanted"
    assert _show(ground, "in.edi", "--save", str(tmp_path / "in.mdn")) == 0
    assert (tmp_path / "in.mdn").read_bytes()


def test_an_mdn_that_has_not_come_is_not_found(
    ground: Ground, box: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message is on its way."""
    box.partner("RJ_Partner").behave(files="a.edi", mdn="never")
    ground.drop("a.edi", b"ISA a")
    for _ in ground.passes(6):
        pass

    assert _show(ground, "a.edi") == 1
    assert "no MDN of message" in capsys.readouterr().err
