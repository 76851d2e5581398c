"""`syncd show` of a file that the daemon leaves where it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from syncd.cli.app import run
from syncd.cli.options import Wiring, installed
from syncd.operations.door import Door
from tests.e2e.daemon.harness import Bridge, Running, until


class _Wiring:
    """The program's, with the door of a daemon in this process."""

    def __init__(self, running: Running) -> None:
        self._running = running

    def __getattr__(self, name: str) -> object:
        return getattr(installed(), name)

    @contextmanager
    def door(self, *_: object, **__: object) -> Iterator[Door]:
        yield self._running.door


def test_why_a_file_is_not_taken(bridge: Bridge, capsys: pytest.CaptureFixture[str]) -> None:
    """An ignored name needs nobody, a link does; what was taken is a message."""
    with bridge.running() as running:
        reach: Wiring = _Wiring(running)  # type: ignore[assignment]

        def show(name: str) -> tuple[int, str]:
            code = run(["show", name, "--config", str(bridge.config)], reach=lambda: reach)
            return code, "".join(capsys.readouterr())

        until(bridge.has_outbox)
        part = bridge.drop("a.part")
        link = bridge.outbox() / "link.edi"
        link.symlink_to(part)
        bridge.drop("good.edi")
        until(lambda: {"a.part", "link.edi"} <= running.reasons().keys())
        until(lambda: bridge.names("sent") == ["good.edi"])

        code, words = show("a.part")
        assert code == 0
        assert "its name matches the ignore pattern *.part" in words
        assert str(part) in words
        code, words = show("link.edi")
        assert code == 1
        assert "it is a link" in words
        assert "sent" in show("good.edi")[1]
        code, words = show("none.edi")
        assert code == 1
        assert f"looked in {bridge.root() / 'outbox'}" in words
