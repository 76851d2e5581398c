"""The history of a pass, exported and read back."""

import csv
import io
import json

import pytest

from syncd.cli.app import run
from syncd.sandbox import Sandbox
from tests.e2e.harness import Ground

Screen = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No daemon of this machine answers."""
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)


def test_what_happened_can_be_read_elsewhere(ground: Ground, box: Sandbox, capsys: Screen) -> None:
    """Each line of each history once, in both formats, with names that would be formulas as texts."""
    ground.drop("=order.edi", b"UNA out")
    box.deliver(files={'in, "one".edi': b"UNA in"})
    ground.settle()
    capsys.readouterr()
    wanted = [(row.id, kind) for row in ground.rows() for kind in ground.history(row)]

    assert run(["export", "--config", str(ground.config)]) == 0
    sheet = list(csv.DictReader(io.StringIO(capsys.readouterr().out, newline="")))
    assert run(["export", "--json", "--config", str(ground.config)]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert sorted((line["id"], line["kind"]) for line in sheet) == sorted(wanted)
    assert [(line["id"], line["kind"]) for line in told] == [(line["id"], line["kind"]) for line in sheet]
    assert {line["files"] for line in sheet} == {"'=order.edi", 'in, "one".edi'}
    assert {name for line in told for name in line["files"]} == {"=order.edi", 'in, "one".edi'}
    last = {line["direction"]: line["state"] for line in told}
    assert last == {"inbound": "received", "outbound": "sent"}
